"""What a user of the decisions journal notices: what stands, what is set aside and why, and that a lost file takes nothing back."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.contract import Event, Failed, Finished, Page, ReadContext, Record, Rejected
from connectors.people.fake import FakeJournal, FakePeople
from connectors.people.options import PeopleOptions
from connectors.people.resources import CONNECTOR, PeopleReader

NOW = datetime(2026, 11, 21, tzinfo=UTC)
PEOPLE = """person,name,emails,logins,team,manager,level,from,to,kind
ana,Ana,ana@acme.example,ana,search,,L5,2024-01-01,,
ana2,Ana,,,search,,L5,2024-01-01,,
ben,Ben,,ben,search,,L5,2024-01-01,,
shipper,Shipper,,shipper,,,,,,bot
"""


def line(minute: int, decision: str, **what: str) -> str:
    return json.dumps({"at": f"2026-03-01T08:{minute:02}:00+01:00", "by": "lea", "decision": decision, "reason": "asked her", **what})


def read(*lines: str) -> list[Event]:
    return list(PeopleReader(FakePeople(PEOPLE), FakeJournal("\n".join(lines))).read(ReadContext(now=NOW)))


def decisions(events: list[Event]) -> list[Record]:
    return [record for event in events if isinstance(event, Page) and event.table == "decisions" for record in event.records]


def reasons(events: list[Event]) -> list[str]:
    return [event.reason for event in events if isinstance(event, Rejected)]


def listed_completely(events: list[Event]) -> bool:
    return any(isinstance(event, Finished) and "decisions" in event.tables for event in events)


def test_a_later_decision_goes_before_an_earlier_one_and_both_are_kept():
    events = read(
        line(2, "unlink", account="git:X@acme.example", person="ana"),
        line(1, "link", account="git:x@acme.example", person="ana"),
        line(3, "link", account="github:12", login="ben", person="ben"),
    )
    assert not reasons(events)
    assert listed_completely(events)
    later, earlier, other = decisions(events)
    assert (earlier["is_standing"], earlier["overruled_by"]) == (False, later["decision_id"])
    assert (later["is_standing"], later["system"], later["account"]) == (True, "git", "x@acme.example")
    assert later["decided_at"] == datetime(2026, 3, 1, 7, 2, tzinfo=UTC)
    assert (other["account"], other["account_login"], other["counts_for_id"], other["reason"]) == ("12", "ben", "ben", "asked her")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{", "the line is no JSON object"),
        ('["link"]', "Input should be a valid dictionary"),
        (line(1, "merge", account="git:x@acme.example", person="ana"), "decision is 'merge': Input should be 'link', 'unlink', 'exclude'"),
        (line(1, "link", account="github:ana", person="ana"), "names a login, which can be given up; expected the numeric id"),
        (
            line(1, "link", account="gitlab:7", person="ana"),
            "'gitlab:7' names no account; expected system:account, system one of github, git",
        ),
        (line(1, "link", account="git:x@acme.example"), "person is missing"),
        (line(1, "exclude", account="git:x@acme.example", person="ana"), "exclude is about an account alone"),
        (line(1, "link", person="ana"), "expected either account or duplicate"),
        (line(1, "exclude", account="git:x@acme.example", reason=""), "reason is ''"),
        (line(1, "exclude", account="git:x@acme.example", note="x"), "note is 'x': Extra inputs"),
        (line(1, "exclude", account="git:x@acme.example", at="2026-03-01T08:00:00"), "should have timezone info"),
    ],
)
def test_a_line_that_is_no_decision_is_set_aside_with_its_number_and_the_others_count(written: str, said: str):
    events = read("", line(5, "exclude", account="git:team@acme.example"), written)
    (reason,) = reasons(events)
    assert reason.startswith("people-decisions.jsonl line 3: ")
    assert said in reason
    assert [record["decision"] for record in decisions(events)] == ["exclude"]
    assert not listed_completely(events), "what a broken line says may be a decision that still stands"


def test_contradictions_of_one_moment_count_for_nothing():
    events = read(line(1, "link", account="github:12", person="ana"), line(1, "link", account="github:12", person="ben"))
    assert [record["is_standing"] for record in decisions(events)] == [False, False]
    assert len(reasons(events)) == 2
    assert "another decision of the same moment" in reasons(events)[0]


def test_people_who_are_one_are_followed_to_the_last_and_never_in_a_circle_or_across_kinds():
    events = read(
        line(1, "link", duplicate="ana2", person="ana"),
        line(2, "link", duplicate="ana", person="ben"),
        line(3, "link", duplicate="ben", person="ana2"),
        line(4, "link", duplicate="shipper", person="ben"),
        line(5, "link", account="github:12", person="ana2"),
    )
    assert [record["counts_for_id"] for record in decisions(events)] == ["ben", "ben", "ben", "ben", "ben"]
    assert [record["is_standing"] for record in decisions(events)] == [True, True, False, False, True]
    circle, kinds = reasons(events)
    assert "line 3: 'ana2' counts for 'ben' already" in circle
    assert "line 4: 'shipper' is bot and 'ben' is human" in kinds


def test_a_link_to_somebody_whom_the_file_does_not_list_is_told_and_stands():
    events = read(line(1, "link", account="github:12", person="zoe"))
    assert [(record["is_standing"], record["counts_for_id"]) for record in decisions(events)] == [(True, None)]
    assert "'zoe' is no person of people.csv; until it is, the account counts for nobody" in reasons(events)[0]


def test_a_missing_journal_takes_no_decision_back_and_one_that_cannot_be_read_fails_alone(tmp_path: Path):
    people = tmp_path / "people.csv"
    people.write_text(PEOPLE, encoding="utf-8")
    options = PeopleOptions(directory=people, decisions=tmp_path / "people-decisions.jsonl")
    events = list(CONNECTOR.open(options).read(ReadContext(now=NOW)))
    assert not listed_completely(events)
    assert not any(isinstance(event, Failed) for event in events)

    (tmp_path / "people-decisions.jsonl").write_bytes(b"\xff\xfe")
    events = list(CONNECTOR.open(options).read(ReadContext(now=NOW)))
    (failed,) = [event for event in events if isinstance(event, Failed)]
    assert (failed.partition, str(failed.error)) == (
        "decisions",
        f"people: could not read {options.decisions}: it holds bytes that are not UTF-8 text (restore it from git)",
    )
    assert any(isinstance(event, Finished) and "people" in event.tables for event in events)
    assert [finding.state for finding in CONNECTOR.open(options).probe()] == ["ok", "fail"]


def test_doctor_says_how_many_decisions_stand_and_what_is_wrong_with_others():
    lines = "\n".join([line(1, "exclude", account="github:12"), line(2, "include", account="github:12"), "x"])
    findings = list(PeopleReader(FakePeople(PEOPLE), FakeJournal(lines)).probe())
    assert [(finding.name, finding.state) for finding in findings] == [("people", "ok"), ("decisions", "ok"), ("decisions", "warn")]
    assert findings[1].detail == "1 of 2 decisions in people-decisions.jsonl stand"
