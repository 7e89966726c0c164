"""Prompt history: which files are prompts, how they keep their key, what each change did."""

from pathlib import Path

import pytest

from tests.unit.git_repositories import BEN, Repository, at, read

TEXT = "".join(f"Rule {number}: answer politely.\n" for number in range(10))


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "acme" / "search.git")


def versions(repository: Repository, tmp_path: Path, **options: object) -> list[tuple[str, str, str, str | None]]:
    return read(tmp_path, repository.save(), **options).rows("prompt_versions", "prompt_key", "change_type", "path", "previous_path")


def test_edit_carries_hashes_and_counts(repository: Repository, tmp_path: Path) -> None:
    repository.commit("Add (#1)", {"prompts/route.md": TEXT}, when=at("2026-01-05"))
    repository.commit("Edit (#2)", {"prompts/route.md": TEXT.replace("Rule 3", "Law 3") + "New\n"}, when=at("2026-02-05"), author=BEN)
    result = read(tmp_path, repository.save())
    added, edited = result.tables["prompt_versions"]
    assert (added["change_type"], added["lines_added"], added["lines_removed"], added["previous_blob_sha"]) == ("A", 10, 0, None)
    assert (edited["change_type"], edited["lines_added"], edited["lines_removed"]) == ("M", 2, 1)
    assert (edited["previous_text_sha"], edited["previous_blob_sha"]) == (added["text_sha"], added["blob_sha"])
    assert (edited["landed_at"], edited["pull_request_number"], edited["is_whitespace_only"]) == (at("2026-02-05"), 2, False)


def test_key_survives_renames_with_edits(repository: Repository, tmp_path: Path) -> None:
    repository.commit("Add", {"prompts/route.md": TEXT})
    repository.commit("Move", {"prompts/v2/router.txt": TEXT.replace("Rule 1:", "Law 1:")}, deletes=["prompts/route.md"])
    repository.commit("Edit", {"prompts/v2/router.txt": "other\n"})
    assert versions(repository, tmp_path) == [
        ("prompts/route.md", "A", "prompts/route.md", None),
        ("prompts/route.md", "R", "prompts/v2/router.txt", "prompts/route.md"),
        ("prompts/route.md", "M", "prompts/v2/router.txt", None),
    ]


def test_rewritten_file_under_a_new_name_is_a_new_prompt(repository: Repository, tmp_path: Path) -> None:
    repository.commit("Add", {"prompts/a.md": TEXT})
    repository.commit("Replace", {"prompts/b.md": "".join(f"Quite another text {n}\n" for n in range(10))}, deletes=["prompts/a.md"])
    assert sorted(versions(repository, tmp_path)[1:]) == [
        ("prompts/a.md", "D", "prompts/a.md", None),
        ("prompts/b.md", "A", "prompts/b.md", None),
    ]


def test_deleted_prompt_that_comes_back_keeps_its_key(repository: Repository, tmp_path: Path) -> None:
    repository.commit("Add", {"prompts/a.md": TEXT})
    repository.commit("Delete", deletes=["prompts/a.md"])
    repository.commit("Restore", {"prompts/a.md": TEXT})
    result = read(tmp_path, repository.save())
    assert result.rows("prompt_versions", "prompt_key", "change_type") == [("prompts/a.md", kind) for kind in "ADA"]
    first, deleted, restored = result.tables["prompt_versions"]
    assert (deleted["text_sha"], deleted["previous_text_sha"]) == (None, first["text_sha"])
    assert restored["text_sha"] == first["text_sha"], "a silent restore shows by equal content"
    assert deleted["_source_url"].endswith(repository.sha(":1")), "a deleted file is shown where it still was"


def test_new_prompt_at_the_old_place_of_a_moved_one_is_another(repository: Repository, tmp_path: Path) -> None:
    repository.commit("Add", {"prompts/a.md": TEXT})
    repository.commit("Move", renames=[("prompts/a.md", "prompts/b.md")])
    repository.commit("New", {"prompts/a.md": "new\n"})
    assert [key for key, *_ in versions(repository, tmp_path)] == ["prompts/a.md", "prompts/a.md", "prompts/a.md#2"]


def test_prompts_that_swap_places_keep_their_keys(repository: Repository, tmp_path: Path) -> None:
    other = TEXT.replace("politely", "briefly and in verse")
    repository.commit("Add", {"prompts/a.md": TEXT, "prompts/b.md": other})
    repository.commit("Swap", {"prompts/c.md": TEXT, "prompts/d.md": other}, deletes=["prompts/a.md", "prompts/b.md"])
    assert sorted(versions(repository, tmp_path)[2:]) == [
        ("prompts/a.md", "R", "prompts/c.md", "prompts/a.md"),
        ("prompts/b.md", "R", "prompts/d.md", "prompts/b.md"),
    ]


