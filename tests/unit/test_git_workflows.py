"""`uses:` of workflows: what is called, in which way, whether it can stop anything."""

from pathlib import Path

import pytest

from tests.unit.git_repositories import BEN, Repository, at, read

GATE = "acme/eval-harness/.github/workflows/gate.yml"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "acme" / "search.git")


WORKFLOW = f"""\
on: [pull_request]
jobs:
  gate:
    uses: {GATE}@v1
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      # - uses: acme/commented-out@v1
      - name: Score
        uses: "acme/eval-harness/action@main"
      - uses: ./local/action
      - uses: docker://alpine:3
      - run: |
          uses: acme/in-a-script@v1
"""


def test_jobs_call_workflows_and_steps_call_actions(repository: Repository, tmp_path: Path) -> None:
    repository.commit("Add", {".github/workflows/gate.yml": WORKFLOW})
    rows = read(tmp_path, repository.save()).rows("workflow_uses", "uses", "ref", "kind", "job", "step", "line", "is_advisory")
    assert sorted(rows) == [
        ("acme/eval-harness/.github/workflows/gate.yml", "v1", "reusable", "gate", None, 4, False),
        ("acme/eval-harness/action", "main", "action", "build", "Score", 11, False),
        ("actions/checkout", "v4", "action", "build", None, 8, False),
    ]


@pytest.mark.parametrize(
    ("job", "step", "advisory"),
    [
        ("", "", False),
        ("continue-on-error: true", "", True),
        ("if: false", "", True),
        ("if: ${{ false }}", "", True),
        ("if: github.event_name == 'push'", "", False),
        ("continue-on-error: false", "", False),
        ("", "continue-on-error: ${{ true }}", True),
        ("", "if: 'false'", True),
    ],
)
def test_what_cannot_fail_the_run_is_advisory(repository: Repository, tmp_path: Path, job: str, step: str, advisory: bool) -> None:
    lines = ["jobs:", "  x:", "    runs-on: u", f"    {job}", "    steps:", "      - uses: acme/gate@v1", f"        {step}"]
    repository.commit("Add", {".github/workflows/x.yaml": "\n".join(lines)})
    assert read(tmp_path, repository.save()).only("workflow_uses")["is_advisory"] is advisory


def test_used_twice_counts_if_one_use_counts(repository: Repository, tmp_path: Path) -> None:
    text = f"jobs:\n  try:\n    if: false\n    uses: {GATE}@v1\n  real:\n    uses: {GATE}@v2\n"
    repository.commit("Add", {".github/workflows/x.yml": text})
    row = read(tmp_path, repository.save()).only("workflow_uses")
    assert (row["job"], row["ref"], row["is_advisory"], row["line"]) == ("real", "v2", False, 6)


def test_a_new_ref_is_no_new_adoption_and_removal_ends_it(repository: Repository, tmp_path: Path) -> None:
    path = ".github/workflows/gate.yml"
    repository.commit("Adopt (#3)", {path: f"jobs:\n  gate:\n    uses: {GATE}@v1\n"}, when=at("2026-02-01"), author=BEN)
    repository.commit("Bump", {path: f"jobs:\n  gate:\n    continue-on-error: true\n    uses: {GATE}@v2\n"}, when=at("2026-03-01"))
    repository.commit("Disable", {path: f"jobs:\n  gate:\n    runs-on: u\n    # uses: {GATE}@v2\n"}, when=at("2026-04-01"))
    row = read(tmp_path, repository.save()).only("workflow_uses")
    assert (row["from_at"], row["from_author_email"], row["from_pull_request_number"]) == (at("2026-02-01"), "ben@acme.example", 3)
    assert (row["ref"], row["is_advisory"], row["to_at"], row["is_current"]) == ("v2", True, at("2026-04-01"), False)
    assert row["_raw"]["introduced"]["uses"] == f"{GATE}@v1"


def test_composite_actions_use_too(repository: Repository, tmp_path: Path) -> None:
    text = "runs:\n  using: composite\n  steps:\n    - uses: acme/eval-harness@v1\n"
    repository.commit(
        "Add", {".github/actions/score/action.yml": text, "docs/workflows/x.yml": WORKFLOW, ".github/workflows/deep/x.yml": WORKFLOW}
    )
    rows = read(tmp_path, repository.save()).rows("workflow_uses", "path", "uses", "job")
    assert rows == [(".github/actions/score/action.yml", "acme/eval-harness", None)], "GitHub runs only files directly in .github/workflows"


@pytest.mark.parametrize("text", ["jobs: [unclosed", "a: b: c", "- a list", "\t- tab", "jobs:\n  a: *nowhere\n"])
def test_broken_workflow_is_rejected_with_file_commit_and_reason(repository: Repository, tmp_path: Path, text: str) -> None:
    repository.commit("Add", {".github/workflows/broken.yml": text, ".github/workflows/whole.yml": WORKFLOW})
    result = read(tmp_path, repository.save())
    (rejected,) = result.rejected
    assert (rejected.table, rejected.partition) == ("workflow_uses", next(iter(result.finished)))
    assert ".github/workflows/broken.yml" in rejected.reason
    assert repository.head_sha in rejected.reason
    assert rejected.raw["path"] == ".github/workflows/broken.yml"
    assert len(result.tables["workflow_uses"]) == 3


@pytest.mark.parametrize(
    "text",
    [
        "",
        "jobs:\n",
        "jobs: text\n",
        "jobs:\n  a: 1\n",
        "jobs:\n  a:\n    steps: {}\n",
        "jobs:\n  a:\n    uses: [x]\n",
        "jobs:\n  a:\n    steps: [x, [y], null]\n",
    ],
)
def test_odd_shapes_use_nothing(repository: Repository, tmp_path: Path, text: str) -> None:
    repository.commit("Add", {".github/workflows/odd.yml": text})
    result = read(tmp_path, repository.save())
    assert (result.tables["workflow_uses"], result.rejected, result.failed) == ([], [], {})
