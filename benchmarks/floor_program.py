"""The least that a complete reading costs: concurrent raw requests, orjson, one bulk load, ETags. Run as a module.

It knows what Fulcrum knows of GitHub (the same GraphQL texts, the same order of listings) and nothing of contracts, quarantine,
provenance, hashes, checkpoints, census, reconciliation, budgets or faults; everything is held in memory until the end. A row is
an object's key and its answer as JSON.
"""

import json
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import duckdb
import orjson
import pyarrow as pa
import urllib3

from benchmarks.measuring import peak
from connectors.github import pull_request_queries, queries

Item = dict[str, Any]
WINDOW = timedelta(days=7)
"""How far below the newest run older ones are looked at again; the connector looks further, for free where nothing happened."""
JOBS_AT_MOST = 8
"""Of a run of the scaled world, both of its attempts together."""
NESTED = {"reviews": "fullDatabaseId", "files": "path", "commits": "commit", "timelineItems": "id"}
"""Connections of a pull request, and what names an object of each."""


@dataclass
class Program:
    """One reading; `saved` is what the last one left."""

    api: str
    token: str
    width: int
    saved: dict[str, Any]
    rows: dict[str, list[tuple[str, bytes]]] = field(default_factory=dict)
    heads: dict[str, dict[str, None]] = field(default_factory=dict)
    """By repository, commits whose check runs are to be read."""
    single: dict[str, set[str]] = field(default_factory=dict)
    """By repository, check suites of the changed runs of one attempt, whose check runs are its jobs."""
    requests: int = 0
    lock: Any = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        headers = {"authorization": f"Bearer {self.token}", "accept-encoding": "gzip"}
        self.http = urllib3.PoolManager(maxsize=self.width, block=True, headers=headers, num_pools=2)
        self.pool = ThreadPoolExecutor(self.width)
        self.graph = urlsplit(self.api)._replace(path="/api/graphql").geturl()
        self.state: dict[str, Any] = {}

    # Requests

    def page(self, path: str, **parameters: Any) -> Any:
        """Body of a page; None where it is what it was."""
        url = f"{path}?{urlencode(sorted(parameters.items()))}" if parameters else path
        known = self.saved.get(url)
        answer = self.http.request("GET", self.api + url, headers={**self.http.headers, **({"if-none-match": known} if known else {})})
        self.requests += 1
        if answer.status == 304:
            self.state[url] = known
            return None
        if answer.status != 200:
            return []
        self.state[url] = answer.headers["etag"]
        return orjson.loads(answer.data)

    def ask(self, query: str, **variables: Any) -> Any:
        """Data of a GraphQL question."""
        answer = self.http.request("POST", self.graph, body=orjson.dumps({"query": query, "variables": variables}))
        self.requests += 1
        return orjson.loads(answer.data)["data"]

    def side_by_side(self, task: Callable[..., Any], items: list[Any]) -> Iterator[Any]:
        """Results of a task in the order of the items."""
        return self.pool.map(task, items)

    # Rows

    def keep(self, table: str, keyed: list[tuple[str, Item]]) -> None:
        """Take rows of a table."""
        encoded = [(key, orjson.dumps(item)) for key, item in keyed]
        with self.lock:
            self.rows.setdefault(table, []).extend(encoded)

    # One repository

    def repositories(self) -> list[str]:
        """Names of all repositories."""
        names: list[str] = []
        number = 1
        while True:
            found = self.page("/orgs/acme/repos", type="all", sort="created", direction="asc", per_page=100, page=number)
            names += self.saved["names"][(number - 1) * 100 : number * 100] if found is None else [item["full_name"] for item in found]
            if found:
                self.keep("repositories", [(str(item["id"]), item) for item in found])
            if len(names) < number * 100:
                self.state["names"] = names
                return names
            number += 1

    def runs(self, name: str) -> None:
        """Runs with every attempt; jobs where they do not come with the check runs."""
        path, floor = f"/repos/{name}/actions/runs", self.saved.get(f"{name} window", "")
        newest, number, changed, oldest = self.saved.get(f"{name} newest", ""), 1, [], "~"
        while oldest and oldest >= floor:
            found = self.page(path, per_page=100, page=number)
            edge = f"{name} oldest on {number}"
            items = found["workflow_runs"] if found else []
            oldest = self.state[edge] = items[-1]["created_at"] if len(items) == 100 else "" if found else self.saved[edge]
            newest = max([newest, *(run["created_at"] for run in items)])
            changed += items
            number += 1
        seen: dict[str, list[Any]] = self.saved.get(f"{name} runs", {})
        changed = [run for run in changed if seen.get(str(run["id"])) != [run["updated_at"], run["run_attempt"]]]
        self.keep("workflow_runs", [(f"{run['id']}/{run['run_attempt']}", run) for run in changed])
        earlier = [
            f"/repos/{name}/actions/runs/{run['id']}/attempts/{n}"
            for run in changed
            for n in range(seen.get(str(run["id"]), [0, 0])[1] + 1, run["run_attempt"])
        ]
        attempts = [run for run in self.side_by_side(self.page, earlier) if run]
        self.keep("workflow_runs", [(f"{run['id']}/{run['run_attempt']}", run) for run in attempts])
        list(self.side_by_side(lambda run: self.jobs(name, run["id"]), [run for run in changed if run["run_attempt"] > 1]))
        start = (datetime.fromisoformat(newest) - WINDOW).strftime("%Y-%m-%dT%H:%M:%SZ") if newest else ""
        self.state |= {f"{name} newest": newest, f"{name} window": start}
        self.state[f"{name} runs"] = seen | {str(run["id"]): [run["updated_at"], run["run_attempt"]] for run in changed}
        self.heads[name].update(dict.fromkeys(run["head_sha"] for run in changed))
        self.single[name] = {run["check_suite_node_id"] for run in changed if run["run_attempt"] == 1}

    def jobs(self, name: str, run: int) -> None:
        """Jobs of every attempt of a run."""
        found = self.page(f"/repos/{name}/actions/runs/{run}/jobs", filter="all", per_page=100)
        self.keep("workflow_jobs", [(str(job["id"]), job) for job in found["jobs"]])

    def issues(self, name: str) -> None:
        """Issues, newest update first, down to the newest known."""
        known, number, newest = self.saved.get(f"{name} issues", ""), 1, ""
        while True:
            found = self.page(f"/repos/{name}/issues", state="all", sort="updated", direction="desc", per_page=100, page=number)
            if found is None:
                newest = known
                break
            newest = newest or (found[0]["updated_at"] if found else "")
            self.keep("issues", [(str(item["id"]), item) for item in found if "pull_request" not in item])
            if len(found) < 100 or found[-1]["updated_at"] < known:
                break
            number += 1
        self.state[f"{name} issues"] = newest

    def pulls(self, name: str) -> list[int]:
        """Pull requests with everything nested, newest update first, down to the newest known; those that are open."""
        known, is_open, after = self.saved.get(f"{name} pulls", ""), [], None
        self.state[f"{name} pulls"] = known
        probe = self.page(f"/repos/{name}/pulls", state="all", sort="updated", direction="desc", per_page=10)
        owner, _, short = name.partition("/")
        size = pull_request_queries.PULL_REQUESTS_A_PAGE
        while probe is not None:
            data = self.ask(pull_request_queries.PULL_REQUESTS, owner=owner, name=short, first=size, after=after)
            found = data["repository"]["pullRequests"]
            if after is None and found["nodes"]:
                self.state[f"{name} pulls"] = found["nodes"][0]["updatedAt"]
            wanted = [pull for pull in found["nodes"] if pull["updatedAt"] >= known]
            self.complete(wanted)
            for pull in wanted:
                self.nested(name, pull)
            is_open += [pull["number"] for pull in wanted if pull["state"] == "OPEN"]
            self.keep("pull_requests", [(str(pull["fullDatabaseId"]), pull) for pull in wanted])
            if len(wanted) < len(found["nodes"]) or not found["pageInfo"]["hasNextPage"]:
                break
            after = found["pageInfo"]["endCursor"]
        return is_open

    def complete(self, pulls: list[Item]) -> None:
        """Read the nested connections that are longer than their first page to their end, several in one request."""
        holders = [(pull, part) for pull in pulls for part in NESTED]
        holders += [(review, "comments") for pull in pulls for review in pull["reviews"]["nodes"]]
        rest = [(holder, part) for holder, part in holders if holder[part]["pageInfo"]["hasNextPage"]]
        while rest:
            some, rest = rest[: pull_request_queries.CONTINUED_A_REQUEST], rest[pull_request_queries.CONTINUED_A_REQUEST :]
            after = {f"after{place}": holder[part]["pageInfo"]["endCursor"] for place, (holder, part) in enumerate(some)}
            ids = {f"id{place}": holder["id"] for place, (holder, _) in enumerate(some)}
            data = self.ask(pull_request_queries.more([part for _, part in some]), **ids, **after)
            for place, (holder, part) in enumerate(some):
                found = data[f"m{place}"][part]
                holder[part] = {**found, "nodes": holder[part]["nodes"] + found["nodes"]}
                more = [(review, "comments") for review in found["nodes"]] if part == "reviews" else []
                rest += [(holder, part) for holder, part in (*more, (holder, part)) if holder[part]["pageInfo"]["hasNextPage"]]

    def nested(self, name: str, pull: Item) -> None:
        """Take what hangs on a pull request out of it, as rows of their own."""
        number, heads = pull["fullDatabaseId"], self.heads[name]
        heads[pull["headRefOid"]] = None
        for part, key in NESTED.items():
            items = pull.pop(part)["nodes"]
            keys = [item["commit"]["oid"] if part == "commits" else item[key] for item in items]
            for item in items if part == "reviews" else ():
                self.keep("review_comments", [(comment["fullDatabaseId"], comment) for comment in item.pop("comments")["nodes"]])
            for item in items if part == "timelineItems" else ():
                heads.update(dict.fromkeys(item[side]["oid"] for side in ("beforeCommit", "afterCommit") if item.get(side)))
            self.keep(TABLES.get(part, f"pull_request_{part}"), [(f"{number}/{key}", item) for key, item in zip(keys, items, strict=True)])

    def checks(self, name: str) -> None:
        """Check suites of the commits that were met, then their check runs, which in the scaled world fit the question's first page."""
        owner, _, short = name.partition("/")

        def suites(heads: list[str]) -> list[str]:
            shas = {f"sha{place}": sha for place, sha in enumerate(heads)}
            data = self.ask(queries.check_suites(len(heads)), owner=owner, name=short, **shas)["repository"]
            return [suite["id"] for place in range(len(heads)) for suite in data[f"c{place}"]["checkSuites"]["nodes"]]

        def runs(ids: list[str]) -> None:
            for suite in self.ask(queries.CHECK_RUNS, suites=ids, first=JOBS_AT_MOST)["nodes"]:
                nodes = [(str(node["databaseId"]), node) for node in suite.pop("checkRuns")["nodes"]]
                self.keep("check_runs", nodes)
                if suite["id"] in self.single[name]:
                    self.keep("workflow_jobs", nodes)

        ids = [suite for found in self.side_by_side(suites, _chunks(list(self.heads[name]), queries.HEADS_A_REQUEST)) for suite in found]
        list(self.side_by_side(runs, _chunks(ids, queries.SUITES_A_REQUEST)))

    def required(self, name: str, numbers: list[int]) -> None:
        """The checks of open pull requests, each with whether it is required."""
        owner, _, short = name.partition("/")
        for some in _chunks(numbers, pull_request_queries.OPEN_A_REQUEST):
            variables = {f"number{place}": number for place, number in enumerate(some)}
            found = self.ask(pull_request_queries.required_checks(len(some)), owner=owner, name=short, **variables)["repository"]
            self.keep(
                "pull_request_required_checks", [(found[f"p{place}"]["fullDatabaseId"], found[f"p{place}"]) for place in range(len(some))]
            )

    def repository(self, name: str) -> None:
        """Everything of one repository."""
        self.heads[name] = {}
        is_open = self.pulls(name)
        self.issues(name)
        self.runs(name)
        self.checks(name)
        self.required(name, is_open)
        self.page(f"/repos/{name}/rules/branches/main", per_page=100)

    def read(self) -> None:
        """Everything; repositories side by side, as many as there are requests in flight."""
        names = self.repositories()
        with ThreadPoolExecutor(self.width) as streams:
            list(streams.map(self.repository, names))

    def load(self, path: Path) -> None:
        """One bulk load: rows by key, the newest wins."""
        with duckdb.connect(str(path)) as connection:
            for table, rows in self.rows.items():
                keys = pa.array([key for key, _ in rows], pa.string())
                landed = pa.table({"key": keys, "raw": pa.array([raw for _, raw in rows], pa.binary()).cast(pa.string())})
                connection.register("landed", landed)
                connection.execute(f'create table if not exists "{table}" (key varchar, raw varchar)')
                connection.execute(f'delete from "{table}" where key in (select key from landed)')
                connection.execute(f'insert into "{table}" select key, any_value(raw) from landed group by key')
                connection.unregister("landed")


