"""The real leverage and evidence models on hand-made input tables.

dbt renders the SQL once; each `Bench` is an in-memory DuckDB that holds the models' inputs as plain tables and runs that SQL.
Inputs are typed here by the columns that the models may rely on, so a test needs no connector and no other model.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
BUILT_AT = "2026-11-21T03:00:00+00:00"
PROVENANCE = (
    "_source_url varchar, _extracted_at timestamptz default timestamptz '2026-11-21 02:00:00+00', _load_id varchar default 'load-1'"
)

INPUTS: dict[str, str] = {
    "staging.stg_config__artifacts": "artifact_id varchar, kind varchar, name varchar, repository varchar, path_globs varchar, packages varchar,"
    " workflows varchar, names varchar",
    "staging.stg_git__commits": "repository_id varchar, sha varchar, author_email varchar, landed_sha varchar, landed_at timestamptz,"
    f" pull_request_number bigint, {PROVENANCE}",
    "staging.stg_git__commit_files": f"repository_id varchar, sha varchar, path varchar, change_type varchar, insertions bigint, {PROVENANCE}",
    "staging.stg_git__manifest_declarations": "repository_id varchar, path varchar, ecosystem varchar, package varchar, from_sha varchar,"
    " from_at timestamptz, from_author_email varchar, from_pull_request_number bigint, line bigint, to_sha varchar, to_at timestamptz,"
    f" is_current boolean, {PROVENANCE}",
    "staging.stg_git__packages": "repository_id varchar, path varchar, ecosystem varchar, package varchar, from_sha varchar, from_at timestamptz,"
    f" to_at timestamptz, is_current boolean, {PROVENANCE}",
    "staging.stg_git__workflow_uses": "repository_id varchar, path varchar, uses varchar, ref varchar, kind varchar, from_sha varchar, from_at timestamptz,"
    " from_author_email varchar, from_pull_request_number bigint, line bigint, to_sha varchar, to_at timestamptz, is_current boolean,"
    f" {PROVENANCE}",
    "staging.stg_git__mentions": "repository_id varchar, path varchar, artifact_id varchar, is_exact boolean, from_sha varchar,"
    " from_at timestamptz, from_author_email varchar, from_pull_request_number bigint, line bigint, to_sha varchar, to_at timestamptz,"
    f" is_current boolean, {PROVENANCE}",
    "staging.stg_git__imports": "repository_id varchar, path varchar, artifact_id varchar, from_sha varchar, from_at timestamptz,"
    " from_author_email varchar, from_pull_request_number bigint, line bigint, to_sha varchar, to_at timestamptz, is_current boolean,"
    f" {PROVENANCE}",
    "staging.stg_git__tree_files": f"repository_id varchar, path varchar, blob_sha varchar, size bigint, {PROVENANCE}",
    "staging.stg_git__surviving_lines": "repository_id varchar, as_of date, path varchar, author_email varchar, commit_sha varchar, lines bigint,"
    f" {PROVENANCE}",
    "staging.stg_github__pull_requests": "pull_request_id bigint, repository_id varchar, number bigint, title varchar, body varchar,"
    f" author_id bigint, created_at timestamptz, merged_at timestamptz, {PROVENANCE}",
    "staging.stg_github__pull_request_files": f"pull_request_id bigint, path varchar, {PROVENANCE}",
    "staging.stg_github__issues": "issue_id bigint, repository_id varchar, title varchar, body varchar, author_id bigint,"
    f" created_at timestamptz, {PROVENANCE}",
    "staging.stg_github__workflow_runs": "run_id bigint, run_attempt bigint, repository_id varchar, path varchar, conclusion varchar,"
    " triggering_actor_id bigint, pull_request_numbers varchar, created_at timestamptz, run_started_at timestamptz,"
    f" {PROVENANCE}",
    "staging.stg_jira__issues": "issue_id varchar, issue_key varchar, project_id varchar, project_key varchar, summary varchar,"
    f" description varchar, reporter_id varchar, created_at timestamptz, {PROVENANCE}",
    "staging.stg_evals__runs": f"run_id varchar, started_at timestamptz, dataset_version_id varchar, limit_applied bigint, {PROVENANCE}",
    "staging.stg_experiments__experiments": f"experiment_id varchar, started_at timestamptz, ended_at timestamptz, {PROVENANCE}",
    "staging.stg_github__workflow_jobs": f"job_id bigint, {PROVENANCE}",
    "staging.stg_github__check_runs": f"check_run_id bigint, {PROVENANCE}",
    "staging.stg_git__repositories": f"repository_id varchar, full_name varchar, {PROVENANCE}",
    "staging.stg_git__prompt_versions": f"repository_id varchar, prompt_key varchar, sha varchar, landed_sha varchar, {PROVENANCE}",
    "staging.stg_evals__dataset_versions": f"dataset_version_id varchar, {PROVENANCE}",
    "staging.stg_experiments__phases": f"experiment_id varchar, phase bigint, {PROVENANCE}",
    "staging.stg_experiments__results": "experiment_id varchar, phase bigint, metric_key varchar, dimension varchar, dimension_value varchar,"
    f" variant_key varchar, baseline_key varchar, {PROVENANCE}",
    "staging.stg_people__splits": "split_id varchar, artifact_id varchar, valid_from date, person_id varchar, share double, is_signed_by_all boolean,"
    f" {PROVENANCE}",
    "staging.stg_packets__statements": "statement_id varchar, packet_id varchar, artifact_id varchar, kind varchar, quote varchar, line bigint,"
    f" project varchar, author varchar, period varchar, consent varchar, written_on date, {PROVENANCE}",
    "intermediate.int_directory_merged": "person_id varchar, counts_for_id varchar",
    "intermediate.int_accounts_resolved": "system varchar, account varchar, account_login varchar, person_id varchar, kind varchar",
    "intermediate.int_workflow_run_artifacts": "run_id bigint, run_attempt bigint, artifact_id varchar, ref_sha varchar",
    "intermediate.int_experiment_pull_requests": "experiment_id varchar, pull_request_id bigint",
    "intermediate.int_settings": "review_lines varchar",
    "intermediate.int_pull_request_signed_shares": "pull_request_id bigint, person_id varchar, share double, source_record_id varchar",
    "intermediate.int_repository_names": "repository_id varchar, slug varchar, full_name varchar, is_current boolean, valid_from timestamptz,"
    " valid_to timestamptz",
    "intermediate.int_repositories": "repository_id varchar, gone_state varchar, gone_at timestamptz",
    "intermediate.int_repository_projects": "repository_id varchar, project_id varchar, name varchar",
    "core.dim_people": "person_id varchar, display_name varchar, kind varchar, first_seen_on date, left_on date",
    "core.dim_projects": "project_id varchar, name varchar, repository_id varchar, is_fork boolean, is_template boolean,"
    " template_project_id varchar, is_archived boolean, source_url varchar",
    "core.fct_pull_requests": "pull_request_id bigint, repository_id varchar, project_id varchar, number bigint, title varchar,"
    " author_person_id varchar, author_kind varchar, merged_by_person_id varchar, merged_by_kind varchar, created_at timestamptz,"
    " merged_at timestamptz, is_trivial boolean, source_url varchar",
    "core.bridge_pull_request_authors": "pull_request_id bigint, person_id varchar, kind varchar, role varchar, share double",
    "core.fct_reviews": "review_id bigint, pull_request_id bigint, reviewer_person_id varchar, reviewer_kind varchar, state varchar,"
    " submitted_at timestamptz",
    "core.fct_commits": "repository_id varchar, sha varchar, author_person_id varchar, author_kind varchar, landed_at timestamptz, landed_sha varchar,"
    " is_merge boolean, is_inherited boolean default false",
    "core.bridge_commit_authors": "repository_id varchar, sha varchar, person_id varchar, kind varchar, share double",
    "core.fct_eval_runs": "eval_run_id varchar, kind varchar, task_name varchar, harness_artifact_id varchar, project_id varchar, project_how varchar,"
    " repository_id varchar, git_sha varchar, person_id varchar, started_at timestamptz, status varchar, dataset_version_id varchar,"
    " dataset_name varchar, n_samples bigint, n_unscored bigint, primary_metric varchar, primary_value double, source_url varchar",
    "core.fct_eval_dataset_versions": "dataset_version_id varchar, dataset_name varchar, version_at timestamptz, n_items bigint, n_slices bigint,"
    " n_failure_modes bigint, slices varchar",
    "core.fct_eval_samples": "eval_run_id varchar, sample_key varchar, epoch bigint, scorer varchar, failure_mode varchar, is_passed boolean",
    "staging.stg_config__closed_periods": "period_id varchar, closed_by varchar, closed_on date, reason varchar",
    "staging.stg_config__period_corrections": "period_id varchar, artifact_id varchar, approved_by varchar, approved_on date, reason varchar",
    "core.fct_gate_runs": "gate_run_id varchar, repository_id varchar, project_id varchar, gate varchar, head_sha varchar, job_id bigint,"
    " head_state varchar, verdict varchar, eval_run_id varchar, is_blocking boolean, artifact_id varchar, started_at timestamptz,"
    " completed_at timestamptz",
    "core.fct_gate_catches": "gate_catch_id varchar, repository_id varchar, project_id varchar, pull_request_id bigint, gate varchar,"
    " artifact_id varchar, outcome varchar, counts_low boolean, counts_mid boolean, counts_high boolean, last_red_sha varchar, green_sha varchar,"
    " red_at timestamptz, green_at timestamptz, merged_at timestamptz, red_eval_run_id varchar, green_eval_run_id varchar, source_url varchar",
    "core.fct_prompt_changes": "prompt_change_id varchar, prompt_id varchar, path varchar, kind varchar, pull_request_id bigint, sha varchar,"
    " project_id varchar, landed_at timestamptz, ended_at timestamptz, change_kind varchar, reverted_at timestamptz, attempt_no bigint, n_failed_confirmed bigint,"
    " n_failed_possible bigint, n_failed_people bigint, outcome varchar, reason_url varchar, has_linked_issue boolean, has_stated_reason boolean,"
    " has_eval_before_after boolean, has_alternatives boolean, eval_run_before_id varchar, eval_run_after_id varchar",
    "core.fct_experiments": "experiment_id varchar, native_id varchar, name varchar, feature_flag_key varchar, project_id varchar, status varchar, decision varchar, decided_at timestamptz,"
    " preregistered_at timestamptz, started_at timestamptz, ended_at timestamptz, has_holdout boolean, randomization_unit varchar,"
    " analysis_unit varchar, sequential_method varchar, n_looks bigint",
    "core.bridge_experiment_people": "experiment_id varchar, person_id varchar, role varchar, share double, basis varchar",
    "core.fct_experiment_phases": "experiment_id varchar, phase bigint, started_at timestamptz, ended_at timestamptz, coverage double, split varchar",
    "core.fct_experiment_results": "experiment_id varchar, phase bigint, metric_key varchar, dimension varchar default '', dimension_value varchar"
    " default '', variant_key varchar, baseline_key varchar, metric_name varchar, metric_role varchar, direction varchar, metric_kind varchar,"
    " as_of timestamptz, n_variant bigint, n_baseline bigint, numerator_variant double, numerator_baseline double, mean_variant double,"
    " mean_baseline double, non_inferiority_margin double, vendor_effect_relative double, vendor_ci_low double, vendor_ci_high double,"
    " vendor_engine varchar, effect_abs double, effect_rel double, ci_low_abs double, ci_high_abs double, ci_level double, ci_method varchar,"
    " p_two_sided double, recompute_status varchar, srm_p double",
    "core.bridge_prompt_change_authors": "prompt_change_id varchar, person_id varchar, kind varchar, share double, basis varchar",
}
GIVEN = frozenset(name.partition(".")[2] for name in INPUTS)


@cache
def rendered() -> dict[str, tuple[str, str, tuple[str, ...]]]:
    """Every model: name to relation, SQL and the names it reads, as dbt renders them."""
    with tempfile.TemporaryDirectory() as folder:
        built = {"FULCRUM_BUILD_AT": BUILT_AT, "FULCRUM_BUILD_SNAPSHOT": "test"}
        environment = {**os.environ, **built, "FULCRUM_WAREHOUSE": f"{folder}/warehouse.duckdb", "DO_NOT_TRACK": "1"}
        project = os.environ.get("FULCRUM_TEST_DBT_PROJECT", str(PROJECT))
        command = [sys.executable, "-m", "dbt.cli.main", "--quiet", "compile", "--no-introspect", "--no-populate-cache"]
        where = ["--project-dir", project, "--profiles-dir", project, "--target-path", folder, "--log-path", folder]
        done = subprocess.run([*command, *where], env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        manifest = json.loads(Path(folder, "manifest.json").read_text())
    nodes = {node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] == "model"}
    return {
        name: (
            f"{node['schema']}.{name}",
            node["compiled_code"],
            tuple(unique_id.split(".")[2] for unique_id in node["depends_on"]["nodes"]),
        )
        for name, node in nodes.items()
    }


def in_order(models: Iterable[str], given: Collection[str] = ()) -> list[str]:
    """The named models and what they need, each after what it reads; models whose rows are given are not built."""
    ordered: list[str] = []

    def visit(name: str) -> None:
        if name in ordered or name in given or name not in rendered():
            return
        for parent in rendered()[name][2]:
            visit(parent)
        ordered.append(name)

    for name in models:
        visit(name)
    return ordered


class Bench:
    """One in-memory warehouse: put rows in, build, read."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, tuple[str, ...]], list[tuple[Any, ...]]] = {}
        self._filled: set[str] = set()
        self.connection = duckdb.connect(config={"threads": "1"})
        self.connection.execute("set timezone = 'UTC'; attach ':memory:' as warehouse; use warehouse")
        for schema in ("staging", "intermediate", "core", "evidence"):
            self.connection.execute(f"create schema {schema}")
        for name, columns in INPUTS.items():
            self.connection.execute(f"create table {name} ({columns})")
        for seed in (PROJECT / "seeds").glob("*.csv"):
            self.connection.execute(f"create table intermediate.{seed.stem} as from read_csv('{seed}', header = true, all_varchar = false)")

    def __enter__(self) -> "Bench":
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def put(self, table: str, *rows: dict[str, Any]) -> None:
        """Take rows; columns that a row leaves out are null or the column's default. They are written when something is read."""
        for row in rows:
            self._waiting.setdefault((table, tuple(row)), []).append(tuple(_plain(value) for value in row.values()))

    def flush(self) -> None:
        """Write what waits, one statement for all rows of the same shape."""
        for (table, names), rows in self._waiting.items():
            marks = ", ".join(f"({', '.join('?' for _ in names)})" for _ in rows)
            self.connection.execute(f"insert into {table} ({', '.join(names)}) values {marks}", [value for row in rows for value in row])
        self._filled |= {table for table, _ in self._waiting}
        self._waiting = {}

    def clear(self) -> None:
        """Empty every input that was filled, so that one bench can hold many stories in turn."""
        self.flush()
        for name in sorted(self._filled):
            self.connection.execute(f"truncate {name}")
        self._filled.clear()

    def reorder(self, table: str, seed: int) -> None:
        """Write a table's rows again in another order."""
        self.flush()
        self.connection.execute(f"create or replace temp table reordered as select * from {table} order by hash(rowid + {seed})")
        self.connection.execute(f"truncate {table}; insert into {table} from reordered")

    def build(self, *models: str) -> None:
        """Run the SQL of the models and of all that they read."""
        self.flush()
        for name in in_order(models, GIVEN):
            relation, sql, _ = rendered()[name]
            self.connection.execute(f"create or replace table {relation} as {sql}")

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """The answer of a query, as dicts."""
        self.flush()
        cursor = self.connection.execute(query, list(parameters))
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _plain(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, (list, dict)) else value.isoformat() if isinstance(value, (date, datetime)) else value
