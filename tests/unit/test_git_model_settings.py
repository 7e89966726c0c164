"""Which model a file asks for: since when, until when, and what only looks like a model or a setting."""

from pathlib import Path

import pytest

from connectors.git import model_settings
from tests.unit.git_repositories import BEN, Repository, at, read


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "acme" / "agent.git")


def models(path: str, text: str) -> list[tuple[str, str, int]]:
    found = model_settings.parse(path, text, lambda _: None) if model_settings.reads(path) else {}
    return [(setting.key, setting.model, setting.line) for setting in found.values()]


def test_a_switch_ends_one_span_and_begins_the_next_at_the_same_landing(repository: Repository, tmp_path: Path) -> None:
    path = "config/model.yaml"
    repository.commit("Start", {path: "provider: anthropic\nmodel: anthropic/claude-sonnet-4\n"}, when=at("2026-01-05"))
    repository.commit("Longer", {path: "# ours\nmodel: anthropic/claude-sonnet-4\nmax_tokens: 800\n"}, when=at("2026-02-05"))
    after = "model: anthropic/claude-sonnet-4-5\nfallback: anthropic/claude-sonnet-4\n"
    repository.commit("Switch (#7)", {path: after}, when=at("2026-03-05"), author=BEN)
    result = read(tmp_path, repository.save())
    rows = sorted(result.tables["model_settings"], key=lambda row: row["from_at"])
    assert [(row["key"], row["model"], row["from_at"], row["to_at"]) for row in rows] == [
        ("model", "anthropic/claude-sonnet-4", at("2026-01-05"), at("2026-03-05")),
        ("model", "anthropic/claude-sonnet-4-5", at("2026-03-05"), None),
    ]
    assert rows[0]["to_sha"] == rows[1]["from_sha"]
    assert (rows[1]["from_author_email"], rows[1]["from_pull_request_number"], rows[1]["line"]) == ("ben@acme.example", 7, 1)


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("config/llm.json", '{\n  "model": "gpt-4o-2024-08-06",\n  "top_p": 1\n}', ("model", "gpt-4o-2024-08-06", 2)),
        ("settings.toml", 'model_id = "eu.anthropic.claude-3-5-sonnet-20240620-v1:0" # Bedrock', None),
        ("deploy/.env", "export LLM_MODEL=mistral/mistral-large-2407", ("llm_model", "mistral/mistral-large-2407", 1)),
        ("charts/agent/values.yaml", "llm:\n  {{ if .x }}\n  model: gpt-4.1\n", ("model", "gpt-4.1", 3)),
        ("prompts/answer.md", "---\nmodel: gpt-4o\n---\nmodel: gpt-5\n", ("model", "gpt-4o", 2)),
    ],
)
def test_formats_are_read_by_lines_whatever_templates_stand_around(path: str, text: str, expected: tuple[str, str, int] | None) -> None:
    expected = expected or ("model_id", "eu.anthropic.claude-3-5-sonnet-20240620-v1:0", 1)
    assert models(path, text) == [expected]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("config/users.yaml", "model: User"),
        ("config/forecast.yaml", "model: artifacts/forecast.pkl"),
        ("config/model.yaml", "fallback: anthropic/claude-sonnet-4"),
        ("tests/config/model.yaml", "model: gpt-4o"),
        ("config/model_prices.yaml", "model: gpt-4o"),
        ("evals/config/judge.yaml", "model: gpt-4o"),
        (".github/workflows/model.yml", "model: gpt-4o"),
        ("node_modules/llm/config.json", '"model": "gpt-4o"'),
        ("docs/models.md", "Set model: gpt-4o\nmodel: gpt-4o\n"),
        ("src/data.yaml", "model: gpt-4o"),
    ],
)
def test_look_alikes_fixtures_prices_and_judges_are_no_settings(path: str, text: str) -> None:
    assert models(path, text) == []
