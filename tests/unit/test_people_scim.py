"""Users of an identity provider: which person each is, what is set aside, and that no order of theirs matters."""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contract import Event, Failed, Finished, Page, ReadContext, Record, Rejected
from connectors.people.fake import FakePeople, FakeProvider
from connectors.people.options import PeopleOptions
from connectors.people.resources import CONNECTOR, PeopleReader
from connectors.people.scim import ENTERPRISE

NOW = datetime(2026, 11, 21, tzinfo=UTC)
PEOPLE = """person,name,emails,logins,team,manager,level,from,to
ana,Ana Sol,ana@acme.example,ana,search,,L5,2024-01-01,
ben,Ben Roe,ben@acme.example,ben,,,,,
"""


def user(number: int, *emails: str, **other: Any) -> dict[str, Any]:
    meta = {"created": "2025-03-01T22:00:00Z", "lastModified": "2026-02-01T00:00:00Z"}
    given = {"id": f"u{number}", "userName": f"user{number}", "active": True, "meta": meta}
    return given | {"emails": [{"value": email, "primary": True} for email in emails]} | other


def works(department: str, manager: str = "") -> dict[str, Any]:
    return {ENTERPRISE: {"department": department, **({"manager": {"value": manager}} if manager else {})}}


def listed(users: Iterable[dict[str, Any]], total: int | None = None) -> str:
    users = list(users)
    return json.dumps({"schemas": ["..."], "totalResults": len(users) if total is None else total, "Resources": users})


def read(text: str, name: str = "scim.json") -> list[Event]:
    return list(PeopleReader(FakePeople(PEOPLE), provider=FakeProvider(text, name)).read(ReadContext(now=NOW)))


def rows(events: list[Event], table: str) -> list[Record]:
    return [record for event in events if isinstance(event, Page) and event.table == table for record in event.records]


def reasons(events: list[Event]) -> list[tuple[str, str]]:
    return [(event.table, event.reason) for event in events if isinstance(event, Rejected)]


def complete(events: list[Event]) -> tuple[str, ...]:
    return next(event.tables for event in events if isinstance(event, Finished) and event.partition == "people")


def scim_accounts(events: list[Event]) -> set[tuple[str, str]]:
    return {(row["person_id"], row["account"]) for row in rows(events, "accounts") if row["stated_by"] == "scim"}


def test_a_user_is_the_person_of_its_address_or_external_id_and_adds_what_is_not_known():
    events = read(
        listed(
            [
                user(1, "Ana@acme.example", "ana.sol@acme.example"),
                user(2, "b.roe@acme.example", externalId="ben", **works("ranking", "u1")),
                user(3, "cy@acme.example", displayName="Cy Ro", userName="cy@corp.example", **works("search", "u2")),
            ]
        )
    )
    assert reasons(events) == []
    assert scim_accounts(events) == {
        ("ana", "ana.sol@acme.example"),
        ("ben", "b.roe@acme.example"),
        ("cy@corp.example", "cy@acme.example"),
        ("cy@corp.example", "cy@corp.example"),
    }
    assert {row["person_id"]: row["name"] for row in rows(events, "people")} == {
        "ana": "Ana Sol",
        "ben": "Ben Roe",
        "cy@corp.example": "Cy Ro",
    }
    spells = {row["person_id"]: (row["team"], row["manager_id"], row["valid_from"], row["valid_to"]) for row in rows(events, "spells")}
    assert spells == {
        "ana": ("search", None, date(2024, 1, 1), None),
        "ben": ("ranking", "ana", date(2025, 3, 1), None),
        "cy@corp.example": ("search", "ben", date(2025, 3, 1), None),
    }
    assert complete(events) == ("people", "accounts", "spells")


def test_a_closed_user_has_left_by_its_last_change():
    (spell,) = [
        row
        for row in rows(read(listed([user(1, "cy@x.example", active=False, **works("search"))])), "spells")
        if row["team"] and row["person_id"] == "user1"
    ]
    assert spell["valid_to"] == date(2026, 2, 1)


