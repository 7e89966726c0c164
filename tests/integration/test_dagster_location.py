"""The Dagster location: the whole graph headless, the same keys everywhere, a schedule that survives both clock changes."""

import os
import warnings
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

pytestmark = [pytest.mark.xdist_group("dagster"), pytest.mark.filterwarnings("ignore")]
ROOT = Path(__file__).resolve().parents[2]

dg = pytest.importorskip("dagster")


@pytest.fixture(scope="module")
def empty_home(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("location")
    (folder / "fulcrum.toml").write_text('organisation = "A"\ntimezone = "Europe/Berlin"\nschedule = "30 2 * * *"\n')
    return folder


@pytest.fixture(scope="module")
def defs(empty_home):
    from assets.build import build_defs

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return build_defs(empty_home / "fulcrum.toml", empty_home / "home")


def test_every_connector_table_and_model_is_an_asset_with_owner_and_kinds(defs):
    from connectors import registry

    specs = {spec.key: spec for spec in defs.resolve_all_asset_specs()}
    for name in registry.MODULES:
        for table in registry.get(name).tables:
            spec = specs[dg.AssetKey([f"raw_{name}", table.name])]
            assert list(spec.owners) == ["team:platform"]
            assert "dlt" in spec.kinds
    for key in (["core", "dim_people"], ["evidence", "evidence_all"], ["published", "analyst"], ["published", "restricted"]):
        assert dg.AssetKey(key) in specs
    inside_the_build = {"raw_ops", "raw_statistics"}
    unowned = [key for key, spec in specs.items() if not spec.owners and key.path[0] not in inside_the_build]
    assert unowned == []


def test_models_depend_on_the_raw_tables_that_ingestion_makes(defs):
    graph = defs.resolve_asset_graph()
    parents = graph.get(dg.AssetKey(["staging", "stg_github__pull_requests"])).parent_keys
    assert dg.AssetKey(["raw_github", "pull_requests"]) in parents
    assert graph.get(dg.AssetKey(["raw_git", "commits"])).parent_keys >= {dg.AssetKey(["raw_github", "repositories"])}


def test_the_nightly_schedule_ticks_once_a_day_through_both_clock_changes(defs):
    """02:30 does not exist on the last Sunday of March and comes twice on that of October."""
    from dagster._utils.schedules import schedule_execution_time_iterator

    schedule = defs.resolve_schedule_def("nightly")
    zone = ZoneInfo(schedule.execution_timezone)
    assert zone.key == "Europe/Berlin"
    for first in (datetime(2026, 3, 27, tzinfo=zone), datetime(2026, 10, 23, tzinfo=zone)):
        ticks = schedule_execution_time_iterator(first.timestamp(), schedule.cron_schedule, schedule.execution_timezone)
        days = [next(ticks).astimezone(zone).date() for _ in range(5)]
        assert days == [(first + timedelta(days=n)).date() for n in range(5)]


@pytest.mark.slow
def test_the_graph_materialises_headless_twice_in_one_process(defs, empty_home):
    """Twice, because a second run in one process is where dagster-dlt and kept DuckDB locks fail; with one model, as all have been built."""
    model, published = dg.AssetKey(["core", "dim_people"]), dg.AssetKey(["published", "analyst"])
    every = defs.resolve_asset_graph().executable_asset_keys
    ends = {model, published, dg.AssetKey(["published", "restricted"])}
    for selection in (None, [key for key in every if key.path[0].startswith("raw_") or key in ends]):
        with dg.DagsterInstance.ephemeral() as instance:
            job = defs.resolve_job_def("nightly")
            result = job.execute_in_process(instance=instance, raise_on_error=True, asset_selection=selection)
        assert result.success
        assert [check for check in result.get_asset_check_evaluations() if not check.passed] == []
        made = {event.asset_key: event.materialization.metadata for event in result.get_asset_materialization_events()}
        assert all("dagster/row_count" in made[key] for key in (dg.AssetKey(["raw_github", "pull_requests"]), model))
        assert published in made
        assert (dg.AssetKey(["evidence", "evidence_all"]) in made) == (selection is None)
    assert (empty_home / "home" / "published" / "analyst.duckdb").exists()


def test_the_workspace_file_loads_the_same_location(empty_home):
    import subprocess
    import sys

    environment = {
        **os.environ,
        "FULCRUM_CONFIG": str(empty_home / "fulcrum.toml"),
        "FULCRUM_HOME": str(empty_home / "home"),
        "DAGSTER_HOME": "",
        "DAGSTER_DISABLE_TELEMETRY": "1",
    }
    command = [str(Path(sys.executable).parent / "dagster"), "definitions", "validate", "-w", "workspace.yaml"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
