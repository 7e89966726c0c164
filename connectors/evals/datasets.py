"""Versions of datasets across all runs of a reading: the first run seen on a content dates it and describes it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from connectors.contract import Page, ReadContext, Record


@dataclass
class DatasetVersions:
    """First runs of the versions that are known, and the versions that this reading found, dated back or described anew."""

    first_runs: dict[str, tuple[datetime, str]]
    found: dict[str, Record] = field(default_factory=dict)

    @classmethod
    def known(cls, context: ReadContext) -> "DatasetVersions":
        """What earlier readings loaded: the order in which logs come must not decide which run was first."""
        rows = context.loaded("raw_evals", "dataset_versions", ("dataset_version_id", "version_at", "first_run_id"))
        return cls({version_id: (_utc(seen_at), run_id) for version_id, seen_at, run_id in rows})

    def add(self, record: Record | None, stands: bool) -> None:
        """Count a run's dataset, unless an earlier run had it.

        Args:
            record: a row of `dataset_versions`; None where the run shows none.
            stands: the record was read from the copy of its run that counts; of equally early ones that one describes the version.
        """
        if record is None:
            return
        version_id, run = record["dataset_version_id"], (record["version_at"], record["first_run_id"])
        known = self.first_runs.get(version_id)
        if known is None or run < known or (run == known and stands):
            self.first_runs[version_id] = run
            self.found[version_id] = record

    def page(self, partition: str) -> Page:
        """The versions found since the last page."""
        page = Page("dataset_versions", partition, list(self.found.values()))
        self.found = {}
        return page


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
