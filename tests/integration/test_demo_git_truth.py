"""The git connector reads the demo's bare repositories and finds exactly the planted uses and lines."""

import json
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.contract import Page, ReadContext, Record
from connectors.git.options import ArtifactOptions, GitOptions
from connectors.git.resources import CONNECTOR
from pipelines.demo.git_repos import materialise, resolve
from pipelines.demo.story import build
from pipelines.demo.story.facts import Use, uses
from pipelines.demo.truth_people import NOT_WRITTEN
from pipelines.demo.world import World

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo_git")]
LOOK_ALIKE = "similar_name"


@pytest.fixture(scope="module")
def world() -> World:
    return build()


@pytest.fixture(scope="module")
def tables(world: World, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Record]]:
    root = tmp_path_factory.mktemp("git")
    materialise(world, root)
    remotes = tuple(str(path) for path in sorted(Path(root, "acme").glob("*.git")))
    artifacts = tuple(
        ArtifactOptions(**{name: each[name] for name in ("id", "repository", "packages", "names")}) for each in world.artifacts
    )
    reader = CONNECTOR.open(GitOptions(mirrors=tmp_path_factory.mktemp("mirrors"), remotes=remotes, artifacts=artifacts))
    found: dict[str, list[Record]] = defaultdict(list)
    for event in reader.read(ReadContext(now=datetime(2026, 7, 10, tzinfo=UTC))):
        assert isinstance(event, Page) or "Finished" in type(event).__name__ or "Counted" in type(event).__name__, event
        if isinstance(event, Page):
            found[event.table] += event.records
    names = {row["repository_id"]: row["full_name"] for row in found["repositories"]}
    return {table: [{**row, "full_name": names[row["repository_id"]]} for row in rows] for table, rows in found.items()}


def planted(world: World, channel: str) -> set[tuple[object, ...]]:
    return {_facts(world, use) for use in uses(world) if use.channel == channel}


def _facts(world: World, use: Use) -> tuple[object, ...]:
    """Where, since when, until when and by which pull request: what a declaration has to say."""
    pull = use.pull_request if not world.repositories[use.project].fork_of else _number(world, use.commit)
    return (use.artifact, use.project, use.path, world.sha(use.commit), use.start, use.end, pull)


def _number(world: World, mark: str) -> int | None:
    return next((pull.number for pull in world.pull_requests if pull.merge_commit == mark), None)


def _row(artifact: str, row: Record) -> tuple[object, ...]:
    return (artifact, row["full_name"], row["path"], row["from_sha"], row["from_at"], row["to_at"], row["from_pull_request_number"])


def test_manifests_declare_what_is_planted(world: World, tables: dict[str, list[Record]]) -> None:
    packages = {package: each["id"] for each in world.artifacts for package in each["packages"]}
    found = {_row(packages[row["package"]], row) for row in tables["manifest_declarations"] if row["package"] in packages}
    assert found == planted(world, "dep_manifest")


def test_pipelines_call_the_gate_and_run_packages_where_that_is_planted(world: World, tables: dict[str, list[Record]]) -> None:
    packages = {package: each["id"] for each in world.artifacts for package in each["packages"]}
    calls = {_row(packages.get(row["uses"], "eval-harness"), row) for row in tables["workflow_uses"] if row["uses"].startswith("acme")}
    assert calls == planted(world, "uses_decl")


def test_code_imports_what_is_planted(world: World, tables: dict[str, list[Record]]) -> None:
    found = {_row(row["artifact_id"], row) for row in tables["imports"]}
    assert len(found) == 2
    assert found == planted(world, "import")


def test_code_owners_are_the_planted_ones(world: World, tables: dict[str, list[Record]]) -> None:
    names = ("full_name", "pattern", "owner", "from_sha", "to_sha")
    found = {tuple(row[name] for name in names) for row in tables["code_owners"]}
    told = {
        tuple(row[name] for name in ("repository", *names[1:]))
        for row in json.loads(resolve(json.dumps(world.truth["code_owners"]), world.sha))
    }
    assert found == told


def test_what_is_given_up_without_a_word_is_found_by_its_patch(world: World, tables: dict[str, list[Record]]) -> None:
    [told] = json.loads(resolve(json.dumps(world.truth["silent_reverts"]), world.sha))
    rows = [row for row in tables["reverts"] if (row["sha"], row["reverted_sha"]) == (told["sha"], told["reverted_sha"])]
    assert [(row["how"], row["kind"], row["confidence"], row["extent"]) for row in rows] == [
        ("inverse_patch", "revert", "confirmed", "whole")
    ]


def test_documents_name_what_is_planted_and_look_alikes_are_inexact(world: World, tables: dict[str, list[Record]]) -> None:
    found = {_row(row["artifact_id"], row): row["is_exact"] for row in tables["mentions"]}
    assert set(found) == planted(world, "doc_mention")
    alike = {_facts(world, use) for use in uses(world) if use.reason == LOOK_ALIKE}
    assert alike == {key for key, is_exact in found.items() if not is_exact}


def test_surviving_lines_are_the_story_s(world: World, tables: dict[str, list[Record]]) -> None:
    quarters = {day for days in world.truth["lines"].values() for day in days}
    found = {
        (row["full_name"].removeprefix("acme/"), str(row["as_of"]), row["path"], row["author_email"]): row["lines"]
        for row in tables["surviving_lines"]
        if str(row["as_of"]) in quarters
    }
    known = {
        (artifact, as_of, path, email): lines
        for artifact, days in world.truth["lines"].items()
        for as_of, files in days.items()
        for path, by_email in files.items()
        for email, lines in by_email.items()
        if not NOT_WRITTEN.search(path)
    }
    assert found == known


def test_prompt_keeps_its_history_through_the_rename(world: World, tables: dict[str, list[Record]]) -> None:
    rows = [row for row in tables["prompt_versions"] if row["prompt_key"] == "prompts/answer.md"]
    rows.sort(key=lambda row: row["landed_at"])
    assert [row["change_type"] for row in rows].count("R") == 1
    landed = {row["pull_request"] for row in world.truth["prompt_attempts"] if row["merged_at"]}
    assert landed <= {row["pull_request_number"] for row in rows}
    texts = [row["text_sha"] for row in rows]
    assert texts[0] == texts[2] == texts[4], "reverted, then silently restored"
