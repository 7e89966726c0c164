"""Versions of datasets across all runs of a reading: the first run seen on a content dates it and describes it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from connectors.contract import Page, ReadContext, Record


@dataclass
class DatasetVersions:
    """Versions that are known, and those that this reading found or dated back."""

    dates: dict[str, datetime]
    found: dict[str, Record] = field(default_factory=dict)

    @classmethod
    def known(cls, context: ReadContext) -> "DatasetVersions":
        """What earlier readings loaded: the order in which logs come must not decide which run was first."""
        rows = context.loaded("raw_evals", "dataset_versions", ("dataset_version_id", "version_at"))
        return cls({version_id: _utc(seen_at) for version_id, seen_at in rows})

    def add(self, record: Record | None) -> None:
        """Count a run's dataset, unless an earlier run had it."""
        if record is None:
            return
        version_id, seen_at = record["dataset_version_id"], record["version_at"]
        earliest = self.dates.get(version_id)
        is_first = earliest is None or seen_at < earliest
        if is_first or (seen_at == earliest and _rank(record) < _rank(self.found.get(version_id))):
            self.dates[version_id] = seen_at
            self.found[version_id] = record

    def page(self, partition: str) -> Page:
        """The versions found since the last page."""
        page = Page("dataset_versions", partition, list(self.found.values()))
        self.found = {}
        return page


def _rank(record: Record | None) -> str:
    """Settles which of two runs that started together describes their dataset; what is already loaded stays."""
    return "" if record is None else str([record["slices"], record["failure_modes"], record["version_label"], record["_source_url"]])


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
