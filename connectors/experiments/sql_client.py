"""The only place that opens a database: one query, read through SQLAlchemy by a cursor that the server keeps where it can.

What the rows mean is not decided here. Nothing that names the address leaves this file with its password.
"""

import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc

from connectors.contract import Meter
from connectors.errors import AuthFailed, ContractBroken, NotFound, SourceError, Unavailable
from connectors.experiments.options import SqlStore

SAID = 300
"""Characters of the database's own words that go into a message."""
EXPECTED_ADDRESS = "expected an address as SQLAlchemy writes them, such as postgresql://reader:${PASSWORD}@db.acme.example/experiments"
SECRET_OPTION = re.compile("pass|pwd|token|secret|key", re.IGNORECASE)
REFUSED = re.compile("authentication|password|access denied|login failed|permission denied|not authorized", re.IGNORECASE)
SOURCE = "experiments"


class SqlQuery:
    """One query of one database, as `source.QuerySource`.

    Raises:
        ContractBroken: for an address or a driver that is none, or a query that the database does not understand.
        AuthFailed: where it refuses the login or the reading.
        Unavailable: where it does not answer, or stops answering.
        NotFound: where there is no query file.
    """

    def __init__(self, store: SqlStore, meter: Meter) -> None:
        self._store, self._meter = store, meter
        self._what = store.partition
        try:
            self._url = sa.make_url(store.dsn.get_secret_value())
        except (exc.ArgumentError, ValueError):
            # The library's own message repeats the address, or a part of it.
            raise ContractBroken(SOURCE, self._what, "its dsn is no address", EXPECTED_ADDRESS) from None
        self._secrets = sorted(filter(None, _secrets(self._url)), key=len, reverse=True)
        if self._url.get_backend_name() == "sqlite" and not Path(self._url.database or "").is_file():
            raise NotFound(SOURCE, self._what, f"there is no database file {self._url.database}", "correct the dsn")
        # Behind a comment on the query's last line, a bracket would be part of the comment.
        self._selected = f"select * from ({self._read_query()}\n) as told"  # noqa: S608 - the file is the operator's own
        self._engine = self._open()

    def columns(self) -> Sequence[str]:  # noqa: D102 - as in the protocol, here and below
        self._meter.ask()
        with self._telling(), self._engine.connect() as connection:
            return tuple(self._run(connection, f"{self._selected} where 1 = 0").keys())

    def rows(self, order_by: Sequence[str], batch: int) -> Iterator[list[Sequence[Any]]]:  # noqa: D102
        self._meter.ask()
        quote = self._engine.dialect.identifier_preparer.quote
        ordered = f"{self._selected} order by {', '.join(quote(name) for name in order_by)}"
        with self._telling(), self._engine.connect() as connection:
            streamed = connection.execution_options(stream_results=True, max_row_buffer=batch)
            for partition in self._run(streamed, ordered).partitions(batch):
                yield [tuple(row) for row in partition]

    def url(self) -> str:  # noqa: D102
        host = f"{self._url.host or ''}{f':{self._url.port}' if self._url.port else ''}"
        return self._store.url or f"{self._url.get_backend_name()}://{host}/{self._url.database or ''}"

    def _run(self, connection: sa.Connection, statement: str) -> sa.CursorResult[Any]:
        # As the file has it: neither `:name` nor `%` in it is anybody's parameter.
        return connection.execution_options(no_parameters=True).exec_driver_sql(statement)

    def _read_query(self) -> str:
        try:
            text = self._store.query.read_text(encoding="utf-8-sig").strip().rstrip(";").rstrip()
        except (OSError, UnicodeDecodeError) as error:
            why = f"its query file {self._store.query} cannot be read ({type(error).__name__})"
            raise NotFound(SOURCE, self._what, why, "expected a text file with one SELECT") from error
        if not text:
            raise ContractBroken(SOURCE, self._what, f"its query file {self._store.query} is empty", "expected one SELECT")
        return text

    def _open(self) -> sa.Engine:
        try:
            return sa.create_engine(self._url, poolclass=sa.NullPool, hide_parameters=True)
        except (exc.NoSuchModuleError, ModuleNotFoundError) as error:
            name = self._url.drivername
            hint = "install the package of that driver beside fulcrum, or correct the dsn"
            raise ContractBroken(SOURCE, self._what, f"no driver for {name} is installed ({self._scrubbed(error)})", hint) from None
        except (exc.SQLAlchemyError, ValueError, TypeError) as error:
            raise ContractBroken(SOURCE, self._what, f"its dsn is not understood: {self._scrubbed(error)}", EXPECTED_ADDRESS) from None

    @contextmanager
    def _telling(self) -> Generator[None]:
        """Turn the library's errors into ours, without the statement and without secrets."""
        try:
            yield
        except exc.SQLAlchemyError as error:
            raise self._failure(error) from None

    def _failure(self, error: exc.SQLAlchemyError) -> SourceError:
        said = self._scrubbed(getattr(error, "orig", None) or error)
        if REFUSED.search(said):
            return AuthFailed(
                SOURCE, self._what, f"the database refuses: {said}", "the login needs to connect and to read the query's tables"
            )
        is_statement = isinstance(error, exc.ProgrammingError | exc.DataError | exc.NotSupportedError)
        if is_statement or "syntax" in said or "no such" in said:
            return ContractBroken(SOURCE, self._what, f"the database does not run {self._store.query.name}: {said}", "correct the query")
        return Unavailable(SOURCE, self._what, f"the database does not answer: {said}", "is it reachable from here, and the dsn right?")

    def _scrubbed(self, error: BaseException) -> str:
        text = " ".join(str(error).split())
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text[:SAID]


def _secrets(url: sa.URL) -> Iterator[str]:
    """Password and options that look like one, as they are and as the address writes them."""
    told = [str(url.password)] if url.password is not None else []
    for name, value in url.query.items():
        if SECRET_OPTION.search(name):
            told += [value] if isinstance(value, str) else list(value)
    for secret in told:
        yield secret
        yield re.sub(r"[^\w.~-]", lambda match: f"%{ord(match.group()):02X}", secret)
