"""KPIs of the demo organisation: the aggregate is a GROUP BY over the rows below it, and those rows are what the core tables hold."""

import statistics
from collections import defaultdict
from datetime import date
from typing import Any

import pytest
from statsmodels.stats.proportion import proportion_confint

from pipelines import warehouse

pytestmark = pytest.mark.xdist_group("demo")

HALVES = {"2025H2": (date(2025, 7, 1), date(2026, 1, 1)), "2026H1": (date(2026, 1, 1), date(2026, 7, 1))}
WITHOUT_DATA = {"K04"}
"""What the demo organisation has too few records of: paired launches. `test_demo_planted_kpis.py` holds the others against their truth."""

CLEAN = "status in ('success', 'failed_threshold') and not coalesce(git_is_dirty, false)"
RECOUNTED = {
    "K02": f"""select sum(cast(s.is_passed as integer)) / count(s.is_passed), count(s.is_passed)
        from core.fct_eval_runs r join core.fct_eval_samples s using (eval_run_id)
        where {CLEAN} and split_part(r.primary_metric, '/', 1) = s.scorer and r.started_at >= $from and r.started_at < $to
          and r.eval_run_id in (select eval_run_id from core.fct_gate_runs where is_required and is_eval_gate)""",
    "K03": """select median(hours), count(*) from (
            select (c.detection_lead_minutes / 60 + epoch(c.red_at - p.created_at) / 3600) / 2 as hours, c.red_at as noticed_at
            from core.fct_gate_catches c join core.fct_pull_requests p using (pull_request_id)
            where c.outcome in ('caught_confirmed', 'caught_probable') and c.counts_mid
            union all
            select epoch(i.detected_at - p.merged_at) / 3600, i.detected_at
            from core.fct_incidents i join core.fct_pull_requests p on i.causing_pull_request_id = p.pull_request_id
            where i.cause_link_strength in ('declared', 'resolved'))
        where noticed_at >= $from and noticed_at < $to""",
    "K07": f"""select count(*) filter (not s.is_passed) / count(s.is_passed), count(s.is_passed)
        from core.fct_eval_runs r join core.fct_eval_samples s using (eval_run_id)
        where {CLEAN} and r.task_name = 'safety_regression' and s.failure_mode <> 'over_refusal'
          and r.started_at >= $from and r.started_at < $to""",
    "K14": """select median(epoch(completed_at - started_at) / 60), count(*) from core.fct_gate_runs
        where is_eval_gate and verdict in ('passed', 'failed') and run_attempt = 1 and completed_at >= $from and completed_at < $to""",
    "K15": """select avg(c.cost_mid), count(*) from core.fct_eval_run_costs c join core.fct_eval_runs r using (eval_run_id)
        where c.state <> 'not_observed' and c.currency = 'USD' and r.started_at >= $from and r.started_at < $to""",
    "K18": """select count(*) filter (eval_attributable = 'yes') / count(*), count(*) from core.fct_incidents
        where eval_attributable in ('yes', 'no') and detected_at >= $from and detected_at < $to""",
    "K20": """select count(distinct coalesce(h.team, p.owner_team)), count(*)
        from core.fct_eval_runs r left join core.dim_projects p using (project_id)
        left join core.dim_people_history h
          on r.person_id = h.person_id and cast(r.started_at as date) >= h.valid_from
          and cast(r.started_at as date) < coalesce(h.valid_to, '2100-01-01')
        where coalesce(h.team, p.owner_team) is not null and r.started_at >= $from and r.started_at < $to""",
    "K22": """select count(*) filter (n_bad = 0) / count(*), count(*) from (
            select e.experiment_id, count(*) filter (c.status in ('fail', 'unknown')) as n_bad
            from core.fct_experiments e join core.fct_experiment_checks c using (experiment_id)
            where c.check_code not in ('HOLD', 'NOVELTY') and e.ended_at >= $from and e.ended_at < $to group by all)""",
    "K23": """select count(*), count(*) from (
            select min(p.merged_at) as first_at from core.fct_pull_requests p
            where p.project_id in (select project_id from core.dim_artifacts) and p.merged_at is not null
              and p.author_kind = 'human' and p.author_person_id is not null group by p.project_id, p.author_person_id
            union all select adopted_on from core.fct_adoptions)
        where first_at >= $from and first_at < $to""",
}
"""Value and n of a KPI from the core rows, written another way than the models."""


def values(demo, kpi: str, period: str) -> dict[str, Any]:
    names = ("state", "value", "value_low", "value_high", "n", "reason", "sources", "target_met", "baseline_value")
    [row] = demo.query(
        f"select {', '.join(names)} from kpi.kpi_values where kpi_id = ? and period_id = ? and scope_kind = 'organisation'", (kpi, period)
    )
    return dict(zip(names, row, strict=True))


