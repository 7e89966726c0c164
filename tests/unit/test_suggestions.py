"""Suggestions of who an account may belong to: by spelling, with the reason and the command, and never for accounts of nobody."""

from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.suggestions import LEAST_SCORE, suggest

PEOPLE = [
    ("ana", "Ana Kovač", "human", "git", "ana.kovac@acme.example", None),
    ("ana", "Ana Kovač", "human", "github", "12", "anakov"),
    ("ben", "Ben Roe", "human", "git", "ben@acme.example", None),
    ("renovate", "Ana Kovac Bot", "bot", "github", "99", "ana-kovac"),
]


def snapshot(unresolved: list[tuple[Any, ...]], people: list[tuple[Any, ...]] = PEOPLE) -> duckdb.DuckDBPyConnection:
    """The tables of a snapshot that suggestions read; unresolved accounts are (system, account, login, e-mail, name, reason)."""
    connection = duckdb.connect()
    for schema in ("core", "ops"):
        connection.execute(f"create schema {schema}")
    connection.execute("create table core.dim_people (person_id varchar, display_name varchar, kind varchar)")
    connection.execute(
        "create table core.bridge_people_accounts (person_id varchar, system varchar, account varchar, account_login varchar)"
    )
    connection.execute(
        "create table ops.identity_unresolved (system varchar, account varchar, account_login varchar, email varchar, shown_name varchar, reason varchar)"
    )
    for row in dict.fromkeys(person[:3] for person in people):
        connection.execute("insert into core.dim_people values (?, ?, ?)", row)
    for person, _, _, *account in people:
        connection.execute("insert into core.bridge_people_accounts values (?, ?, ?, ?)", [person, *account])
    for row in unresolved:
        connection.execute("insert into ops.identity_unresolved values (?, ?, ?, ?, ?, ?)", row)
    return connection


@pytest.mark.parametrize(
    ("account", "because"),
    [
        (
            ("git", "kovac@home.example", None, "kovac@home.example", "KOVAC Ana", "no_rule"),
            "the name 'KOVAC Ana' is like the name 'Ana Kovač'",
        ),
        (("github", "77", "ana-kovac", None, None, "no_rule"), "the login 'ana-kovac' is like the name 'Ana Kovač'"),
        (("evals", "ana.kovac@old.example", None, None, None, "no_rule"), "the address 'ana.kovac' is like the name 'Ana Kovač'"),
    ],
)
def test_alike_spellings_are_suggested_with_the_reason_and_the_command(account: tuple[Any, ...], because: str):
    [found] = suggest(snapshot([account]))
    assert (found.person_id, found.score, found.because) == ("ana", 100, because)
    assert found.accept == f"fulcrum people link {account[0]}:{account[1]} ana --reason '...'"


def test_neither_bots_nor_strangers_are_suggested_and_accounts_of_nobody_get_none():
    stranger = ("github", "78", "zz-top", None, "Zoe Quist", "no_rule")
    ghost = ("github", "10137", "ghost", None, "Ana Kovac", "ghost")
    gone = ("github", "79", "anakov", None, "Ana Kovac", "unknown_person")
    assert suggest(snapshot([stranger, ghost, gone])) == []


def test_namesakes_are_all_shown_the_likeliest_first():
    people = [*PEOPLE, ("ana2", "Ana Kovac-Roe", "human", "git", "akr@acme.example", None)]
    found = suggest(snapshot([("git", "x@home.example", None, "x@home.example", "Ana Kovac", "conflict")], people))
    assert [one.person_id for one in found] == ["ana", "ana2"]
    assert found[0].score > found[1].score >= LEAST_SCORE


@settings(max_examples=25, deadline=None)
@given(st.permutations(PEOPLE))
def test_the_order_of_people_changes_nothing(people: list[tuple[Any, ...]]):
    account = ("git", "kovac@home.example", None, "kovac@home.example", "Ana Roe", "no_rule")
    assert suggest(snapshot([account], people)) == suggest(snapshot([account]))
