"""Thirty nights of syncs while the organisation goes on working end where one sync at the end ends."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors import registry
from connectors.errors import NotFound
from pipelines import config, sync, transform, warehouse
from pipelines.demo import eval_logs, git_repos, nights, organisation, story
from pipelines.demo.nights import Happening
from pipelines.demo.organisation import Organisation
from pipelines.demo.servers.jira import JiraSite
from pipelines.demo.servers.process import serve_apart
from pipelines.demo.servers.serving import Control, Settings
from pipelines.sync import Report
from pipelines.warehouse import Home
from tests.faults import dumping

# dlt and its dependencies warn about one another while they are imported.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("nights"), pytest.mark.filterwarnings("ignore")]

LAST = nights.NIGHTS - 1
MORE_THAN_GITHUB = {0: (), 6: ("github", "git"), 18: ("github", "git", "evals"), LAST: ()}
"""Nights on which other sources are read as well, all of them where none is named."""
USED = "acme/eval-harness"
"""What the other repositories use."""
KEYS = ("issue_id", "pull_request_id", "run_id")
ADDRESSES = ("_raw", "_source_url")
"""Columns with the address under which something was found: a renamed repository's old one leads to the new one."""


OBSERVATIONS = ("raw_github.branch_rule_snapshots", "raw_github.repository_lifecycle", "raw_github.dependency_changes")
"""Tables of what was seen when: a home that was synced thirty times has seen more than one that was synced once."""
TOLD = (
    *("core.gate_required", "core.fct_gate_runs", "core.fct_gate_catches", "core.fct_gate_bypasses", "core.fct_gated_releases"),
    *("core.fct_citations", "core.fct_leverage", "core.fct_prompt_changes"),
    *("evidence.evidence_second_order_leverage", "evidence.evidence_gate_catches"),
)
"""Tables that must tell the same, however often the sources were read."""
MODELS_ALONE = ("build", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "test")
SHARED = {
    "person_id",
    "subject_id",
    "period_id",
    "state",
    "share_low",
    "share_mid",
    "share_high",
    "strength",
    "falsifier",
    "measure",
    "method",
}
"""Columns of evidence of leverage that do not hang on how many projects use the artifact."""
WHERE_READ = ("sources", "source_url", "url", "why_url", "reason_url")
"""Columns with the addresses under which records were read, and when."""
KNOWN_WHILE_OPEN = "required_how"
"""How it is known what was required: seen on the open pull request by a home that read it then."""
WHERE_RULES_ARE_HIDDEN = ("is_required", "is_blocking", "overridden_by_person_id")
"""What a check meant there is known only of pull requests that were seen open."""
WHAT_BECAME = {
    nights.HIDDEN: ["access_lost", "restored"],
    nights.DELETED: ["deleted"],
    nights.RENAMED[0]: ["renamed"],
    nights.TRANSFERRED[0]: ["transferred"],
    nights.SHOWN: ["made_public", "made_private"],
    nights.ARCHIVED: ["archived"],
}
"""The organisation goes on counting a repository that is only hidden."""
Rows = dict[str, dict[tuple[Any, ...], dict[str, Any]]]


@dataclass
class Rhythm:
    """The organisation that goes on working, its servers, and the home that is synced every night."""

    place: Organisation
    happenings: dict[str, Happening]
    control: Control
    home: Home
    reports: list[Report] = field(default_factory=list)

    def show(self, night: int) -> None:
        """Let the servers and the stores be as they were in that night."""
        world = nights.shown(self.place.world, self.happenings.values(), night)
        git_repos.show(world, self.place.git)
        self.control.show(world)
        if night in MORE_THAN_GITHUB:
            shutil.rmtree(self.place.evals)
            eval_logs.write(world, self.place.evals)

    def sync(self, night: int) -> None:
        """The night's sync."""
        self.show(night)
        only = MORE_THAN_GITHUB.get(night, ("github",))
        self.reports.append(sync.sync(config.load(self.place.config), self.home, only=only, build=False))

    def ids(self, name: str) -> tuple[Any, ...]:
        """What a happening is about."""
        return self.happenings[name].ids

    def sha(self, mark: str) -> str:
        return self.place.world.sha(mark)

    @property
    def gone(self) -> set[int]:
        """Ids of the repositories that the credential sees no more."""
        return {self.place.world.repositories[name].repository_id for name in (nights.DELETED, nights.TRANSFERRED[0])}

    def rows(self, home: Home) -> Rows:
        """What a home holds of the repositories that are still there, under the names that they have now."""
        found = dumping.raw_rows(home, map(registry.get, registry.MODULES), without=ADDRESSES)
        for table in OBSERVATIONS:
            del found[table]
        partitions = {f"github:{repository_id}" for repository_id in self.gone}
        return {
            table: {
                key: {name: _renamed(value) for name, value in row.items()}
                for key, row in rows.items()
                if row["_partition"] not in partitions and row.get("repository_id") not in self.gone
            }
            for table, rows in found.items()
        }


