"""Who an unresolved account may belong to, by how names, logins and addresses are spelled: shown to people, never applied.

Alike spellings are no evidence: namesakes exist. Only a decision, or an account listed in people.csv, makes a link of a suggestion.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.evidence.snapshot import records

LEAST_SCORE = 80.0
"""Of 100, below which two spellings are not alike enough to bother anybody with."""
MOST_PER_ACCOUNT = 3


@dataclass(frozen=True)
class Suggestion:
    """One person whom an account may belong to.

    Attributes:
        score: how alike the spellings are, 0 to 100.
        because: which spelling is like which.
        accept: the command that makes a link of it.
    """

    system: str
    account: str
    person_id: str
    score: float
    because: str
    accept: str


def suggest(connection: duckdb.DuckDBPyConnection) -> list[Suggestion]:
    """Suggestions for every unresolved account of the snapshot, the likeliest first within each; accounts of nobody are left out."""
    people = _spellings(
        records(
            connection,
            """select p.person_id, p.display_name, b.system, b.account, b.account_login
               from core.dim_people as p left join core.bridge_people_accounts as b using (person_id)
               where p.kind = 'human' order by all""",
        )
    )
    unresolved = records(
        connection,
        """select system, account, account_login, email, shown_name from ops.identity_unresolved
           where reason not in ('ghost', 'unknown_person') order by all""",
    )
    return [found for account in unresolved for found in _of_account(account, people)]


def _spellings(rows: Iterable[Mapping[str, Any]]) -> dict[str, set[tuple[str, str]]]:
    """How each person is spelled: (kind of spelling, spelling)."""
    people: dict[str, set[tuple[str, str]]] = {}
    for row in rows:
        found = people.setdefault(row["person_id"], set())
        found.add(("person", row["person_id"]))
        account = row["account"] if "@" in (row["account"] or "") else None
        found |= set(_told(row["display_name"], row["account_login"], account))
    return people


def _told(name: str | None, login: str | None, address: str | None) -> Iterator[tuple[str, str]]:
    if name:
        yield "name", name
    if login:
        yield "login", login
    if address:
        yield "address", address.partition("@")[0]


def _of_account(account: Mapping[str, Any], people: Mapping[str, set[tuple[str, str]]]) -> list[Suggestion]:
    from rapidfuzz import fuzz

    address = account["email"] or (account["account"] if "@" in account["account"] else None)
    mine = sorted({*_told(account["shown_name"], account["account_login"], address)})
    found: list[Suggestion] = []
    for person, theirs in people.items():
        pairs = [(fuzz.token_sort_ratio(_plain(a), _plain(b)), x, a, y, b) for x, a in mine for y, b in sorted(theirs)]
        score, kind, spelled, their_kind, their_spelling = max(pairs, default=(0.0, "", "", "", ""))
        if score < LEAST_SCORE:
            continue
        because = f"the {kind} {spelled!r} is like the {their_kind} {their_spelling!r}"
        subject = f"{account['system']}:{account['account']}"
        accept = f"fulcrum people link {subject} {person} --reason '...'"
        found.append(Suggestion(account["system"], account["account"], person, round(score, 1), because, accept))
    return sorted(found, key=lambda one: (-one.score, one.person_id))[:MOST_PER_ACCOUNT]


def _plain(spelling: str) -> str:
    """Without case, accents, and what separates words in logins and addresses."""
    letters = unicodedata.normalize("NFKD", spelling.casefold())
    return " ".join("".join(" " if letter in "._-+" else letter for letter in letters if not unicodedata.combining(letter)).split())
