"""Reading an Unleash instance: what was done to its feature flags since the last reading.

What the answers mean is in `unleash_records.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from connectors.contract import Counted, Event, Finished, Page, ReadContext, Record, Rejected
from connectors.errors import AuthFailed, NotFound
from connectors.experiments.bundles import flag_change_id
from connectors.experiments.options import UnleashStore
from connectors.experiments.source import UnleashSource
from connectors.experiments.unleash_records import flag_change

OVERLAP = timedelta(days=1)
"""Unleash filters by days of its own clock, whose zone is not told."""


@dataclass
class UnleashReading:
    """One reading of one instance."""

    context: ReadContext
    source: UnleashSource
    store: UnleashStore

    @staticmethod
    def held(source: UnleashSource) -> str:
        """How much the instance holds, after one request."""
        return f"{source.count()} changes of flags"

    def events(self) -> Iterator[Event]:
        """Changes since the last reading."""
        partition, seen = self.store.partition, 0
        newest: str | None = self.context.cursor(partition).get("newest")
        environments = self._environments()
        for page in self.source.events(self._since()):
            found = [self._taken(event, environments) for event in page]
            told = (str(event["createdAt"]) for event in page if isinstance(event, dict) and event.get("createdAt"))
            newest = max(told, default=newest) if newest is None else max((newest, *told))
            yield Page("flag_changes", partition, [one for one in found if isinstance(one, dict)])
            yield from (one for one in found if isinstance(one, Rejected))
            seen += len(page)
            self.context.progress(f"experiments: {seen} changes of flags in {partition}")
        if self.context.since is None:
            yield Counted("flag_changes", partition, self.source.count(), "total of the search")
        # The log only grows: what it does not list any more was swept, not undone.
        yield Finished(partition, {"newest": newest, "asked": self._asked()})

    def _since(self) -> date | None:
        """The day to read from; null for everything, as on the first reading and when others are asked for than before."""
        cursor = self.context.cursor(self.store.partition)
        if not cursor.get("newest") or cursor.get("asked") != self._asked():
            return self.context.since.date() if self.context.since else None
        # By the newest event, hence the instance's own clock: ours may be ahead of it.
        return (datetime.fromisoformat(cursor["newest"]) - OVERLAP).date()

    def _asked(self) -> list[str]:
        return [*sorted(self.store.projects), *(f"{project}={name}" for project, name in sorted(self.store.repositories.items()))]

    def _environments(self) -> dict[str, str]:
        try:
            return {str(one.get("name")): str(one.get("type")) for one in self.source.environments()}
        except (AuthFailed, NotFound) as error:
            self.context.progress(f"experiments: {error}; which environment is production stays unknown")
            return {}

    def _taken(self, event: Any, environments: dict[str, str]) -> Record | Rejected:
        try:
            return flag_change(event, environments, self.store)
        except (ValueError, AttributeError) as fault:
            native_id = event.get("id") if isinstance(event, dict) else None
            identity = flag_change_id(self.store.partition, str(native_id)) if native_id else f"without id: {event!r:.80}"
            raw = {"id": native_id, "type": event.get("type") if isinstance(event, dict) else None}
            return Rejected("flag_changes", self.store.partition, identity, f"event {native_id}: {fault}", raw, self.store.url)