def _renamed(value: Any) -> Any:
    old, new = nights.RENAMED
    return value.replace(old, new) if isinstance(value, str) else value


def configure(place: Organisation, happenings: dict[str, Happening]) -> None:
    """Leave out repositories in which nothing happens, to be quick."""
    ids = {each for happening in happenings.values() for each in happening.ids}
    items = [*place.world.issues, *place.world.pull_requests, *place.world.runs]
    touched = {item.repository for item in items if {getattr(item, name, None) for name in KEYS} & ids}
    others = sorted(place.world.repositories.keys() - touched - ids - {"acme/voice-clone", USED})
    assert len(others) > 10
    text = place.config.read_text()
    text = text.replace('include = ["acme/*"', f'exclude = {others}, include = ["acme/*"'.replace("'", '"'))
    place.config.write_text(text)


@pytest.fixture(scope="module")
def rhythm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rhythm]:
    """After thirty nights."""
    root = tmp_path_factory.mktemp("nights")
    world = story.build(seed=11, engineers=12)
    happenings = nights.planted(world)
    place = organisation.settle(root / "organisation", world)
    with serve_apart(world, place.git, token=organisation.TOKEN, settings=Settings(jira=JiraSite(email=organisation.JIRA_EMAIL))) as served:
        organisation.configure(place, served.github_api_url, served.jira_url, served.growthbook_url)
        configure(place, happenings)
        rhythm = Rhythm(place, happenings, served.control, Home(root / "home"))
        for night in range(nights.NIGHTS):
            rhythm.sync(night)
        yield rhythm


