"""What a user of people.csv notices: who is read, what is set aside and why, and that the rest goes on."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from connectors.contract import Event, Finished, Page, ReadContext, Record, Rejected
from connectors.errors import ContractBroken, NotFound
from connectors.people.__main__ import main
from connectors.people.fake import FakePeople
from connectors.people.options import PeopleOptions
from connectors.people.resources import CONNECTOR, PeopleReader

HEADER = "person,name,emails,logins,team,manager,level,from,to\n"
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def read(*lines: str, header: str = HEADER) -> list[Event]:
    text = header + "".join(f"{line}\n" for line in lines)
    return list(PeopleReader(FakePeople(text)).read(ReadContext(now=NOW)))


def rows(events: list[Event], table: str) -> list[Record]:
    return [record for event in events if isinstance(event, Page) and event.table == table for record in event.records]


def rejected(events: list[Event]) -> list[Rejected]:
    return [event for event in events if isinstance(event, Rejected)]


def complete(events: list[Event]) -> tuple[str, ...]:
    return next(event.tables for event in events if isinstance(event, Finished))


BEN = "ben,Ben Roe,ben@acme.example,benroe,search,,L7,2023-01-01,"


def test_a_person_with_two_teams_one_after_the_other_is_two_spells():
    events = read(
        BEN,
        "ana,Ana,Ana@Acme.example;ana@home.example,ana;jira:5570:ab-c;evals:ana.sol,search,ben,L5,2024-01-01,2025-07-01",
        "ana,Ana Sol,,ana,ranking,ben,L6,2025-07-01,",
    )
    assert not rejected(events)
    assert [(r["person_id"], r["name"], r["kind"]) for r in rows(events, "people")] == [
        ("ben", "Ben Roe", "human"),
        ("ana", "Ana Sol", "human"),
    ]
    spells = [(r["team"], r["valid_from"], r["valid_to"], r["level"]) for r in rows(events, "spells") if r["person_id"] == "ana"]
    assert spells == [("search", date(2024, 1, 1), date(2025, 7, 1), "L5"), ("ranking", date(2025, 7, 1), None, "L6")]
    accounts = {(r["system"], r["account"]): (r["valid_from"], r["valid_to"]) for r in rows(events, "accounts") if r["person_id"] == "ana"}
    assert accounts == {
        ("git", "ana@acme.example"): (date(2024, 1, 1), date(2025, 7, 1)),
        ("git", "ana@home.example"): (date(2024, 1, 1), date(2025, 7, 1)),
        ("github", "ana"): (date(2024, 1, 1), None),
        ("jira", "5570:ab-c"): (date(2024, 1, 1), date(2025, 7, 1)),
        ("evals", "ana.sol"): (date(2024, 1, 1), date(2025, 7, 1)),
    }
    assert complete(events) == ("people", "accounts", "spells")


def test_in_two_teams_at_once_the_later_line_is_set_aside_naming_both():
    events = read(
        BEN, "ana,Ana,,ana,search,ben,L5,2024-01-01,", "ana,Ana,,,ranking,ben,L5,2025-07-01,", "cy,Cy,,cy,ranking,ben,L4,2025-01-01,"
    )
    assert [r["team"] for r in rows(events, "spells")] == ["search", "search", "ranking"]
    (clash,) = rejected(events)
    assert (clash.table, clash.identity) == ("spells", "ana|2025-07-01")
    assert clash.reason == (
        "people.csv line 4: ana is in 'ranking' from 2025-07-01 on, but line 3 has the same person in 'search' from 2024-01-01 on; "
        "expected one team at a time: end the earlier spell with a `to`"
    )
    assert clash.raw["team"] == "ranking"


def test_what_was_set_aside_does_not_make_known_spells_count_as_gone():
    events = read(BEN, "ana,Ana,,ana,search,ben,L5,01.02.2024,")
    assert complete(events) == ("people", "accounts")
    assert complete(read("ana,Ana,,ana,search,ben", BEN)) == ()


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("01.02.2024", "", "from is '01.02.2024'; expected a day as YYYY-MM-DD"),
        ("2024-02-30", "", "from is '2024-02-30'; expected a day as YYYY-MM-DD"),
        ("20240201", "", "from is '20240201'; expected a day as YYYY-MM-DD"),
        ("", "2025-01-01", "from is empty; expected the first day in this team as YYYY-MM-DD"),
        ("2025-01-01", "2025-01-01", "to is 2025-01-01, which is not after from 2025-01-01; expected the first day no longer in this team"),
    ],
)
def test_a_bad_date_costs_the_spell_but_not_the_person(start: str, end: str, said: str):
    events = read(BEN, f"ana,Ana,ana@acme.example,ana,search,ben,L5,{start},{end}")
    assert [event.reason for event in rejected(events)] == [f"people.csv line 3: {said}"]
    assert [r["person_id"] for r in rows(events, "people")] == ["ben", "ana"]
    assert {r["account"] for r in rows(events, "accounts") if r["person_id"] == "ana"} == {"ana", "ana@acme.example"}
    assert [r["person_id"] for r in rows(events, "spells")] == ["ben"]


def test_an_account_of_two_people_stays_with_the_first():
    events = read(BEN, "ana,Ana,,BenRoe;ana,search,ben,L5,2024-01-01,")
    (clash,) = rejected(events)
    assert clash.table == "accounts"
    assert clash.reason == "people.csv line 3: github account 'BenRoe' is given to 'ana', but line 2 gives it to 'ben', who keeps it"
    assert {(r["person_id"], r["account"]) for r in rows(events, "accounts")} == {
        ("ben", "ben@acme.example"),
        ("ben", "benroe"),
        ("ana", "ana"),
    }


def test_an_unknown_manager_is_listed_and_the_spell_kept():
    events = read(BEN, "ana,Ana,,ana,search,bem,L5,2024-01-01,")
    (listed,) = rejected(events)
    assert (listed.table, listed.identity) == ("spells", "ana|2024-01-01|manager")
    assert "manager 'bem' is no person of this file; did you mean 'ben'?" in listed.reason
    assert rows(events, "spells")[1]["manager_id"] == "bem"
    assert "spells" in complete(events)


def test_a_manager_may_stand_below_their_reports():
    assert not rejected(read("ana,Ana,,ana,search,ben,L5,2024-01-01,", BEN))


@pytest.mark.parametrize(
    ("login", "said"),
    [
        (
            "gihub:ana",
            "login 'gihub:ana' names the system 'gihub'; expected github, git, jira, pagerduty, opsgenie, incidents, evals, experiments, labels, registers, packets (nearest: 'github')",
        ),
        ("ana@acme.example", "login 'ana@acme.example' looks like an e-mail; put it under emails"),
        ("jira:", "login 'jira:' names a system but no account"),
    ],
)
def test_a_login_of_no_legal_form_is_set_aside_alone(login: str, said: str):
    events = read(f"ana,Ana,,{login};github:ana,search,,L5,2024-01-01,")
    (fault,) = rejected(events)
    assert said in fault.reason
    assert [r["account"] for r in rows(events, "accounts")] == ["ana"]


def test_bots_need_no_team_and_kinds_may_be_told_once():
    header = HEADER.replace("\n", ",kind\n")
    events = read("renovate,Renovate,,renovate[bot],,,,,,bot", "ana,Ana,,ana,search,,L5,2024-01-01,,", header=header)
    assert not rejected(events)
    assert [(r["person_id"], r["kind"]) for r in rows(events, "people")] == [("renovate", "bot"), ("ana", "human")]
    assert [r["person_id"] for r in rows(events, "spells")] == ["ana"]


def test_an_unknown_kind_and_a_contradicted_kind_are_named():
    header = HEADER.replace("\n", ",kind\n")
    events = read(
        "x,X,,x,,,,,,robot",
        "y,Y,,y,t,,L1,2024-01-01,2024-06-01,bot",
        "y,Y,,y,t,,L1,2024-06-01,,ai_agent",
        "z,Z,,z,,,,,,ai-agent",
        header=header,
    )
    said = [event.reason for event in rejected(events)]
    assert "line 2: kind is 'robot'; expected human, bot, ai_agent" in said[0]
    assert "line 4: kind is 'ai_agent', but line 3 says 'bot'; the earlier line counts" in said[1]
    assert "(nearest: 'ai_agent')" in said[2]
    assert [(r["person_id"], r["kind"]) for r in rows(events, "people")] == [("y", "bot")]


def test_broken_lines_do_not_take_others_with_them():
    events = read("ana,Ana,,ana,search", 'cy,"Cy"s,,cy,search,,L1,2024-01-01,', ",Nobody,,x,search,,L1,2024-01-01,", BEN)
    said = [event.reason for event in rejected(events)]
    assert said[0].startswith("people.csv line 2: the line has 5 cells, the header has 9")
    assert said[1].startswith("people.csv line 3: the line is no well-formed CSV")
    assert said[2].startswith("people.csv line 4: person is empty")
    assert [r["person_id"] for r in rows(events, "people")] == ["ben"]


def test_names_with_commas_comments_and_blank_lines():
    events = read("# contractors below", "", 'ana,"Sol, Ana",,ana,search,,L5,2024-01-01,', ",,,,,,,,")
    assert [r["name"] for r in rows(events, "people")] == ["Sol, Ana"]
    assert not rejected(events)


def test_every_column_fault_is_told_at_once_with_the_nearest_spelling():
    with pytest.raises(ContractBroken) as caught:
        read(header="person,name,e-mails,logins,team,manager,level,from,salary,team\n")
    said = str(caught.value)
    assert "people.csv" in said
    assert "column 'emails' is missing (is 'e-mails' meant to be it?)" in said
    assert "column 'to' is missing" in said
    assert "column 'e-mails' is not known (nearest: 'emails')" in said
    assert "column 'salary' is not known" in said
    assert "column 'team' appears twice" in said
    assert "columns: person, name, emails, logins, team, manager, level, from, to; optional: kind" in said


@pytest.mark.parametrize(("text", "said"), [("", "the file is empty"), (HEADER.replace(",", ";"), "separated by ';'")])
def test_a_file_without_a_usable_header_is_refused(text: str, said: str):
    with pytest.raises(ContractBroken, match=said):
        read(header=text)


def test_a_file_saved_by_a_spreadsheet_reads_the_same(tmp_path: Path):
    path = tmp_path / "people.csv"
    path.write_bytes(b"\xef\xbb\xbf" + (HEADER + BEN + "\n").replace("\n", "\r\n").encode())
    events = list(CONNECTOR.open(PeopleOptions(directory=path)).read(ReadContext(now=NOW)))
    assert rows(events, "people")[0]["person_id"] == "ben"
    assert rows(events, "people")[0]["_source_url"] == path.as_uri()


def test_bytes_that_are_no_utf8_are_named_by_line(tmp_path: Path):
    path = tmp_path / "people.csv"
    path.write_bytes((HEADER + "zoë,Zoë,,,,,,,\n").encode("latin-1"))
    with pytest.raises(ContractBroken, match="line 2 holds bytes that are not UTF-8"):
        list(CONNECTOR.open(PeopleOptions(directory=path)).read(ReadContext(now=NOW)))


def test_a_missing_file_says_where_it_was_looked_for(tmp_path: Path):
    with pytest.raises(NotFound, match="nobody"):
        list(CONNECTOR.open(PeopleOptions(directory=tmp_path / "nobody.csv")).read(ReadContext(now=NOW)))


def test_inserting_a_line_above_changes_no_other_record():
    before, after = read(BEN), read("ana,Ana,,ana,search,ben,L5,2024-01-01,", BEN)
    for table in ("people", "accounts", "spells"):
        assert [r for r in rows(after, table) if r["person_id"] == "ben"] == rows(before, table)


def test_doctor_lists_every_line_that_would_be_set_aside(tmp_path: Path):
    findings = list(PeopleReader(FakePeople(HEADER + BEN + "\nana,Ana,,ana,search,zed,L5,x,\n")).probe())
    assert [finding.state for finding in findings] == ["ok", "warn"]
    assert "from is 'x'" in findings[1].detail
    assert [finding.state for finding in CONNECTOR.open(PeopleOptions(directory=tmp_path / "none.csv")).probe()] == ["fail"]


def test_the_smoke_run_prints_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "people.csv"
    path.write_text(HEADER + BEN + "\nana,Ana,,ana,search,zed,L5,2024-01-01,\n", encoding="utf-8")
    assert main([str(path)]) == 0
    captured = capsys.readouterr()
    assert captured.out.splitlines() == ["people\t2", "accounts\t3", "spells\t2"]
    assert "manager 'zed'" in captured.err
    assert main([str(tmp_path / "none.csv")]) == 1
