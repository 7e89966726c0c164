"""What a sentence asserts: one claim for each figure and for each statement that rows can answer. Every rule has a name."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from pipelines.packets import quantities
from pipelines.packets.facts import Role
from pipelines.packets.quantities import Quantity
from pipelines.packets.words import NOUNS, nouns_of, tokens

Kind = Literal[
    "effect", "change", "level", "count", "share", "credit", "sample_size", "p_value", "split", "duration", "date", "decision",
    "authorship", "no_incident", "no_concurrent", "no_degradation", "incident_change", "statement",
]  # fmt: skip

PLAN = re.compile(
    r"\b(?:will|plan(?:s|ned|ning)? to|intends? to|going to|hopes? to|wants? to|would like to|next (?:half|quarter|year|period|cycle)|"
    r"aims? to|goal (?:is|for)|should|propos(?:e|es|ed|ing)|roadmap)\b",
    re.IGNORECASE,
)
FIRST_PERSON = r"\b(?:I|we|I've|we've|I also|we also)\b"
MADE = (
    r"(?:built|build|wrote|write|authored|created|designed|developed|implemented|own|owned|led|lead|maintain|maintained|shipped|launched|"
    r"migrated|introduced|set up|drove|spearheaded|championed|founded|co-authored|rewrote|curated?|calibrated?|ran the|run the)"
)
AUTHORSHIP = re.compile(
    rf"{FIRST_PERSON}(?:\s+(?:[\w-]+ly|alone|myself))?(?:\s+have|\s+had)?\s+{MADE}\b|\b(?:is|are|was)\b[^.;,]{{0,20}}\bmine\b|"
    r"\bI(?:'m| am| was) (?:the |an? )?(?:sole |main |lead |primary |original )?(?:author|owner|maintainer)\b",
    re.IGNORECASE,
)
BUILT = re.compile(r"\b(?:harness|library|suite|gate|judge|kit|prompt|rubric|set) (?:that |which )?I (?:built|wrote|authored)\b")
ALONE = re.compile(r"\b(?:single-handedly|solely|alone|by myself|on my own|sole author|without (?:any )?help)\b", re.IGNORECASE)
NO_INCIDENT = re.compile(
    r"\b(?:no|without(?: an?| any| a single)?|zero|not a single)\s+(?:[\w-]+\s+){0,3}?(?:incidents?|outages?)\b", re.IGNORECASE
)
NO_CONCURRENT = re.compile(
    r"\b(?:no|without(?: any)?)\s+(?:other\s+)?(?:concurrent|parallel|simultaneous|overlapping|other)\s+"
    r"(?:concurrent\s+)?(?:shipments?|launches|launch|releases?|changes?|experiments?|ships?)\b|"
    r"\bnothing else (?:shipped|launched|changed)\b",
    re.IGNORECASE,
)
NO_DEGRADATION = re.compile(
    r"\b(?:no|without(?: any)?|zero)\s+(?:[\w-]+\s+){0,2}?(?:degradations?|slowdowns?|regressions? in|loss(?:es)? (?:in|of)|harm)\b|"
    r"\bdid(?: not|n't) (?:degrade|regress|slow)\b|\bnon-inferior\b",
    re.IGNORECASE,
)
INCIDENT_CHANGE = re.compile(r"\bincidents?\b", re.IGNORECASE)
LESS = re.compile(
    r"\b(?:reduc\w+|cut|fewer|drop\w*|fell|fall\w*|declin\w+|decreas\w+|lower\w*|halv\w+|down|lost|los[st]|cost|regress\w*|worse\w*)\b",
    re.IGNORECASE,
)
MORE = re.compile(r"\b(?:improv\w+|rose|rais\w+|increas\w+|gain\w*|grew|lift\w*|up|boost\w*|higher|better|won)\b", re.IGNORECASE)
EFFECT = re.compile(rf"{LESS.pattern}|{MORE.pattern}|\b(?:mov\w+|shift\w*|chang\w+|drove|effect|impact|add\w*)\b", re.IGNORECASE)
CREDIT = re.compile(
    r"\b(?:attribut\w+|credit\w*|conservative|generous|midpoint|of the (?:lift|gain|effect|change|shift|rise|improvement))\b", re.IGNORECASE
)
SHARE = re.compile(
    r"\b(?:wrote|written by|contributed|mine|write|own|owned|authored|built|author|my work|my share|surviving|"
    r"of the (?:changes|lines|code|work))\b",
    re.IGNORECASE,
)
THEIRS = re.compile(r"\b(?:is|are) (?:mine|my (?:own )?work|the engineer's)", re.IGNORECASE)
MY_SHARE = re.compile(r"\bmy (?:own )?share\b", re.IGNORECASE)
LANDED = re.compile(r"\b(?:landed|shipped|merged|launched|released|reverted|decided|killed|started|ended)\b", re.IGNORECASE)
DECISIONS = (
    (
        "won",
        re.compile(
            r"\b(?:was|were|is) (?:a |an )?(?:clear |big )?(?:won|win|success)\b|\bdeclared (?:a |the )?win(?:ner)?\b|\bwon\b(?!')",
            re.IGNORECASE,
        ),
    ),
    (
        "lost",
        re.compile(
            rf"\b(?:was|were|is) (?:a )?(?:lost|loss|failure)\b|\blost\s*[:,.;]|\b(?:I|we) (?:killed|stopped)\b(?! +{quantities.NUMBER})|"
            r"\b(?:was|were|got) (?:killed|stopped)\b",
            re.IGNORECASE,
        ),
    ),
    ("reverted", re.compile(r"\b(?:was|were|got|been) (?:later )?(?:reverted|rolled back)\b", re.IGNORECASE)),
)
PRONOUNS = frozenset(["them", "these", "those", "which", "whom"])
CHAIN = re.compile(r"\s*(?:out )?of (?:the |its |their |all |those )?", re.IGNORECASE)
"""Between two figures of which the first is a part of the second."""
GAINED = re.compile(rf"(?:\b(?:added|gained)\b(?:[^,;.]*\band\b)?|(?:{LESS.pattern}|{MORE.pattern})[^,;.]*\bby)\s*$", re.IGNORECASE)
"""Before a figure that tells how much more there is, not how much."""
TITLED = re.compile(r"[^.;]*[:=(]\s*(?:\d[\d.,]* of )?$")
"""Before a figure that stands behind what it counts: "regressions caught: 7", "half of the runs (9 of 18)"."""
LEVEL = re.compile(
    r"\b(?:brought|rais\w+|rose|went|gr[eo]w\w*|climb\w+|fell|dropp\w+|got|stood|ended|reach\w+|stands?|is now|up|down)\b"
    r"[^,;]*\b(?:to|at)\s*$|\breach\w+\s*$",
    re.IGNORECASE,
)
LONGEST = 4000
"""Characters of a sentence; what is longer is a table or a dump, and would take time that grows with its square."""
REACH = 5
"""How many words behind a figure may stand before the noun that it counts."""
SAMPLE = re.compile(
    r"\b(?:measured|across|over|sample[ds]?|with|on|covered|through|experiment|included|randomi[sz]ed|tested|assigned)\b", re.IGNORECASE
)
TIMES_AS = re.compile(r"[-\s]?(?:x|times|fold)\b(?: as| more| less| fewer| faster| slower| larger| the)", re.IGNORECASE)
"""Behind a factor, which is a comparison and no count."""
RATE = re.compile(r"\b(?:per|a|each|every) (?:second|minute|hour|day|week|month)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Claim:
    """One thing that a sentence asserts."""

    kind: Kind
    start: int
    end: int
    text: str
    rule: str
    """The name of the rule that read it."""
    roles: tuple[Role, ...] = ()
    """Roles of facts that can answer it."""
    quantity: Quantity | None = None
    noun: str = ""
    window: str = ""
    """The text beside a figure, up to the next figure, comma or "and": it tells which of several columns and subjects is meant."""
    sign: int = 0
    """Direction of an effect, where the words give one."""
    wanted: str = ""
    """The decision that is told."""
    period: str = ""
    """A half or quarter that the sentence names."""

    @cached_property
    def near(self) -> frozenset[str]:
        """Words beside the figure."""
        return frozenset(tokens(self.window))


def find(text: str) -> list[Claim]:
    """The claims of a sentence, from left to right; one `statement` where there are none."""
    if len(text) > LONGEST:
        return [_statement(text, "too_long")]
    if PLAN.search(text):
        return [_statement(text, "plan")]
    found = quantities.find(text)
    periods = [quantity.unit for quantity in found if quantity.kind == "period" and quantity.unit]
    figures = [quantity for quantity in found if quantity.kind != "period"]
    claims = [*_of_figures(text, figures, periods[0] if periods else ""), *_of_words(text)]
    return sorted(claims, key=lambda claim: (claim.start, claim.kind)) or [_statement(text, "nothing_to_hold_against_rows")]


def _statement(text: str, rule: str) -> Claim:
    return Claim("statement", 0, len(text), text, rule)


def _of_figures(text: str, figures: Sequence[Quantity], period: str) -> Iterator[Claim]:
    noun = ""
    for index, quantity in enumerate(figures):
        window = _window(text, figures, index)
        # Two levels have no noun of the figure before them: "14 failure modes (slice x from 3 to 36)".
        own = _noun(text, figures, index, "" if quantity.kind == "change" else noun)
        kind, rule, roles = _kind_of(text, quantity, window, own)
        noun = noun if rule == "factor" else own or noun
        if kind is None:
            continue
        # "Up to 70.9 %" behind a verb of motion is a place, not a limit.
        figure = replace(quantity, comparison="=") if rule == "level" else quantity
        sign = _sign(quantity, window) if kind in {"effect", "incident_change"} else 0
        yield Claim(
            kind, quantity.start, quantity.end, quantity.text, rule, roles, figure, noun=own, window=window, sign=sign, period=period
        )


def _window(text: str, figures: Sequence[Quantity], index: int) -> str:
    """The text beside a figure. Of "6 of 17" the first has what stands around both, and the second, the whole, has nothing."""
    if _is_chained(text, figures, index - 1):
        return ""
    last = index + 1 if _is_chained(text, figures, index) else index
    left = text[figures[index - 1].end if index else 0 : figures[index].start]
    right = text[figures[last].end : figures[last + 1].start if last + 1 < len(figures) else len(text)]
    return re.split(r"[,;()]|\band\b", left)[-1] + " | " + re.split(r"[,;()]|\band\b", right)[0]


def _is_chained(text: str, figures: Sequence[Quantity], index: int) -> bool:
    """Whether a figure is said to be a part of the one behind it."""
    return 0 <= index < len(figures) - 1 and bool(CHAIN.fullmatch(text[figures[index].end : figures[index + 1].start]))


def _kind_of(text: str, quantity: Quantity, window: str, noun: str) -> tuple[Kind | None, str, tuple[Role, ...]]:
    """Which claim a figure makes, by which rule, and which facts answer it. None for a figure that claims nothing."""
    match quantity.kind:
        case "split" | "duration" | "sample_size" | "p_value":
            return quantity.kind, quantity.kind, (quantity.kind,)
        case "change":
            return "change", "before_after", ("change",)
        case "ordinal":
            return "count", "ordinal", ("ordinal",)
        case "date":
            return ("date", "date_of_event", ("date",)) if LANDED.search(text) else (None, "", ())
        case "points":
            return "effect", "points", ("effect",)
        case "percent":
            return _percent_kind(text, quantity, window, noun)
        case _:
            return _number_kind(text, quantity, window, noun)


def _percent_kind(text: str, quantity: Quantity, window: str, noun: str) -> tuple[Kind | None, str, tuple[Role, ...]]:
    if CREDIT.search(window):
        return "credit", "bounded_attribution", ("credit",)
    if INCIDENT_CHANGE.search(window) and EFFECT.search(window):
        return "incident_change", "incidents_before_after", ()
    if MY_SHARE.search(window):
        return "share", "my_share", ("share",)
    if THEIRS.search(window) and re.match(r"\s*of\b", text[quantity.end :]):
        return "share", "share_of_subject", ("share",)
    if SHARE.search(text) and re.match(r"\s*(?:of|mine)\b", text[quantity.end :]) and noun in {"", "catch", "prompt", "suite"}:
        return "share", "share_of_subject", ("share",)
    if quantity.text.lower() in quantities.PARTS:
        return None, "", ()
    if LEVEL.search(text[: quantity.start]):
        return "level", "level", ("level",)
    if EFFECT.search(window):
        return "effect", "percent_effect", ("relative_effect", "effect")
    return "count", "percentage", ("count",)


def _number_kind(text: str, quantity: Quantity, window: str, noun: str) -> tuple[Kind | None, str, tuple[Role, ...]]:
    if TIMES_AS.match(text[quantity.end :]):
        return None, "factor", ()
    if quantity.text.lower() in {"one", "both", "1"} and not noun:
        return None, "", ()
    if noun == "unit" and SAMPLE.search(window) and not RATE.search(window):
        return "sample_size", "sample_by_noun", ("sample_size",)
    if not noun and CREDIT.search(window):
        return "effect", "credited_points", ("effect",)
    if GAINED.search(text[: quantity.start]):
        return ("count", "gain_of_noun", ("delta",)) if noun else ("effect", "gain", ("effect", "delta"))
    if noun == "attempt":
        return "count", "attempts", ("count", "ordinal")
    if not noun and LEVEL.search(text[: quantity.start]):
        return "level", "level", ("level",)
    return "count", "count_of_noun", ("count",)


def _noun(text: str, figures: Sequence[Quantity], index: int, before: str) -> str:
    """What a figure counts: the first known noun behind it; for "of them" and "more", what was counted before it."""
    if _is_chained(text, figures, index):
        return _noun(text, figures, index + 1, before)
    right = figures[index + 1].start if index + 1 < len(figures) else len(text)
    behind = re.split(r"[,;:.()]|\band\b", text[figures[index].end : right])[0]
    following = re.findall(r"[a-z]+", behind.lower().replace("pull request", "pullrequest"))[:REACH]
    for place, word in enumerate(following):
        if word in PRONOUNS and before:
            return before
        if word in NOUNS and not (NOUNS[word] == "person" and place + 1 < len(following) and following[place + 1] in NOUNS):
            return NOUNS[word]
    if before and (not following or following[0] == "more"):
        return before
    titled = TITLED.search(text[: figures[index].start])
    return next(iter(nouns_of(titled[0].replace("times", ""))), "") if titled and not following else ""


def _sign(quantity: Quantity, window: str) -> int:
    if quantity.is_signed:
        return -1 if quantity.low < 0 else 1
    less, more = LESS.search(window), MORE.search(window)
    return 0 if bool(less) == bool(more) else -1 if less else 1


def _of_words(text: str) -> Iterator[Claim]:
    """Claims that need no figure."""
    patterns: tuple[tuple[Kind, str, re.Pattern[str], tuple[Role, ...]], ...] = (
        ("no_incident", "no_incident", NO_INCIDENT, ("count",)),
        ("no_concurrent", "no_other_launch", NO_CONCURRENT, ("concurrent",)),
        ("no_degradation", "no_degradation", NO_DEGRADATION, ()),
    )
    for kind, rule, pattern, roles in patterns:
        if match := pattern.search(text):
            yield Claim(kind, match.start(), match.end(), match[0], rule, roles)
    if match := AUTHORSHIP.search(text) or BUILT.search(text):
        yield Claim("authorship", match.start(), match.end(), match[0], "first_person_made", ("share",))
    for decision, pattern in DECISIONS:
        if match := pattern.search(text):
            yield Claim("decision", match.start(), match.end(), match[0], "decision", ("decision",), wanted=decision)
            return
