"""Versions of datasets across a whole reading: the first run seen on a content, or the store that keeps it, dates and describes it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from connectors.contract import Page, ReadContext, Record


@dataclass
class DatasetVersions:
    """First runs of the versions that are known, and the versions that this reading found, dated back or described anew."""

    first_runs: dict[str, tuple[datetime, str]]
    """When a version was seen first, and on which run; on none where a store told of it."""
    kept: set[tuple[str, datetime]]
    """Datasets that a store keeps, by their ids there and when they were changed last: what is known needs no asking."""
    found: dict[str, Record] = field(default_factory=dict)

    @classmethod
    def known(cls, context: ReadContext) -> "DatasetVersions":
        """What earlier readings loaded: the order in which logs come must not decide which run was first."""
        rows = list(context.loaded("raw_evals", "dataset_versions", ("dataset_version_id", "version_at", "first_run_id", "native_id")))
        first_runs = {version_id: (utc(seen_at), run_id or "") for version_id, seen_at, run_id, _ in rows}
        return cls(first_runs, {(native_id, utc(seen_at)) for _, seen_at, _, native_id in rows if native_id})

    def add(self, record: Record | None, stands: bool) -> None:
        """Count a dataset, unless it was seen earlier.

        Args:
            record: a row of `dataset_versions`; None where a run shows none.
            stands: the record was read from the copy of its run that counts; of equally early ones that one describes the version.
        """
        if record is None:
            return
        version_id, run = record["dataset_version_id"], (record["version_at"], record["first_run_id"] or "")
        known = self.first_runs.get(version_id)
        if known is None or run < known or (run == known and stands):
            self.first_runs[version_id] = run
            self.found[version_id] = record

    def is_kept(self, native_id: str, changed_at: datetime) -> bool:
        """Whether a dataset was read from the store that keeps it as it has been since its last change."""
        return (native_id, changed_at) in self.kept

    def page(self, partition: str) -> Page:
        """The versions found since the last page."""
        page = Page("dataset_versions", partition, list(self.found.values()))
        self.found = {}
        return page


def utc(moment: datetime) -> datetime:
    """A moment of the warehouse with its zone, which is UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
