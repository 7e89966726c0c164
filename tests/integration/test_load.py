"""One source into the warehouse: what a user finds in the tables after good, bad, repeated and killed loads."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from connectors.contract import (
    Connector,
    Counted,
    Event,
    Failed,
    Finished,
    Gone,
    Page,
    ReadContext,
    Rejected,
    Table,
    integer,
    text,
    timestamp,
)
from connectors.errors import AuthFailed, NotFound
from pipelines import gates, load, raw_tables, warehouse
from pipelines.landing import Run
from pipelines.warehouse import Home

ITEMS = Table(
    "items",
    "one item",
    ("item_id",),
    {"item_id": integer(null=False), "state": text(one_of=["open", "closed"]), "seen_at": timestamp()},
    census=True,
)
NOTES = Table(
    "notes", "one note", ("item_id", "position"), {"item_id": integer(null=False), "position": integer(null=False), "body": text()}
)


@dataclass
class Script:
    """A reader that yields what it was told to, and remembers the cursors it was given."""

    events: list[Event] = field(default_factory=list)
    cursors: list[dict] = field(default_factory=list)
    error: Exception | None = None

    def read(self, context: ReadContext) -> Iterator[Event]:
        self.cursors.append(dict(context.cursors))
        context.meter.count(made=3, saved=1)
        yield from self.events
        if self.error:
            raise self.error

    def probe(self):
        return []


def item(number: int, state: str = "open") -> dict:
    return {
        "item_id": number,
        "state": state,
        "seen_at": "2026-03-01T10:00:00+01:00",
        "_raw": {"id": number, "state": state},
        "_source_url": f"https://example.test/items/{number}",
    }


def note(number: int) -> dict:
    return {"item_id": number, "position": 1, "body": "Look", "_raw": {"id": number}, "_source_url": ""}


@pytest.fixture
def connector():
    return Connector("things", "Things", (ITEMS, NOTES), open=lambda options: options)


@pytest.fixture
def home(tmp_path: Path, connector) -> Home:
    home = Home(tmp_path / "home")
    home.root.mkdir()
    with warehouse.connect(home.warehouse) as connection:
        raw_tables.ensure_tables(connection, [connector])
    return home


def query(home: Home, sql: str) -> list[tuple]:
    with warehouse.connect(home.warehouse) as connection:
        return connection.execute(sql).fetchall()


def sync(home: Home, connector: Connector, events: list[Event], **options) -> load.SourceResult:
    return load.sync_source(connector, Script(events), Run.start(home, **options))


def test_rows_arrive_typed_with_their_whole_answer_and_provenance(home, connector):
    sync(home, connector, [Page("items", "p", [item(1)]), Counted("items", "p", 1, "listing"), Finished("p", {"to": 1}, ("items",))])
    rows = query(home, "select item_id, state, epoch(seen_at), _raw, _source_url, _partition, _deleted_at from raw_things.items")
    assert rows == [(1, "open", 1772355600.0, '{"id":1,"state":"open"}', "https://example.test/items/1", "p", None)]
    assert query(home, "select source_count, warehouse_count, state from raw_ops.reconciliations") == [(1, 1, "matched")]
    assert query(home, "select requests_made, requests_saved, rows_seen from raw_ops.outcomes where step = 'extract'") == [(3, 1, 1)]


def test_reading_the_same_again_changes_no_row(home, connector):
    events = [Page("items", "p", [item(1), item(2)]), Finished("p", {"to": 1}, ("items",))]
    first = sync(home, connector, events)
    loads = query(home, "select item_id, _load_id from raw_things.items order by 1")
    second = sync(home, connector, events)
    assert (first.rows_changed, second.rows_changed) == (2, 0)
    assert query(home, "select item_id, _load_id from raw_things.items order by 1") == loads


def test_a_changed_row_is_replaced_and_the_last_reading_of_a_key_wins(home, connector):
    sync(home, connector, [Page("items", "p", [item(1)]), Finished("p", {}, ("items",))])
    result = sync(home, connector, [Page("items", "p", [item(1, "open"), item(1, "closed")]), Finished("p", {}, ("items",))])
    assert query(home, "select item_id, state from raw_things.items") == [(1, "closed")]
    assert result.rows_changed == 1


def test_a_bad_record_is_set_aside_whole_with_its_reasons_and_released_when_it_gets_well(home, connector):
    bad = item(2, "ajar") | {"seen_at": "yesterday"}
    sync(home, connector, [Page("items", "p", [item(1), bad]), Counted("items", "p", 2, "listing"), Finished("p", {}, ("items",))])
    assert query(home, "select item_id from raw_things.items") == [(1,)]
    [(identity, reason, raw)] = query(home, "select identity, reason, raw from raw_ops.quarantine")
    assert identity == "2"
    assert "seen_at: 'yesterday' is not a timestamp with a zone" in reason
    assert "state: 'ajar' breaks isin(['open', 'closed'])" in reason
    assert raw == '{"id":2,"state":"ajar"}'
    assert query(home, "select state from raw_ops.reconciliations") == [("matched",)]
    sync(home, connector, [Page("items", "p", [item(1), item(2)]), Finished("p", {}, ("items",))])
    assert query(home, "select count(*) from raw_ops.quarantine where released_at is null") == [(0,)]
    assert query(home, "select count(*) from raw_things.items") == [(2,)]


def test_the_same_bad_record_is_journalled_once(home, connector):
    events = [Rejected("items", "p", "file-7", "cut short after 12 bytes", {"size": 12}, "file:///7"), Finished("p", {}, ("items",))]
    sync(home, connector, events)
    sync(home, connector, events)
    assert query(home, "select identity, reason, raw from raw_ops.quarantine") == [("file-7", "cut short after 12 bytes", '{"size":12}')]


def test_a_row_no_longer_listed_is_tombstoned_and_returns_when_listed_again(home, connector):
    both = [Page("items", "p", [item(1), item(2)]), Finished("p", {}, ("items",))]
    sync(home, connector, both)
    sync(home, connector, [Page("items", "p", [item(1)]), Finished("p", {}, ("items",))])
    assert query(home, "select item_id, _deleted_reason from raw_things.items order by 1") == [(1, None), (2, "no longer listed")]
    sync(home, connector, both)
    assert query(home, "select count(*) from raw_things.items where _deleted_at is null") == [(2,)]


def test_a_row_told_to_be_gone_is_tombstoned_with_its_reason_and_returns_when_read_again(home, connector):
    sync(home, connector, [Page("notes", "p", [note(1), note(2)]), Finished("p", {})])
    gone = [Gone("notes", "p", [(2, 1), (9, 1)], "deleted"), Finished("p", {"to": 1})]
    assert [sync(home, connector, gone).rows_changed for _ in range(2)] == [1, 0]
    reasons = "select item_id, _deleted_reason from raw_things.notes order by 1"
    assert query(home, reasons) == [(1, None), (2, "deleted")]
    # It wins over a page of the same reading, whichever came first, also of a row that was never there before.
    both = [Page("notes", "p", [note(2), note(3)]), Gone("notes", "p", [(2, 1), (3, 1)], "deleted"), Finished("p", {"to": 2})]
    assert [sync(home, connector, both).rows_changed for _ in range(2)] == [1, 0]
    assert query(home, reasons) == [(1, None), (2, "deleted"), (3, "deleted")]
    sync(home, connector, [Page("notes", "p", [note(2)]), Finished("p", {"to": 3})])
    assert query(home, reasons) == [(1, None), (2, None), (3, "deleted")]


def test_a_row_told_to_be_gone_and_not_listed_either_is_one_tombstone_with_the_reason(home, connector):
    sync(home, connector, [Page("items", "p", [item(1), item(2)]), Finished("p", {}, ("items",))])
    result = sync(
        home, connector, [Page("items", "p", [item(1)]), Gone("items", "p", [(2,)], "transferred"), Finished("p", {}, ("items",))]
    )
    assert query(home, "select item_id, _deleted_reason from raw_things.items order by 1") == [(1, None), (2, "transferred")]
    assert result.rows_changed == 1


def test_a_partition_that_failed_tombstones_nothing_and_keeps_its_cursor(home, connector):
    sync(home, connector, [Page("items", "p", [item(1), item(2)]), Finished("p", {"to": 5}, ("items",))])
    script = Script([Page("items", "p", [item(1)]), Failed("p", NotFound("things", "p", "answered 404"))])
    result = load.sync_source(connector, script, Run.start(home))
    assert [error.why for error in result.failures] == ["answered 404"]
    assert query(home, "select count(*) from raw_things.items where _deleted_at is null") == [(2,)]
    again = Script([])
    load.sync_source(connector, again, Run.start(home))
    assert again.cursors == [{"p": {"to": 5}}]
    assert query(home, "select state, error_class from raw_ops.outcomes where partition = 'p'") == [("failed", "NotFound")]


def test_a_listing_cut_short_is_refused_and_the_last_good_rows_stay(home, connector):
    sync(home, connector, [Page("items", "p", [item(n) for n in range(200)]), Finished("p", {}, ("items",))])
    short = [Page("items", "p", [item(0)]), Finished("p", {}, ("items",))]
    with pytest.raises(gates.SuspiciousLoad, match=r"items in p: the source listed 1 of 200 known rows"):
        sync(home, connector, short)
    assert query(home, "select count(*) from raw_things.items where _deleted_at is null") == [(200,)]
    sync(home, connector, short, accept_removals=True)
    assert query(home, "select count(*) from raw_things.items where _deleted_at is null") == [(1,)]


def test_a_source_that_dies_midway_loads_nothing_says_why_and_loses_nothing(home, connector):
    script = Script([Page("items", "p", [item(1)])], error=AuthFailed("things", "items", "the token was refused (401)"))
    with pytest.raises(AuthFailed):
        load.sync_source(connector, script, Run.start(home))
    assert query(home, "select count(*) from raw_things.items") == [(0,)]
    assert query(home, "select state, error_class from raw_ops.outcomes") == [("failed", "AuthFailed")]
    sync(home, connector, [])
    assert query(home, "select item_id from raw_things.items") == [(1,)], "what was read before it died"
    assert not list(home.landing.rglob("*.parquet"))


def test_a_full_run_ignores_cursors(home, connector):
    sync(home, connector, [Finished("p", {"to": 5})])
    script = Script([])
    seen = []

    class Full(Script):
        def read(self, context):
            seen.append(context.cursor("p"))
            return iter(())

    load.sync_source(connector, Full(), Run.start(home, full=True))
    load.sync_source(connector, Full(), Run.start(home))
    assert seen == [{}, {"to": 5}]
    assert script.cursors == []


def test_only_one_process_may_write(home):
    with home.writing(), pytest.raises(warehouse.WarehouseBusy, match=r"process \d+ is writing"), home.writing():
        pass


def test_no_connection_draws_a_progress_bar_into_standard_output(tmp_path: Path):
    """DuckDB draws one once a query takes two seconds; standard output belongs to the answer."""
    with warehouse.connect(tmp_path / "x.duckdb") as connection:
        assert connection.execute("select current_setting('enable_progress_bar')").fetchall() == [(False,)]
    profile = yaml.safe_load((Path(__file__).resolve().parents[2] / "dbt_project" / "profiles.yml").read_text())
    assert profile["fulcrum"]["outputs"]["duckdb"]["settings"]["enable_progress_bar"] == "false"


def test_an_accepted_difference_is_loaded_until_more_is_missing_or_nothing(home, connector):
    def night(numbers: list[int], total: int, **options) -> tuple[bool, list[tuple]]:
        rows = [item(number) for number in numbers]
        events = [Page("items", "p", rows), Counted("items", "p", total, "listing"), Finished("p", {"to": max(numbers)})]
        result = sync(home, connector, events, **options)
        return result.is_whole, query(home, "select count(*) from raw_things.items where _deleted_at is null")

    assert night([1, 2], 3) == (False, [(0,)]), "one is missing: held back"
    assert night([1, 2], 3, accept_differences=True) == (True, [(2,)])
    assert night([1, 2, 4], 4) == (True, [(3,)]), "still one"
    assert night([5], 7) == (False, [(3,)]), "three are missing now: that was accepted by nobody"
    assert night([5, 6], 5) == (True, [(5,)]), "the total is met, which ends the acceptance"
    assert night([7], 7) == (False, [(5,)])
    states = query(home, "select state from raw_ops.reconciliations order by checked_at")
    assert [state for (state,) in states] == ["differs", "accepted", "accepted", "differs", "matched", "differs"]
    assert query(home, "select n_missing from raw_ops.accepted_differences order by accepted_at") == [(1,), (0,)]