@pytest.mark.parametrize(
    ("users", "table", "said"),
    [
        ([user(1, "no-address")], "people", "'no-address' has no address form"),
        ([{"userName": "x"}], "people", "id: Field required"),
        ([user(1, "a@x.example"), user(1, "b@x.example")], "people", "2 users have the id 'u1' and are not the same"),
        ([user(1, "ana@acme.example", "ben@acme.example")], "people", "its addresses are ana and ben's in people.csv; set externalId"),
        (
            [user(1, "pair@x.example"), user(2, "pair@x.example")],
            "accounts",
            "'pair@x.example' is given to user1 and user2; neither has it",
        ),
        ([user(1, "ana@acme.example", externalId="ben")], "accounts", "people.csv gives it to 'ana', who keeps it"),
        ([user(1, "c@x.example", meta={}, **works("search"))], "spells", "meta.created is missing"),
        ([user(1, "c@x.example", **works("search", "u9"))], "spells", "manager 'u9' is no user of the export"),
    ],
)
def test_what_cannot_be_taken_is_named_and_stops_nobody_else(users: list[dict[str, Any]], table: str, said: str):
    events = read(listed([*users, user(7, "good@x.example")]))
    assert {where for where, reason in reasons(events) if said in reason} == {table}
    assert ("user7", "good@x.example") in scim_accounts(events)
    assert ("manager" in said) == (table in complete(events)), "where something was set aside, the last good rows stay"


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        (listed([user(1)], total=240), "scim.json", "it holds 1 of 240 users: one page"),
        ('{"Resources": [', "scim.json", "it is no JSON"),
        ('{"detail": "unauthorized"}', "scim.json", "without a list of users"),
        ("id,name\nu1,Ana\n", "users.csv", "column(s) userName, emails, active are missing"),
    ],
)
def test_a_part_of_the_users_is_never_taken_for_all(text: str, name: str, said: str):
    events = read(text, name)
    (failure,) = [event for event in events if isinstance(event, Failed)]
    assert said in str(failure.error)
    assert {row["person_id"] for row in rows(events, "people")} == {"ana", "ben"}
    assert complete(events) == (), "nobody counts as gone"


def test_a_csv_export_has_the_names_of_scim():
    header = "id,userName,displayName,emails,active,department,manager,created,lastModified,phone\n"
    text = (
        header
        + "u1,cy,Cy Ro,cy@x.example;Cy.Ro@x.example,false,search,u2,2025-03-01T00:00:00Z,2026-02-01T00:00:00Z,1\nu2,ana,,ana@acme.example,true,,,,,\n"
    )
    events = read(text, "users.csv")
    assert reasons(events) == []
    assert scim_accounts(events) == {("cy", "cy@x.example"), ("cy", "cy.ro@x.example")}
    (spell,) = [row for row in rows(events, "spells") if row["person_id"] == "cy"]
    assert (spell["manager_id"], spell["valid_from"], spell["valid_to"]) == ("ana", date(2025, 3, 1), date(2026, 2, 1))


def test_a_configured_export_that_is_missing_is_said_by_doctor_and_sync(tmp_path: Path):
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    reader = CONNECTOR.open(PeopleOptions(directory=tmp_path / "people.csv", scim=tmp_path / "scim.json"))
    assert [(finding.name, finding.state) for finding in reader.probe()] == [("scim", "fail"), ("people", "ok")]
    assert any(isinstance(event, Failed) for event in reader.read(ReadContext(now=NOW)))


USERS = [
    user(1, "ana@acme.example", "pair@x.example"),
    user(2, "cy@x.example", "pair@x.example", **works("search", "u3")),
    user(3, "dee@x.example", **works("ranking")),
    user(4, "dee2@x.example", externalId="user3", active=False, **works("old")),
    user(5, "eve@x.example"),
    user(5, "eve@y.example"),
    user(6, "broken"),
]


@settings(max_examples=30, deadline=None)
@given(st.permutations(USERS))
def test_no_order_of_the_users_matters(users: list[dict[str, Any]]):
    def everything(events: list[Event]) -> list[str]:
        found = [f"{table}: {row}" for table in ("people", "accounts", "spells") for row in map(str, rows(events, table))]
        return sorted(found + [reason for _, reason in reasons(events) if "no SCIM user" not in reason])

    assert everything(read(listed(users))) == everything(read(listed(USERS)))
