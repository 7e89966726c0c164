"""The demo's bare repositories: sound, the same every time, and blamed as the story says."""

import subprocess
from collections import Counter
from copy import deepcopy
from pathlib import Path

import pytest

from pipelines.demo.git_repos import materialise
from pipelines.demo.story import build
from pipelines.demo.world import World


def git(repository: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=repository, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Path]:
    world = build()
    root = tmp_path_factory.mktemp("git")
    materialise(world, root)
    return world, root


def test_shas_are_the_same_every_time(made: tuple[World, Path], tmp_path: Path) -> None:
    world, _ = made
    again = build()
    materialise(again, tmp_path)
    assert again.shas == world.shas


def test_shas_do_not_hang_on_the_machines_git_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = build(3, 12)
    other = deepcopy(small)
    materialise(small, tmp_path / "plain")
    settings = tmp_path / "gitconfig"
    settings.write_text("[core]\nautocrlf = true\n[init]\ndefaultBranch = trunk\n[i18n]\ncommitEncoding = latin1\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    materialise(other, tmp_path / "set")
    assert other.shas == small.shas


def test_repositories_pass_fsck_and_stand_where_the_world_says(made: tuple[World, Path]) -> None:
    world, root = made
    for repository in world.repositories.values():
        path = root / "acme" / f"{repository.name}.git"
        if repository.is_gone:
            assert not path.exists()
        else:
            git(path, "fsck", "--strict")
            assert git(path, "symbolic-ref", "HEAD").strip() == "refs/heads/main"
            assert (path / "info" / "refs").exists(), "served over plain HTTP"
        if repository.head:
            assert git(path, "rev-parse", "main").strip() == world.sha(repository.head)
            assert list((path / "objects" / "pack").glob("*.pack")), "packed"
    assert git(root / "acme" / "empty-idea.git", "for-each-ref") == ""


def test_every_commit_has_a_sha_and_every_pull_request_a_head(made: tuple[World, Path]) -> None:
    world, root = made
    assert world.shas.keys() == world.commits.keys()
    listed = git(root / "acme" / "support-agent.git", "for-each-ref", "--format=%(refname) %(objectname)", "refs/pull").split("\n")
    pulls = [pull for pull in world.pull_requests if pull.repository == "acme/support-agent"]
    assert sorted(filter(None, listed)) == sorted(f"refs/pull/{pull.number}/head {world.sha(pull.head)}" for pull in pulls)


def test_texts_name_real_commits(made: tuple[World, Path]) -> None:
    world, root = made
    assert not [commit.mark for commit in world.commits.values() if "{sha:" in commit.message + "".join(commit.writes.values())]
    subjects = git(root / "acme" / "support-agent.git", "log", "--format=%H %B%x00", "main").split("\0")
    reverted = {line.split()[-1].strip(".") for text in subjects for line in text.splitlines() if line.startswith("This reverts commit")}
    landed = {world.sha(pull.merge_commit) for pull in world.pull_requests if pull.repository == "acme/support-agent" and pull.merged_at}
    assert reverted
    assert reverted <= landed


def test_blame_of_the_artifacts_is_what_the_story_knows(made: tuple[World, Path]) -> None:
    """Every file of every artifact at every quarter end, as the leverage formulas want it asked."""
    world, root = made
    for artifact, days in world.truth["lines"].items():
        repository = root / "acme" / f"{artifact}.git"
        for as_of, files in days.items():
            tip = git(repository, "rev-list", "-1", f"--before={as_of}T00:00:00Z", "--first-parent", "main").strip()
            assert sorted(git(repository, "ls-tree", "-r", "--name-only", tip).split()) == sorted(files), (artifact, as_of)
            for path, by_email in files.items():
                assert _blamed(repository, tip, path) == by_email, (artifact, as_of, path)


def _blamed(repository: Path, tip: str, path: str) -> dict[str, int]:
    said = git(repository, "blame", "-w", "-M", "-C", "--line-porcelain", tip, "--", path)
    return dict(Counter(line.split("<", 1)[1].rstrip(">") for line in said.splitlines() if line.startswith("author-mail ")))


def test_ignored_formatting_is_a_real_commit(made: tuple[World, Path]) -> None:
    _, root = made
    harness = root / "acme" / "eval-harness.git"
    (sha,) = git(harness, "show", "main:.git-blame-ignore-revs").split()
    assert git(harness, "log", "-1", "--format=%s", sha).strip() == "Indent by six"
    assert git(harness, "diff", "-w", "--stat", f"{sha}~", sha) == ""


def test_vendored_files_are_byte_for_byte_the_harness_ones(made: tuple[World, Path]) -> None:
    _, root = made
    original = _blobs(root / "acme" / "eval-harness.git", "src/acme_evals")
    copy = _blobs(root / "acme" / "mobile-assistant.git", "third_party/acme_evals")
    assert len(copy) == 3
    assert copy.items() <= original.items()


def _blobs(repository: Path, folder: str) -> dict[str, str]:
    rows = (line.split() for line in git(repository, "ls-tree", "main", f"{folder}/").splitlines())
    return {Path(path).name: sha for _, _, sha, path in rows}


def test_fork_shares_the_commits_of_its_source(made: tuple[World, Path]) -> None:
    _, root = made
    source = set(git(root / "acme" / "safety-classifier.git", "rev-list", "main").split())
    fork = set(git(root / "acme" / "safety-classifier-fork.git", "rev-list", "main").split())
    assert len(fork - source) == 3
    assert len(fork & source) > 20


def test_reverting_pull_request_really_takes_the_change_back(made: tuple[World, Path]) -> None:
    world, root = made
    repository = root / "acme" / "safety-classifier.git"
    undo = next(pull for pull in world.pull_requests if pull.repository == "acme/safety-classifier" and pull.title.startswith("Revert"))
    loosened = next(pull for pull in world.pull_requests if pull.title == undo.title.removeprefix('Revert "').removesuffix('"'))
    added = _changed(repository, world.sha(loosened.merge_commit), "+")
    taken = _changed(repository, world.sha(undo.merge_commit), "-")
    assert added == taken


def _changed(repository: Path, sha: str, sign: str) -> set[str]:
    lines = git(repository, "show", "--format=", sha).splitlines()
    return {line[1:] for line in lines if line.startswith(sign) and not line.startswith(sign * 3)}
