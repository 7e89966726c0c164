"""Artifacts named in documents: exactly, nearly, or not at all."""

from pathlib import Path

import pytest

from connectors.git.mentions import names, parse
from connectors.git.options import ArtifactOptions
from tests.unit.git_repositories import BEN, Repository, at, read

HARNESS = ArtifactOptions(id="eval-harness", repository="acme/eval-harness", packages=("acme-evals",), names=("Acme Eval Harness",))


def named(text: str) -> dict[bool, str]:
    """Whether exact, and what stands there, for the first of each kind."""
    return {mention.is_exact: mention.matched_text for mention in parse(names([HARNESS]), "README.md", text, lambda _: None).values()}


@pytest.mark.parametrize(
    "text",
    [
        "We gate with eval-harness.",
        "We gate with `Eval-Harness`, daily",
        "see acme/eval-harness#12",
        "https://github.com/acme/eval-harness/blob/main/README.md",
        "git clone git@github.com:acme/eval-harness.git",
        "uses: acme/eval-harness/.github/workflows/gate.yml@v1",
        "pip install acme-evals[gate]==1.2",
        "import acme_evals",
        "https://pypi.org/project/acme-evals/",
        "the Acme\nEval Harness",
        "(eval-harness)",
        "eval-harness's gate",
    ],
)
def test_exact_when_nothing_longer_stands_around(text: str) -> None:
    assert list(named(text)) == [True]


@pytest.mark.parametrize(
    ("text", "matched"),
    [
        ("lm-eval-harness", "lm-eval-harness"),
        ("acme-eval-harness-lite", "acme-eval-harness-lite"),
        ("other/eval-harness", "other/eval-harness"),
        ("https://github.com/other/eval-harness", "github.com/other/eval-harness"),
        ("https://github.com/acme/eval-harness-lite", "github.com/acme/eval-harness-lite"),
        ("eval-harness.internal.example", "eval-harness.internal.example"),
        ("docs/eval-harness.md", "docs/eval-harness.md"),
        ("two eval-harnesses", "eval-harnesses"),
        ("an evalharness", "evalharness"),
        ("acme-eval", "acme-eval"),
    ],
)
def test_look_alikes_are_kept_as_such(text: str, matched: str) -> None:
    assert named(f"We use {text} here.") == {False: matched}


@pytest.mark.parametrize("text", ["", "We evaluate with a harness.", "evaluation", "a <!-- eval-harness --> b", "router and judge"])
def test_nothing_is_named(text: str) -> None:
    assert named(text) == {}


def test_exact_and_similar_names_are_two_rows(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "acme" / "search.git")
    repository.commit(
        "Start", {"README.md": "# Search\n\nLike lm-eval-harness.\nGated by eval-harness.\n"}, when=at("2026-01-05"), author=BEN
    )
    repository.commit("Reword (#4)", {"README.md": "# Search\n\n\nGated by eval-harness.\n"}, when=at("2026-02-05"))
    rows = read(tmp_path, repository.save(), artifacts=(HARNESS,)).rows(
        "mentions", "is_exact", "matched_text", "line", "from_author_email", "to_at"
    )
    assert sorted(rows, key=str) == [
        (False, "lm-eval-harness", 3, "ben@acme.example", at("2026-02-05")),
        (True, "eval-harness", 4, "ben@acme.example", None),
    ]


@pytest.mark.parametrize(
    ("path", "is_read"),
    [
        ("README.md", True),
        ("services/api/readme.rst", True),
        ("README", True),
        ("docs/guide/start.md", True),
        ("doc/adr/0001-gate.txt", True),
        ("decisions/gate.md", True),
        ("gate.adr.md", True),
        ("CHANGELOG.md", False),
        ("docs/changelog.md", False),
        ("docs/guide.html", False),
        ("src/notes.md", False),
        ("node_modules/x/README.md", False),
        ("tests/fixtures/README.md", False),
    ],
)
def test_only_documents_of_today_mention(tmp_path: Path, path: str, is_read: bool) -> None:
    repository = Repository(tmp_path / "acme" / "search.git")
    repository.commit("Add", {path: "eval-harness\n"})
    assert bool(read(tmp_path, repository.save(), artifacts=(HARNESS,)).tables["mentions"]) is is_read


def test_a_credential_in_the_line_is_not_kept(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "acme" / "search.git")
    repository.commit("Add", {"README.md": "pip install git+https://u:s3cret@github.com/acme/eval-harness\n"})
    result = read(tmp_path, repository.save(), artifacts=(HARNESS,))
    assert result.only("mentions")["is_exact"] is True
    assert "s3cret" not in str(result.events)


def test_a_very_long_word_costs_no_time() -> None:
    assert named("eval-harness" + "x" * 200_000)[False].startswith("eval-harnessxxx")
    assert named("x-" * 100_000) == {}
