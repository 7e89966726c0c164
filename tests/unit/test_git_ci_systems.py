"""Other systems than GitHub Actions: what their files use, what their scripts run, whether it can stop anything."""

from pathlib import Path

import pytest

from connectors.git.options import ArtifactOptions
from tests.unit.git_repositories import Repository, at, read

EVALS = ArtifactOptions(id="eval-harness", repository="acme/eval-harness", packages=("acme-evals",))


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "acme" / "search.git")


def used(repository: Repository, tmp_path: Path, files: dict[str | bytes, str | bytes]) -> dict[str, tuple[str, str, str, bool, int]]:
    """What is used to kind, ref, system, whether only advisory, and line."""
    repository.commit("Add", files)
    result = read(tmp_path, repository.save(), artifacts=(EVALS,))
    assert (result.rejected, result.failed) == ([], {})
    rows = result.rows("workflow_uses", "uses", "kind", "ref", "system", "is_advisory", "line")
    assert len({row[0] for row in rows}) == len(rows)
    return {row[0]: row[1:] for row in rows}


def test_gitlab(repository: Repository, tmp_path: Path) -> None:
    text = """\
include:
  - local: ci/own.yml
  - project: acme/Eval-Harness
    ref: v2
    file: [/ci/gate.yml, ci/report.yml]
  - component: $CI_SERVER_FQDN/acme/parts/scan@1.0
  - component: gitlab.com/other/parts/scan@1.0
  - remote: https://raw.githubusercontent.com/acme/router/main/ci/x.yml
  - https://gitlab.example/acme/tool/-/raw/v1/ci/y.yml
.hidden: &shared
  image: ghcr.io/acme/judge:v3
gate:
  <<: *shared
  script:
    - pip install acme-evals
    - acme-evals run --suite gate
    # - uses: acme/commented@v1
maybe:
  allow_failure: true
  trigger:
    project: acme/nightly
    strategy: depend
forget:
  trigger: acme/forgotten
"""
    assert used(repository, tmp_path, {".gitlab-ci.yml": text}) == {
        "acme/eval-harness/ci/gate.yml": ("include", "v2", "gitlab_ci", False, 5),
        "acme/eval-harness/ci/report.yml": ("include", "v2", "gitlab_ci", False, 5),
        "acme/parts/scan": ("component", "1.0", "gitlab_ci", False, 6),
        "gitlab.com/other/parts/scan": ("component", "1.0", "gitlab_ci", False, 7),
        "acme/router/ci/x.yml": ("include", "main", "gitlab_ci", False, 8),
        "gitlab.example/acme/tool/ci/y.yml": ("include", "v1", "gitlab_ci", False, 9),
        "acme/judge": ("image", "v3", "gitlab_ci", False, 11),
        "acme-evals": ("command", "", "gitlab_ci", False, 16),
        "acme/nightly": ("trigger", "", "gitlab_ci", True, 21),
        "acme/forgotten": ("trigger", "", "gitlab_ci", True, 24),
    }


def test_circleci(repository: Repository, tmp_path: Path) -> None:
    text = """\
version: 2.1
orbs:
  evals: acme/eval-orb@1.2
jobs:
  gate:
    docker:
      - image: ghcr.io/acme/runner@sha256:abc
      - image: cimg/python:3.11
    steps:
      - checkout
      - run: echo acme-evals is named, not run
      - run:
          name: Score
          command: |
            set -e
            uvx acme-evals@2 run || true
"""
    assert used(repository, tmp_path, {".circleci/config.yml": text}) == {
        "acme/eval-orb": ("orb", "1.2", "circleci", False, 3),
        "acme/runner": ("image", "sha256:abc", "circleci", False, 7),
        "acme-evals": ("command", "2", "circleci", True, 16),
    }


def test_buildkite(repository: Repository, tmp_path: Path) -> None:
    text = """\
steps:
  - label: gate
    command: python -m acme_evals.gate --strict
    plugins:
      - docker#v5:
          image: ghcr.io/acme/runner:1
      - acme/evals#v2
  - wait
  - group: soft
    steps:
      - commands: [make report]
        soft_fail: [{exit_status: 1}]
        plugins: [{"https://gitlab.example/acme/soft.git#v1": {}}]
"""
    assert used(repository, tmp_path, {".buildkite/pipeline.yml": text}) == {
        "acme-evals": ("command", "", "buildkite", False, 3),
        "buildkite-plugins/docker-buildkite-plugin": ("plugin", "v5", "buildkite", False, 5),
        "acme/runner": ("image", "1", "buildkite", False, 6),
        "acme/evals-buildkite-plugin": ("plugin", "v2", "buildkite", False, 7),
        "gitlab.example/acme/soft": ("plugin", "v1", "buildkite", True, 13),
    }


