"""What a first script does: PyGithub's objects, a page after another, one bulk insert at the end. Run as a module.

It reads what Fulcrum reads, where the objects offer it: of a run the latest attempt and its jobs, of a commit its check runs; of pull
requests neither timeline nor comments. It has no memory, so whatever has changed, it reads everything again. PyGithub's own pause
between requests is switched off.
"""

import json
import sys
import time
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
from github import Auth, Github

from benchmarks.measuring import peak

Rows = dict[str, list[tuple[str, str]]]


class Counting:
    """Counts requests at the one place that all of them pass."""

    def __init__(self, github: Github) -> None:
        self.made = 0
        requester: Any = github.requester
        send = requester._Requester__requestRaw

        def counted(*arguments: Any, **named: Any) -> Any:
            self.made += 1
            return send(*arguments, **named)

        requester._Requester__requestRaw = counted


def keep(rows: Rows, table: str, keyed: Iterable[tuple[Any, Any]]) -> None:
    """Take rows of a table; the answer behind an object is kept as it came, without asking for what it leaves out."""
    rows.setdefault(table, []).extend((str(key), json.dumps(found._rawData)) for key, found in keyed)


def read(repository: Any, rows: Rows, runs: int, pulls: int, issues: int) -> int:
    """Everything of the first so many runs, pull requests and issues of one repository; the attempts that this leaves out."""
    heads: set[str] = set()
    left_out = 0
    for pull in islice(repository.get_pulls(state="all"), pulls):
        keep(rows, "pull_requests", [(pull.id, pull)])
        keep(rows, "reviews", ((found.id, found) for found in pull.get_reviews()))
        keep(rows, "pull_request_commits", ((f"{pull.id}/{found.sha}", found) for found in pull.get_commits()))
        keep(rows, "pull_request_files", ((f"{pull.id}/{found.filename}", found) for found in pull.get_files()))
        heads.add(pull.head.sha)
    only_issues = (issue for issue in repository.get_issues(state="all") if "pull_request" not in issue._rawData)
    keep(rows, "issues", ((issue.id, issue) for issue in islice(only_issues, issues)))
    for run in islice(repository.get_workflow_runs(), runs):
        keep(rows, "workflow_runs", [(run.id, run)])
        keep(rows, "workflow_jobs", ((found.id, found) for found in run.jobs()))
        heads.add(run.head_sha)
        left_out += run.run_attempt - 1
    for sha in sorted(heads):
        keep(rows, "check_runs", ((found.id, found) for found in repository.get_commit(sha).get_check_runs()))
    return left_out


def main() -> None:
    """`python -m benchmarks.plain_loop API TOKEN FOLDER REPOSITORY RUNS PULLS ISSUES`; prints what it did as JSON."""
    api, token, folder, name = sys.argv[1], sys.argv[2], Path(sys.argv[3]), sys.argv[4]
    began = time.process_time()
    github = Github(auth=Auth.Token(token), base_url=api, per_page=100, seconds_between_requests=0, seconds_between_writes=0)
    count, rows = Counting(github), Rows()
    repository = github.get_repo(name)
    keep(rows, "repositories", [(repository.id, repository)])
    left_out = read(repository, rows, *map(int, sys.argv[5:8]))
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(folder / "plain.duckdb")) as connection:
        for table, found in rows.items():
            connection.register("landed", pl.DataFrame(found, schema=["key", "raw"], orient="row").to_arrow())
            connection.execute(f'create or replace table "{table}" as select key, any_value(raw) as raw from landed group by key')
    print(
        json.dumps(
            {"rows": sum(map(len, rows.values())), "requests": count.made, "left_out": left_out, "started_cpu": began, "peak": peak()}
        )
    )


if __name__ == "__main__":
    main()
