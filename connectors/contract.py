"""What every connector promises: tables with a grain, a key and a typed contract, read as a stream of events.

A connector is a `Connector` value. `Connector.open(options)` gives a `Reader`; `Reader.read(context)` yields events, in any
order across partitions, until all partitions are done. A partition (a repository, a project, a store) is what has a cursor of
its own and what can fail while the others go on. Loading, quarantine, census and reconciliation are the caller's.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from threading import Lock
from typing import Any, Literal, Protocol

import pandera.polars as pa
import polars as pl

from connectors.errors import BudgetMet, SourceError

Record = dict[str, Any]
"""One record: the table's contract columns, plus `_raw` (the source's answer, any JSON value) and `_source_url`.

Timestamps may be aware datetimes or ISO-8601 strings with a zone; lists and dicts in text columns are stored as JSON.
"""
Cursor = dict[str, Any]
"""JSON value saved for a partition once everything before it has been loaded; empty on the first reading."""

PROVENANCE = (
    "_raw",
    "_row_hash",
    "_source_url",
    "_extracted_at",
    "_load_id",
    "_deleted_at",
    "_deleted_reason",
)
"""Columns that loading adds to every raw table, after the contract's own."""

UTC_TIMESTAMP = pl.Datetime("us", "UTC")


def text(
    null: bool = True,
    one_of: Sequence[str] | None = None,
    pattern: str | None = None,
    about: str = "",
) -> pa.Column:
    """A text column; lists and dicts given for it are stored as JSON."""
    checks = [pa.Check.isin(one_of)] if one_of else []
    if pattern:
        checks.append(pa.Check.str_matches(pattern))
    return pa.Column(pl.String, nullable=null, checks=checks, description=about)


def integer(null: bool = True, at_least: int | None = None, about: str = "") -> pa.Column:
    """A 64-bit integer column."""
    return pa.Column(
        pl.Int64,
        nullable=null,
        checks=[pa.Check.ge(at_least)] if at_least is not None else [],
        description=about,
    )


def number(
    null: bool = True,
    at_least: float | None = None,
    at_most: float | None = None,
    about: str = "",
) -> pa.Column:
    """A double column; NaN is kept out by the reader (unscored is null)."""
    checks = [pa.Check.ge(at_least)] if at_least is not None else []
    if at_most is not None:
        checks.append(pa.Check.le(at_most))
    return pa.Column(pl.Float64, nullable=null, checks=checks, description=about)


def boolean(null: bool = True, about: str = "") -> pa.Column:
    """A true/false column."""
    return pa.Column(pl.Boolean, nullable=null, description=about)


def timestamp(null: bool = True, about: str = "") -> pa.Column:
    """An instant, stored in UTC with microseconds."""
    return pa.Column(UTC_TIMESTAMP, nullable=null, description=about)


def day(null: bool = True, about: str = "") -> pa.Column:
    """A calendar date."""
    return pa.Column(pl.Date, nullable=null, description=about)


def polars_type(column: pa.Column) -> Any:
    """The polars type of a contract column."""
    return column.dtype.type  # type: ignore[union-attr] - every helper above sets a type


@dataclass(frozen=True)
class Table:
    """One raw table and its contract.

    Attributes:
        name: table name inside `raw_<connector>`.
        grain: what one row is, in words.
        key: columns that identify a row for ever: numeric ids, never names that can change.
        columns: contract columns in order; pandera columns carry type, nullability and checks.
        census: a finished partition lists every row it has, so rows not listed are tombstoned.
        checks: frame-level pandera checks (such as start before end).
        pii: columns that hold data about a person beyond an account id.
        retention: retention class of `governance.md`.
        owner: who answers for the table, `team:<name>`.
    """

    name: str
    grain: str
    key: tuple[str, ...]
    columns: Mapping[str, pa.Column]
    census: bool = False
    checks: tuple[pa.Check, ...] = ()
    pii: tuple[str, ...] = ()
    retention: Literal["raw_answers", "identity", "ledger"] = "raw_answers"
    owner: str = "team:platform"

    @cached_property
    def demands(self) -> pa.DataFrameSchema:
        """What a frame whose columns have their types already can still break; the whole contract would cost four times as much."""
        demanding = {name: column for name, column in self.columns.items() if column.checks or not column.nullable}
        return pa.DataFrameSchema(demanding, checks=list(self.checks), name=self.name)