@pytest.mark.parametrize("period", HALVES)
@pytest.mark.parametrize("kpi", RECOUNTED)
def test_a_kpi_is_what_the_core_rows_give_when_they_are_counted_another_way(demo, kpi, period):
    start, end = HALVES[period]
    query = RECOUNTED[kpi].replace("$from", f"timestamptz '{start} 00:00:00+00'").replace("$to", f"timestamptz '{end} 00:00:00+00'")
    [(expected, n)] = demo.query(query)
    row = values(demo, kpi, period)
    assert n > 0
    assert row["value"] == pytest.approx(expected, abs=1e-6)
    assert row["n"] == n
    assert row["sources"]
    assert all(source["load_id"] and source["url"] for source in row["sources"])


@pytest.mark.parametrize("period", HALVES)
def test_changes_that_affect_an_ai_are_covered_as_far_as_their_required_gate_was_green(demo, period):
    """K01 and K17, from the files of pull requests and the gates' runs."""
    start, end = HALVES[period]
    with warehouse.connect(demo.home.warehouse, read_only=True) as connection:
        query = """select p.pull_request_id, p.merged_at, epoch(p.closed_at - p.created_at) / 3600,
                array_agg(g.head_state) filter (g.is_required and g.is_eval_gate and g.head_sha = p.head_sha and g.completed_at <= p.merged_at)
            from core.fct_pull_requests p left join core.fct_gate_runs g on p.repository_id = g.repository_id and g.head_sha = p.head_sha
            where p.pull_request_id in (select pull_request_id from intermediate.int_pull_request_ai_surfaces)
              and p.base_ref = 'main' and p.closed_at >= ? and p.closed_at < ? group by all"""
        changes = connection.execute(query, [start, end]).fetchall()
    merged = [states or [] for _, merged_at, _, states in changes if merged_at]
    covered = sum(bool(states) and set(states) == {"green"} for states in merged)
    assert values(demo, "K01", period)["value"] == pytest.approx(covered / len(merged), abs=1e-6)
    assert values(demo, "K01", period)["n"] == len(merged)
    assert values(demo, "K17", period)["value"] == pytest.approx(statistics.median(hours for _, _, hours, _ in changes), abs=1e-6)


@pytest.mark.parametrize("period", HALVES)
def test_task_success_is_held_against_the_first_run_on_the_same_samples(demo, period):
    start, end = HALVES[period]
    rows = demo.query(
        f"""select r.eval_run_id, r.kind, r.task_name, r.repository_id, r.dataset_version_id, r.started_at, s.sample_key, s.epoch, s.is_passed
            from core.fct_eval_runs r join core.fct_eval_samples s using (eval_run_id)
            where {CLEAN} and r.dataset_version_id is not null and s.is_passed is not null
              and split_part(r.primary_metric, '/', 1) = s.scorer order by r.started_at, r.eval_run_id"""
    )
    first: dict[tuple[Any, ...], tuple[str, dict[Any, bool]]] = {}
    now = before = n = 0
    for run, kind, task, repository, dataset, started_at, key, epoch, passed in rows:
        run_of_suite, samples = first.setdefault((kind, task, repository, dataset), (run, {}))
        if run == run_of_suite:
            samples[(key, epoch)] = passed
        elif (key, epoch) in samples and start <= started_at.date() < end:
            now, before, n = now + passed, before + samples[(key, epoch)], n + 1
    row = values(demo, "K11", period)
    assert (row["value"], row["baseline_value"], row["n"]) == (pytest.approx(now / n, abs=1e-6), pytest.approx(before / n, abs=1e-6), n)
    assert row["target_met"] == (now / before - 1 >= 0.05)


@pytest.mark.parametrize("period", HALVES)
def test_slice_stability_is_the_median_distance_of_the_worst_slice(demo, period):
    rows = demo.query(
        f"""select eval_run_id, m.slice, m.value from core.fct_eval_runs r join core.fct_eval_metrics m using (eval_run_id)
            where {CLEAN} and m.scorer || '/' || m.metric = r.primary_metric and m.n >= 10 and m.variant = ''
              and r.started_at >= ? and r.started_at < ?""",
        HALVES[period],
    )
    runs: dict[str, dict[str, float]] = defaultdict(dict)
    for run, name, value in rows:
        runs[run][name] = value
    distances = [100 * (whole[""] - min(value for name, value in whole.items() if name)) for whole in runs.values() if len(whole) > 1]
    row = values(demo, "K12", period)
    assert (row["value"], row["n"]) == (pytest.approx(statistics.median(distances), abs=1e-6), len(distances))


