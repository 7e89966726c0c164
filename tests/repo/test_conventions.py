"""The project's own rules, held by tests: dialect, telemetry, wheel, light commands, no machine in the tree."""

import functools
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
MODELS = sorted((ROOT / "dbt_project" / "models").rglob("*.sql"))
DUCKDB_ONLY = {
    "a `::` cast": r"::",
    "qualify": r"\bqualify\b",
    "a star with exclude or replace": r"\*\s*(exclude|replace)\s*\(",
    "a list literal": r"(?<![\w'\]\)])\[(?!\[)",
    "unnest": r"\bunnest\s*\(",
    "a json function": r"\b(json_extract\w*|from_json|json_keys|json_object|to_json)\s*\(",
    "a regexp function": r"\bregexp_\w+\s*\(",
    "struct_pack": r"\bstruct_pack\s*\(",
    "a list function": r"\blist_\w+\s*\(|\blist\s*\(",
    "date arithmetic": r"\b(date_diff|date_trunc|datediff|epoch\w*|make_date|generate_series)\s*\(",
    "group by all": r"\bgroup\s+by\s+all\b",
    "string_agg": r"\bstring_agg\s*\(",
}


def plain_sql(path: Path) -> str:
    """A model's SQL without comments, string literals and Jinja: what the engine would have to understand."""
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    text = re.sub(r"\{\{.*?\}\}", "jinja", text, flags=re.DOTALL)
    text = re.sub(r"--[^\n]*|/\*.*?\*/", " ", text, flags=re.DOTALL)
    return re.sub(r"'(?:[^']|'')*'", "''", text)


def duckdb_only(path: Path) -> list[str]:
    return [name for name, pattern in DUCKDB_ONLY.items() if re.search(pattern, plain_sql(path), re.IGNORECASE)]


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_models_hold_no_sql_that_only_duckdb_understands(path):
    assert duckdb_only(path) == [], f"{path.relative_to(ROOT)}: move it into a macro in dbt_project/macros/dialect/"


def test_the_dialect_rule_finds_what_it_forbids(tmp_path):
    path = tmp_path / "model.sql"
    path.write_text("select a::int, list_sort(b) from {{ ref('x::y') }} -- c::d\nqualify true")
    assert duckdb_only(path) == ["a `::` cast", "qualify", "a list function"]
    path.write_text("select cast(a as integer), 'x::y' from {{ ref('z') }}")
    assert duckdb_only(path) == []


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_no_model_is_longer_than_two_hundred_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 200


@functools.cache
def described_models() -> dict[str, dict]:
    found: dict[str, dict] = {}
    for path in (ROOT / "dbt_project" / "models").rglob("*.yml"):
        for model in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("models", []):
            found[model["name"]] = model
    return found


@pytest.mark.parametrize("path", [p for p in MODELS if "marts" in p.parts], ids=lambda path: path.stem)
def test_every_public_model_describes_itself_and_each_column(path):
    model = described_models()[path.stem]
    assert model.get("description")
    nameless = [column["name"] for column in model.get("columns", []) if not column.get("description")]
    assert model.get("columns")
    assert nameless == []


IDENTITY = re.compile(r"(^|_)(email|login|display_name|author_name|account)($|_(?!kind|type|system|match))")
FREE_TEXT = {"title", "subject", "hypothesis", "summary", "body", "decision_reason", "raw"}
PERSON = re.compile(r"(^|_)person_id$|^manager_id$")


@pytest.mark.parametrize("path", [p for p in MODELS if "marts" in p.parts], ids=lambda path: path.stem)
def test_columns_about_people_say_so_and_so_never_reach_analysts_by_accident(path):
    for column in described_models()[path.stem].get("columns", []):
        told = (column.get("config") or {}).get("meta", {}).get("sensitivity")
        if PERSON.search(column["name"]):
            assert told == "person", column["name"]
        elif IDENTITY.search(column["name"]):
            assert told == "identity", column["name"]
        elif column["name"] in FREE_TEXT:
            assert told == "text", column["name"]


def test_no_column_ranks_or_scores_people():
    banned = re.compile(r"(^|_)(rank|percentile|quartile|score_total|leaderboard|rating)($|_)")
    found = [f"{m}.{c['name']}" for m, model in described_models().items() for c in model.get("columns", []) if banned.search(c["name"])]
    assert found == []


def refs_of(text: str) -> set[str]:
    return set(re.findall(r"""ref\(['"](\w+)['"]\)""", text))