@dataclass(frozen=True)
class Page:
    """Records of one table, in the order of the source's answer."""

    table: str
    partition: str
    records: Sequence[Record]


@dataclass(frozen=True)
class Rejected:
    """One thing that could not be made into a record at all: a truncated file, an answer without its id.

    Attributes:
        reason: what was wrong, what was expected, in a sentence.
        raw: the thing itself as far as it can be kept as JSON (for a file: its path, size and hash).
        identity: what names it at the source, so that a later good reading releases it.
    """

    table: str
    partition: str
    identity: str
    reason: str
    raw: Any
    source_url: str


@dataclass(frozen=True)
class Counted:
    """What the source itself says it holds, for reconciliation.

    Attributes:
        count: rows of `table` in `partition` by the source's own total.
        how: where the total comes from, such as `Link last page` or `files listed`.
        distinct: count different values of these columns instead of rows, such as runs where rows are attempts.
        by, each: where the total is the sum over some parents, such as the commits of each pull request of one page: the column
            that names the parent, and the total of each. Such a total holds at once, one of a whole partition only when it is finished.
    """

    table: str
    partition: str
    count: int
    how: str
    distinct: tuple[str, ...] = ()
    by: str = ""
    each: Mapping[Any, int] = field(default_factory=dict[Any, int])


@dataclass(frozen=True)
class Checkpoint:
    """Everything of the partition that was yielded before this event is complete down to `cursor`, which a next reading goes on from.

    The cursor is whole in itself: what earlier parts have learnt, and where the part under way stands. It must not be changed
    after it was yielded. What is listed completely over two readings is not "listed completely" by either of them.
    """

    partition: str
    cursor: Cursor


@dataclass(frozen=True)
class Finished:
    """A partition was read to its end; `cursor` may be saved once everything before this event is loaded."""

    partition: str
    cursor: Cursor
    tables: tuple[str, ...] = ()
    """Tables that this very reading listed completely: a census may tombstone what it did not list. Empty: none was."""


@dataclass(frozen=True)
class Failed:
    """A partition could not be read to its end; its cursor stays at its last checkpoint and the others go on."""

    partition: str
    error: SourceError


@dataclass(frozen=True)
class Gone:
    """Single rows whose source object is known to be gone; they are tombstoned with the reason, without a census.

    It wins over the same key in a page of the same reading. A later page with the key brings the row back.

    Attributes:
        keys: values of the table's key columns, in their order.
        reason: why it is gone, as `_deleted_reason` will say.
    """

    table: str
    partition: str
    keys: Sequence[tuple[Any, ...]]
    reason: str


Event = Page | Rejected | Counted | Gone | Checkpoint | Finished | Failed


@dataclass
class Budget:
    """How many requests that count against limits all sources together may make; None for any number."""

    requests: int | None = None
    spent: int = 0
    _lock: Lock = field(default_factory=Lock, repr=False)

    def spend(self, requests: int) -> None:
        """Take from it, also what is not there any more; a negative number gives back."""
        with self._lock:
            self.spent += requests

    def ask(self, requests: int) -> None:
        """Take from it; 0 only asks whether something is left.

        Raises:
            BudgetMet: when not that much is left; nothing was taken then.
        """
        with self._lock:
            if self.requests is not None and self.spent + max(requests, 1) > self.requests:
                raise BudgetMet("sync", "more", f"the budget of {self.requests:,} requests is met", "run again to go on from here")
            self.spent += requests


