"""Every record that the people connector yields keeps the contract of its table, and bad values are caught by it."""

from datetime import UTC, date, datetime

from connectors.contract import Page, ReadContext
from connectors.people.fake import FakeJournal, FakePeople
from connectors.people.resources import CONNECTOR, PeopleReader
from pipelines.gates import check_records

TEXT = """person,name,emails,logins,team,manager,level,from,to,kind
ana,Ana Sol,ana@acme.example,ana;jira:5f1a,search,ben,L5,2024-01-01,2025-07-01,
ana,Ana Sol,,,ranking,ben,L6,2025-07-01,,
ben,Ben Roe,ben@acme.example,ben,search,,L7,2023-01-01,,human
renovate,Renovate,,renovate[bot],,,,,,bot
"""
DECISIONS = """
{"at": "2026-03-01T08:00:00Z", "by": "lea", "decision": "link", "account": "github:12", "login": "sol", "person": "ana", "reason": "asked her"}
{"at": "2026-03-02T08:00:00Z", "by": "lea", "decision": "exclude", "account": "git:team@acme.example", "reason": "a mailing list"}
{"at": "2026-03-03T08:00:00Z", "by": "lea", "decision": "unlink", "duplicate": "ben", "person": "ana", "reason": "namesakes"}
"""


def test_what_is_read_keeps_the_contract():
    seen: set[str] = set()
    for event in PeopleReader(FakePeople(TEXT), FakeJournal(DECISIONS)).read(ReadContext(now=datetime(2026, 11, 21, tzinfo=UTC))):
        if isinstance(event, Page):
            table = CONNECTOR.table(event.table)
            checked = check_records(event.records, table)
            assert not checked.quarantined
            assert checked.frame.height == len(event.records) > 0
            assert checked.frame.select(*table.key).is_duplicated().any() is False
            assert all(record["_source_url"] and record["_raw"] for record in event.records)
            seen.add(event.table)
    assert seen == {table.name for table in CONNECTOR.tables} - {"splits"}, "signed splits are a file of their own"


def test_a_spell_that_ends_before_it_starts_breaks_the_contract():
    spell = {"person_id": "ana", "valid_from": date(2025, 1, 1), "valid_to": date(2024, 1, 1)}
    (bad,) = check_records([spell], CONNECTOR.table("spells")).quarantined
    assert "valid_to is after valid_from" in bad.reason


def test_an_unknown_system_or_kind_breaks_the_contract():
    assert check_records([{"person_id": "a", "system": "gitlab", "account": "a"}], CONNECTOR.table("accounts")).quarantined
    assert check_records([{"person_id": "a", "kind": "robot"}], CONNECTOR.table("people")).quarantined
