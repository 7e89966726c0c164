"""An experiment with its parts, whatever store it is from, and what must hold between them.

A part that contradicts the rest is set aside with what hangs on it; the rest goes on. What a single column may hold is the
contract's business (`schema.py`), not decided here.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from connectors.contract import Event, Page, Record, Rejected

TABLES = ("experiments", "phases", "results", "metric_days")
"""Tables that hold experiments and their parts."""
SPLIT_TOLERANCE = 0.0101
"""Three arms written as 0.33 each sum to 0.99 and are meant; 0.5 and 0.4 are not."""


def experiment_id(kind: str, native_id: str) -> str:
    """The durable id of an experiment."""
    return hashlib.sha256(f"{kind}|{native_id}".encode()).hexdigest()


def flag_change_id(partition: str, native_id: str) -> str:
    """The durable id of a change of a flag: stores of one kind count their changes each by itself."""
    return hashlib.sha256(f"{partition}|{native_id}".encode()).hexdigest()


@dataclass
class Bundle:
    """Records of one experiment, with the place that messages name."""

    place: str
    experiment: Record
    phases: list[Record] = field(default_factory=list[Record])
    results: list[Record] = field(default_factory=list[Record])
    metric_days: list[Record] = field(default_factory=list[Record])
    rejected: list[Rejected] = field(default_factory=list[Rejected])
    """What the store's reader has set aside of it already."""
    names: dict[int, str] = field(default_factory=dict[int, str])
    """What messages call a result, by the record's `id()`: its line, where the store has lines."""

    def name(self, record: Record) -> str:
        """What messages call one of the records."""
        return self.names.get(id(record), self.place)

    @property
    def control(self) -> str | None:
        """Key of the control, where one is told."""
        return next((variation["key"] for variation in self.experiment["variations"] if variation["is_control"]), None)

    def measure(self, configuration: "Bundle") -> None:
        """Be the numbers of an experiment that another store configures: it, its variations and its phases are those of that store."""
        identity = configuration.experiment["experiment_id"]
        for record in (*self.results, *self.metric_days):
            record["experiment_id"] = identity
        self.experiment, self.phases = configuration.experiment, configuration.phases


@dataclass
class Sound:
    """What may be loaded of many experiments, and what may not."""

    partition: str
    experiments: list[Record] = field(default_factory=list[Record])
    phases: list[Record] = field(default_factory=list[Record])
    results: list[Record] = field(default_factory=list[Record])
    metric_days: list[Record] = field(default_factory=list[Record])
    rejected: list[Rejected] = field(default_factory=list[Rejected])

    def take(self, bundle: Bundle) -> None:
        """Sort one experiment's parts."""
        self.rejected += bundle.rejected
        problem = _control_problem(bundle)
        if problem:
            kept_out = f"its {len(bundle.phases)} phases and {len(bundle.results)} results wait with it"
            raw = {"experiment": bundle.experiment["_raw"], "phases": _raws(bundle.phases), "results": _raws(bundle.results)}
            self._reject("experiments", bundle, bundle.experiment, f"{problem}; {kept_out}", raw)
            return
        self.experiments.append(bundle.experiment)
        self.metric_days += bundle.metric_days
        self._take_results(bundle, self._sound_phases(bundle))

    def take_numbers(self, bundle: Bundle, configuration: Bundle) -> None:
        """Sort numbers of an experiment that another store configures, and that is told by that store."""
        bundle.measure(configuration)
        numbers = Sound(self.partition)
        numbers.take(bundle)
        self.results += numbers.results
        self.metric_days += numbers.metric_days
        self.rejected += numbers.rejected

    def events(self) -> Iterator[Event]:
        """Pages of the tables, then what was set aside; nothing is kept afterwards."""
        for table in TABLES:
            records: list[Record] = getattr(self, table)
            if records:
                yield Page(table, self.partition, list(records))
            records.clear()
        yield from self.rejected
        self.rejected.clear()

    def _sound_phases(self, bundle: Bundle) -> set[Any]:
        """Take phases whose split can be; gives the numbers that results may name."""
        if not bundle.phases and not any(rejected.table == "phases" for rejected in bundle.rejected):
            bundle.phases = _implied_phases(bundle)
        sound: set[Any] = set()
        for phase in bundle.phases:
            number = phase["phase"]
            problem = f"phase {number} is given twice" if number in sound else _split_problem(phase, bundle.experiment)
            if problem:
                waiting = [result for result in bundle.results if result["phase"] == number and number not in sound]
                bundle.results = [result for result in bundle.results if result not in waiting]
                reason = f"phase {number}: {problem}" + (f"; its {len(waiting)} results wait with it" if waiting else "")
                self._reject("phases", bundle, phase, reason, {"phase": phase["_raw"], "results": _raws(waiting)})
                continue
            sound.add(number)
            self.phases.append(phase)
        return sound

    def _take_results(self, bundle: Bundle, phases: set[Any]) -> None:
        keys = {variation["key"] for variation in bundle.experiment["variations"]}
        for result in bundle.results:
            named = {name: result[name] for name in ("variant_key", "baseline_key")}
            unknown = [f"{name} is {key!r}" for name, key in named.items() if key is not None and key not in keys]
            if unknown:
                self._reject("results", bundle, result, f"{' and '.join(unknown)}; expected one of {_listed(keys)}", result["_raw"])
            elif result["phase"] not in phases and result["phase"] is not None:
                self._reject("results", bundle, result, f"phase is {result['phase']}; expected one of {_listed(phases)}", result["_raw"])
            else:
                self.results.append(result)

    def _reject(self, table: str, bundle: Bundle, record: Record, reason: str, raw: Any) -> None:
        keys = {"experiments": ("experiment_id",), "phases": ("experiment_id", "phase")}.get(table, RESULT_KEY)
        identity = "|".join(str(record[name]) for name in keys)
        self.rejected.append(Rejected(table, self.partition, identity, f"{bundle.name(record)}: {reason}", raw, record["_source_url"]))


