"""A small organisation on a `Bench`: one artifact, its authors, and projects that use it, in the words of the domain."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count

from tests.property.leverage_bench import Bench

START, END = date(2026, 1, 1), date(2026, 7, 1)
PERIOD = "2026H1"
ARTIFACT = "evalkit"
HOME = "github:1"


def at(day: date, hour: int = 12) -> datetime:
    """An instant of a day."""
    return datetime.combine(day, time(hour), UTC)


@dataclass
class Organisation:
    """Rows are put on the bench as they are told; ids count up, so the same telling gives the same rows."""

    bench: Bench
    ids: Iterator[int] = field(default_factory=lambda: count(1000))
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    accounts: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)

    def artifact(self, artifact_id: str = ARTIFACT, name: str = "evalkit", number: int = 1) -> None:
        """A configured artifact with a repository of its own."""
        repository = f"github:{number}"
        self.bench.put(
            "staging.stg_config__artifacts",
            {
                "artifact_id": artifact_id, "kind": "harness", "name": name, "repository": f"acme/{name}", "path_globs": [],
                "packages": [name], "workflows": [f"acme/{name}/.github/workflows/gate.yml"], "names": [name],
            },
        )  # fmt: skip
        self.project(name, repository)

    def person(self, person_id: str, kind: str = "human", emails: tuple[str, ...] = ()) -> None:
        """Somebody with a GitHub account and addresses; kind `unknown` is an account that nobody has been matched to."""
        known = None if kind == "unknown" else person_id
        self.accounts[person_id], self.kinds[person_id] = next(self.ids), kind
        resolved = "intermediate.int_accounts_resolved"
        self.bench.put(resolved, {"system": "github", "account": str(self.accounts[person_id]), "person_id": known, "kind": kind})
        for email in (f"{person_id}@acme.example", *emails):
            for system in ("git", "packets"):
                self.bench.put(resolved, {"system": system, "account": email, "person_id": known, "kind": kind})
        if known:
            self.bench.put(
                "core.dim_people", {"person_id": person_id, "display_name": person_id, "kind": kind, "first_seen_on": date(2025, 1, 1)}
            )

    def project(self, name: str, repository: str, **facts: bool) -> None:
        """A repository that is a project of its own."""
        flags = {"is_fork": False, "is_template": False, "is_archived": False, **facts}
        self.bench.put(
            "intermediate.int_repository_names",
            {"repository_id": repository, "slug": f"acme/{name}", "full_name": f"acme/{name}", "is_current": True},
        )
        self.bench.put("intermediate.int_repository_projects", {"repository_id": repository, "project_id": repository})
        self.bench.put("core.dim_projects", {"project_id": repository, "name": f"acme/{name}", "repository_id": repository, **flags})

    def pull(self, repository: str, *authors: str, day: date = date(2026, 2, 2), merger: str | None = None) -> tuple[int, int]:
        """A merged, non-trivial pull request; gives its id and number. Kinds are read back from the accounts."""
        pull_id, number = next(self.ids), next(self.numbers)
        merged_by = merger or authors[0]
        self.bench.put(
            "core.fct_pull_requests",
            {
                "pull_request_id": pull_id, "repository_id": repository, "project_id": repository, "number": number, "title": "A change",
                "author_person_id": self._known(authors[0]), "author_kind": self._kind(authors[0]),
                "merged_by_person_id": self._known(merged_by), "merged_by_kind": self._kind(merged_by),
                "created_at": at(day, 8), "merged_at": at(day), "is_trivial": self._kind(authors[0]) == "bot",
            },
        )  # fmt: skip
        self.bench.put(
            "staging.stg_github__pull_requests",
            {
                "pull_request_id": pull_id, "repository_id": repository, "number": number, "title": "A change",
                "author_id": self.accounts[authors[0]], "created_at": at(day, 8), "merged_at": at(day),
                "_source_url": f"https://git.example/{repository}/pull/{number}",
            },
        )  # fmt: skip
        for author in authors:
            self.bench.put(
                "core.bridge_pull_request_authors",
                {"pull_request_id": pull_id, "person_id": self._known(author), "kind": self._kind(author), "share": 1 / len(authors)},
            )
        return pull_id, number

    def crew(self, repository: str, *people: str, day: date = date(2026, 2, 2)) -> None:
        """One merged change by each, so that the project lives."""
        for person in people:
            self.pull(repository, person, day=day)

    def lines(self, email: str, lines: int, folder: str, as_of: date = END, repository: str = HOME) -> None:
        """Surviving lines, spread over files short enough for the cap."""
        for part, start in enumerate(range(0, lines, 400)):
            row = {
                "repository_id": repository,
                "as_of": as_of,
                "path": f"src/{folder}/{part}.py",
                "author_email": email,
                "lines": min(400, lines - start),
            }
            self.bench.put("staging.stg_git__surviving_lines", row)

    def declare(
        self,
        repository: str,
        merger: str,
        author: str | None = None,
        day: date = START,
        until: date | None = None,
        package: str = "evalkit",
        path: str = "uv.lock",
    ) -> None:
        """A manifest on the default branch names the package, brought in by a pull request."""
        _, number = self.pull(repository, author or merger, day=day, merger=merger)
        self.bench.put(
            "staging.stg_git__manifest_declarations",
            {
                "repository_id": repository, "path": path, "ecosystem": "pypi", "package": package, "from_sha": f"sha{number}",
                "from_at": at(day), "from_pull_request_number": number, "line": 3, "to_at": until and at(until), "is_current": until is None,
                "_source_url": f"https://git.example/{repository}/blob/sha{number}/{path}",
            },
        )  # fmt: skip

    def signed(self, start: date, **shares: float) -> None:
        """A split of the artifact that everybody named in it has signed."""
        for person, share in shares.items():
            row = {"split_id": start.isoformat(), "artifact_id": ARTIFACT, "valid_from": start, "person_id": person, "share": share}
            self.bench.put("staging.stg_people__splits", {**row, "is_signed_by_all": True, "_source_url": "file:///splits.csv"})

    def makes(self, repository: str, package: str) -> None:
        """The repository's own manifest says that it makes the package."""
        self.bench.put(
            "staging.stg_git__packages",
            {
                "repository_id": repository, "path": "pyproject.toml", "ecosystem": "pypi", "package": package, "from_sha": "first",
                "from_at": at(date(2024, 1, 1)), "is_current": True, "_source_url": f"https://git.example/{repository}/pyproject.toml",
            },
        )  # fmt: skip

    def mention(self, repository: str, merger: str, day: date = START, is_exact: bool = True, path: str = "README.md") -> None:
        """A document names the artifact."""
        _, number = self.pull(repository, merger, day=day)
        self.bench.put(
            "staging.stg_git__mentions",
            {
                "repository_id": repository, "path": path, "artifact_id": ARTIFACT, "is_exact": is_exact, "from_sha": f"sha{number}",
                "from_at": at(day), "from_pull_request_number": number, "line": 1, "is_current": True,
                "_source_url": f"https://git.example/{repository}/blob/sha{number}/{path}",
            },
        )  # fmt: skip

    def acknowledge(self, project: str, email: str, day: date, artifact_id: str = ARTIFACT, consent: str | None = "quote") -> None:
        """A packet of the half-year says that a project was built on the artifact."""
        number = next(self.ids)
        self.bench.put(
            "staging.stg_packets__statements",
            {
                "statement_id": f"said{number}", "packet_id": f"packet{number}", "artifact_id": artifact_id, "kind": "acknowledgement",
                "quote": "We built on it.", "line": 9, "project": project, "author": email, "period": f"{day.year}H{(day.month + 5) // 6}",
                "consent": consent, "written_on": day, "_source_url": f"file:///packets/{number}.md",
            },
        )  # fmt: skip

    def run(self, repository: str, actor: str, day: date, conclusion: str = "success") -> None:
        """A workflow run that executed the artifact's reusable workflow."""
        run_id = next(self.ids)
        self.bench.put(
            "staging.stg_github__workflow_runs",
            {
                "run_id": run_id, "run_attempt": 1, "repository_id": repository, "path": ".github/workflows/eval.yml", "conclusion": conclusion,
                "triggering_actor_id": self.accounts[actor], "pull_request_numbers": [], "created_at": at(day), "run_started_at": at(day),
                "_source_url": f"https://git.example/runs/{run_id}",
            },
        )  # fmt: skip
        self.bench.put(
            "intermediate.int_workflow_run_artifacts", {"run_id": run_id, "run_attempt": 1, "artifact_id": ARTIFACT, "ref_sha": "f00"}
        )

    def runs(self, repository: str, actor: str, days: int, start: date = START) -> None:
        """One run a day."""
        for offset in range(days):
            self.run(repository, actor, start + timedelta(days=offset))

    def catch(self, repository: str, author: str, merger: str, day: date = date(2026, 3, 3), outcome: str = "caught_confirmed") -> None:
        """The gate stopped a change that was then fixed and merged."""
        self.catch_in(repository, self.pull(repository, author, day=day, merger=merger)[0], day, outcome)

    def push(self, channel: str, repository: str, email: str, day: date, until: date | None, path: str, package: str = "evalkit") -> None:
        """A declaration (`manifest`) or mention (`mention`) pushed straight to the default branch."""
        row = {
            "repository_id": repository, "path": path, "from_sha": f"push{next(self.ids)}", "from_at": at(day), "from_author_email": email,
            "line": 1, "to_at": until and at(until), "is_current": until is None, "_source_url": f"https://git.example/{repository}/blob/main/{path}",
        }  # fmt: skip
        if channel == "manifest":
            self.bench.put("staging.stg_git__manifest_declarations", {**row, "ecosystem": "pypi", "package": package})
        else:
            self.bench.put("staging.stg_git__mentions", {**row, "artifact_id": ARTIFACT, "is_exact": True})

    def catch_in(self, repository: str, pull_id: int, day: date, outcome: str = "caught_confirmed") -> None:
        """The gate stopped an existing pull request that was then fixed and merged."""
        self.bench.put(
            "core.fct_gate_catches",
            {
                "gate_catch_id": f"catch{pull_id}/{next(self.ids)}", "repository_id": repository, "project_id": repository, "pull_request_id": pull_id,
                "gate": "gate / evaluate", "artifact_id": ARTIFACT, "outcome": outcome, "counts_low": outcome == "caught_confirmed",
                "counts_mid": outcome in ("caught_confirmed", "caught_probable"), "counts_high": outcome.startswith("caught_"),
                "last_red_sha": f"red{pull_id}", "red_at": at(day, 6), "green_at": at(day, 9), "merged_at": at(day),
                "source_url": f"https://git.example/pull/{pull_id}",
            },
        )  # fmt: skip

    def _known(self, person_id: str) -> str | None:
        return None if self.kinds[person_id] == "unknown" else person_id

    def _kind(self, person_id: str) -> str:
        return self.kinds[person_id]
