"""Decisions on the real models: they go before every rule, and what is taken back restores every number."""

import json

import pytest

from tests.property.identity_bench import Canonical, Organisation

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
