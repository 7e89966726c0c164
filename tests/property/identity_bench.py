"""The real models on hand-made raw tables: people, accounts and decisions as the connector reads them, and a little work.

Raw tables stand as the connectors' contracts make them, so a test needs no staging columns of its own.
"""

from datetime import UTC, datetime
from typing import Any

import duckdb

from connectors import registry
from connectors.contract import Page, ReadContext
from connectors.people.fake import FakeJournal, FakePeople
from connectors.people.resources import PeopleReader
from pipelines import raw_tables
from pipelines.warehouse import quote
from tests.property.leverage_bench import PROJECT, in_order, rendered

NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
PEOPLE = """person,name,emails,logins,team,manager,level,from,to,kind
ana,Ana Sol,ana@acme.example,ana,search,ben,L5,2024-01-01,2025-07-01,
ana,Ana Sol,,,ranking,ben,L6,2025-07-01,,
ana2,A. Sol,sol@old.example,solana;jira:J-Sol,search,ben,L4,2023-01-01,2024-01-01,
ben,Ben Roe,ben@acme.example,ben;evals:ben.roe,search,,L7,2023-01-01,,
shipper,Shipper,,shipper,,,,,,bot
"""
MODELS = (
    "dim_people",
    "dim_people_history",
    "bridge_people_accounts",
    "identity_unresolved",
    "identity_match_rates",
    "identity_after_leaving",
    "identity_accounts_by_month",
    "bridge_commit_authors",
    "int_pull_request_authors",
    "int_eval_runs_people",
    "int_people_active",
)
"""Identity itself, and what evidence is made of: who wrote commits and pull requests, who ran evals, who has a row of evidence."""
Canonical = dict[str, list[str]]


class Organisation:
    """A few people with a few commits, pull requests and eval runs, in an in-memory warehouse."""

    def __init__(self) -> None:
        self.connection = duckdb.connect(config={"threads": "1"})
        self.connection.execute("set timezone = 'UTC'; attach ':memory:' as warehouse; use warehouse")
        for schema in ("staging", "intermediate", "core", "evidence", "ops"):
            self.connection.execute(f"create schema {schema}")
        raw_tables.ensure_tables(self.connection, [registry.get(name) for name in registry.MODULES])
        for seed in (PROJECT / "seeds").glob("*.csv"):
            self.connection.execute(f"create table intermediate.{seed.stem} as from read_csv('{seed}', header = true, all_varchar = false)")
        self._work()

    def __enter__(self) -> "Organisation":
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def put(self, table: str, **values: Any) -> None:
        """Write one raw row."""
        given = {"_extracted_at": NOW, "_load_id": "1"} | values
        names = ", ".join(map(quote, given))
        self.connection.execute(f"insert into {table} ({names}) values ({', '.join('?' * len(given))})", list(given.values()))

    def _work(self) -> None:
        commits = [
            ("ana@acme.example", None),
            ("sol@old.example", None),
            ("sol@home.example", 12),
            ("team@acme.example", None),
            ("ben@acme.example", 13),
            ("stranger@else.example", 99),
            ("12+solana@users.noreply.github.com", 12),
        ]
        for number, (email, user_id) in enumerate(commits, 1):
            seen_at, sha = datetime(2026, 2, number, 9, tzinfo=UTC), f"{number:040x}"
            commit = {"repository_id": "github:1", "sha": sha, "author_email": email, "author_name": "X", "committed_at": seen_at}
            self.put("raw_git.commits", **commit, co_authors="[]", landed_at=seen_at, landed_sha=sha)
            pull = {"pull_request_id": number, "repository_id": 1}
            opener = user_id or 11
            login = {11: "ana", 12: "solana", 13: "ben", 99: "stranger"}[opener]
            opened = {"number": number, "author_id": opener, "author_login": login, "author_type": "User", "created_at": seen_at}
            self.put("raw_github.pull_requests", **pull, **opened, merged_at=seen_at, merged_by_id=13, merged_by_login="ben")
            signed = {"sha": sha, "author_email": email, "author_user_id": user_id, "author_login": user_id and login}
            self.put("raw_github.pull_request_commits", **pull, **signed, co_authors="[]", committed_at=seen_at)
        for number, who in enumerate(("ben.roe", "night-runner"), 1):
            self.put("raw_evals.runs", run_id=f"run-{number}", created_by_raw=who, started_at=NOW, kind="inspect")

    def decide(self, *lines: str, people: str = PEOPLE) -> None:
        """Read the people and this journal as a sync does."""
        for table in ("people", "accounts", "spells", "decisions"):
            self.connection.execute(f"truncate raw_people.{table}")
        for event in PeopleReader(FakePeople(people), FakeJournal("\n".join(lines))).read(ReadContext(now=NOW)):
            if isinstance(event, Page):
                for record in event.records:
                    self.put(f"raw_people.{event.table}", **{**record, "_raw": str(record["_raw"])})

    def numbers(self) -> Canonical:
        """Every row of the models, in an order that only the rows themselves decide; without sentences about unresolved accounts,
        which go on telling what was once decided.
        """
        for name in in_order(MODELS):
            relation, sql, _ = rendered()[name]
            self.connection.execute(f"create or replace table {relation} as {sql}")
        return {name: sorted(map(repr, self._rows(name))) for name in MODELS}

    def _rows(self, name: str) -> list[tuple[Any, ...]]:
        columns = "* exclude (detail)" if name == "identity_unresolved" else "*"
        return self.connection.execute(f"select {columns} from {rendered()[name][0]}").fetchall()

    def owners(self) -> dict[str, tuple[str | None, str]]:
        """Person and rule of every account seen, by `system:account`."""
        query = "select system || ':' || account, person_id, rule from intermediate.int_accounts_resolved"
        return {name: (person, rule) for name, person, rule in self.connection.execute(query).fetchall()}
