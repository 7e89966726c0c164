"""What an identity provider says of the present, export after export, is a history dated by when each change was seen."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contract import Page, ReadContext, Record
from connectors.people.fake import FakePeople, FakeProvider
from connectors.people.resources import PeopleReader
from connectors.people.scim import ENTERPRISE
from tests.unit.test_people_scim import PEOPLE, listed, user

DAY = timedelta(days=1)


def works(department: str = "", manager: str = "", level: str = "") -> dict[str, Any]:
    return {ENTERPRISE: {"department": department, "manager": {"value": manager}}, "urn:acme:User": {"level": level}}


def history(*exports: tuple[date, dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Times of the user after each export was read on its day, with what earlier readings have loaded."""
    rows: list[Record] = []
    for day, told in exports:

        def loaded(_dataset: str, _table: str, columns: Any, rows: list[Record] = rows) -> list[tuple[Any, ...]]:
            return [tuple(row[name] for name in columns) for row in rows]

        boss = user(2, "boss@x.example", active=True)
        context = ReadContext(now=datetime(day.year, day.month, day.day, 2, tzinfo=UTC), loaded=loaded)
        reader = PeopleReader(FakePeople(PEOPLE), provider=FakeProvider(listed([user(1, "cy@x.example", **told), boss])))
        rows = [record for event in reader.read(context) if isinstance(event, Page) and event.table == "spells" for record in event.records]
    return [
        (str(row["valid_from"]), row["valid_to"] and str(row["valid_to"]), row["team"], row["manager_id"], row["level"])
        for row in rows
        if row["person_id"] == "user1"
    ]


def test_a_change_is_dated_by_the_day_on_which_it_was_seen():
    first = (date(2026, 3, 1), works("search", level="L4"))
    same = (date(2026, 3, 2), works("search", level="L4"))
    raised = (date(2026, 5, 1), works("search", level="L5"))
    led = (date(2026, 6, 1), works("search", "u2", "L5"))
    assert history(first, same) == [("2025-03-01", None, "search", None, "L4")]
    assert history(first, same, raised, led) == [
        ("2025-03-01", "2026-05-01", "search", None, "L4"),
        ("2026-05-01", "2026-06-01", "search", None, "L5"),
        ("2026-06-01", None, "search", "user2", "L5"),
    ]


def test_a_level_alone_is_a_time_too():
    assert history((date(2026, 3, 1), works(level="L4"))) == [("2025-03-01", None, None, None, "L4")]


def test_somebody_who_leaves_and_comes_back_has_a_gap():
    closed = user(1)["meta"] | {"lastModified": "2026-04-10T00:00:00Z"}
    times = history(
        (date(2026, 3, 1), works("search")),
        (date(2026, 4, 12), {**works("search"), "active": False, "meta": closed}),
        (date(2026, 4, 13), {**works("search"), "active": False, "meta": closed}),
        (date(2026, 9, 1), works("search")),
    )
    assert times == [("2025-03-01", "2026-04-10", "search", None, None), ("2026-09-01", None, "search", None, None)]


def test_two_changes_on_one_day_leave_the_last():
    day = date(2026, 5, 1)
    times = history((date(2026, 3, 1), works("search")), (day, works("ranking")), (day, works("ads")))
    assert times == [("2025-03-01", "2026-05-01", "search", None, None), ("2026-05-01", None, "ads", None, None)]


@given(
    st.lists(
        st.tuples(st.integers(1, 90), st.sampled_from(["search", "ads", ""]), st.sampled_from(["L4", "L5"]), st.booleans()), max_size=6
    )
)
@settings(max_examples=30, deadline=None)
def test_times_follow_one_another_and_reading_again_changes_nothing(changes: list[tuple[int, str, str, bool]]):
    day, exports = date(2026, 3, 1), []
    for wait, department, level, active in changes:
        day += wait * DAY
        exports.append((day, {**works(department, level=level), "active": active}))
    times = history(*exports)
    assert times == history(*exports, *exports[-1:])
    for (_, end, *_), (start, *_) in pairwise(times):
        assert end is not None
        assert end <= start
    assert all(end is None or start < end for start, end, *_ in times)


def test_the_directory_goes_before_the_provider():
    told = user(1, "ana@acme.example", **works("ranking", level="L9"))
    events = PeopleReader(FakePeople(PEOPLE), provider=FakeProvider(listed([told]))).read(ReadContext(now=datetime(2026, 3, 1, tzinfo=UTC)))
    rows = [record for event in events if isinstance(event, Page) and event.table == "spells" for record in event.records]
    assert [(row["team"], row["level"], row["stated_by"]) for row in rows if row["person_id"] == "ana"] == [("search", "L5", "directory")]


@pytest.mark.parametrize("level", ["L5", 5])
def test_a_csv_export_has_a_column_for_levels(level: Any):
    text = f"id,userName,emails,active,department,level,created\nu1,cy,cy@x.example,true,search,{level},2025-03-01T00:00:00Z\n"
    reader = PeopleReader(FakePeople(PEOPLE), provider=FakeProvider(text, "users.csv"))
    events = reader.read(ReadContext(now=datetime(2026, 3, 1, tzinfo=UTC)))
    rows = [record for event in events if isinstance(event, Page) and event.table == "spells" for record in event.records]
    assert [row["level"] for row in rows if row["person_id"] == "cy"] == [str(level)]