def blames(texts: dict[str, str], roots: set[str]) -> list[str]:
    """Models that some root is built from, itself included, which read what caused an incident."""
    causes = re.compile(r"int_incident_cause\w*|bridge_incident_causes")
    reached, waiting = set[str](), set(roots)
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting |= (refs_of(texts.get(name, "")) & texts.keys()) - reached
    # The table of incidents holds the cause for whoever looks at the incident; what is built on it may not take it along.
    return sorted(
        name
        for name in reached
        # What it suggests by a cause is a word about evals and names no change.
        if not causes.fullmatch(name) and name not in {"fct_incidents", "int_incident_eval_suggestions"}
        if any(map(causes.fullmatch, refs_of(texts[name]))) or "causing_pull_request" in texts[name]
    )


def test_who_wrote_what_caused_an_incident_is_in_no_evidence():
    texts = {path.stem: path.read_text(encoding="utf-8") for path in MODELS}
    evidence = {path.stem for path in MODELS if "evidence" in path.parts}
    assert evidence
    assert blames(texts, evidence) == []
    texts["int_between"] = "select * from {{ ref('int_incident_causes') }}"
    texts["evidence_blame"] = "select * from {{ ref('int_between') }}"
    texts["evidence_bridge"] = "select * from {{ ref('bridge_incident_causes') }}"
    texts["evidence_column"] = "select causing_pull_request_id from {{ ref('fct_incidents') }}"
    assert blames(texts, {"evidence_blame", "evidence_bridge", "evidence_column"}) == ["evidence_bridge", "evidence_column", "int_between"]


def test_help_is_light():
    """`fulcrum --help` starts in a fraction of a second because it loads neither dbt, Dagster nor dlt."""
    code = (
        "import sys; sys.argv = ['fulcrum', '--help']\n"
        "from pipelines.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'dbt', 'dagster', 'dlt', 'polars', 'pandera', 'duckdb', 'github', 'jira', 'scipy'} & set(sys.modules)\n"
        "print('heavy:', sorted(heavy))"
    )
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert "sync" in out.stdout
    assert out.stdout.strip().endswith("heavy: []")


def test_telemetry_is_off_in_the_projects_own_files():
    assert yaml.safe_load((ROOT / "dbt_project" / "dbt_project.yml").read_text())["flags"]["send_anonymous_usage_stats"] is False
    assert yaml.safe_load((ROOT / "assets" / "dagster.yaml").read_text())["telemetry"]["enabled"] is False
    assert "RUNTIME__DLTHUB_TELEMETRY" in (ROOT / "run").read_text()


def test_the_wheel_holds_exactly_our_four_folders(tmp_path):
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)], cwd=ROOT, check=True, capture_output=True
    )
    [wheel] = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    top = {name.split("/")[0] for name in names if ".dist-info" not in name}
    assert top == {"connectors", "pipelines", "assets", "dbt_project"}
    assert "pipelines/templates/fulcrum.toml" in names
    assert not [name for name in names if "target/" in name or name.endswith(".duckdb")]


def test_no_tests_folder_is_a_package():
    """Except the package that the real harness ran, kept as test data."""
    assert [path for path in (ROOT / "tests").rglob("__init__.py") if "data" not in path.parts] == []


def tracked_text() -> list[tuple[Path, str]]:
    listing = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    found = []
    for name in listing:
        path = ROOT / name
        if (
            path.is_file()
            and path.suffix in {".py", ".sql", ".yml", ".yaml", ".md", ".toml", ".json", ".csv", ".txt", ""}
            and path.stat().st_size < 2_000_000
        ):
            found.append((path, path.read_text(encoding="utf-8", errors="replace")))
    return found


def test_no_tracked_file_names_a_machine():
    machine = re.compile(r"/(?:work|root|home/[a-z]+)/(?:main|\.)")
    assert [str(path.relative_to(ROOT)) for path, text in tracked_text() if path.name != Path(__file__).name and machine.search(text)] == []


def test_the_generated_reference_is_fresh():
    done = subprocess.run([sys.executable, "docs/generate.py", "--check"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]


def test_every_command_is_in_the_reference_and_the_readme_shows_both_commands():
    reference = (ROOT / "docs" / "reference" / "command-line.md").read_text()
    for command in ("init", "doctor", "demo", "sync", "build", "status", "people", "evidence", "explain", "kpi", "sql", "dagster"):
        assert f"## `fulcrum {command}`" in reference
    first_screen = (ROOT / "README.md").read_text()[:2500]
    assert "./run demo" in first_screen
    assert "./run test" in first_screen
