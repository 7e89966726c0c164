"""Figures as people write them: 1,820 and 1 820, 2.3M, 62.7 -> 70.9, p < 0.001, 50/50, three weeks, a quarter, 2026-03-04."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from pipelines.packets.words import tokens

Kind = Literal["number", "percent", "points", "change", "split", "duration", "sample_size", "p_value", "ordinal", "date", "period"]
Comparison = Literal["=", "~", ">", "<"]
APPROXIMATE = 0.1
"""How far, as a part of itself, a figure behind "about" may be from the row's."""

WHOLE = 0.5 - 1e-9
"""Half a unit of a whole number: 41.5 is not 41."""
ONES = tokens(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
)
TENS = tokens("twenty thirty forty fifty sixty seventy eighty ninety")
WORDS = {word: n for n, word in enumerate(ONES)} | {word: 20 + 10 * n for n, word in enumerate(TENS)} | {"both": 2, "dozen": 12}
ORDINALS = {
    word: n for n, word in enumerate(tokens("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"), 1)
}
PARTS = {
    "half": 50.0,
    "a third": 100 / 3,
    "one third": 100 / 3,
    "two thirds": 200 / 3,
    "a quarter": 25.0,
    "three quarters": 75.0,
    "a fifth": 20.0,
}
SCALES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "b": 1e9, "bn": 1e9, "billion": 1e9, "hundred": 1e2}
DAYS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1, "week": 7, "month": 30.4375, "quarter": 91.3125, "year": 365.25}
PART = "|".join(sorted(PARTS, key=len, reverse=True))
CONTROL, TREATMENT = "(?:control|baseline)", "(?:treatment|variant)"
TIMES = "|".join(DAYS)
MONTHS = tokens("jan feb mar apr may jun jul aug sep oct nov dec")

SPACES = " \u00a0\u2009\u202f"
DIGITS = rf"(?:\d{{1,3}}(?:[,'\u2019{SPACES}]\d{{3}})+(?!\d)|\d+)(?:\.\d+)?|\.\d+"
WORD = rf"(?:(?:{'|'.join(TENS)})[- ](?:{'|'.join(ONES[1:10])})|{'|'.join(sorted(WORDS, key=len, reverse=True))})"
NUMBER = rf"(?:\b{WORD} and a half\b|[+\-\u2212]?(?:{DIGITS})|\b{WORD}\b)(?:[{SPACES}-]?(?:[kKMB]|bn|thousand|million|billion|hundred)\b)?"
UNIT = rf"[{SPACES}]?(?:%|percentage points?\b|percent\b|per cent\b|points?\b|pts?\b|pp\b)"
VALUE = rf"(?:{NUMBER})(?:{UNIT})?"
FREE = r"(?<![\w@#/.\-])"
"""Not inside a name: the 2 of reranker-v2, the 1 of Hit@1 and the 95 of p95 are no figures."""
ARROW = r"(?:->|→|=>|⟶|-->|⇒)"
CONFIDENCE = re.compile(r"\b\d\d\s?% (?:confidence|credible|interval|ci\b)", re.IGNORECASE)
MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
BEFORE = {
    "~": re.compile(r"(?:\b(?:about|around|roughly|approximately|approx\.|nearly|almost|some|circa|ca\.)|[~≈])\s*$", re.IGNORECASE),
    ">": re.compile(r"(?:\b(?:over|more than|at least|exceeding|upwards of|no fewer than)|[>≥])\s*$", re.IGNORECASE),
    "<": re.compile(r"(?:\b(?:up to|at most|fewer than|less than|under|below|no more than)|[<≤])\s*$", re.IGNORECASE),
}


@dataclass(frozen=True)
class Quantity:
    """One figure of a sentence, in units of one, percent, points or days."""

    kind: Kind
    start: int
    end: int
    text: str
    low: float = 0.0
    high: float = 0.0
    tolerance: float = 0.0
    """Half a unit of the last digit that is written."""
    tolerance_after: float = 0.0
    """Of the second level of a change, where it is written in another unit than the first."""
    unit: str = ""
    comparison: Comparison = "="
    bounds: tuple[float, float] | None = None
    """An interval written behind the figure."""
    is_signed: bool = False
    day: date | None = None

    @property
    def is_range(self) -> bool:
        """Written as a range or with the interval behind it."""
        return self.kind != "change" and (self.high > self.low or self.bounds is not None)