@pytest.fixture(scope="module")
def at_the_end(rhythm: Rhythm, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home of its own after one sync in the last night."""
    home = Home(tmp_path_factory.mktemp("at_the_end") / "home")
    sync.sync(config.load(rhythm.place.config), home, build=False)
    return home


def test_every_night_is_reconciled_and_only_what_is_not_there_is_not_read(rhythm: Rhythm):
    assert len(rhythm.reports) == nights.NIGHTS
    assert [item for report in rhythm.reports for item in report.held_back] == []
    assert not any(report.failed for report in rhythm.reports)
    errors = [failure for report in rhythm.reports for result in report.sources.values() for failure in result.failures]
    assert {type(error) for error in errors} == {NotFound}, errors
    assert all("/voice-clone" in str(error) for error in errors), "listed, and never answers"
    with warehouse.connect(rhythm.home.warehouse) as connection:
        rows = connection.execute("select repository_id, list(state order by observed_at) from raw_github.repository_lifecycle group by 1")
        told = dict(rows.fetchall())
    states = {name: told[rhythm.place.world.repositories[name].repository_id] for name in WHAT_BECAME}
    assert states == {name: ["live", *became] for name, became in WHAT_BECAME.items()}


def test_thirty_nights_end_where_one_sync_at_the_end_does(rhythm: Rhythm, at_the_end: Home):
    nightly, once = rhythm.rows(rhythm.home), rhythm.rows(at_the_end)
    missing = {table: rows.keys() - nightly[table].keys() for table, rows in once.items()}
    different = {
        table: {key for key in rows.keys() & nightly[table].keys() if rows[key] != nightly[table][key]} for table, rows in once.items()
    }
    (run,), (review, _), (_, _, amended) = map(rhythm.ids, ("run started again", "late review", "branch pushed by force"))
    assert (run, 2) in once["raw_github.workflow_runs"]
    assert (review,) in once["raw_github.reviews"]
    assert rhythm.sha(amended) in {row["after_sha"] for row in once["raw_github.pull_request_events"].values()}
    assert {table: keys for table, keys in missing.items() if keys} == {}
    assert {table: keys for table, keys in different.items() if keys} == {}
    more = {table: nightly[table].keys() - rows.keys() for table, rows in once.items()}
    asked = more.pop("raw_github.pull_request_required_checks")
    assert {table: keys for table, keys in more.items() if keys} == kept_as_evidence(rhythm)
    pulls = nightly["raw_github.pull_requests"]
    assert asked
    assert not any(pulls[pull,]["closed_at"] is None and pulls[pull,]["head_sha"] == head for pull, head, *_ in asked), (
        "what was required of a head is known only from the nights on which it was the open one"
    )


def kept_as_evidence(rhythm: Rhythm) -> dict[str, set[tuple[Any, ...]]]:
    """What the source has no more, and the warehouse keeps on purpose: a run that expired, and the head that a push took away."""
    (expired,) = rhythm.ids("run expired")
    pull, gone, _ = rhythm.ids("branch pushed by force")
    (attempt,) = next(run.attempts for run in rhythm.place.world.runs if run.run_id == expired)
    jobs = {(job.job_id,) for job in attempt.jobs}
    return {
        "raw_github.pull_request_commits": {(pull, rhythm.sha(gone))},
        "raw_github.workflow_runs": {(expired, 1)},
        "raw_github.workflow_jobs": jobs,
        "raw_github.check_runs": jobs,
    }


def test_what_was_deleted_or_moved_away_is_buried_and_what_was_hidden_is_not(rhythm: Rhythm):
    (deleted,), (old, new) = rhythm.ids("issue deleted"), rhythm.ids("issue transferred")
    gone = sorted(rhythm.gone)
    with warehouse.connect(rhythm.home.warehouse) as connection:
        issues = dict(connection.execute("select issue_id, _deleted_at is not null from raw_github.issues").fetchall())
        reasons = dict(connection.execute("select issue_id, _deleted_reason from raw_github.issues").fetchall())
        kept = connection.execute(
            "select repository_id, full_name from raw_github.repositories where list_contains(?, repository_id) order by all", [gone]
        ).fetchall()
        work = connection.execute("select count(*) from raw_github.pull_requests where list_contains(?, repository_id)", [gone]).fetchone()
    of_gone = {issue.issue_id for issue in rhythm.place.world.issues if issue.repository in (nights.DELETED, nights.TRANSFERRED[0])}
    others = {issue for issue, is_buried in issues.items() if is_buried and issue not in of_gone}
    assert others == {deleted, old}
    assert (reasons[deleted], reasons[old]) == ("deleted", "transferred to acme/data-platform#900")
    assert {issues[issue] for issue in (new, *rhythm.ids("listing shrunk"))} == {False}
    assert [repository for repository, _ in kept] == gone, "what a repository told before it went stays known"
    assert work == (len([pull for pull in rhythm.place.world.pull_requests if pull.repository in (nights.DELETED, nights.TRANSFERRED[0])]),)


def test_packages_that_came_went_and_were_upgraded_between_two_nights_are_told(rhythm: Rhythm):
    with warehouse.connect(rhythm.home.warehouse) as connection:
        rows = connection.execute(
            """select r.full_name, c.change_type, c.package_url, c.base_sha <> c.head_sha
               from raw_github.dependency_changes as c join raw_github.repositories as r using (repository_id)"""
        ).fetchall()
    planted = [(one["repository"], one["change"], one["url"], True) for one in rhythm.place.world.truth["package_changes"]]
    assert sorted(rows) == sorted(planted)
    assert {change for _, change, *_ in rows} == {"added", "removed"}


@pytest.fixture(scope="module")
def told(rhythm: Rhythm, at_the_end: Home) -> tuple[Rows, Rows]:
    """What both homes tell once they are built: the nightly one, and the one that was synced once."""
    os.environ.update(transform.Facts("Europe/Berlin", datetime.now(UTC), "nights").environment())
    for home in (rhythm.home, at_the_end):
        models = [f"+{table.partition('.')[2]}" for table in TOLD]
        transform.refuse_failures(transform.invoke(home, [*MODELS_ALONE, "--select", *models]))
    nightly, once = (dumping.built_rows(home, TOLD, without=(*WHERE_READ, KNOWN_WHILE_OPEN)) for home in (rhythm.home, at_the_end))
    return comparable(rhythm, nightly), comparable(rhythm, once)


def comparable(rhythm: Rhythm, found: Rows) -> Rows:
    """Rows without what hangs on when and how often they were read: rules that may not be read, and classic protection without a date."""
    hidden = {f"github:{rhythm.place.world.repositories[name].repository_id}" for name in rhythm.place.world.refused}

    def kept(row: dict[str, Any]) -> dict[str, Any]:
        dropped = {*(WHERE_RULES_ARE_HIDDEN if row.get("repository_id") in hidden else ())}
        dropped |= {"valid_from"} if row.get("valid_from_how") == "first_seen" else set()
        return {name: value for name, value in row.items() if name not in dropped}

    return {table: {key: kept(row) for key, row in rows.items()} for table, rows in found.items()}


def of_gone(rhythm: Rhythm, row: dict[str, Any]) -> bool:
    return row.get("project_id") in {f"github:{repository_id}" for repository_id in rhythm.gone}


def test_gates_prompts_and_uses_are_told_alike_however_often_they_were_read(rhythm: Rhythm, told: tuple[Rows, Rows]):
    nightly, once = told
    for table in TOLD[:-2]:
        assert once[table].keys() - nightly[table].keys() == set(), table
        different = {key for key, row in once[table].items() if row != nightly[table][key]}
        assert different == set(), table
    (expired,) = rhythm.ids("run expired")
    more = {table: [row for key, row in nightly[table].items() if key not in once[table]] for table in TOLD[:-2]}
    others = {table: [row for row in rows if not of_gone(rhythm, row)] for table, rows in more.items()}
    assert {row["run_id"] for row in others.pop("core.fct_gate_runs")} == {expired}
    assert {table: rows for table, rows in others.items() if rows} == {}
    ended = [row["standing"] for row in more["core.fct_citations"] if of_gone(rhythm, row) and row["channel"] == "dep_manifest"]
    assert ended, "the deleted repository had used something"
    assert set(ended) == {"ended"}, "it is history"


def test_evidence_is_told_alike_but_for_uses_that_only_a_nightly_sync_has_seen(rhythm: Rhythm, told: tuple[Rows, Rows]):
    nightly, once = told
    leverage, catches = TOLD[-2:]
    assert nightly[catches] == once[catches]
    assert nightly[leverage].keys() == once[leverage].keys()
    gone: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in nightly["core.fct_leverage"].values():
        if of_gone(rhythm, row):
            gone.setdefault((row["artifact_id"], row["period_id"]), []).append(row)
    compared = {"alike": 0, "with more": 0}
    for key, row in once[leverage].items():
        other, uses = nightly[leverage][key], gone.get((row["subject_id"], row["period_id"]), [])
        counted = [use for use in uses if use["is_counted"]]
        if row["state"] == "value":
            compared["with more" if counted else "alike"] += 1
            more = [other[f"reach_{bound}"] - row[f"reach_{bound}"] for bound in ("low", "mid", "high")]
            assert more == pytest.approx([sum(use[f"u_{bound}"] for use in counted) for bound in ("low", "mid", "high")], abs=2e-6)
            assert other["n_projects_not_counted"] - row["n_projects_not_counted"] == len(uses) - len(counted)
        told_apart = set(other) - SHARED if counted else {"n_projects_not_counted", "limits"} if uses else set()
        assert {name: other[name] for name in other.keys() - told_apart} == {name: row[name] for name in row.keys() - told_apart}
    assert min(compared.values()) > 0


def test_a_night_on_which_nothing_happened_changes_nothing(rhythm: Rhythm):
    assert [rhythm.reports[night].rows_changed for night in (16, 17, 26)] == [0, 0, 0]
