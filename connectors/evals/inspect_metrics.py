"""The metrics that Inspect reports: overall ones, grouped ones as slices, standard errors beside what they belong to."""

from collections.abc import Iterator, Mapping, Sequence

from connectors.evals.labels import SLICE_KEYS
from connectors.evals.model import Judge, Metric
from connectors.evals.shape import Json, integer, mapping, number, objects, text

STDERR_NAMES = frozenset({"stderr", "bootstrap_stderr"})
DEFAULT_REDUCER = "mean"


def metrics_of(results: Json, judges: Mapping[str, Judge]) -> Iterator[Metric]:
    """Every number of every score, in Inspect's order."""
    for score in objects(results, "scores"):
        yield from _metrics_of_score(score, judges)


def primary_of(results: Json, metrics: Sequence[Metric]) -> tuple[str, str, str] | None:
    """Inspect's headline metric, else the first that it lists."""
    headline = mapping(results, "headline")
    wanted = (text(headline, "score") or text(headline, "scorer"), text(headline, "metric"))
    overall = [metric for metric in metrics if metric.slice == ""]
    chosen = next((metric for metric in overall if (metric.scorer, metric.metric) == wanted), overall[0] if overall else None)
    return None if chosen is None else (chosen.scorer, chosen.metric, chosen.variant)


def _metrics_of_score(score: Json, judges: Mapping[str, Judge]) -> Iterator[Metric]:
    name = text(score, "name") or text(score, "scorer") or ""
    judge = judges.get(text(score, "scorer") or name, judges.get(name, Judge()))
    reducer = text(score, "reducer")
    errors = dict(_stderrs(score))
    for key, metric in _entries(score):
        place = _place(key, metric)
        if place is None or place[0] in STDERR_NAMES:
            continue
        metric_name, slice_name, grouping = place
        reduced = "" if reducer in {None, DEFAULT_REDUCER} else str(reducer)
        yield Metric(
            scorer=name,
            metric=metric_name,
            value=number(metric, "value"),
            slice=slice_name,
            variant=", ".join(part for part in (reduced, grouping) if part),
            # A standard error is of the mean: of the score's first metric, and of each group's.
            stderr=errors.pop((slice_name, grouping), None),
            n=None if slice_name else integer(score, "scored_samples"),
            judge=judge,
            reducer=reducer,
        )


def _entries(score: Json) -> Iterator[tuple[str, Json]]:
    return ((key, metric) for key, metric in mapping(score, "metrics").items() if isinstance(metric, dict))


def _stderrs(score: Json) -> Iterator[tuple[tuple[str, str], float | None]]:
    """Standard errors by slice and grouping, to stand beside the first metric of the same."""
    for key, metric in _entries(score):
        place = _place(key, metric)
        if place is not None and place[0] in STDERR_NAMES:
            yield (place[1], place[2]), number(metric, "value")


def _place(key: str, metric: Json) -> tuple[str, str, str] | None:
    """Metric, slice and grouping of an entry; None for the total of a grouping, which repeats the overall metric."""
    group, group_key = text(metric, "group"), text(metric, "params", "group_key")
    name = (text(metric, "name") or key).rpartition("/")[2]
    if group is None:
        return (name, "", "")
    inner = (text(metric, "params", "metric", "name") or group).rpartition("/")[2]
    if group_key is None:
        return (f"{group}/{name}", "", "")
    if name == (text(metric, "params", "all_label") or "all"):
        return None
    return (inner, name, "" if group_key in SLICE_KEYS else f"by {group_key}")