def test_azure(repository: Repository, tmp_path: Path) -> None:
    text = """\
resources:
  repositories:
    - repository: harness
      type: github
      name: acme/eval-harness
      ref: refs/tags/v3
    - repository: inner
      type: git
      name: Project/tools
stages:
  - stage: test
    jobs:
      - template: ci/gate.yml@harness
      - job: score
        continueOnError: true
        steps:
          - template: steps.yml@inner
          - template: own.yml
          - script: poetry run acme-evals run
"""
    assert used(repository, tmp_path, {"azure-pipelines.yml": text}) == {
        "acme/eval-harness/ci/gate.yml": ("template", "v3", "azure_pipelines", False, 13),
        "dev.azure.com/project/tools/steps.yml": ("template", "", "azure_pipelines", True, 17),
        "acme-evals": ("command", "", "azure_pipelines", True, 19),
    }


def test_jenkins(repository: Repository, tmp_path: Path) -> None:
    text = """\
@Library('acme-pipelines@v2') _
// library 'commented@v1'
pipeline {
  agent { docker { image 'ghcr.io/acme/agent:7' } }
  stages {
    stage('gate') {
      steps {
        catchError(buildResult: 'SUCCESS') {
          sh 'acme-evals run'
        }
      }
    }
  }
}
"""
    rows = used(repository, tmp_path, {"Jenkinsfile": text})
    assert rows["acme-pipelines"] == ("library", "v2", "jenkins", False, 1)
    assert rows["acme-evals"] == ("command", "", "jenkins", True, 9)
    assert "commented" not in rows


def test_dockerfile(repository: Repository, tmp_path: Path) -> None:
    text = 'FROM --platform=linux/amd64 ghcr.io/acme/base:1 AS base\nFROM base\nRUN ["acme-evals", "warm"]\n# RUN npx acme-evals\n'
    assert used(repository, tmp_path, {"deploy/Dockerfile.gate": text}) == {
        "acme/base": ("image", "1", "docker", False, 1),
        "acme-evals": ("command", "", "docker", False, 3),
    }


@pytest.mark.parametrize(
    ("caller", "advisory"),
    [
        ("run: ./tools/gate.sh --fast", False),
        ("run: cd tools && bash gate.sh", False),
        ("run: make gate", False),
        ("run: ./tools/gate.sh || echo failed", True),
        ("run: echo ./tools/gate.sh", None),
        ("run: ./other/gate.sh", None),
    ],
)
def test_scripts_count_as_far_as_they_are_called(repository: Repository, tmp_path: Path, caller: str, advisory: bool | None) -> None:
    files: dict[str | bytes, str | bytes] = {
        ".github/workflows/ci.yml": f"jobs:\n  a:\n    steps:\n      - {caller}\n",
        "tools/gate.sh": "#!/bin/sh\n# npx acme-evals\nacme-evals run\n",
        "Makefile": "gate:\n\t@./tools/gate.sh\n",
    }
    rows = used(repository, tmp_path, files)
    assert rows == ({} if advisory is None else {"acme-evals": ("command", "", "script", advisory, 3)})


def test_script_counts_from_its_first_call_to_its_last(repository: Repository, tmp_path: Path) -> None:
    call = "jobs:\n  a:\n    steps:\n      - run: ./gate.sh\n"
    repository.commit("Script", {"gate.sh": "acme-evals run\n"}, when=at("2026-02-01"))
    repository.commit("Call (#4)", {".github/workflows/ci.yml": call}, when=at("2026-03-01"))
    repository.commit("Bump", {"gate.sh": "acme-evals run --all\n"}, when=at("2026-04-01"))
    repository.commit("Call no more", deletes=[".github/workflows/ci.yml"], when=at("2026-05-01"))
    row = read(tmp_path, repository.save(), artifacts=(EVALS,)).only("workflow_uses")
    assert (row["path"], row["from_at"], row["from_pull_request_number"], row["to_at"]) == (
        "gate.sh",
        at("2026-03-01"),
        4,
        at("2026-05-01"),
    )


@pytest.mark.parametrize(
    "path", [".gitlab-ci.yml", ".circleci/config.yml", ".buildkite/p.yml", "azure-pipelines.yml", "Jenkinsfile", "Dockerfile"]
)
@pytest.mark.parametrize(
    "text", ["", "null\n", "x\n---\n", "[1, [2], {}]\n", "jobs: {a: [{run: {}}]}\nsteps: {}\norbs: x\ninclude: {}\n", "FROM\nRUN\n"]
)
def test_odd_shapes_never_stop_the_reading(repository: Repository, tmp_path: Path, path: str, text: str) -> None:
    repository.commit("Add", {path: text, "uses.sh": "x", ".github/workflows/ci.yml": "jobs:\n  a:\n    uses: acme/x@v1\n"})
    result = read(tmp_path, repository.save(), artifacts=(EVALS,))
    assert (result.failed, result.rows("workflow_uses", "uses")) == ({}, ["acme/x"])