@dataclass
class Meter:
    """Requests of one reading, counted by every thread.

    Attributes:
        made: requests sent.
        saved: of these, answered for free (304).
        points: GraphQL points spent, by the source's own account or by its formula.
        waited_seconds: seconds in which a thread waited for a limit, summed over threads.
        left: by credential and resource (`the token: graphql`), what was left of its limit by the last answer.
        budget: shared by all sources of one sync.
    """

    made: int = 0
    saved: int = 0
    points: int = 0
    waited_seconds: float = 0.0
    left: dict[str, int] = field(default_factory=dict[str, int])
    budget: Budget = field(default_factory=Budget)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def ask(self, requests: int = 1) -> None:
        """Count requests that are about to be sent, within the budget.

        Raises:
            BudgetMet: when the budget does not allow them; they are not counted then.
        """
        self.budget.ask(requests)
        self.count(made=requests)

    def ask_again(self) -> None:
        """Count a request that is tried again; the budget cannot refuse it, but pays for it."""
        self.budget.spend(1)
        self.count(made=1)

    def free(self) -> None:
        """Note that a request asked for was answered for free (304)."""
        self.budget.spend(-1)
        self.count(saved=1)

    def count(self, made: int = 0, saved: int = 0, waited_seconds: float = 0.0, points: int = 0) -> None:
        """Add requests that no budget is about, answers that cost nothing, seconds waited for a limit, and points."""
        with self._lock:
            self.made += made
            self.saved += saved
            self.waited_seconds += waited_seconds
            self.points += points

    def note_left(self, name: str, left: int) -> None:
        """Remember what is left of a limit."""
        with self._lock:
            self.left[name] = left


class Loaded(Protocol):
    """Rows already in the warehouse, for connectors that build on another's (git on GitHub's repositories)."""

    def __call__(self, dataset: str, table: str, columns: Sequence[str]) -> list[tuple[Any, ...]]:
        """Live rows of `dataset.table`; empty where the table does not exist yet."""
        ...


def nothing_loaded(dataset: str, table: str, columns: Sequence[str]) -> list[tuple[Any, ...]]:  # noqa: ARG001 - the protocol's names
    """A `Loaded` for a first reading and for tests."""
    return []


@dataclass(frozen=True)
class ReadContext:
    """What one reading starts from.

    Attributes:
        cursors: saved cursor of each partition; missing partitions start from the beginning.
        now: the moment of this reading, UTC; becomes `_extracted_at`.
        full: ignore cursors and read everything.
        since: read nothing older, where the source allows to say so.
        loaded: rows of other sources that are already in the warehouse.
        meter: counts requests.
        progress: told about finished work in words, for progress lines.
    """

    now: datetime
    cursors: Mapping[str, Cursor] = field(default_factory=dict)
    full: bool = False
    since: datetime | None = None
    loaded: Loaded = nothing_loaded
    meter: Meter = field(default_factory=Meter)
    progress: Callable[[str], None] = lambda _: None

    def cursor(self, partition: str) -> Cursor:
        """The partition's saved cursor, or an empty one on a first or full reading."""
        return {} if self.full else dict(self.cursors.get(partition, {}))


@dataclass(frozen=True)
class Finding:
    """One line of `fulcrum doctor`."""

    name: str
    state: Literal["ok", "warn", "fail"]
    detail: str
    fix: str = ""


class Reader(Protocol):
    """An opened source."""

    def read(self, context: ReadContext) -> Iterator[Event]:
        """Everything new since the cursors, as events; closes what it opened when exhausted or closed.

        A `BudgetMet` that leaves it ends the reading as partial: what was yielded is kept.
        """
        ...

    def probe(self) -> Iterable[Finding]:
        """Whether the source answers, with which rights and how much budget; a handful of cheap requests."""
        ...


@dataclass(frozen=True)
class Connector:
    """A source: its tables, and how to open it with its options (a pydantic model of the connector's own)."""

    name: str
    title: str
    tables: tuple[Table, ...]
    open: Callable[[Any], Reader]
    reads_from: tuple[str, ...] = ()
    """Connectors whose loaded rows this one needs, such as git on github."""

    @property
    def dataset(self) -> str:
        """The raw schema: dlt dataset, dbt source and first part of the asset key alike."""
        return f"raw_{self.name}"

    def table(self, name: str) -> Table:
        """The contract of one table."""
        return next(table for table in self.tables if table.name == name)
