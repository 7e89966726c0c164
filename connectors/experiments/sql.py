"""Reading a store of SQL: the whole query at every sync, an experiment at a time; rows of units are reduced while they stream by."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from connectors.contract import Counted, Event, Finished, ReadContext, Rejected
from connectors.errors import ContractBroken
from connectors.experiments import arms, units
from connectors.experiments.bundles import Bundle, Sound
from connectors.experiments.documents import Place
from connectors.experiments.formats import Json, column_faults
from connectors.experiments.options import SqlStore
from connectors.experiments.source import QuerySource
from connectors.experiments.taking import Taking

BATCH = 50_000
"""Rows held at once."""


def checked_columns(source: QuerySource, store: SqlStore) -> Sequence[str]:
    """Columns of the query.

    Raises:
        ContractBroken: when one is missing or unknown, naming the nearest known one.
    """
    columns = source.columns()
    required, legal = (units.REQUIRED, units.LEGAL) if store.rows == "units" else (arms.REQUIRED, arms.LEGAL)
    faults = column_faults(columns, required, legal)
    if store.rows == "arms" and not {"numerator", "mean"} & set(columns):
        faults.append("neither 'numerator' nor 'mean' is there; expected one of them at least")
    if faults:
        hint = f"name the query's columns as the connector's README does for rows of {store.rows}"
        raise ContractBroken("experiments", store.partition, f"{store.query.name}: {'; '.join(faults)}", hint)
    return columns


@dataclass
class SqlReading:
    """One reading of one query."""

    source: QuerySource
    store: SqlStore
    taking: Taking
    batch: int = BATCH
    configured: Mapping[str, Bundle | None] = field(default_factory=dict[str, Bundle | None])
    """Experiments of which another store tells how they are configured, by native id; None: what it tells was set aside."""
    _told: list[Rejected] = field(default_factory=list[Rejected])
    """What was left out of numbers that count all the same: it makes nothing doubtful."""

    def events(self, context: ReadContext) -> Iterator[Event]:
        """Every experiment of the query, and everything that could not be taken."""
        columns = checked_columns(self.source, self.store)
        found = self._reduced(columns, context) if self.store.rows == "units" else self._given(columns)
        for native_id, experiment in found:
            yield from self.taking.noting(self._experiment_events(native_id, experiment))
            yield from self._told
            self._told.clear()
        yield from self._told
        context.progress(f"experiments: {self.taking.documents} experiments of {self.store.partition}")
        if not self.taking.unreadable:
            yield Counted("experiments", self.store.partition, self.taking.documents, "experiments in the query's rows")
        yield Finished(self.store.partition, {}, self.taking.complete())

    def _experiment_events(self, native_id: str | None, experiment: arms.Arms) -> Iterator[Event]:
        sound = Sound(self.store.partition)
        if native_id is None:
            self.taking.unreadable += 1
            reason = f"{len(experiment.rows)} rows have no native_id; expected the experiment's id in each"
            sound.rejected.append(self._place().reject("experiments", f"{self.store.partition}|no native_id", reason, None))
        elif native_id in self.configured and self.configured[native_id] is None:
            reason = f"its configuration in {self.store.configured_in} was set aside; its numbers wait with it"
            sound.rejected.append(self._place().reject("results", f"{self.store.partition}|{native_id}", reason, {"native_id": native_id}))
        else:
            self.taking.take(experiment.found(), self._place(f"experiment {native_id}"), sound, self.configured.get(native_id))
        return sound.events()

    def _control(self, native_id: str | None) -> str:
        configuration = self.configured.get(native_id or "")
        return (configuration and configuration.control) or self.store.control

    def _given(self, columns: Sequence[str]) -> Iterator[tuple[str | None, arms.Arms]]:
        def rows() -> Iterator[Json]:
            for batch in self.source.rows(["native_id"], self.batch):
                for row in batch:
                    yield {name: arms.plain(value) for name, value in zip(columns, row, strict=True) if value is not None}

        for native_id, of_experiment in arms.by_experiment(rows()):
            name = None if native_id is None else str(native_id)
            yield name, arms.Arms(of_experiment, self._control(name))

    def _reduced(self, columns: Sequence[str], context: ReadContext) -> Iterator[tuple[str, arms.Arms]]:
        reduction = units.Reduction(columns)
        for batch in self.source.rows(units.ORDER, self.batch):
            yield from map(self._arms_of, reduction.add(batch))
            context.progress(f"experiments: {reduction.rows:,} rows of units of {self.store.partition}")
        yield from map(self._arms_of, reduction.finish())
        if reduction.nameless:
            reason = f"{reduction.nameless} rows lack native_id, metric_key, variant_key or unit; they count nowhere"
            self._told.append(self._place().reject("results", f"{self.store.partition}|nameless", reason, {"rows": reduction.nameless}))

    def _arms_of(self, reduced: units.Reduced) -> tuple[str, arms.Arms]:
        place, identity = self._place(f"experiment {reduced.native_id}"), f"{self.store.partition}|{reduced.native_id}"
        notes: dict[tuple[str, str], list[str]] = {}
        for (phase, metric, fault), count in sorted(reduced.left_out.items()):
            of = f"phase {phase}, metric {metric}" if metric else f"phase {phase}"
            what = f"{count:,} units {units.FAULTS[fault]}"
            raw = {"native_id": reduced.native_id, "phase": phase, "metric_key": metric or None, "units": count, "fault": fault}
            self._told.append(place.reject("results", f"{identity}|{phase}|{metric}|{fault}", f"{of}: {what}", raw))
            notes.setdefault((phase, metric), []).append(what)
        for clash in reduced.clashes:
            self._told.append(place.reject("results", f"{identity}|{clash}", clash, {"native_id": reduced.native_id}))
        for arm in reduced.arms:
            told = notes.get((arm["phase"], ""), []) + notes.get((arm["phase"], arm["metric_key"]), [])
            if told:
                arm["units_note"] = "; ".join(told)
        return reduced.native_id, arms.Arms(reduced.arms, self._control(reduced.native_id))

    def _place(self, within: str = "") -> Place:
        return Place(self.store.partition, self.store.query.name, self.source.url(), within, "sql")
