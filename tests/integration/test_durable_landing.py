"""What a reading had landed when it was killed: adopted by the next one with its cursors, neither lost, doubled nor taken for more than it is."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from connectors.contract import (
    Budget,
    Checkpoint,
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
)
from connectors.errors import NotFound
from pipelines import load, raw_tables, reconcile, warehouse
from pipelines.landing import Landing, Pace, Run
from pipelines.segments import Segments
from pipelines.warehouse import Home

ITEMS = Table("items", "one item", ("item_id",), {"item_id": integer(null=False), "state": text(one_of=["open", "closed"])}, census=True)
NOTES = Table(
    "notes", "one note", ("item_id", "position"), {"item_id": integer(null=False), "position": integer(null=False), "body": text()}
)


@dataclass
class Script:
    """A reader that yields what it was told to and remembers the cursors it was given."""

    events: list[Event] = field(default_factory=list)
    cursors: dict = field(default_factory=dict)
    asks: int = 0

    def read(self, context: ReadContext) -> Iterator[Event]:
        self.cursors = dict(context.cursors)
        for event in self.events:
            if self.asks:
                context.meter.ask(self.asks)
            yield event

    def probe(self):
        return []


def items(*numbers: int, state: str = "open", partition: str = "p") -> Page:
    records = [{"item_id": number, "state": state, "_raw": {"id": number}, "_source_url": f"https://x.test/{number}"} for number in numbers]
    return Page("items", partition, records)


def notes(*places: tuple[int, int]) -> Page:
    records = [
        {"item_id": number, "position": position, "body": "", "_raw": {}, "_source_url": "https://x.test"} for number, position in places
    ]
    return Page("notes", "p", records)


@pytest.fixture
def connector() -> Connector:
    return Connector("things", "Things", (ITEMS, NOTES), open=lambda options: options)


@pytest.fixture
def home(tmp_path: Path, connector: Connector) -> Home:
    home = Home(tmp_path / "home")
    home.root.mkdir()
    with warehouse.connect(home.warehouse) as connection:
        raw_tables.ensure_tables(connection, [connector])
    return home


def query(home: Home, sql: str) -> list[tuple]:
    with warehouse.connect(home.warehouse) as connection:
        return connection.execute(sql).fetchall()


def killed(home: Home, connector: Connector, *events: Event, after: tuple[Event, ...] = ()) -> None:
    """A reading that was killed: `events` had become durable, `after` was still in memory."""
    landing = Landing(home.landing / connector.name, connector, Run.start(home), clock=lambda: 0.0)
    landing.__enter__()
    for event in events:
        landing.take(event)
    landing.flush()
    for event in after:
        landing.take(event)


def sync(home: Home, connector: Connector, *events: Event, asks: int = 0, **options) -> tuple[Script, load.SourceResult]:
    script = Script(list(events), asks=asks)
    return script, load.sync_source(connector, script, Run.start(home, **options))


def numbers(home: Home) -> list[tuple]:
    return query(home, "select item_id, state from raw_things.items where _deleted_at is null order by 1")


def test_the_next_reading_goes_on_from_the_last_durable_checkpoint(home, connector):
    before = (items(1, 2), Checkpoint("p", {"page": 1}), items(3), Checkpoint("p", {"page": 2}))
    killed(home, connector, *before, after=(items(4), Checkpoint("p", {"page": 3})))
    script, result = sync(home, connector, items(4), Finished("p", {"done": True}))
    assert script.cursors == {"p": {"page": 2}}, "a cursor ahead of its rows would lose item 4"
    assert numbers(home) == [(1, "open"), (2, "open"), (3, "open"), (4, "open")]
    assert result.rows_changed == 4
    assert sync(home, connector)[0].cursors == {"p": {"done": True}}


def test_a_piece_that_was_being_written_is_not_there(home, connector):
    killed(home, connector, items(1), Checkpoint("p", {"page": 1}))
    part = home.landing / "things" / "segments" / "0001-000002.part" / "rows"
    part.mkdir(parents=True)
    (part / "items.parquet").write_bytes(b"PAR1 cut sho")
    script, _ = sync(home, connector)
    assert script.cursors == {"p": {"page": 1}}
    assert numbers(home) == [(1, "open")]


def test_killed_again_and_again_each_reading_adopts_all_before_it(home, connector):
    for page in range(1, 4):
        killed(home, connector, items(page), Checkpoint("p", {"page": page}))
    script, _ = sync(home, connector, items(2, state="closed"))
    assert script.cursors == {"p": {"page": 3}}
    assert numbers(home) == [(1, "open"), (2, "closed"), (3, "open")], "the newest reading of item 2 wins"


def test_a_partition_that_failed_keeps_its_rows_and_its_last_checkpoint(home, connector):
    sync(home, connector, items(1), Checkpoint("p", {"page": 1}), items(2), Failed("p", NotFound("things", "p", "answered 404")))
    assert numbers(home) == [(1, "open"), (2, "open")]
    assert sync(home, connector)[0].cursors == {"p": {"page": 1}}


def test_what_was_loaded_but_not_yet_forgotten_when_the_run_died_changes_nothing_twice(home, connector):
    events = (items(1, 2), Finished("p", {"page": 1}, ("items",)))
    sync(home, connector, *events)
    before = query(home, "select * from raw_things.items order by 1")
    killed(home, connector, *events)
    _, result = sync(home, connector)
    assert result.rows_changed == 0
    assert query(home, "select * from raw_things.items order by 1") == before


def test_what_an_earlier_reading_listed_is_gone_when_the_complete_listing_has_it_no_more(home, connector):
    sync(home, connector, items(1), Finished("p", {}, ("items",)))
    killed(home, connector, items(1, 2, 3), Checkpoint("p", {"page": 1}))
    sync(home, connector, items(3, 4), Finished("p", {}, ("items",)))
    assert numbers(home) == [(3, "open"), (4, "open")]
    assert query(home, "select item_id from raw_things.items where _deleted_at is not null") == [(1,)], "2 never was in the warehouse"


def test_a_complete_listing_of_a_killed_reading_still_counts_and_spares_what_came_later(home, connector):
    sync(home, connector, items(1, 2), Finished("p", {}, ("items",)))
    killed(home, connector, items(2), Finished("p", {"page": 9}, ("items",)))
    sync(home, connector, items(5), Finished("p", {"page": 10}))
    assert numbers(home) == [(2, "open"), (5, "open")]


def test_half_a_landing_is_never_taken_for_a_whole_one(home, connector, monkeypatch):
    sync(home, connector, *(items(n) for n in range(100)), Finished("p", {}, ("items",)))
    killed(home, connector, *(items(n) for n in range(100)), Finished("p", {}, ("items",)))
    monkeypatch.setattr("pipelines.segments.shutil.rmtree", lambda *_args, **_kwargs: None)  # killed before it removed anything
    Segments(home.landing / "things" / "segments", connector).discard()
    monkeypatch.undo()
    sync(home, connector)
    assert len(numbers(home)) == 100
    assert not list((home.landing / "things").glob("*.leaving-*"))


def test_pieces_under_another_contract_are_read_again(home, connector):
    killed(home, connector, items(1), Checkpoint("p", {"page": 1}))
    wider = replace(ITEMS, columns={**ITEMS.columns, "colour": text()})
    changed = replace(connector, tables=(wider, NOTES))
    with warehouse.connect(home.warehouse) as connection:
        raw_tables.ensure_tables(connection, [changed])
    script, _ = sync(home, changed)
    assert script.cursors == {}
    assert numbers(home) == []


def test_records_set_aside_by_a_killed_reading_are_journalled(home, connector):
    killed(home, connector, items(7, state="ajar"), Rejected("items", "p", "8", "cut short", {}, ""), Checkpoint("p", {"page": 1}))
    sync(home, connector)
    assert query(home, "select identity from raw_ops.quarantine order by 1") == [("7",), ("8",)]


def test_bad_records_of_several_partitions_are_set_aside_under_their_own(home, connector):
    sync(home, connector, items(1, partition="a"), items(2, 3, state="ajar", partition="b"), items(4, state="ajar", partition="a"))
    assert query(home, "select partition, identity from raw_ops.quarantine order by 2") == [("b", "2"), ("b", "3"), ("a", "4")]
    assert query(home, "select _partition, item_id from raw_things.items") == [("a", 1)]


def test_pieces_become_durable_by_age_and_cost_a_twentieth_at_most(home, connector):
    now, least = [0.0], Pace().least_seconds
    landing = Landing(home.landing / "things", connector, Run.start(home), clock=lambda: now[0])
    written = []

    def write(*_):
        written.append(now[0])
        now[0] += 2 * least

    with landing:
        landing.segments.write = write
        for number in range(1000):
            now[0] += least / 10
            landing.take(items(number))
            landing.take(Checkpoint("p", {"page": number}))
    assert written[0] <= 1.5 * least
    assert 2 * least * len(written) <= now[0] / 10, "each piece takes two seconds here, so they come every forty"


# Budgets


def test_a_budget_ends_the_reading_as_partial_and_a_sequence_of_readings_ends_like_one(home, connector):
    pages = [event for n in range(6) for event in (items(n), Checkpoint("p", {"page": n + 1}))]
    seen = []
    for _ in range(4):
        done = (query(home, "select count(*) from raw_things.items") or [(0,)])[0][0]
        script, result = sync(home, connector, *pages[2 * done :], Finished("p", {"page": 6}), asks=1, budget=Budget(4))
        seen.append((script.cursors.get("p", {}).get("page", 0), result.is_whole))
    assert seen == [(0, False), (2, False), (4, False), (6, True)]
    assert [number for number, _ in numbers(home)] == list(range(6))
    assert query(home, "select error_class from raw_ops.outcomes where state = 'failed' limit 1") == [("BudgetMet",)]


# Reconciliation


def held_back(home: Home) -> list[str]:
    with warehouse.connect(home.warehouse) as connection:
        return [str(item.difference) for item in reconcile.held_back(connection)]


LATEST = "select source_count, warehouse_count, state from raw_ops.reconciliations order by checked_at desc limit 1"


def test_a_total_counts_only_once_its_partition_is_finished(home, connector):
    sync(home, connector, Counted("items", "p", 3, "total"), items(1), Checkpoint("p", {"page": 1}))
    assert query(home, "select * from raw_ops.reconciliations") == [], "half a listing is no loss"
    sync(home, connector, items(2), Counted("items", "p", 3, "total"), Finished("p", {}))
    assert held_back(home) == ["things.items in p: 1 of 3 rows are missing (total)"]


def test_a_total_of_different_values_is_held_against_different_values(home, connector):
    page = notes((1, 1), (1, 2), (2, 1))
    sync(home, connector, page, Counted("notes", "p", 2, "things with notes", distinct=("item_id",)), Finished("p", {}))
    assert query(home, LATEST) == [(2, 2, "matched")]


def test_totals_of_parents_are_compared_one_by_one_and_a_loss_is_remembered_until_it_is_made_up_for(home, connector):
    told = Counted("notes", "p", 4, "notes of each item", by="item_id", each={1: 2, 2: 2})
    sync(home, connector, notes((1, 1), (1, 2), (1, 3), (2, 1)), told)
    assert query(home, LATEST) == [(4, 3, "differs")], "one note too many of item 1 does not make up for one too few of item 2"
    sync(home, connector, notes((3, 1)), Counted("notes", "p", 1, "notes of each item", by="item_id", each={3: 1}))
    assert query(home, LATEST) == [(5, 4, "differs")]
    sync(home, connector, notes((2, 2)))
    assert query(home, LATEST) == [(5, 6, "ahead")]
    assert held_back(home) == []


def test_a_partition_that_misses_rows_is_held_back_and_the_others_are_loaded(home, connector):
    sync(home, connector, items(1), Finished("p", {"night": 1}), items(7, partition="q"), Finished("q", {"night": 1}))
    events = (items(1, state="closed"), items(2), notes((1, 1)), Counted("items", "p", 3, "total"), Finished("p", {"night": 2}))
    _, result = sync(home, connector, *events, items(8, partition="q"), Finished("q", {"night": 2}))
    assert numbers(home) == [(1, "open"), (7, "open"), (8, "open")], "p is as the reading before left it, in all of its tables"
    assert query(home, "select * from raw_things.notes") == []
    assert not result.is_whole
    failed = "select source, table_name, partition, error_class from raw_ops.outcomes where step = 'reconcile'"
    assert query(home, failed) == [("things", "items", "p", "Unreconciled")]

    script, result = sync(home, connector, items(3), Finished("p", {"night": 3}))
    assert script.cursors == {"p": {"night": 2}, "q": {"night": 2}}, "what is held back is not asked for again"
    assert numbers(home) == [(1, "closed"), (2, "open"), (3, "open"), (7, "open"), (8, "open")]
    assert result.is_whole
    assert held_back(home) == []
    assert not list(home.landing.rglob("*.parquet"))


def test_what_is_held_back_says_since_when_and_what_is_shown(home, connector):
    sync(home, connector, items(1), Counted("items", "p", 1, "total"), Finished("p", {}))
    missing = (Counted("items", "p", 3, "total"), Finished("p", {}))
    sync(home, connector, items(2), *missing)
    sync(home, connector, *missing)
    runs = [moment for (moment,) in query(home, "select distinct checked_at from raw_ops.reconciliations order by 1")]
    assert query(home, "select held_since, shown_as_of, warehouse_count from raw_ops.held_back") == [(runs[1], runs[0], 2)]


def test_rows_that_a_reading_held_back_no_longer_lists_stay_until_it_is_loaded(home, connector):
    sync(home, connector, items(1, 2), Finished("p", {}, ("items",)))
    sync(home, connector, items(2), Gone("notes", "p", [(1, 1)], "told"), Counted("items", "p", 2, "total"), Finished("p", {}, ("items",)))
    assert numbers(home) == [(1, "open"), (2, "open")]
    sync(home, connector, items(5), Counted("items", "p", 2, "total"), Finished("p", {}))
    assert numbers(home) == [(2, "open"), (5, "open")], "the complete listing of the reading before still counts"


@pytest.mark.parametrize("moment", ["before the pieces are there", "when the others are gone"])
def test_a_run_that_died_while_it_kept_pieces_keeps_them(home, connector, monkeypatch, moment):
    killed(home, connector, items(1), Checkpoint("p", {"page": 1}), items(7, partition="q"), Checkpoint("q", {"page": 1}))
    segments = Segments(home.landing / "things" / "segments", connector)
    dies = "discard" if moment == "before the pieces are there" else "_end_keeping"
    monkeypatch.setattr(segments, dies, lambda: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        segments.keep({"p"})
    script, _ = sync(home, connector)
    assert script.cursors["p"] == {"page": 1}
    assert (1, "open") in numbers(home)
    assert not list((home.landing / "things").glob("*kept*"))
