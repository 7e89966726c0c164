"""Since when an alias of a registry points at a version of a model, as far as readings saw: the registry tells only where it points now."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from connectors.contract import ReadContext, Record
from connectors.evals.datasets import utc

KEY = ("store", "name", "alias")
COLUMNS = (*KEY, "version", "first_seen_at", "not_before", "last_seen_at")


@dataclass(frozen=True)
class Pointing:
    """An alias as it stands, with the version that it points at."""

    alias: str
    version: Record


@dataclass(frozen=True)
class Sighting:
    """A version under an alias, from the reading that first saw it there to the last one that did."""

    version: int
    first_seen_at: datetime
    not_before: datetime
    last_seen_at: datetime


class AliasSightings:
    """What earlier readings saw of aliases, and what this one sees."""

    def __init__(self, context: ReadContext) -> None:
        self._now = context.now
        rows = [(row[:3], Sighting(row[3], *map(utc, row[4:]))) for row in context.loaded("raw_evals", "model_aliases", COLUMNS)]
        self._looked_at: dict[str, datetime] = {}
        """By store, when its aliases were read last: every alias that stood then was seen then."""
        for (store, *_), sighting in rows:
            self._looked_at[store] = max(sighting.last_seen_at, self._looked_at.get(store, sighting.last_seen_at))
        self._standing = {alias: sighting for alias, sighting in rows if sighting.last_seen_at == self._looked_at[alias[0]]}

    def seen(self, pointings: Iterable[Pointing], serving: Iterable[str]) -> Iterator[Record]:
        """Rows of `model_aliases` for the aliases that stand now.

        Args:
            pointings: every alias of a store.
            serving: aliases under which a version answers users.
        """
        calls = frozenset(serving)
        for one in pointings:
            version = one.version
            sighting = self._sighting(one)
            yield {name: version[name] for name in ("store", "name", "version", "kind", "_source_url")} | {
                "alias": one.alias,
                "first_seen_at": sighting.first_seen_at,
                "not_before": sighting.not_before,
                "last_seen_at": self._now,
                "is_serving": one.alias in calls,
                "_raw": {"alias": one.alias, "version": version["version"]},
            }

    def _sighting(self, one: Pointing) -> Sighting:
        """The sighting that goes on, or a new one: it began after the reading before this one, and after the version was registered."""
        version = one.version
        standing = self._standing.get((version["store"], version["name"], one.alias))
        if standing is not None and standing.version == version["version"]:
            return standing
        looked_at = self._looked_at.get(version["store"])
        registered_at = min(version["registered_at"], self._now)
        return Sighting(version["version"], self._now, max(registered_at, looked_at or registered_at), self._now)