RESULT_KEY = ("experiment_id", "phase", "metric_key", "dimension", "dimension_value", "variant_key", "baseline_key")


def kept_a_control(experiment: Record, phases: list[Record]) -> bool | None:
    """Whether some phase left a share with the control; null when no split is told."""
    control = next((variation["key"] for variation in experiment["variations"] if variation["is_control"]), None)
    splits: list[dict[str, float]] = [phase["split"] for phase in phases if phase["split"]]
    return any(0 < split.get(str(control), 0) < 1 for split in splits) if splits else None


def _control_problem(bundle: Bundle) -> str:
    """Why results could not be compared with anything; empty when they can, or when there is nothing to compare."""
    variations: list[dict[str, Any]] = bundle.experiment["variations"]
    keys = [variation["key"] for variation in variations]
    if len(set(keys)) < len(keys):
        return f"two variations have the same key among {', '.join(map(str, keys))}"
    if not variations and not bundle.results:
        return ""  # a launch: nothing was compared, and nobody says otherwise
    if not variations:
        return "it has results, but no variations that they could be of"
    controls = [variation["key"] for variation in variations if variation["is_control"]]
    if len(controls) == 1:
        return ""
    found = f"{len(controls)} of them are: {', '.join(map(str, controls))}" if controls else "none is"
    return f"expected exactly one of its {len(variations)} variations to be the control, {found}"


def _split_problem(phase: Record, experiment: Record) -> str:
    split: dict[str, float] | None = phase["split"]
    if not split:
        return ""
    unknown = set(split) - {variation["key"] for variation in experiment["variations"]}
    if unknown:
        return f"split names {_listed(unknown)}, which is no variation of the experiment"
    total = sum(split.values())
    if min(split.values()) < 0 or abs(total - 1) > SPLIT_TOLERANCE:
        return f"split is {json.dumps(split)}, which sums to {total:g}; expected weights of 0 or more that sum to 1"
    return ""


def _implied_phases(bundle: Bundle) -> list[Record]:
    """Phases that results name though none is described: numbers without dates or split."""
    numbers = sorted({result["phase"] for result in bundle.results if isinstance(result["phase"], int)})
    unknown = dict.fromkeys(("name", "started_at", "ended_at", "coverage", "split", "ended_reason"))
    about = {"experiment_id": bundle.experiment["experiment_id"], "_source_url": bundle.experiment["_source_url"]}
    return [unknown | about | {"phase": number, "_raw": {"phase": number}} for number in numbers]


def _raws(records: list[Record]) -> list[Any]:
    return [record["_raw"] for record in records]


def _listed(values: Any) -> str:
    return ", ".join(sorted(map(str, values))) or "none"
