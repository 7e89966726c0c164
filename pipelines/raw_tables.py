"""Which tables a warehouse has before any model is built: those of the connectors' contracts, and those that pipelines write themselves."""

from collections.abc import Sequence
from typing import Any

import duckdb
import polars as pl

from connectors.contract import UTC_TIMESTAMP, Connector, polars_type
from pipelines.warehouse import quote

SQL_TYPES: dict[Any, str] = {
    pl.String: "varchar",
    pl.Int64: "bigint",
    pl.Float64: "double",
    pl.Boolean: "boolean",
    pl.Date: "date",
    UTC_TIMESTAMP: "timestamptz",
}
PROVENANCE_COLUMNS = {
    # Answers are read rarely and compress five to ten times: zstd pages, still plain JSON to every reader.
    "_raw": "varchar using compression zstd",
    "_row_hash": "varchar",
    "_partition": "varchar",
    "_source_url": "varchar",
    "_extracted_at": "timestamptz",
    "_load_id": "varchar",
    "_deleted_at": "timestamptz",
    "_deleted_reason": "varchar",
}
JOURNALS = {
    "raw_ops": {
        "outcomes": """outcome_id varchar, run_id varchar, step varchar, source varchar, table_name varchar,
            partition varchar, started_at timestamptz, ended_at timestamptz, state varchar, requests_made bigint,
            requests_saved bigint, points_spent bigint, waited_seconds double, limits_left varchar, rows_seen bigint, rows_kept bigint,
            rows_changed bigint, rows_quarantined bigint, rows_tombstoned bigint, code_version varchar,
            error_class varchar, error_text varchar""",
        "reconciliations": """run_id varchar, source varchar, table_name varchar, partition varchar,
            source_count bigint, warehouse_count bigint, how varchar, state varchar, checked_at timestamptz""",
        "held_back": """source varchar, table_name varchar, partition varchar, source_count bigint, warehouse_count bigint,
            how varchar, held_since timestamptz, shown_as_of timestamptz""",
        "accepted_differences": """run_id varchar, source varchar, table_name varchar, partition varchar, how varchar, n_missing bigint,
            accepted_at timestamptz""",
        "builds": "fingerprint varchar, snapshot_id varchar, built_at timestamptz",
        "quarantine": """quarantine_id varchar, source varchar, table_name varchar, partition varchar, identity varchar,
            reason varchar, raw varchar, source_url varchar, first_seen_at timestamptz,
            last_seen_at timestamptz, run_id varchar, released_at timestamptz""",
    },
    "raw_config": {
        "artifacts": """artifact_id varchar, kind varchar, name varchar, repository varchar, path_globs varchar, packages varchar,
            workflows varchar, names varchar""",
        "project_groups": "project_id varchar, name varchar, repository varchar, owner_team varchar",
        "settings": "key varchar, value varchar",
        "incident_labels": "meaning varchar, label varchar, severity varchar",
        "services": "service varchar, repository varchar",
        "dismissed_neighbours": """launch varchar, kind varchar, neighbour varchar, dismissed_by varchar, dismissed_on date,
            reason varchar""",
        "closed_periods": "period_id varchar, closed_by varchar, closed_on date, reason varchar",
        "period_corrections": "period_id varchar, artifact_id varchar, approved_by varchar, approved_on date, reason varchar",
        "pseudonyms": "person_id varchar, pseudonym varchar",
    },
    "raw_statistics": {
        "experiment_results": """experiment_id varchar, phase bigint, metric_key varchar, dimension varchar,
            dimension_value varchar, variant_key varchar, baseline_key varchar, level_variant double, level_baseline double,
            effect_abs double, effect_rel double, ci_low_abs double,
            ci_high_abs double, ci_low_rel double, ci_high_rel double, ci_level double, ci_method varchar,
            p_two_sided double, standard_error double, ci_low_anytime double, ci_high_anytime double,
            cuped_effect_abs double, cuped_ci_low_abs double, cuped_ci_high_abs double, cuped_p double, p_adjusted double,
            correction varchar, recompute_status varchar, srm_p double, method_note varchar""",
        "experiment_checks": """experiment_id varchar, phase bigint, metric_key varchar, variant_key varchar, code varchar,
            status varchar, value double, threshold double, detail varchar""",
        "launch_effects": """experiment_id varchar, metric_key varchar, state varchar, reason varchar, effect_low double,
            effect_mid double, effect_high double, ci_level double, level_before double, level_after double, window_low double,
            window_high double, placebo_p double, n_placebos bigint, durbin_watson double, n_days_before bigint, n_days_after bigint,
            has_control boolean, method varchar""",
        "label_agreements": """label_set varchar, question varchar, state varchar, reason varchar, agreement_low double,
            agreement_mid double, agreement_high double, n_items bigint, raw_agreement double, method varchar""",
        "judge_agreements": """label_set varchar, question varchar, task_name varchar, scorer varchar, judge_id varchar,
            judge_prompt_sha varchar, first_run_at timestamptz, last_run_at timestamptz, n_judged bigint, n_unlabelled bigint,
            n_tied bigint, state varchar, reason varchar, agreement_low double, agreement_mid double, agreement_high double,
            n_items bigint, raw_agreement double, method varchar""",
        "gate_flake_rates": """scope_kind varchar, scope_id varchar, period_id varchar, rate_low double, rate_mid double,
            rate_high double, ci_level double, ci_method varchar""",
        "lead_time_effects": """project_id varchar, artifact_id varchar, state varchar, reason varchar, effect_low double,
            effect_mid double, effect_high double, ci_level double, window_low double, window_high double, placebo_p double,
            n_placebos bigint, durbin_watson double, n_weeks_before bigint, n_weeks_after bigint, method varchar""",
    },
}
"""Tables that the pipelines write themselves, beside what dlt loads; they exist before dbt runs, so every source is there."""


def columns_of(connector: Connector, table: str) -> dict[str, str]:
    """Column names and SQL types of a raw table, contract first, provenance after."""
    types = {name: SQL_TYPES[polars_type(column)] for name, column in connector.table(table).columns.items()}
    return types | PROVENANCE_COLUMNS


def ensure_tables(connection: duckdb.DuckDBPyConnection, connectors: Sequence[Connector]) -> None:
    """Create every raw table and journal that is missing, and add columns that a contract has gained."""
    wanted = {(connector.dataset, table.name): columns_of(connector, table.name) for connector in connectors for table in connector.tables}
    for schema, tables in JOURNALS.items():
        wanted |= {(schema, name): dict(column.split() for column in columns.split(",")) for name, columns in tables.items()}
    present = _present(connection)
    for (schema, name), columns in wanted.items():
        target = f"{schema}.{quote(name)}"
        if (schema, name) not in present:
            spelled = ", ".join(f"{quote(column)} {kind}" for column, kind in columns.items())
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(f"create table {target} ({spelled})")
            continue
        for column, kind in columns.items():
            if column not in present[schema, name]:
                connection.execute(f"alter table {target} add column {quote(column)} {kind.partition(' ')[0]}")


def _present(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], set[str]]:
    """Columns of every table that exists, by schema and table."""
    found: dict[tuple[str, str], set[str]] = {}
    query = "select schema_name, table_name, column_name from duckdb_columns() where database_name = current_database()"
    for schema, table, column in connection.execute(query).fetchall():
        found.setdefault((schema, table), set()).add(column)
    return found
