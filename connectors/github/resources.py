"""The GitHub connector: reads the list of repositories, then every repository as a partition of its own, side by side."""

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Any

from connectors.contract import Checkpoint, Connector, Cursor, Event, Failed, Finding, Finished, Meter, ReadContext
from connectors.errors import NotFound, SourceError
from connectors.github import (
    dependencies,
    gaps,
    issues,
    lifecycle,
    organisation,
    pull_requests,
    repositories,
    required_by_pulls,
    rules,
    runs,
    statuses,
    surroundings,
)
from connectors.github.check_runs import CheckRuns
from connectors.github.options import GithubOptions
from connectors.github.probe import findings
from connectors.github.protocol import Client, Refused
from connectors.github.records import moment
from connectors.github.repositories import Repository
from connectors.github.schema import TABLES
from connectors.github.survey import Survey
from connectors.github.threads import Helpers, merged
from connectors.github.visit import Reached, Saved, Told, Visit
from connectors.github.waiting import DRAIN_AT, Waiting

Connect = Callable[[GithubOptions, Meter], Client]
_READ_EVERY_TIME = tuple(table.name for table in TABLES if not table.census and table.name != repositories.PARTITION)
"""Named in each `Finished` event, so that a census table left out of it is known not to have been listed."""


class GithubReader:
    """An opened GitHub; `connect` makes its client."""

    def __init__(self, options: GithubOptions, connect: Connect) -> None:
        self._options, self._connect = options, connect

    def read(self, context: ReadContext) -> Iterator[Event]:
        """Everything that changed, by partition; a refused credential ends the reading, anything else only its partition."""
        with closing(self._connect(self._options, context.meter)) as client, ThreadPoolExecutor(self._options.concurrency) as executor:
            helpers = Helpers(executor, self._options.concurrency)
            found = yield from repositories.read(client, self._options.repositories, context)
            survey = Survey(client, found)
            streams = [partial(self._repository, client, helpers, context, survey, repository) for repository in found]
            streams += [partial(organisation.read, client.of(owner.login), owner, context) for owner in organisation.owners(found)]
            yield from merged(streams, self._options.concurrency, abort=client.close)

    def _repository(
        self, client: Client, helpers: Helpers, context: ReadContext, survey: Survey, repository: Repository
    ) -> Iterator[Event]:
        cursor, since = _scope(context.cursor(repository.partition), context.since or _start(self._options.since))
        client = client.of(repository.owner)
        visit = Visit(
            client,
            repository,
            self._options,
            context.now,
            helpers.run,
            since,
            is_resumed="waiting" in cursor,
            waiting=Waiting.of(cursor.get("waiting", {})),
            progress=context.progress,
            survey=survey,
            known_gaps=cursor.get("gaps", {}),
        )
        try:
            with helpers.at_work():
                yield from _Parts(visit, cursor).events()
        except Refused:
            raise
        except NotFound as error:
            yield from lifecycle.vanished(client, repository, context, error)
        except SourceError as error:
            yield Failed(visit.partition, error)

    def probe(self) -> Iterable[Finding]:
        """Credentials, scopes, budget, clock, and one repository."""
        return findings(self._options, self._connect)


Part = Callable[[Visit, Saved], Iterator[Told]]
Around = Callable[[Visit, Saved], Generator[Told, None, tuple[Saved, list[str]]]]
_AROUND: dict[str, Around] = {"rules": rules.read, "surroundings": surroundings.read, "dependencies": dependencies.read}
"""Short parts that rest on a census: each returns what to remember, and which tables it listed completely."""


def _census(read: Around, visit: Visit, saved: Saved) -> Iterator[Told]:
    """Such a part as one that is remembered when the whole reading ends."""
    state, whole = yield from read(visit, saved)
    visit.whole += whole
    yield Reached(state, at_end=True)


class _Parts:
    """The parts of reading one repository, and how far they have come.

    Runs come first: their jobs are then read with the check runs of their commits, which pull requests mostly share. What rests on a
    census comes last, so that little is done again where the reading is cut short.
    """

    def __init__(self, visit: Visit, cursor: Cursor) -> None:
        self._visit = visit
        self._state: Cursor = {name: value for name, value in cursor.items() if name != "waiting"}
        self._state["since"] = visit.since.isoformat() if visit.since else None
        self._at_end: Cursor = {}
        self._checks = CheckRuns.resume(visit, cursor.get("checks", {}))

    def events(self) -> Iterator[Event]:
        """Everything, ending with the new cursor."""
        yield from self._part("runs", runs.read)
        yield from self._part("pull_requests", pull_requests.read)
        yield from self._drained()
        yield from self._part("statuses", statuses.read)
        yield from self._part("required_by_pulls", required_by_pulls.read)
        yield from self._part("issues", issues.read)
        for name, read in _AROUND.items():
            yield from self._part(name, partial(_census, read))
        yield from self._visit.access.page(self._visit.partition)
        self._at_end["gaps"] = self._visit.access.met
        self._state.pop("required_by_pulls", None)
        yield Finished(self._visit.partition, {**self._state, **self._at_end}, (*_READ_EVERY_TIME, gaps.TABLE, *self._visit.whole))

    def _part(self, name: str, read: Part) -> Iterator[Event]:
        """The events of one part, with a checkpoint wherever it has come to something complete."""
        for told in read(self._visit, self._state.get(name, {})):
            if not isinstance(told, Reached):
                yield told
            elif told.at_end:
                self._at_end[name] = told.saved
            else:
                self._state[name] = told.saved
                yield from self._drained(DRAIN_AT)
                yield self._checkpoint()

    def _drained(self, at_least: int = 1) -> Iterator[Event]:
        """Check runs and jobs of what was met, once it is so much."""
        for told in self._checks.drain(at_least):
            if isinstance(told, Reached):
                self._state["checks"] = told.saved
                yield self._checkpoint()
            else:
                yield told

    def _checkpoint(self) -> Checkpoint:
        """Where the reading stands; that something waits, be it nothing, says that it has not ended."""
        return Checkpoint(self._visit.partition, {**self._state, "waiting": self._visit.waiting.saved()})


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
