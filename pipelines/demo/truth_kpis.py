"""Records of the KPIs that rest on what somebody keeps or schedules: labels, bills, surveys, attacks, sources, a drift.

Reckoned in plain Python from the story's own answers and runs. A KPI's value is what these records give together.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from pipelines.demo.story.scheduled_suites import ATTACKS, NOTHING_MADE_UP, SOURCES, SUPPORTED
from pipelines.demo.story.vendor_labels import LABELLING, QUESTION
from pipelines.demo.truth_people import utc_day
from pipelines.demo.world import World

Row = dict[str, Any]
NOT_TOLD = {"K04": "a launch with eval runs before and after its prompt's change happened once, and five are the fewest that are told"}
"""KPIs that the story leaves without a value, and why."""


def kpi_records(world: World) -> Iterator[Row]:
    """What each of these KPIs counts: `value` of `weight` on a day."""
    yield from _of_labels(world.truth["vendor_labels"])
    yield from _of_bills(world.truth["vendor_labels"], world.truth["spend"])
    for wave in world.truth["surveys"]:
        last_day = date.fromisoformat(wave["to"]) - timedelta(days=1)
        subject = f"{wave['survey']}, {wave['wave']}: {wave['question']}"
        yield _record("K19", subject, last_day, sum(wave["answers"]), len(wave["answers"]))
    yield from _of_runs(world)
    for drift in world.truth["drifts"]:
        days = (drift["noticed_at"] - drift["good_at"]) / timedelta(days=1)
        task = drift["suite"].partition(":")[2]
        yield _record("K13", task, utc_day(drift["noticed_at"]), days / 2, 1, value_low=0.0, value_high=days)


def _record(kpi: str, subject: str, day: date, value: float, weight: float, **bounds: float) -> Row:
    return {"kpi": kpi, "subject": subject, "on": day, "value": value, "weight": weight, **bounds}


def _of_runs(world: World) -> Iterator[Row]:
    for run in world.eval_runs:
        day = utc_day(run.created_at)
        if run.task == ATTACKS.task:
            for attack in ATTACKS.modes:
                tried = [sample.value for sample in run.samples if sample.failure_mode == attack and sample.value is not None]
                yield _record("K08", attack, day, sum(tried), len(tried))
        if run.task == SOURCES.task:
            n = len(run.samples)
            yield _record("K09", run.task, day, sum(sample.named[SUPPORTED] for sample in run.samples), n)
            yield _record("K10", run.task, day, n - sum(sample.named[NOTHING_MADE_UP] for sample in run.samples), n)


def _of_labels(labels: list[Row]) -> Iterator[Row]:
    for name, rows in groupby(labels, key=lambda row: row["label_set"]):
        answers = [row for row in rows if not row["is_skipped"]]
        subject, day = f"{name}: {QUESTION}", date.fromisoformat(answers[0]["day"])
        twice = [given for given in _by_item(answers).values() if len(given) > 1]
        yield _record("K05", subject, day, alpha(twice) * len(twice), len(twice))
        truth = {row["item"]: row["value"] for row in answers if row["is_gold"]}
        checked = [row["value"] == truth[row["item"]] for row in answers if row["item"] in truth and not row["is_gold"]]
        yield _record("K06", subject, day, sum(checked), len(checked))


def _of_bills(labels: list[Row], spend: list[Row]) -> Iterator[Row]:
    """Bills for labels in US dollars, and the items of their months on whose label more than half of the answers agree."""
    marked = {row["item"] for row in labels if row["is_gold"]}
    bought = [row for row in labels if row["item"] not in marked and not row["is_skipped"]]
    batches = {row["item"]: (row["label_set"], row["day"]) for row in bought}
    accepted = Counter(batches[item] for item, given in _by_item(bought).items() if 2 * max(Counter(given).values()) > len(given))
    bills = [bill for bill in spend if bill["line"].startswith(LABELLING) and bill["currency"] == "USD"]
    for bill in bills:
        yield _record("K16", bill["line"], date.fromisoformat(bill["day"]), bill["amount"], 0)
    for (label_set, day), n_items in accepted.items():
        if any(bill["day"][:7] == day[:7] for bill in bills):
            yield _record("K16", label_set, date.fromisoformat(day), 0, n_items)


def _by_item(answers: list[Row]) -> dict[str, list[str]]:
    given: dict[str, list[str]] = defaultdict(list)
    for row in answers:
        given[row["item"]].append(row["value"])
    return given


def alpha(units: list[list[str]]) -> float:
    """Krippendorff's alpha of plain choices: one minus the disagreement within items over that among all answers."""
    answers = [value for given in units for value in given]
    within = sum(_unequal(given) / (len(given) - 1) for given in units) / len(answers)
    return 1 - within / (_unequal(answers) / len(answers) / (len(answers) - 1))


def _unequal(answers: list[str]) -> int:
    """Ordered pairs of answers that differ."""
    return len(answers) ** 2 - sum(count**2 for count in Counter(answers).values())
