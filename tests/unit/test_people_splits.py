"""Signed splits: what counts, what waits for a signature, and what sets a split aside without touching the others."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from connectors.contract import Event, Failed, Finished, Page, ReadContext, Record, Rejected
from connectors.people.fake import FakePeople
from connectors.people.options import PeopleOptions
from connectors.people.resources import CONNECTOR, PeopleReader
from connectors.people.splits import Splits, parse

NOW = datetime(2026, 11, 21, tzinfo=UTC)
PEOPLE = "person,name,emails,logins,team,manager,level,from,to\n" + "".join(f"{name},,,,,,,,\n" for name in ("ana", "ben", "chi"))
HEADER = "artifact,from,person,share,signed_at\n"
SOUND = HEADER + "kit,2026-01-01,ana,0.6,2026-01-10T09:00:00+01:00\nkit,2026-01-01,ben,0.4,2026-01-11T09:00:00Z\n"


class Held:
    """The text of a splits file without the file."""

    name = "splits.csv"

    def __init__(self, text: str) -> None:
        self.text = text

    def read(self) -> Splits:
        return parse(self.text, self.name, "memory:splits.csv")


def read(text: str) -> list[Event]:
    reader = PeopleReader(FakePeople(PEOPLE), splits=Held(text), artifacts=("kit", "router"))
    return [event for event in reader.read(ReadContext(now=NOW)) if getattr(event, "partition", "") == "splits"]


def records(events: list[Event]) -> list[Record]:
    return [record for event in events if isinstance(event, Page) for record in event.records]


def reasons(events: list[Event]) -> list[str]:
    return [event.reason for event in events if isinstance(event, Rejected)]


def complete(events: list[Event]) -> tuple[str, ...]:
    return next(event.tables for event in events if isinstance(event, Finished))


def test_a_split_that_everybody_signed_counts_from_its_first_day():
    events = read(SOUND)
    ana, ben = records(events)
    assert (ana["artifact_id"], ana["person_id"], ana["share"], ana["valid_from"]) == ("kit", "ana", 0.6, date(2026, 1, 1))
    assert (ana["signed_at"], ana["is_signed_by_all"], ben["is_signed_by_all"]) == (datetime(2026, 1, 10, 8, tzinfo=UTC), True, True)
    assert ana["split_id"] == ben["split_id"]
    assert (reasons(events), complete(events)) == ([], ("splits",))


def test_one_missing_signature_keeps_the_split_waiting():
    found = records(read(SOUND.replace("2026-01-11T09:00:00Z", "")))
    assert [(one["person_id"], one["signed_at"] is not None, one["is_signed_by_all"]) for one in found] == [
        ("ana", True, False),
        ("ben", False, False),
    ]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("router,2026-01-01,ana,0.6,\nrouter,2026-01-01,ben,0.3,\n", "its shares sum to 0.9; expected 1"),
        ("router,2026-01-01,ana,0.5,\nrouter,2026-01-01,ana,0.5,\n", "ana has several lines"),
        ("router,2026-01-01,zoe,1,\n", "zoe is no person of people.csv"),
        ("roter,2026-01-01,ana,1,\n", "no [[artifacts]] has that id (nearest: 'router')"),
        ("router,2026-01-01,ana,1.5,\n", "share is '1.5'"),
        ("router,2026-01-01,ana,-1,\n", "share is '-1'"),
        ("router,soon,ana,1,\n", "from is 'soon'"),
        ("router,2026-01-01,ana,1,2026-01-01T09:00:00\n", "signed_at is '2026-01-01T09:00:00'"),
        ("router,2026-01-01,ana\n", "it has not as many cells as columns"),
        (",2026-01-01,ana,1,\n", "expected either an artifact or a pull request"),
    ],
)
def test_a_faulty_split_is_set_aside_whole_and_the_others_count(lines: str, words: str):
    events = read(SOUND + lines)
    [reason] = reasons(events)
    assert reason.startswith("splits.csv line 4: the split of ")
    assert words in reason
    assert {record["artifact_id"] for record in records(events)} == {"kit"}
    assert complete(events) == ()


def test_a_missing_file_fails_by_itself_and_people_are_read(tmp_path: Path):
    (tmp_path / "people.csv").write_text(PEOPLE)
    options = PeopleOptions(directory=tmp_path / "people.csv", splits=tmp_path / "splits.csv", artifacts=("kit",))
    events = list(CONNECTOR.open(options).read(ReadContext(now=NOW)))
    assert [(event.partition, event.error.hint) for event in events if isinstance(event, Failed)] == [
        ("splits", "set [people] splits to the file")
    ]
    assert len(records([event for event in events if isinstance(event, Page) and event.table == "people"])) == 3
    (tmp_path / "splits.csv").write_text("artifact,person,share\n")
    states = {finding.name: (finding.state, finding.detail) for finding in CONNECTOR.open(options).probe()}
    assert states["splits"][0] == "fail"
    assert "its columns are artifact, person, share" in states["splits"][1]
    (tmp_path / "splits.csv").write_text(SOUND.replace("2026-01-11T09:00:00Z", ""))
    states = {finding.name: (finding.state, finding.detail) for finding in CONNECTOR.open(options).probe()}
    assert states["splits"] == ("ok", "1 splits in splits.csv, 1 not signed by everyone yet")


PULLS = "artifact,pull_request,from,person,share,signed_at\n"


def test_a_pull_request_is_split_by_all_who_worked_on_it():
    text = PULLS + ",acme/kit#12,2026-01-01,ana,0.7,2026-01-10T09:00:00Z\n,acme/kit#12,2026-01-01,ben,0.3,2026-01-11T09:00:00Z\n"
    ana, ben = records(read(text + "kit,,2026-01-01,ana,1,2026-01-10T09:00:00Z\n"))[:2]
    assert (ana["artifact_id"], ana["repository"], ana["pull_request_number"], ana["share"]) == (None, "acme/kit", 12, 0.7)
    assert (ana["split_id"], ana["is_signed_by_all"]) == (ben["split_id"], True)
    assert {record["artifact_id"] for record in records(read(text + "kit,,2026-01-01,ana,1,\n"))} == {None, "kit"}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("kit,acme/kit#12,2026-01-01,ana,1,\n", "expected either an artifact or a pull request"),
        (",acme/kit,2026-01-01,ana,1,\n", "pull_request is 'acme/kit'"),
        (",acme/kit#0,2026-01-01,ana,1,\n", "pull_request is 'acme/kit#0'"),
        (",acme/kit#12,2026-01-01,bot,1,\n", "bot is no person of people.csv; expected ids of humans"),
    ],
)
def test_a_faulty_split_of_a_pull_request_says_what_is_wrong(line: str, words: str):
    reader = PeopleReader(
        FakePeople(PEOPLE.replace(",from,to\n", ",from,to,kind\n").replace(",,,,,,,,\n", ",,,,,,,,,\n") + "bot,,,,,,,,,bot\n")
    )
    reader = replace(reader, splits=Held(PULLS + line), artifacts=("kit",))
    [reason] = reasons([event for event in reader.read(ReadContext(now=NOW)) if getattr(event, "partition", "") == "splits"])
    assert words in reason