TABLES = {"reviews": "reviews", "timelineItems": "pull_request_events"}
FACTS = {
    "pull requests merged": "select count(*) from pull_requests where raw->>'mergedAt' is not null",
    "issues triaged": "select count(*) from issues where raw like '%triaged%'",
    "attempts completed": "select count(*) from workflow_runs where raw->>'status' = 'completed'",
}


def _chunks(items: list[Any], size: int) -> list[list[Any]]:
    return [items[start : start + size] for start in range(0, len(items), size)]


def held(path: Path) -> dict[str, int]:
    """Rows by table, under Fulcrum's names."""
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = [name for (name,) in connection.execute("select table_name from information_schema.tables").fetchall()]
        counts = {name: f'select count(*) from "{name}"' for name in tables} | FACTS
        return {name: connection.execute(query).fetchall()[0][0] for name, query in counts.items()}


def main() -> None:
    """`python -m benchmarks.floor_program API TOKEN WIDTH FOLDER`; prints what it did as JSON."""
    api, token, width, folder = sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4])
    folder.mkdir(parents=True, exist_ok=True)
    state = folder / "state.json"
    program = Program(api, token, width, json.loads(state.read_text()) if state.exists() else {})
    program.read()
    program.load(folder / "floor.duckdb")
    state.write_text(json.dumps(program.saved | program.state))
    print(json.dumps({"rows": sum(map(len, program.rows.values())), "requests": program.requests, "peak": peak()}))


if __name__ == "__main__":
    main()
