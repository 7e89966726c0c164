"""Figures of the two review lines that are no count of records, reckoned again from the published rows that they are made of."""

import pytest

pytestmark = pytest.mark.xdist_group("demo")

# Each answers with evidence_id, low, mid, high of all rows of its line that carry a figure.
RECOUNTS = {
    "second_order_leverage": """
        with written as (
            select p.project_id, t.period_id, a.person_id, p.pull_request_id, a.share
            from core.fct_pull_requests p join core.bridge_pull_request_authors a using (pull_request_id)
            join (select distinct period_id, period_start, period_end from core.fct_leverage) t
                on cast(timezone('UTC', p.merged_at) as date) >= t.period_start and cast(timezone('UTC', p.merged_at) as date) < t.period_end
            where a.kind = 'human' and a.person_id is not null
        ),
        totals as (select project_id, period_id, count(distinct pull_request_id) as n from written group by all),
        own as (
            select w.project_id, w.period_id, w.person_id, sum(w.share) / min(t.n) as part
            from written w join totals t using (project_id, period_id) group by all
        )
        select e.evidence_id, coalesce(sum(s.share_low * l.u_low * (1 - coalesce(o.part, 0))), 0),
            coalesce(sum(s.share_mid * l.u_mid * (1 - coalesce(o.part, 0))), 0),
            coalesce(sum(s.share_high * l.u_high * (1 - coalesce(o.part, 0))), 0)
        from evidence.evidence_second_order_leverage e
        left join core.bridge_artifact_authors s
            on s.artifact_id = e.subject_id and s.person_id = e.person_id and s.period_id = e.period_id
        left join core.fct_leverage l on l.artifact_id = e.subject_id and l.period_id = e.period_id and l.is_counted
        left join own o on o.project_id = l.project_id and o.period_id = l.period_id and o.person_id = e.person_id
        where e.state <> 'not_observed' group by all""",
    "experiment_impact": """
        with measured as (
            select *, case when metric_kind = 'proportion' then 100.0 else 1.0 end as scale
            from core.fct_experiment_results
            where dimension = '' and variant_key <> baseline_key and metric_role = 'primary'
        )
        select e.evidence_id, r.scale * r.ci_low_abs, r.scale * r.effect_abs, r.scale * r.ci_high_abs
        from evidence.evidence_experiment_impact e
        join measured r on r.experiment_id = e.subject_id and r.metric_key = e.metric_key and r.variant_key = e.variant_key
        where e.basis = 'randomised'
            and r.phase = (select min(phase) from measured m
                where m.experiment_id = e.subject_id and m.metric_key = e.metric_key and m.variant_key = e.variant_key)
        union all
        select e.evidence_id, 100 * least(r.vendor_ci_low, r.vendor_effect_relative), 100 * r.vendor_effect_relative,
            100 * greatest(r.vendor_ci_high, r.vendor_effect_relative)
        from evidence.evidence_experiment_impact e
        join measured r on r.experiment_id = e.subject_id and r.metric_key = e.metric_key and r.variant_key = e.variant_key
        where e.basis = 'vendor_only'
        union all
        select e.evidence_id,
            case when l.metric_kind = 'proportion' then 100.0 else 1.0 end / (1 + e.n_concurrent_launches)
                * least(0.6 * l.effect_low, l.effect_low, 0.6 * l.effect_high, l.effect_high),
            case when l.metric_kind = 'proportion' then 100.0 else 1.0 end / (1 + e.n_concurrent_launches) * 0.8 * l.effect_mid,
            case when l.metric_kind = 'proportion' then 100.0 else 1.0 end / (1 + e.n_concurrent_launches)
                * greatest(0.6 * l.effect_low, l.effect_low, 0.6 * l.effect_high, l.effect_high)
        from evidence.evidence_experiment_impact e
        join core.fct_launch_effects l on l.experiment_id = e.subject_id and l.metric_key = e.metric_key
        where e.basis = 'no_holdout'
        union all
        select evidence_id, 0, 0, 0 from evidence.evidence_experiment_impact where basis = 'lost_in_noise'""",
}


def recounted(demo, line: str) -> dict[str, tuple[float, float, float]]:
    return {evidence_id: figures for evidence_id, *figures in demo.query(RECOUNTS[line])}


@pytest.mark.parametrize("line", RECOUNTS)
def test_a_lines_figures_are_a_group_by_over_published_rows(demo, line):
    told = demo.query(f"select evidence_id, value_low, value_mid, value_high from evidence.evidence_{line} where state <> 'not_observed'")
    again = recounted(demo, line)
    assert told
    assert {evidence_id for evidence_id, *_ in told} == again.keys()
    # Published rows are rounded to six decimals, so that a sum of them is not to the last one.
    for evidence_id, *figures in told:
        assert figures == pytest.approx([float(figure) for figure in again[evidence_id]], abs=1e-5), evidence_id
