"""Decisions on the real models: they go before every rule, and what is taken back restores every number."""

import json
from datetime import date

import pytest

from pipelines.evidence.periods import Period
from pipelines.evidence.rows import match_rates
from tests.property.identity_bench import PEOPLE, Canonical, Organisation

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("leverage")]

MOVES = {
    "an account to somebody else": (
        {"decision": "link", "account": "git:sol@old.example", "person": "ana"},
        {"decision": "unlink", "account": "git:sol@old.example", "person": "ana"},
    ),
    "an account that nobody had": (
        {"decision": "link", "account": "github:99", "login": "stranger", "person": "ben"},
        {"decision": "unlink", "account": "github:99", "person": "ben"},
    ),
    "two people who are one": (
        {"decision": "link", "duplicate": "ana2", "person": "ana"},
        {"decision": "unlink", "duplicate": "ana2", "person": "ana"},
    ),
    "a shared mailbox": (
        {"decision": "exclude", "account": "git:team@acme.example"},
        {"decision": "include", "account": "git:team@acme.example"},
    ),
    "an account with addresses": ({"decision": "exclude", "account": "github:12"}, {"decision": "include", "account": "github:12"}),
}


def line(day: int, decision: dict[str, str]) -> str:
    return json.dumps({"at": f"2026-03-{day:02}T08:00:00Z", "by": "lea", "reason": "as they say", **decision})


@pytest.fixture(scope="module")
def organisation():
    with Organisation() as made:
        yield made


@pytest.fixture(scope="module")
def before(organisation: Organisation) -> Canonical:
    organisation.decide()
    return organisation.numbers()


@pytest.mark.parametrize("move", list(MOVES))
def test_a_decision_taken_back_restores_every_number(organisation: Organisation, before: Canonical, move: str):
    there, back = MOVES[move]
    organisation.decide(line(1, there))
    assert organisation.numbers() != before
    organisation.decide(line(2, back), line(1, there))
    assert organisation.numbers() == before


def test_a_link_goes_before_every_rule_and_takes_along_what_github_connects(organisation: Organisation):
    organisation.decide(
        line(1, {"decision": "link", "account": "github:99", "person": "ana"}),
        line(1, {"decision": "link", "account": "git:ben@acme.example", "person": "ana"}),
    )
    organisation.numbers()
    owners = organisation.owners()
    assert owners["github:99"] == ("ana", "decision_link")
    assert owners["git:stranger@else.example"] == ("ana", "github_verified_email")
    assert owners["git:ben@acme.example"] == ("ana", "decision_link")
    assert owners["github:13"] == ("ben", "directory_login")


def test_a_shared_mailbox_of_the_directory_is_nobodys_and_taking_it_back_restores_every_number(
    organisation: Organisation, before: Canonical
):
    """Not even GitHub's word that an address is somebody's gives it to them."""
    mailbox = "desk,The desk,team@acme.example;sol@home.example,,,,,,,shared_mailbox\n"
    organisation.decide(people=PEOPLE + mailbox)
    organisation.numbers()
    ask = organisation.connection.execute
    owners = organisation.owners()
    assert owners["git:team@acme.example"] == owners["git:sol@home.example"] == (None, "shared_mailbox")
    assert owners["github:12"] == ("ana2", "directory_login")
    assert ask("select count(*) from ops.identity_unresolved where account in ('team@acme.example', 'sol@home.example')").fetchone() == (0,)
    assert ask("select n_shared_mailboxes from ops.identity_match_rates where system = 'git'").fetchone() == (2,)
    assert ask("select count(*) from core.dim_people where person_id = 'desk'").fetchone() == (0,)
    assert ask("select count(*) from core.bridge_people_accounts where account = 'team@acme.example'").fetchone() == (0,)
    organisation.decide()
    assert organisation.numbers() == before


