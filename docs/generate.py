"""Write the generated reference pages: the command line from its own help, the tables from their contracts and yml.

./run docs           write them
./run docs --check   fail when they are stale
"""

import re
import subprocess
import sys
from pathlib import Path

import yaml

from connectors import registry
from pipelines.raw_tables import columns_of

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "docs" / "reference"
PUBLIC = ("core", "evidence", "kpi", "ops")
DOCS_BLOCK = re.compile(r"{% docs (\w+) %}(.*?){% enddocs %}", re.DOTALL)
DOCS_REFERENCE = re.compile(r"""{{ doc\(["'](\w+)["']\) }}""")


def command_line() -> str:
    """Every command with its help, by Typer's own documenter."""
    command = [sys.executable, "-m", "typer", "pipelines.cli.app", "utils", "docs", "--name", "fulcrum"]
    text = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return "<!-- made by ./run docs -->\n" + text.rstrip() + "\n"


def raw_tables() -> str:
    """Every raw table: grain, key, columns."""
    lines = [
        "<!-- made by ./run docs -->",
        "# Raw tables",
        "",
        "Private: `warehouse.duckdb`. Provenance columns stand at the end of each.",
        "",
    ]
    for name in registry.MODULES:
        connector = registry.get(name)
        for table in connector.tables:
            lines += [f"## {connector.dataset}.{table.name}", "", f"{table.grain}. Key: {', '.join(f'`{key}`' for key in table.key)}.", ""]
            lines += ["| column | type | |", "| --- | --- | --- |"]
            for column, kind in columns_of(connector, table.name).items():
                about = (table.columns[column].description or "") if column in table.columns else ""
                lines.append(f"| `{column}` | {kind.split(' using')[0]} | {about} |")
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def shared_descriptions() -> dict[str, str]:
    """What dbt's docs blocks say, by name: several tables describe a column by one of them."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "dbt_project" / "models").rglob("*__docs.md"))]
    return {name: words.strip() for text in texts for name, words in DOCS_BLOCK.findall(text)}


def public_tables() -> str:
    """Every published table, from the models' yml."""
    shared = shared_descriptions()
    lines = [
        "<!-- made by ./run docs -->",
        "# Published tables",
        "",
        "In both snapshots; columns marked `identity` or `text` are left out of `analyst`, and",
        "`person` columns hold pseudonyms there.",
        "",
    ]
    for schema in PUBLIC:
        for path in sorted((ROOT / "dbt_project" / "models" / "marts" / schema).rglob("*.yml")):
            for model in sorted((yaml.safe_load(path.read_text()) or {}).get("models", []), key=lambda item: item["name"]):
                lines += [
                    f"## {schema}.{model['name']}",
                    "",
                    " ".join(model["description"].split()),
                    "",
                    "| column | type | shown as | |",
                    "| --- | --- | --- | --- |",
                ]
                for column in model.get("columns", []):
                    told = (column.get("config") or {}).get("meta", {}).get("sensitivity", "")
                    words = DOCS_REFERENCE.sub(lambda found: shared[found[1]], column.get("description", ""))
                    about = " ".join(words.split()).replace("|", "\\|")
                    lines.append(f"| `{column['name']}` | {column.get('data_type', '')} | {told} | {about} |")
                lines.append("")
    return "\n".join(lines).rstrip() + "\n"


PAGES = {"command-line.md": command_line, "raw-tables.md": raw_tables, "published-tables.md": public_tables}


def main() -> int:
    """Write the pages, or with `--check` name those that are stale."""
    stale = []
    REFERENCE.mkdir(exist_ok=True)
    for name, make in PAGES.items():
        path, text = REFERENCE / name, make()
        if "--check" in sys.argv:
            stale += [name] if not path.exists() or path.read_text() != text else []
        else:
            path.write_text(text)
            print(f"wrote {path.relative_to(ROOT)}")
    if stale:
        print(f"stale: {', '.join(stale)}; run ./run docs")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
