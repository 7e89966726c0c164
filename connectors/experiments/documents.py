"""The documented shape of an experiment in a file: what each field may be, and how a document becomes records.

Formats are taken apart in `formats.py`; what must hold between the parts is in `bundles.py`.
"""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from connectors.contract import Record, Rejected
from connectors.experiments.bundles import Bundle, experiment_id, kept_a_control

DAY_LENGTH = len("2026-01-31")
EXPECTED_TIME = "an ISO 8601 time with a zone such as 2026-02-02T09:00:00Z, or a day such as 2026-02-02"
SHOWN = 60
"""Characters of a wrong value that go into a message."""


def _instant(value: Any) -> Any:
    """A time with a zone; a bare day is its midnight in UTC."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value) if len(value) == DAY_LENGTH else datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(f"expected {EXPECTED_TIME}") from None
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"it has no zone; expected {EXPECTED_TIME}")
        return value.astimezone(UTC)
    return datetime.combine(value, time(), UTC) if isinstance(value, date) else value


Instant = Annotated[datetime, BeforeValidator(_instant)]
Count = Annotated[int, Field(ge=0)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(ge=0)]


class _Part(BaseModel):
    # Ids and keys are often numbers; unquoted in YAML they are read as such and mean the text.
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, coerce_numbers_to_str=True)


class Variation(_Part):
    """One arm."""

    key: str = Field(min_length=1)
    name: str | None = None
    is_control: bool = False


class Phase(_Part):
    """One phase."""

    phase: Count
    name: str | None = None
    started_at: Instant | None = None
    ended_at: Instant | None = None
    coverage: Fraction | None = None
    split: dict[str, float] | None = None
    ended_reason: str | None = None


class Result(_Part):
    """One metric of one variation against its baseline."""

    phase: Count
    metric_key: str = Field(min_length=1)
    variant_key: str = Field(min_length=1)
    baseline_key: str = Field(min_length=1)
    dimension: str = ""
    dimension_value: str = ""
    metric_name: str | None = None
    metric_role: Literal["primary", "secondary", "guardrail", "monitoring"] | None = None
    direction: Literal["increase", "decrease"] | None = None
    metric_kind: Literal["proportion", "mean", "ratio", "quantile"] | None = None
    as_of: Instant | None = None
    n_variant: Count | None = None
    n_baseline: Count | None = None
    numerator_variant: float | None = None
    numerator_baseline: float | None = None
    mean_variant: float | None = None
    mean_baseline: float | None = None
    sd_variant: Positive | None = None
    sd_baseline: Positive | None = None
    covariate_mean_variant: float | None = None
    covariate_mean_baseline: float | None = None
    covariate_sd_variant: Positive | None = None
    covariate_sd_baseline: Positive | None = None
    covariate_covariance_variant: float | None = None
    covariate_covariance_baseline: float | None = None
    denominator_mean_variant: float | None = None
    denominator_mean_baseline: float | None = None
    denominator_sd_variant: Positive | None = None
    denominator_sd_baseline: Positive | None = None
    denominator_covariance_variant: float | None = None
    denominator_covariance_baseline: float | None = None
    quantile: Annotated[float, Field(gt=0, lt=1)] | None = None
    non_inferiority_margin: Positive | None = None
    vendor_effect_relative: float | None = None
    vendor_ci_low: float | None = None
    vendor_ci_high: float | None = None
    vendor_ci_level: Fraction | None = None
    vendor_p: Fraction | None = None
    vendor_engine: str | None = None
    vendor_probability_better: Fraction | None = None
    vendor_srm_p: Fraction | None = None
    units_note: str | None = None


class Series(_Part):
    """One metric, day by day."""

    metric_key: str = Field(min_length=1)
    series: Literal["exposed", "control"] = "exposed"
    metric_name: str | None = None
    direction: Literal["increase", "decrease"] | None = None
    metric_kind: Literal["proportion", "mean", "ratio", "quantile"] | None = None
    values: dict[date, float] = Field(min_length=1)
    counts: dict[date, Count] = {}


class Experiment(_Part):
    """The experiment itself, without phases and results."""

    native_id: str = Field(min_length=1)
    name: str | None = None
    hypothesis: str | None = None
    owner_raw: str | None = None
    status: str | None = None
    experiment_type: str | None = None
    randomization_unit: str | None = None
    analysis_unit: str | None = None
    started_at: Instant | None = None
    ended_at: Instant | None = None
    decision: Literal["won", "lost", "inconclusive", "dnf", "ship", "no_ship"] | None = None
    decision_reason: str | None = None
    decided_at: Instant | None = None
    preregistered_at: Instant | None = None
    feature_flag_key: str | None = None
    project_raw: str | None = None
    repository_raw: str | None = None
    pull_request_numbers: tuple[Count, ...] = ()
    variations: tuple[Variation, ...] = ()
    planned_n: Count | None = None
    planned_mde_relative: Positive | None = None
    planned_days: Count | None = None
    alpha: Fraction | None = None
    sequential_method: str | None = None
    n_looks: Count | None = None
    correction_method: str | None = None
    is_cuped: bool | None = None
    has_holdout: bool | None = None
    tags: tuple[str, ...] = ()
    url: str | None = Field(default=None, pattern="^https?://")


@dataclass(frozen=True)
class Place:
    """Where a document stands."""

    partition: str
    file: str
    """Path below the store, for messages and identities."""
    url: str
    within: str = ""
    """`document 2`, `line 5`; empty when the file is the document."""
    kind: str = "files"
    """Kind of the store; native ids are unique in a kind."""

    def __str__(self) -> str:
        return f"{self.file} {self.within}".rstrip()

    def reject(self, table: str, identity: str, reason: str, raw: Any, url: str = "") -> Rejected:
        """Something of this document that cannot be taken."""
        return Rejected(table, self.partition, identity, f"{self}: {reason}", raw, url or self.url)


def read_document(document: Any, place: Place, result_places: Sequence[str] = ()) -> Bundle | Rejected:
    """Turn a document into records.

    Args:
        document: the parsed document.
        place: where it stands.
        result_places: what messages call each result; by default its position in `results`.

    Returns:
        The experiment with its parts, faulty parts among `rejected`; a `Rejected` when the experiment itself is faulty.
    """
    if not isinstance(document, dict):
        return place.reject("experiments", str(place), f"expected an experiment's fields, got {_short(document)}", document)
    head = {name: value for name, value in document.items() if name not in {"phases", "results", "metric_days"}}
    try:
        experiment = Experiment.model_validate(head)
    except ValidationError as error:
        identity = experiment_id(place.kind, str(head["native_id"])) if head.get("native_id") else str(place)
        return place.reject("experiments", identity, _told(error, Experiment), document)
    record = _experiment_record(experiment, head, place)
    bundle = Bundle(str(place), record)
    _read_phases(document.get("phases"), bundle, place)
    _read_results(document.get("results"), bundle, place, result_places)
    _read_days(document.get("metric_days"), bundle, place)
    if record["has_holdout"] is None:
        record["has_holdout"] = kept_a_control(record, bundle.phases)
    return bundle


def _experiment_record(experiment: Experiment, head: dict[str, Any], place: Place) -> Record:
    columns = experiment.model_dump(exclude={"url"})
    # Lists are JSON in their column; a tuple is dumped as one and would not be text there.
    lists = {name: list(columns[name]) for name in ("pull_request_numbers", "variations", "tags")}
    about = {"experiment_id": experiment_id(place.kind, experiment.native_id), "kind": place.kind}
    return about | columns | lists | {"_raw": head, "_source_url": experiment.url or place.url}


def _read_phases(given: Any, bundle: Bundle, place: Place) -> None:
    for position, raw in enumerate(_list_of(given, "phases", bundle, place)):
        try:
            phase = Phase.model_validate(raw)
        except ValidationError as error:
            number = raw.get("phase", f"#{position}") if isinstance(raw, dict) else f"#{position}"
            identity = f"{bundle.experiment['experiment_id']}|{number}"
            bundle.rejected.append(place.reject("phases", identity, f"phases[{position}]: {_told(error, Phase)}", raw))
            continue
        bundle.phases.append(_part_record(phase, raw, bundle))


def _read_results(given: Any, bundle: Bundle, place: Place, lines: Sequence[str]) -> None:
    for position, raw in enumerate(_list_of(given, "results", bundle, place)):
        here = replace(place, within=lines[position] if lines else f"{place.within} results[{position}]".strip())
        try:
            result = Result.model_validate(raw)
        except ValidationError as error:
            identity = f"{bundle.experiment['experiment_id']}|{here}"
            bundle.rejected.append(here.reject("results", identity, _told(error, Result), raw))
            continue
        bundle.results.append(_part_record(result, raw, bundle))
        bundle.names[id(bundle.results[-1])] = str(here)


def _read_days(given: Any, bundle: Bundle, place: Place) -> None:
    taken: set[tuple[str, str]] = set()
    for position, raw in enumerate(_list_of(given, "metric_days", bundle, place)):
        try:
            series = Series.model_validate(raw)
        except ValidationError as error:
            identity = f"{bundle.experiment['experiment_id']}|metric_days[{position}]"
            bundle.rejected.append(place.reject("metric_days", identity, f"metric_days[{position}]: {_told(error, Series)}", raw))
            continue
        name = (series.metric_key, series.series)
        if name in taken:
            reason = f"metric_days[{position}]: the {series.series} series of {series.metric_key!r} is given twice; the first counts"
            bundle.rejected.append(place.reject("metric_days", "|".join((bundle.experiment["experiment_id"], *name)), reason, raw))
            continue
        taken.add(name)
        bundle.metric_days += _day_records(series, bundle)


def _day_records(series: Series, bundle: Bundle) -> Iterator[Record]:
    about = {name: bundle.experiment[name] for name in ("experiment_id", "_source_url")}
    about |= series.model_dump(exclude={"values", "counts"})
    for day, value in series.values.items():
        n = series.counts.get(day)
        yield about | {"day": day, "value": value, "n": n, "_raw": {"value": value, "n": n}}


def _part_record(part: _Part, raw: Any, bundle: Bundle) -> Record:
    of = {name: bundle.experiment[name] for name in ("experiment_id", "_source_url")}
    return of | part.model_dump() | {"_raw": raw}


def _list_of(given: Any, name: str, bundle: Bundle, place: Place) -> list[Any]:
    if given is None or isinstance(given, list):
        return given or []
    identity = f"{bundle.experiment['experiment_id']}|{name}"
    bundle.rejected.append(place.reject(name, identity, f"{name} is {_short(given)}; expected a list", given))
    return []


def _told(error: ValidationError, model: type[BaseModel]) -> str:
    """Every fault of a part: field, value, what was expected."""
    return "; ".join(_fault(fault, model) for fault in error.errors(include_url=False))


def _fault(fault: ErrorDetails, model: type[BaseModel]) -> str:
    location = ".".join(str(step) for step in fault["loc"])
    if fault["type"] == "extra_forbidden":
        nearest = difflib.get_close_matches(location, model.model_fields, 1)
        return f"{location} is no field" + (f" (nearest: {nearest[0]})" if nearest else f"; expected {', '.join(model.model_fields)}")
    if fault["type"] == "missing":
        return f"{location} is missing"
    expected = fault["msg"].removeprefix("Value error, ").replace("Input should be", "expected")
    return f"{location or 'it'} is {_short(fault['input'])}; {expected}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