def test_a_link_to_a_shared_mailbox_is_a_link_to_nobody(organisation: Organisation):
    mailbox = "desk,The desk,team@acme.example,,,,,,,shared_mailbox\n"
    organisation.decide(line(1, {"decision": "link", "account": "git:ana@acme.example", "person": "desk"}), people=PEOPLE + mailbox)
    organisation.numbers()
    assert organisation.owners()["git:ana@acme.example"] == (None, "decision_link")


def test_work_after_the_last_day_is_flagged_and_stays_whose_it_is(organisation: Organisation):
    organisation.decide()
    organisation.numbers()
    found = organisation.connection.execute(
        "select system, account, person_id, cast(left_on as varchar), n_records from ops.identity_after_leaving order by all"
    ).fetchall()
    assert ("git", "sol@old.example", "ana2", "2024-01-01", 2) in found
    assert {person for _, _, person, _, _ in found} == {"ana2"}
    assert organisation.owners()["git:sol@old.example"][0] == "ana2"


def test_match_rates_of_a_period_are_of_what_was_seen_in_it(organisation: Organisation):
    organisation.decide()
    organisation.numbers()

    def git_rates(period: Period | None) -> dict[str, int]:
        rates = [row for row in match_rates(organisation.connection, period) if row["system"] == "git"]
        return rates[0] if rates else {}

    assert git_rates(Period("2026Q1", date(2026, 1, 1), date(2026, 4, 1))) == git_rates(None) != {}
    assert git_rates(Period("2025H1", date(2025, 1, 1), date(2025, 7, 1))) == {}


def test_an_excluded_account_counts_for_nobody_and_is_not_missing(organisation: Organisation):
    organisation.decide(line(1, {"decision": "exclude", "account": "git:ana@acme.example"}))
    organisation.numbers()
    assert organisation.owners()["git:ana@acme.example"] == (None, "excluded")
    ask = organisation.connection.execute
    assert ask("select count(*) from ops.identity_unresolved where account = 'ana@acme.example'").fetchone() == (0,)
    assert ask("select n_excluded from ops.identity_match_rates where system = 'git'").fetchone() == (1,)
    assert ask("select count(*) from core.bridge_people_accounts where account = 'ana@acme.example'").fetchone() == (0,)


def test_somebody_listed_twice_is_one_person_with_one_history(organisation: Organisation):
    organisation.decide(line(1, {"decision": "link", "duplicate": "ana2", "person": "ana"}))
    organisation.numbers()
    ask = organisation.connection.execute
    assert ask("select person_id from core.dim_people where kind = 'human' order by 1").fetchall() == [("ana",), ("ben",)]
    assert ask("select team from core.dim_people_history where person_id = 'ana' order by valid_from").fetchall() == [
        ("search",),
        ("ranking",),
    ]
    assert organisation.owners()["github:12"] == ("ana", "directory_login")
    assert ("J-Sol", "directory_only") in ask("select account, rule from core.bridge_people_accounts where person_id = 'ana'").fetchall()


def test_a_link_to_somebody_unknown_leaves_the_account_to_nobody(organisation: Organisation):
    organisation.decide(line(1, {"decision": "link", "account": "git:ana@acme.example", "person": "zoe"}))
    organisation.numbers()
    found = organisation.connection.execute(
        "select reason, detail from ops.identity_unresolved where account = 'ana@acme.example'"
    ).fetchall()
    assert found == [("unknown_person", "lea on 2026-03-01: as they say (zoe is not in people.csv)")]


def test_an_account_that_is_not_somebodys_goes_to_whom_the_next_rule_names(organisation: Organisation):
    organisation.decide(line(1, {"decision": "unlink", "account": "github:12", "person": "ana2"}))
    organisation.numbers()
    assert organisation.owners()["github:12"] == (None, "none")
    detail = organisation.connection.execute("select detail from ops.identity_unresolved where account = '12'").fetchone()
    assert detail == ("not ana2 (lea on 2026-03-01: as they say)",)
