"""What projects inherit from projects that use the harness: by the best way, in the high value alone, down to the floor."""

import pytest

from pipelines import warehouse

pytestmark = pytest.mark.xdist_group("demo")

WAYS = """
    select l.period_id, l.artifact_id, l.n_steps, l.u_low, l.u_high, l.kind_of_use, string_agg(p.name, ' > ' order by way.place) as way
    from core.fct_leverage l, unnest(string_split(l.via, ' > ')) with ordinality as way(project_id, place)
    join core.dim_projects p on way.project_id = p.project_id
    group by l.leverage_id, l.period_id, l.artifact_id, l.n_steps, l.u_low, l.u_high, l.kind_of_use"""


def inherited(demo):
    return [(entry["period"], entry["artifact"], use) for entry in demo.truth["leverage"] for use in entry["projects"] if use["way"]]


def test_every_way_of_inheriting_is_the_planted_one_with_its_value(demo):
    planted = {
        (period, artifact, len(use["way"]) - 1, use["u_low"], use["u_high"], "inherits", " > ".join(use["way"]))
        for period, artifact, use in inherited(demo)
    }
    assert set(demo.query(WAYS)) == planted
    assert {steps for _, _, steps, *_ in planted} == {1, 2}


def test_of_two_ways_the_better_one_counts_and_not_the_shorter_one(demo):
    """The short way was declared so late in the half-year that the long one left more; in its own quarter it is the better one."""
    ways = {period: tuple(use["way"]) for period, _, use in inherited(demo) if use["project"] == "acme/data-platform"}
    long, short = (
        ("acme/safety-classifier", "acme/feature-store", "acme/data-platform"),
        ("acme/long-context-routing", "acme/data-platform"),
    )
    assert ways == {"2026Q1": long, "2026H1": long, "2026Q2": short}
    found = demo.query(f"select period_id, way from ({WAYS}) where way like '%data-platform' order by 1")
    assert found == sorted((period, " > ".join(way)) for period, way in ways.items())


def test_what_falls_below_the_floor_is_not_inherited(demo):
    with warehouse.connect(demo.home.warehouse) as connection:
        declared = connection.execute(
            """select d.period_id from intermediate.int_project_dependencies d
               join core.dim_projects p on d.user_project_id = p.project_id join core.dim_projects u on d.used_project_id = u.project_id
               where p.name = 'acme/data-platform' and u.name = 'acme/feature-store'"""
        ).fetchall()
    counted = {period for period, _, use in inherited(demo) if use["project"] == "acme/data-platform"}
    assert {period for (period,) in declared} - counted == {"2025H2", "2025Q4"}
    found = demo.query(
        """select l.period_id from core.fct_leverage l join core.dim_projects p using (project_id)
           where p.name = 'acme/data-platform' and l.artifact_id = 'eval-harness' and l.is_counted"""
    )
    assert {period for (period,) in found} == counted


def test_the_claim_counts_who_inherits_apart_and_leads_back_to_every_declaration_on_the_way(demo):
    planted = {use["project"] for period, artifact, use in inherited(demo) if (period, artifact) == ("2026H1", "eval-harness")}
    [(headline, limits, n_inherited, proofs)] = demo.query(
        """select headline, limits, n_projects_inherited, list_transform(list_filter(sources, s -> s.kind = 'manifest_declarations'), s -> s.id)
           from evidence.evidence_second_order_leverage
           where person_id = 'ana' and subject_id = 'eval-harness' and period_id = '2026H1'"""
    )
    assert n_inherited == len(planted) == 2
    assert "more declare, mention or inherit it" in headline
    assert "half as much with each step" in limits
    assert {"safety-classifier", "feature-store"} <= {part for proof in proofs for part in proof.split("|")}
