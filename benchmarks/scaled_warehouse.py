"""The demo organisation's raw tables, many times over in one warehouse, each copy with people, projects and commits of its own.

Every name and id gets its copy's number, in all tables and inside of texts alike, so that what belongs together in the original
belongs together in each copy and nothing crosses between copies. Shared are the organisation, its vendors and its calendar.
"""

import re
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import duckdb
import tomlkit

from pipelines.warehouse import connect, quote

KEPT = {"raw_ops.builds"}
"""Tables of the warehouse itself, not of the organisation."""
ENUMERATIONS = {"app_id", "field_id", "judge_id"}
"""Columns named like ids that say what kind a thing is."""
UNCHANGED = {"_load_id", "_row_hash"}
NUMBERED = (
    "_id",
    "_partition",
    "partition",
    "account",
    "from_value",
    "to_value",
    "identity",
    "path",
    "envelope",
    "email",
    "co_authors",
    "_raw",
)
WORDS = """
    select person_id from raw_people.people
    union select split_part(account, '@', 1) from raw_people.accounts where account not like '%:%'
    union select name from raw_github.repositories
    union select unnest([artifact_id, name]) from raw_config.artifacts
    union select unnest(from_json(packages, '["varchar"]')) from raw_config.artifacts
    union select task_name from raw_evals.runs
    union select dataset_name from raw_evals.runs
    union select unnest([project_key, lower(project_key)]) from raw_jira.projects
    union select slug from raw_github.teams
    union select team from raw_people.spells
    union select product from raw_registers.slices
    union select native_id from raw_experiments.experiments"""
"""Names that tell the copies apart."""


@dataclass(frozen=True)
class Column:
    """One column of a raw table and its type."""

    name: str
    type: str


def configure(path: Path, copies: range) -> None:
    """Name the artifacts and the incident projects of every copy in the organisation's configuration, beside those of the original."""
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    incidents = document["sources"]["jira"]["incidents"]
    incidents["projects"] = [*incidents["projects"], *(f"{key}{copy}" for key in incidents["projects"] for copy in copies)]
    artifacts = document["artifacts"]
    for artifact, copy in list(product(artifacts.unwrap(), copies)):
        artifacts.append(
            {
                **artifact,
                **{key: f"{artifact[key]}{copy}" for key in ("id", "name", "repository")},
                **{key: [f"{one}{copy}" for one in artifact[key]] for key in ("packages", "names")},
                "workflows": [one.replace(artifact["repository"], f"{artifact['repository']}{copy}") for one in artifact["workflows"]],
            }
        )
    path.write_text(tomlkit.dumps(document), encoding="utf-8")


def multiply(source: Path, target: Path, copies: range) -> None:
    """Add copies of every raw row of `source` to `target`, a copy of that warehouse; copy 0 is the original."""
    with connect(target) as connection:
        connection.execute(f"attach '{source}' as original (read_only)")
        words = [row[0] for row in connection.execute(WORDS).fetchall() if row[0]]
        connection.execute("create temp table copies as select unnest(?) as copy", [list(copies)])
        for relation, columns in _raw_tables(connection).items():
            chosen = ", ".join(f"{_copied(relation, column, words)} as {quote(column.name)}" for column in columns)
            connection.execute(f"insert into {relation} by name select {chosen} from original.{relation} cross join copies")


def _raw_tables(connection: duckdb.DuckDBPyConnection) -> dict[str, list[Column]]:
    rows = connection.execute("""
        select schema_name || '.' || table_name, column_name, data_type from duckdb_columns()
        where database_name = current_database() and schema_name like 'raw\\_%' escape '\\' and table_name not like '\\_dlt%' escape '\\'
        order by all""").fetchall()
    tables: dict[str, list[Column]] = {}
    for relation, name, kind in rows:
        if relation not in KEPT:
            tables.setdefault(relation, []).append(Column(name, kind))
    return tables


def _copied(relation: str, column: Column, words: list[str]) -> str:
    name = quote(column.name)
    if column.name in UNCHANGED | ENUMERATIONS or relation == "raw_config.settings":
        return name
    if column.type == "BIGINT":
        return f"{name} * 10000 + copy" if column.name.endswith("_id") else name
    if column.type != "VARCHAR":
        return name
    return _renamed(name, column.name, words)


def _renamed(name: str, plain: str, words: list[str]) -> str:
    suffix = "lpad(copy::varchar, 4, '0')"
    known = "|".join(re.escape(word).replace("'", "''") for word in sorted(words, key=len, reverse=True))
    text = f"regexp_replace({name}, '\\b({known})\\b', '\\1' || copy, 'g')"
    for length in (40, 64):
        text = f"regexp_replace({text}, '\\b([0-9a-f]{{{length - 4}}})[0-9a-f]{{4}}\\b', {suffix} || '\\1', 'g')"
    if "sha" in plain:
        text = f"regexp_replace({text}, '^([0-9a-f]{{7,35}})$', {suffix} || '\\1')"
    if plain.endswith(NUMBERED):
        text = f"regexp_replace({text}, '\\b([0-9]{{5,}})\\b', '\\1' || {suffix}, 'g')"
    if plain.endswith("_id") or plain in {"path", "account", "_partition", "label_set"}:
        text = f"case when {text} = {name} then {name} || '~' || copy else {text} end"
    return text
