"""The GitHub connector: reads the list of repositories, then every repository as a partition of its own, side by side."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Any

from connectors.contract import Connector, Cursor, Event, Failed, Finding, Finished, Meter, ReadContext
from connectors.errors import SourceError
from connectors.github import checks, issues, pull_requests, repositories, required_by_pulls, runs, statuses
from connectors.github.listing import side_by_side
from connectors.github.options import GithubOptions
from connectors.github.probe import findings
from connectors.github.protocol import Client, Refused
from connectors.github.records import moment
from connectors.github.repositories import Repository
from connectors.github.schema import TABLES
from connectors.github.threads import merged
from connectors.github.visit import Visit

Connect = Callable[[GithubOptions, Meter], Client]
_READ_EVERY_TIME = tuple(table.name for table in TABLES if not table.census and table.name != repositories.PARTITION)
"""Named in each `Finished` event, so that a census table left out of it is known not to have been listed."""


class GithubReader:
    """An opened GitHub; `connect` makes its client."""

    def __init__(self, options: GithubOptions, connect: Connect) -> None:
        self._options, self._connect = options, connect

    def read(self, context: ReadContext) -> Iterator[Event]:
        """Everything that changed, by partition; a refused credential ends the reading, anything else only its partition."""
        with closing(self._connect(self._options, context.meter)) as client, ThreadPoolExecutor(self._options.concurrency) as helpers:
            found = yield from repositories.read(client, self._options.repositories, context)
            streams = [partial(self._repository, client, helpers, context, repository) for repository in found]
            yield from merged(streams, self._options.concurrency, abort=client.close)

    def _repository(self, client: Client, helpers: Executor, context: ReadContext, repository: Repository) -> Iterator[Event]:
        cursor, since = _scope(context.cursor(repository.partition), context.since or _start(self._options.since))
        visit = Visit(
            client,
            repository,
            self._options,
            context.now,
            lambda task, items: side_by_side(helpers, task, items, 2 * self._options.concurrency),
            since,
            is_first=repository.partition not in context.cursors,
            progress=context.progress,
        )
        try:
            yield from _parts(visit, cursor)
        except Refused:
            raise
        except SourceError as error:
            yield Failed(visit.partition, error)

    def probe(self) -> Iterable[Finding]:
        """Credentials, scopes, budget, clock, and one repository."""
        return findings(self._options, self._connect)


def _parts(visit: Visit, cursor: Cursor) -> Iterator[Event]:
    """The events of one repository, ending with its new cursor."""
    state: Cursor = {"since": visit.since.isoformat() if visit.since else None}
    state["pull_requests"] = yield from pull_requests.read(visit, cursor.get("pull_requests", {}))
    state["issues"], has_all_issues = yield from issues.read(visit, cursor.get("issues", {}))
    state["runs"] = yield from runs.read(visit, cursor.get("runs", {}))
    state["checks"] = yield from checks.read_runs(visit, cursor.get("checks", {}))
    state["statuses"] = yield from statuses.read(visit, cursor.get("statuses", {}))
    yield from required_by_pulls.read(visit)
    state["required"], has_all_required = yield from checks.read_required(visit, cursor.get("required", {}))
    whole = [table for table, is_whole in (("issues", has_all_issues), ("required_checks", has_all_required)) if is_whole]
    yield Finished(visit.partition, state, (*_READ_EVERY_TIME, *whole))


def _start(day: date | None) -> datetime | None:
    """The first moment of a day, UTC."""
    return datetime.combine(day, time.min, UTC) if day else None


def _scope(cursor: Cursor, wanted: datetime | None) -> tuple[Cursor, datetime | None]:
    """What to go on from, and from when on the repository is covered.

    With a cursor the saved start stays: a later one would skip what changed in between. An earlier one than the saved asks for
    history that was never read, so the cursor is set aside.
    """
    saved = moment(cursor.get("since"))
    if cursor and (saved is None or (wanted is not None and wanted >= saved)):
        return cursor, saved
    return {}, wanted


def _connect(options: GithubOptions, meter: Meter) -> Client:
    from connectors.github.client import GithubClient

    return GithubClient(options, meter)


def _open(options: Any) -> GithubReader:
    return GithubReader(GithubOptions.model_validate(options), _connect)


CONNECTOR = Connector(name="github", title="GitHub", tables=TABLES, open=_open)
