"""Labels that a vendor sold: two batches by two raters with items whose truth was marked beforehand, and what the vendor charged."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.demo.story.facts import note
from pipelines.demo.story.sheets import sheet
from pipelines.demo.world import World

Label = tuple[str, ...]
QUESTION, GOOD, BAD = "verdict", "good", "bad"
MARKED_BY, RATERS = "lead-rater", ("rater-07", "rater-12")
"""The vendor's own names of people, who are nobody's accounts."""
LABEL_COLUMNS = ("item", "rater", "value", "question", "labelled_at", "is_gold", "is_skipped")
SPEND_COLUMNS = ("day", "provider", "line", "tokens_in", "amount", "currency")


ITEMS, MARKED, TRULY_BAD = range(1, 13), range(1, 5), frozenset({4})
"""Items of a batch, and those of them whose truth was marked, with the one that was marked as bad."""


@dataclass(frozen=True)
class Batch:
    """One batch of answers that two raters judged: by rater, what each called bad, and gave no answer about."""

    name: str
    day: str
    bad: tuple[frozenset[int], frozenset[int]]
    skipped: tuple[frozenset[int], frozenset[int]] = (frozenset(), frozenset())


BATCHES = (
    Batch("vendor-march", "2026-03-18", (frozenset({4, 8, 12}), frozenset({4, 8, 11}))),
    Batch("vendor-may", "2026-05-13", (frozenset({4, 6, 9}), frozenset({2, 4, 9, 10})), (frozenset(), frozenset({12}))),
)
LABELLING = "labelling: "
SPEND = (
    ("2026-03-31", "labelwerk", f"{LABELLING}batch of March", "", 30.0, "USD"),
    ("2026-05-29", "labelwerk", f"{LABELLING}batch of May", "", 48.0, "USD"),
    ("2026-05-29", "labelwerk", f"{LABELLING}express fee", "", 9.0, "EUR"),
    ("2026-05-31", "anthropic", "evaluation", 1_250_000, 41.2, "USD"),
)
"""The fee is in another currency, and the tokens are no labels."""


def vendor_labels(world: World) -> None:
    """Write the batches and the bills, and note both."""
    for batch in BATCHES:
        rows = [row for rater in range(len(RATERS)) for row in _answers(batch, rater)] + list(_marks(batch))
        world.label_files[f"{batch.name}.csv"] = sheet(LABEL_COLUMNS, rows)
        for item, rater, value, _, at, is_gold, is_skipped in rows:
            row = {"label_set": batch.name, "day": at[:10], "item": item, "rater": rater, "value": value or None}
            note(world, "vendor_labels", row | {"is_gold": is_gold == "true", "is_skipped": is_skipped == "true"})
    world.register_files["spend.csv"] = sheet(SPEND_COLUMNS, SPEND)
    for day, provider, line, _, amount, currency in SPEND:
        note(world, "spend", {"day": day, "provider": provider, "line": line, "amount": amount, "currency": currency})


def _answers(batch: Batch, rater: int) -> Iterator[Label]:
    for place in ITEMS:
        is_skipped = place in batch.skipped[rater]
        value = "" if is_skipped else _value(place in batch.bad[rater])
        yield _row(batch, place, RATERS[rater], value, 10 + rater, is_skipped=is_skipped)


def _marks(batch: Batch) -> Iterator[Label]:
    for place in MARKED:
        yield _row(batch, place, MARKED_BY, _value(place in TRULY_BAD), 8, is_gold=True)


def _row(batch: Batch, place: int, rater: str, value: str, hour: int, *, is_gold: bool = False, is_skipped: bool = False) -> Label:
    at = f"{batch.day}T{hour:02d}:{place:02d}:00Z"
    return (f"{batch.name}-{place:02d}", rater, value, QUESTION, at, str(is_gold).lower(), str(is_skipped).lower())


def _value(is_bad: bool) -> str:
    return BAD if is_bad else GOOD
