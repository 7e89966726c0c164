"""The journal of records set aside: whole, with their reason, until a good reading of the same thing releases them."""

import uuid

import duckdb

from pipelines import warehouse
from pipelines.landing import Landing
from pipelines.warehouse import quote

_ANY_OPEN = "select count(*) from raw_ops.quarantine where source = ? and released_at is null"


def record(connection: duckdb.DuckDBPyConnection, landing: Landing) -> None:
    """Add records set aside, refresh those seen again, and release those that have since loaded well or are no longer listed."""
    connector, run = landing.connector, landing.run
    for table in connector.tables:
        landed = landing.segments.files("rows", table.name)
        if landed:
            spelled = " || '|' || ".join(f"cast({quote(name)} as varchar)" for name in table.key)
            connection.execute(
                f"""update raw_ops.quarantine set released_at = ? where source = ? and table_name = ? and released_at is null
                and identity in (select {spelled} from read_parquet('{landed}'))""",
                [run.now, connector.name, table.name],
            )
    _release_unlisted(connection, landing)
    for name, partition, item in landing.bad:
        known = [connector.name, name, item.identity, item.reason]
        same = "source = ? and table_name = ? and identity = ? and reason = ? and released_at is null"
        if warehouse.one(connection, f"select count(*) from raw_ops.quarantine where {same}", known):
            connection.execute(f"update raw_ops.quarantine set last_seen_at = ? where {same}", [run.now, *known])
            continue
        row = [uuid.uuid4().hex, connector.name, name, partition, item.identity, item.reason, item.raw, item.source_url, run.now, run.now]
        connection.execute("insert into raw_ops.quarantine values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, null)", [*row, run.run_id])


def _release_unlisted(connection: duckdb.DuckDBPyConnection, landing: Landing) -> None:
    """Release what a whole listing neither loaded nor set aside again: it was corrected into something else, or is gone."""
    if not warehouse.one(connection, _ANY_OPEN, [landing.connector.name]):
        return
    for event in landing.finished:
        for table in event.tables:
            again = [item.identity for name, partition, item in landing.bad if (name, partition) == (table, event.partition)]
            connection.execute(
                """update raw_ops.quarantine set released_at = ? where source = ? and table_name = ? and partition = ?
                and released_at is null and not list_contains(?::varchar[], identity)""",
                [landing.run.now, landing.connector.name, table, event.partition, again],
            )