def test_leaving_and_rejoining_the_prompts(repository: Repository, tmp_path: Path) -> None:
    repository.commit("Add", {"prompts/a.md": TEXT})
    repository.commit("Archive", renames=[("prompts/a.md", "archive/a.md")])
    repository.commit("Tidy", renames=[("archive/a.md", "archive/old/a.md")])
    repository.commit("Revive", renames=[("archive/old/a.md", "prompts/again.md")])
    assert versions(repository, tmp_path) == [
        ("prompts/a.md", "A", "prompts/a.md", None),
        ("prompts/a.md", "D", "prompts/a.md", None),
        ("prompts/a.md", "A", "prompts/again.md", "archive/old/a.md"),
    ]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (TEXT.replace(" ", "  "), True),
        (TEXT.replace("\n", "\r\n"), True),
        (TEXT.rstrip("\n"), True),
        (TEXT.replace("politely", "rudely"), False),
    ],
)
def test_layout_is_told_from_wording(repository: Repository, tmp_path: Path, changed: str, expected: bool) -> None:
    repository.commit("Add", {"prompts/a.md": TEXT})
    repository.commit("Change", {"prompts/a.md": changed})
    edit = read(tmp_path, repository.save()).only("prompt_versions", change_type="M")
    assert edit["is_whitespace_only"] is expected


def test_line_ends_do_not_change_the_text_hash(repository: Repository, tmp_path: Path) -> None:
    repository.commit("Add", {"prompts/a.md": TEXT, "prompts/b.md": TEXT.replace("\n", "\r\n"), "prompts/c.md": TEXT.replace("\n", "\r")})
    result = read(tmp_path, repository.save())
    assert len(set(result.rows("prompt_versions", "text_sha"))) == 1
    assert len(set(result.rows("prompt_versions", "blob_sha"))) == 3


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("x/answer.prompt", "t", "prompt"),
        ("x/answer.prompty", "t", "prompt"),
        ("x/answer.prompt.yml", "t", "prompt"),
        ("src/prompts/deep/x.jinja2", "t", "prompt"),
        ("skills/a/skprompt.txt", "t", "prompt"),
        ("x.baml", "t", "prompt"),
        ("promptfooconfig.yaml", "prompts: [a]", "prompt"),
        ("evals/promptfooconfig.yaml", "tests:\n- assert:\n  - type: llm-rubric\n", "rubric"),
        ("prompts/safety_judge.md", "t", "rubric"),
        ("prompts/a.md", "---\nrole: grader\n---\nScore it.\n", "rubric"),
        ("prompts/a.md", "Be a fair judge.\n", "prompt"),
        ("judges/tone.md", "t", "rubric"),
        ("AGENTS.md", "t", "agent_instructions"),
        ("sub/CLAUDE.md", "t", "agent_instructions"),
        (".cursor/rules/style.mdc", "t", "agent_instructions"),
        ("custom/x.tmpl", "t", "prompt"),
        ("prompts/code.py", "t", None),
        ("docs/prompt.md", "t", None),
        ("node_modules/x/prompts/a.md", "t", None),
    ],
)
def test_which_files_are_prompts(repository: Repository, tmp_path: Path, path: str, text: str, kind: str | None) -> None:
    repository.commit("Add", {path: text})
    kinds = read(tmp_path, repository.save(), prompts=("custom/*.tmpl",)).rows("prompt_versions", "kind")
    assert kinds == ([kind] if kind else [])


def test_merge_lands_as_one_version(repository: Repository, tmp_path: Path) -> None:
    first = repository.commit("Start", {"prompts/a.md": TEXT})
    one = repository.commit("One", {"prompts/a.md": TEXT + "1\n"}, branch="feature")
    two = repository.commit("Two", {"prompts/a.md": TEXT + "1\n2\n"}, parents=[one], branch="feature")
    repository.commit("Merge pull request #9 from acme/feature", {"prompts/a.md": TEXT + "1\n2\n"}, parents=[first, two])
    rows = read(tmp_path, repository.save()).rows("prompt_versions", "change_type", "lines_added", "pull_request_number")
    assert rows == [("A", 10, None), ("M", 2, 9)]


def test_mode_changes_and_links_are_no_versions(repository: Repository, tmp_path: Path) -> None:
    repository.commit("Add", {"prompts/a.md": TEXT}, links={"prompts/b.md": "a.md"})
    repository._marks += 1
    repository.commit("Link it", links={"prompts/a.md": "b.md"})
    assert versions(repository, tmp_path) == [("prompts/a.md", "A", "prompts/a.md", None), ("prompts/a.md", "D", "prompts/a.md", None)]


def test_binary_prompt_has_no_line_counts(repository: Repository, tmp_path: Path) -> None:
    repository.commit("Add", {"prompts/a.md": b"\0\1binary"})
    row = read(tmp_path, repository.save()).only("prompt_versions")
    assert (row["lines_added"], row["change_type"]) == (None, "A")