@pytest.mark.parametrize("period", HALVES)
def test_documents_of_a_release_are_counted_one_by_one(demo, period):
    rows = demo.query(
        """select g.gate_state not in ('no_gate', 'no_run', 'not_observed'), coalesce(g.scored_n, 0) > 0,
             coalesce((select bool_and(c.has_stated_reason or c.has_linked_issue) from core.bridge_gated_release_pull_requests b
               join core.fct_prompt_changes c using (pull_request_id) where b.gated_release_id = g.gated_release_id), false)
           from core.fct_gated_releases g where g.is_ai_affecting and g.shipping_state = 'shipped' and g.shipped_at >= ? and g.shipped_at < ?""",
        HALVES[period],
    )
    row = values(demo, "K21", period)
    assert (row["value"], row["n"]) == (pytest.approx(sum(map(sum, rows)) / (4 * len(rows)), abs=1e-6), 4 * len(rows))


def test_every_value_in_every_scope_is_its_observations_grouped(demo):
    """Each cell of kpi_values recomputed from kpi_observations by other means: Python, statistics, statsmodels."""
    definitions = dict(demo.query("select kpi_id, aggregation from kpi.kpi_definitions"))
    told = demo.query(
        """select kpi_id, scope_kind, scope_id, period_id, period_start, period_end, value, value_low, value_high, n, n_excluded
           from kpi.kpi_values where state <> 'not_observed'"""
    )
    members = defaultdict(list)
    for kpi, *rest in demo.query(
        "select kpi_id, observed_on, team, project_id, artifact_id, value_low, value_mid, value_high, weight, counted_key, n_excluded from kpi.kpi_observations"
    ):
        members[kpi].append(rest)
    place = {"team": 1, "project": 2, "artifact": 3}
    assert {scope for _, scope, *_ in told} == {"organisation", "team", "project", "artifact"}
    assert {kpi for kpi, *_ in told} == set(definitions) - WITHOUT_DATA
    for kpi, scope, scope_id, period, start, end, value, low, high, n, n_excluded in told:
        rows = [m for m in members[kpi] if start <= m[0] < end and (scope == "organisation" or m[place[scope]] == scope_id)]
        about = f"{kpi} {scope} {scope_id} {period}"
        lows, mids, highs, weights = ([m[at] for m in rows if m[5] is not None] for at in (4, 5, 6, 7))
        assert n_excluded == sum(m[9] for m in rows), about
        if definitions[kpi] in {"rate", "rare_rate"}:
            tries = sum(weights)
            assert value == pytest.approx(sum(mids) / tries, abs=1e-6), about
            assert low == pytest.approx(proportion_confint(sum(lows), tries, method="wilson")[0], abs=1e-6), about
            is_rare = definitions[kpi] == "rare_rate" and sum(highs) == 0
            upper = min(1, 3 / tries) if is_rare else proportion_confint(sum(highs), tries, method="wilson")[1]
            assert high == pytest.approx(upper, abs=1e-6), about
            assert n == tries, about
        elif definitions[kpi] == "median":
            assert value == pytest.approx(statistics.median(mids), abs=1e-6), about
            assert n == len(mids), about
            assert low is None or min(lows) - 1e-6 <= low <= value <= high <= max(highs) + 1e-6, about
        elif definitions[kpi] == "count":
            assert value == len({m[8] for m in rows}), about
        else:
            assert value == pytest.approx(sum(mids) / sum(weights), abs=1e-6), about


def test_what_cannot_be_told_says_why_and_what_to_do(demo):
    for kpi in WITHOUT_DATA:
        for period in HALVES:
            row = values(demo, kpi, period)
            assert (row["state"], row["value"], row["target_met"], row["sources"]) == ("not_observed", None, None, [])
            assert "To supply it: " in row["reason"] or "too few to tell" in row["reason"], kpi


def test_one_value_has_no_interval_of_its_own(demo):
    """A median of one exact value would have one of no width; what has bounds of its own keeps them."""
    alone = demo.query(
        """select v.value_low, v.value_high from kpi.kpi_values v join kpi.kpi_definitions d using (kpi_id)
           where d.aggregation = 'median' and v.n = 1 and v.state = 'value'"""
    )
    assert (None, None) in alone
    assert all(low is None or low < high for low, high in alone)


def test_analysts_see_kpis_in_full_as_they_are_about_no_person(demo):
    for table in ("kpi_values", "kpi_observations", "kpi_definitions"):
        assert demo.query(f"select count(*) from kpi.{table}", audience="analyst") == demo.query(f"select count(*) from kpi.{table}")
    columns = {name for (name,) in demo.query("select column_name from meta.dictionary where schema_name = 'kpi'")}
    assert not {name for name in columns if "person" in name}
