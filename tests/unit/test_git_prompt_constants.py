"""Prompts in code: which constants are taken for one, how they keep their key, what each change did."""

from pathlib import Path

import pytest

from connectors.git.prompt_constants import LEAST, PromptConstants
from connectors.git.protocol import Blob
from tests.unit.git_repositories import Repository, at, read

LONG = "Answer politely and briefly. " * 9
PLAIN = f'SYSTEM_PROMPT = "{LONG}"\n'


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "acme" / "search.git")


def versions(repository: Repository, tmp_path: Path) -> list[tuple[str, str, str, str]]:
    rows = read(tmp_path, repository.save()).rows("prompt_versions", "prompt_key", "symbol", "change_type", "path")
    return [row for row in rows if row[1]]


def found(text: str) -> dict[str, list[object]] | None:
    content = text.encode()
    return PromptConstants().examine("src/ask.py", Blob("a" * 40, len(content), content))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (PLAIN, ["SYSTEM_PROMPT"]),
        (f'router_prompt: str = """{LONG}"""', ["router_prompt"]),
        (f'ANSWER_TEMPLATE = ("{LONG}" "more")', ["ANSWER_TEMPLATE"]),
        (f'from textwrap import dedent\nPROMPT = dedent("""{LONG}""").strip()', ["PROMPT"]),
        (f'HEAD_PROMPT = f"{LONG} {{question!r}}" + "tail"', ["HEAD_PROMPT"]),
        (f'class Judge:\n    PROMPT = "{LONG}"\n    def ask(self):\n        system = "{LONG}"', ["Judge.PROMPT", "Judge.ask.system"]),
        (f'if True:\n    PROMPT = "{LONG}"\nelse:\n    OTHER_PROMPT = "{LONG}"', ["PROMPT", "OTHER_PROMPT"]),
        (f'PROMPT = "{"x" * LEAST}"', []),
        (f'MESSAGE = "{LONG}"', []),
        (f'# SYSTEM_PROMPT = "{LONG}"\nPROMPT = load("prompts/a.md")', []),
        (f'send(prompt="{LONG}")', []),
    ],
)
def test_long_texts_bound_to_telling_names_are_prompts(text: str, names: list[str]) -> None:
    assert list(found(text) or {}) == names


def test_two_ways_to_write_the_same_text_are_the_same_prompt() -> None:
    one, other = found(f'PROMPT = "{LONG}"'), found(f"PROMPT: str = (\n    '{LONG[:50]}'\n    '{LONG[50:]}'\n)")
    assert one == other


def test_a_constant_keeps_its_key_through_edits_moves_and_a_return(repository: Repository, tmp_path: Path) -> None:
    edited = PLAIN.replace("briefly", "at length")
    rest = "".join(f"def f{number}():\n    return {number}\n\n" for number in range(20))
    repository.commit("Add (#1)", {"src/ask.py": PLAIN + rest})
    repository.commit("Other code only (#2)", {"src/ask.py": PLAIN + rest + "VERSION = 2\n"})
    repository.commit("Edit (#3)", {"src/ask.py": edited + rest}, when=at("2026-02-05"))
    repository.commit("Move (#4)", {"lib/ask.py": edited + rest}, deletes=["src/ask.py"])
    repository.commit("Drop (#5)", {"lib/ask.py": rest})
    repository.commit("Other at the old place (#6)", {"src/ask.py": PLAIN.replace("politely", "kindly")})
    key = "src/ask.py::SYSTEM_PROMPT"
    assert versions(repository, tmp_path) == [
        (key, "SYSTEM_PROMPT", "A", "src/ask.py"),
        (key, "SYSTEM_PROMPT", "M", "src/ask.py"),
        (key, "SYSTEM_PROMPT", "R", "lib/ask.py"),
        (key, "SYSTEM_PROMPT", "D", "lib/ask.py"),
        (key, "SYSTEM_PROMPT", "A", "src/ask.py"),
    ]


def test_a_key_that_lives_elsewhere_is_not_given_twice(repository: Repository, tmp_path: Path) -> None:
    rest = "".join(f"def f{number}():\n    return {number}\n\n" for number in range(20))
    repository.commit("Add", {"src/ask.py": PLAIN + rest})
    repository.commit("Move", {"lib/ask.py": PLAIN + rest}, deletes=["src/ask.py"])
    repository.commit("Another", {"src/ask.py": PLAIN.replace("politely", "kindly")})
    assert [key for key, *_ in versions(repository, tmp_path)] == ["src/ask.py::SYSTEM_PROMPT"] * 2 + ["src/ask.py::SYSTEM_PROMPT#2"]


def test_a_version_that_is_no_python_takes_nothing_away(repository: Repository, tmp_path: Path) -> None:
    repository.commit("Add", {"src/ask.py": PLAIN})
    repository.commit("Break", {"src/ask.py": PLAIN + "def (:\n"})
    repository.commit("Mend", {"src/ask.py": PLAIN.replace("briefly", "at length")})
    assert [row[2] for row in versions(repository, tmp_path)] == ["A", "M"]


def test_rows_carry_hashes_of_the_text_and_no_count_of_the_files_lines(repository: Repository, tmp_path: Path) -> None:
    repository.commit("Add (#1)", {"src/judge.py": PLAIN}, when=at("2026-01-05"))
    repository.commit("Layout (#2)", {"src/judge.py": PLAIN.replace("Answer politely", "Answer  politely")}, when=at("2026-02-05"))
    added, laid_out = read(tmp_path, repository.save()).tables["prompt_versions"]
    assert (added["kind"], added["lines_added"], added["pull_request_number"]) == ("rubric", None, 1)
    assert laid_out["previous_text_sha"] == added["text_sha"] != laid_out["text_sha"]
    assert laid_out["is_whitespace_only"] is True
    assert "Answer" not in str(added), "no text of a prompt leaves its file"


@pytest.mark.parametrize("path", ["vendor/lib/ask.py", "tests/fixtures/ask.py", "src/ask.pyi", "src/ask.txt"])
def test_other_peoples_files_and_fixtures_hold_no_prompts(path: str, repository: Repository, tmp_path: Path) -> None:
    repository.commit("Add", {path: PLAIN})
    assert versions(repository, tmp_path) == []