def find(text: str) -> list[Quantity]:
    """Every figure of a sentence, from left to right; none twice."""
    left = text
    found: list[Quantity] = []
    for pattern, build in _READERS:
        for match in pattern.finditer(left):
            quantity = build(match)
            if quantity is None:
                continue
            found.append(quantity)
            left = left[: match.start()] + "\0" * (match.end() - match.start()) + left[match.end() :]
    return [_compared(text, quantity) for quantity in _with_bounds(text, sorted(found, key=lambda quantity: quantity.start))]


def amount(text: str) -> tuple[float, float]:
    """A number's value, and half a unit of its last written digit."""
    plain = text.strip().lower().replace("\u2212", "-")
    scale = next((name for name in sorted(SCALES, key=len, reverse=True) if re.search(rf"(?<![a-z]){name}$", plain)), "")
    multiplier = SCALES.get(scale, 1.0)
    plain = plain.removesuffix(scale).rstrip(f"{SPACES}-") or "1"
    if plain.endswith(" and a half"):
        return (WORDS[plain.removesuffix(" and a half")] + 0.5) * multiplier, 0.05 * multiplier
    if plain[0].isalpha():
        return sum(WORDS[word] for word in re.split(r"[- ]", plain)) * multiplier, WHOLE if multiplier == 1 else 0.5 * multiplier
    digits = re.sub(rf"[,'\u2019{SPACES}]", "", plain)
    decimals = len(digits.partition(".")[2])
    tolerance = 0.5 * 10.0**-decimals * multiplier
    return float(digits) * multiplier, tolerance if decimals or multiplier > 1 else WHOLE


def _valued(text: str) -> tuple[float, float, str]:
    """Value, tolerance and unit of a figure with the unit behind it."""
    match = re.fullmatch(rf"({NUMBER})({UNIT})?", text.strip(), re.IGNORECASE)
    if match is None:
        raise ValueError(f"{text!r} is no figure")
    value, tolerance = amount(match[1])
    word = (match[2] or "").strip().lower()
    unit = "" if not word else "percent" if word in {"%", "percent", "per cent"} else "points"
    return value, tolerance, unit


def _single(match: re.Match[str]) -> Quantity | None:
    value, tolerance, unit = _valued(match["value"])
    kind: Kind = "percent" if unit == "percent" else "points" if unit == "points" else "number"
    is_signed = match["value"].lstrip()[0] in "+-\u2212"
    return _quantity(match, kind, value, value, tolerance, unit, is_signed=is_signed)


def _range(match: re.Match[str]) -> Quantity | None:
    low, fine, first = _valued(match["low"])
    high, fine_high, second = _valued(match["high"])
    unit = second or first
    if low >= high:
        return None
    kind: Kind = "percent" if unit == "percent" else "points" if unit == "points" else "number"
    return _quantity(match, kind, low, high, max(fine, fine_high), unit)


def _change(match: re.Match[str]) -> Quantity | None:
    before, fine, first = _valued(match["before"])
    after, fine_after, second = _valued(match["after"])
    return _quantity(match, "change", before, after, max(fine, fine_after), second or first)


def _split(match: re.Match[str]) -> Quantity | None:
    first, second = int(match["first"]), int(match["second"])
    return _quantity(match, "split", first, second, 0.0, "") if first + second == 100 else None


def _p_value(match: re.Match[str]) -> Quantity | None:
    value = float(match["value"])
    sign: Comparison = "<" if match["sign"] in {"<", "≤", "below", "under"} else ">" if match["sign"] in {">", "above"} else "="
    decimals = len(match["value"].partition(".")[2])
    return replace(_quantity(match, "p_value", value, value, 0.5 * 10.0**-decimals, ""), comparison=sign)


def _sample_size(match: re.Match[str]) -> Quantity | None:
    value, tolerance = amount(match["value"])
    return _quantity(match, "sample_size", value, value, tolerance, "")


def _duration(match: re.Match[str]) -> Quantity | None:
    unit = match["unit"].lower().rstrip("s")
    value, tolerance = amount(match["value"])
    fine = tolerance or 0.5
    return _quantity(match, "duration", value * DAYS[unit], value * DAYS[unit], fine * DAYS[unit], unit)


