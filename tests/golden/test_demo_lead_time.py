"""Lead times around the first run of a gate, on the demo organisation: the planted step is found, and it is the median weeks of the row's own records."""

from statistics import median

import numpy as np
import pytest

pytestmark = pytest.mark.xdist_group("demo")


def test_the_queue_that_ended_when_the_gate_came_is_told_with_its_bounds(demo):
    [planted] = demo.truth["lead_time_steps"]
    rows = demo.query(
        """select distinct e.subject_id, p.name, e.value_low, e.value_high, e.placebo_p, e.headline like '%hours shorter (%'
           from evidence.evidence_lead_time e join core.dim_projects p using (project_id) where e.state = 'value'"""
    )
    assert [row[:2] for row in rows] == [(planted["artifact"], planted["project"])]
    [(*_, low, high, placebo_p, is_shorter)] = rows
    assert low <= planted["hours"] <= high < 0
    assert placebo_p < 0.1
    assert is_shorter


def test_the_step_is_a_line_through_the_median_weeks_of_the_pull_requests_that_the_row_names(demo):
    [(adopted, told)] = demo.query("select distinct adopted_on, value_mid from evidence.evidence_lead_time where state = 'value'")
    merges = demo.query(
        """with named as (
               select distinct source.id, e.project_id
               from (select project_id, unnest(sources) as source from evidence.evidence_lead_time where state = 'value') e
               where source.kind = 'pull_requests')
           select timezone('UTC', t.merged_at)::date, t.commit_to_merge_minutes / 60
           from named n join core.fct_lead_times t on n.id = t.pull_request_id::varchar and n.project_id = t.project_id"""
    )
    weeks: dict[int, list[float]] = {}
    for day, hours in merges:
        weeks.setdefault(((day - adopted).days + adopted.weekday()) // 7, []).append(hours)
    places = sorted(weeks)
    design = np.array([[1.0, place, float(place > 0)] for place in places])
    solved = np.linalg.lstsq(design, np.array([median(weeks[place]) for place in places]), rcond=None)[0]
    assert solved[2] == pytest.approx(told, abs=1e-5)