def _time_change(match: re.Match[str]) -> Quantity | None:
    """`from a two-week cycle into a one-hour gate`, in days."""
    levels = [(amount(match[name]), DAYS[match[f"{name}_unit"].lower().rstrip("s")]) for name in ("before", "after")]
    (before, fine), (after, fine_after) = ((value * days, (tolerance or WHOLE) * days) for (value, tolerance), days in levels)
    return replace(_quantity(match, "change", before, after, fine, "days"), tolerance_after=fine_after)


def _ordinal(match: re.Match[str]) -> Quantity | None:
    word = match["word"].lower()
    value = ORDINALS.get(word) or int(re.sub(r"\D", "", word))
    return _quantity(match, "ordinal", value, value, 0.0, "")


def _part(match: re.Match[str]) -> Quantity | None:
    value = PARTS[(match["part"] or match["by"]).lower()]
    return replace(_quantity(match, "percent", value, value, 0.05 * value, "percent"), comparison="~")


def _day(match: re.Match[str]) -> Quantity | None:
    try:
        if match["month"].isdigit():
            day = date(int(match["year"]), int(match["month"]), int(match["day"]))
        else:
            day = date(int(match["year"]), MONTHS.index(match["month"][:3].lower()) + 1, int(match["day"]))
    except ValueError:
        return None
    return replace(_quantity(match, "date", 0, 0, 0, ""), day=day)


def _month(match: re.Match[str]) -> Quantity | None:
    day = date(int(match["year"]), MONTHS.index(match["month"][:3].lower()) + 1, 1)
    return replace(_quantity(match, "date", 0, 0, 0, "month"), day=day)


def _fall(match: re.Match[str]) -> Quantity | None:
    """`31.8 to 30.5`: two figures of which the first is the larger are no range."""
    change = _change(match)
    return change if change and change.low > change.high else None


def _period(match: re.Match[str]) -> Quantity | None:
    part = match["part"] or match["part_first"]
    year = match["year"] or match["year_last"] or ""
    return replace(_quantity(match, "period", 0, 0, 0, ""), unit=f"{year}{part}".upper())


def _context(match: re.Match[str]) -> Quantity | None:
    """A year, a level of confidence, a version: read, and no claim."""
    return _quantity(match, "period", 0, 0, 0, "")


def _quantity(
    match: re.Match[str], kind: Kind, low: float, high: float, tolerance: float, unit: str, *, is_signed: bool = False
) -> Quantity:
    return Quantity(kind, match.start(), match.end(), match[0].strip(), low, high, tolerance, unit=unit, is_signed=is_signed)


def _with_bounds(text: str, found: list[Quantity]) -> Iterator[Quantity]:
    """Give a figure the interval that is written behind it, as in `1.9 projects (0.9 to 2.9)`."""
    previous: Quantity | None = None
    for quantity in (quantity for quantity in found if not CONFIDENCE.fullmatch(quantity.text)):
        between = text[previous.end : quantity.start] if previous else ""
        is_interval = previous is not None and quantity.high > quantity.low and quantity.kind in {"number", "percent", "points"}
        if is_interval and re.fullmatch(r"[^()]{0,30}\((?:\d\d ?% )?[^()\d]{0,24}|,[^.;()]{0,24}(?:interval|CI)(?: of| from)? ?", between):
            previous = replace(previous, bounds=(quantity.low, quantity.high)) if previous else None
            continue
        if previous:
            yield previous
        previous = quantity
    if previous:
        yield previous


def _compared(text: str, quantity: Quantity) -> Quantity:
    """Widen or open a figure by the words before it."""
    if quantity.comparison != "=" or quantity.kind in {"date", "period", "split"}:
        return quantity
    for comparison, pattern in BEFORE.items():
        if pattern.search(text[: quantity.start]):
            wider = (
                max(quantity.tolerance, APPROXIMATE * max(abs(quantity.low), abs(quantity.high)))
                if comparison == "~"
                else quantity.tolerance
            )
            return replace(quantity, comparison=comparison, tolerance=wider)
    return quantity


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


_READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Quantity | None]], ...] = (
    (_pattern(rf"{FREE}(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)\b"), _day),
    (_pattern(rf"\b(?P<month>{MONTH}) (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>20\d\d)\b"), _day),
    (_pattern(rf"{FREE}(?P<day>\d{{1,2}})(?:st|nd|rd|th)? (?P<month>{MONTH}) (?P<year>20\d\d)\b"), _day),
    (_pattern(rf"\b(?P<month>{MONTH}) (?P<year>20\d\d)\b"), _month),
    (_pattern(r"\b(?:(?P<year>20\d\d)[ -]?(?P<part>[HQ][1-4])|(?P<part_first>[HQ][1-4])(?:[ -/]?(?P<year_last>20\d\d))?)\b"), _period),
    (_pattern(rf"\b(?:in|since|of|during|by|until|{MONTH}) 20\d\d\b"), _context),
    (CONFIDENCE, _context),
    (re.compile(rf"{FREE}(?P<first>\d{{1,2}})\s?[/:]\s?(?P<second>\d{{1,2}})(?![\w/])"), _split),
    (
        _pattern(
            r"\bp(?:[- ]?value)?\s?(?:was |is |of |of [\w-]+ (?=was ))?(?P<sign>[<>=≤]|below|under|above|of|was|is)\s?"
            r"(?P<value>\d?\.\d+|\d(?:\.\d+)?e-\d+)"
        ),
        _p_value,
    ),
    (re.compile(rf"\b[Nn]\s?[=≈~:]\s?(?P<value>{NUMBER})"), _sample_size),
    (
        _pattern(
            rf"\bfrom (?:about |an? )?(?P<before>{NUMBER})[{SPACES}-](?P<before_unit>{TIMES})s?\b(?: [\w-]+){{0,3}} (?:in)?to "
            rf"(?:about |an? )?(?P<after>{NUMBER})[{SPACES}-](?P<after_unit>{TIMES})s?\b"
        ),
        _time_change,
    ),
    (
        _pattern(
            rf"{FREE}(?P<value>{NUMBER})(?:[{SPACES}-](?:more|additional|further|full|whole|consecutive))?[{SPACES}-](?P<unit>{'|'.join(DAYS)})s?\b"
        ),
        _duration,
    ),
    (_pattern(rf"{FREE}(?P<before>{VALUE})(?: [a-z][\w-]*){{0,2}} ?{ARROW} ?(?P<after>{VALUE})"), _change),
    (_pattern(rf"\bfrom (?:about )?(?P<before>{VALUE})(?: [a-z][\w-]*){{0,3}} to (?:about )?(?P<after>{VALUE})"), _change),
    (_pattern(rf"{FREE}(?P<after>{VALUE}) after (?:it was )?(?P<before>{VALUE}) before\b"), _change),
    (_pattern(rf"{FREE}(?P<before>{VALUE}) before,? (?:and )?(?P<after>{VALUE}) (?:now|after|afterwards|today)\b"), _change),
    (_pattern(rf"{FREE}(?P<after>{VALUE})(?: [a-z][\w-]*){{0,3}},? (?:up|down) from (?P<before>{VALUE})"), _change),
    (
        _pattern(rf"{FREE}(?P<before>{VALUE}) in (?:the )?{CONTROL} and (?P<after>{VALUE}) in (?:the )?{TREATMENT}\b"),
        _change,
    ),
    (_pattern(rf"\bbetween (?P<low>{VALUE}) and (?P<high>{VALUE})"), _range),
    (_pattern(rf"{FREE}(?P<low>{VALUE})[{SPACES}]?(?:-|\u2013|\u2014|to)[{SPACES}]?(?P<high>{VALUE})"), _range),
    (_pattern(rf"{FREE}(?P<before>{VALUE}) to (?P<after>{VALUE})"), _fall),
    (_pattern(rf"(?:(?<=\bby )(?P<by>{PART})|\b(?P<part>{PART})(?= of\b))"), _part),
    (_pattern(rf"\b(?P<word>{'|'.join(ORDINALS)}|\d+(?:st|nd|rd|th))\b(?= (?:attempt|try|change|iteration|version))"), _ordinal),
    (_pattern(rf"{FREE}(?P<value>{VALUE})(?![\w@]|\.\d)"), _single),
)
