"""The worked example of the attribution method, from ledger rows to every printed number."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from tests.property.leverage_bench import Bench
from tests.property.leverage_org import ARTIFACT, HOME, PERIOD, START, Organisation

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("leverage")]

ROUTING, SAFETY, SUPPORT, RANKER, DOCS, PLAYGROUND, SHELL, FORK, BUMPED, LABELING = (f"github:{number}" for number in range(11, 21))


def _authors_of_the_kit(org: Organisation) -> None:
    org.lines("ana@acme.example", 5000, "ana")
    org.lines("ana@old.example", 200, "ana_before")
    org.lines("ben@acme.example", 2000, "ben")
    org.lines("chi@acme.example", 800, "chi")
    for authors, how_many in (
        (("ana",), 33),
        (("ana", "ben"), 3),
        (("ben",), 16),
        (("ben", "stranger"), 1),
        (("stranger",), 2),
        (("chi",), 5),
    ):
        for _ in range(how_many):
            org.pull(HOME, *authors, day=date(2025, 11, 3))


def _projects(org: Organisation) -> None:
    for name, repository in (
        ("routing", ROUTING),
        ("safety", SAFETY),
        ("support", SUPPORT),
        ("ranker", RANKER),
        ("docs", DOCS),
        ("labeling", LABELING),
    ):
        org.project(name, repository)
        org.crew(repository, "ines", "jonas", "ines")
    org.catch(ROUTING, "ines", "jonas")
    org.catch(SAFETY, "jonas", "ines")
    org.pull(SAFETY, "ana")  # one of five merged changes
    org.runs(SUPPORT, "ines", 38)
    org.crew(SUPPORT, *["ines", "jonas"] * 9, "ben")  # one of 22 is Ben's
    org.declare(RANKER, "jonas", day=date(2026, 3, 3))
    org.mention(DOCS, "ines")
    org.makes(SUPPORT, "support-agent")
    org.declare(LABELING, "jonas", package="support-agent")


def _look_alikes(org: Organisation) -> None:
    for name, repository in (("playground", PLAYGROUND), ("shell", SHELL), ("fork", FORK), ("bumped", BUMPED)):
        org.project(name, repository, is_fork=name == "fork")
    org.crew(PLAYGROUND, "ines", "jonas", "ines")
    org.declare(PLAYGROUND, "ana")
    org.crew(SHELL, "ines", "ines", "ines")
    org.runs(SHELL, "ines", 20)
    org.crew(FORK, "ines", "jonas", "ines")
    org.declare(FORK, "jonas")
    org.crew(BUMPED, "ines", "jonas", "ines")
    org.declare(BUMPED, "renovate", day=START + timedelta(days=9))


@pytest.fixture(scope="module")
def example() -> Iterator[Bench]:
    with Bench() as bench:
        org = Organisation(bench)
        for person in ("ben", "chi", "ines", "jonas"):
            org.person(person)
        org.person("ana", emails=("ana@old.example",))
        org.person("stranger", kind="unknown")
        org.person("renovate", kind="bot")
        org.artifact()
        _authors_of_the_kit(org)
        _projects(org)
        _look_alikes(org)
        bench.build("fct_leverage", "bridge_artifact_authors", "int_artifact_people_reach", "fct_citations")
        yield bench


def _triple(row: dict[str, Any], prefix: str) -> tuple[float, ...]:
    return tuple(round(row[f"{prefix}_{bound}"], 3) for bound in ("low", "mid", "high"))


def test_authorship_is_the_gap_between_lines_and_changes(example: Bench) -> None:
    rows = example.rows("select * from core.bridge_artifact_authors where period_id = ?", [PERIOD])
    shares = {row["person_id"]: (row["share_low"], row["share_mid"], row["share_high"]) for row in rows}
    assert shares == {
        "ana": pytest.approx((0.575, 0.6125, 0.650), abs=1e-6),
        "ben": pytest.approx((0.250, 0.2750, 0.300), abs=1e-6),
        "chi": pytest.approx((0.083333, 0.091667, 0.100), abs=1e-6),
        None: pytest.approx((0.0, 0.020833, 0.041667), abs=1e-6),
    }


def test_each_project_counts_once_by_its_strongest_proof(example: Bench) -> None:
    rows = example.rows("select * from core.fct_leverage where period_id = ? and is_counted", [PERIOD])
    assert {row["project_id"]: (row["kind_of_use"], *_triple(row, "u")) for row in rows} == {
        ROUTING: ("relies", 0.6, 0.8, 1.0),
        SAFETY: ("relies", 0.6, 0.8, 1.0),
        SUPPORT: ("runs", 0.25, 0.625, 1.0),
        RANKER: ("declares", 0.0, 0.166, 0.331),
        DOCS: ("mentions", 0.0, 0.05, 0.1),
        LABELING: ("inherits", 0.0, 0.125, 0.25),
    }


def test_look_alikes_are_listed_with_their_reason(example: Bench) -> None:
    rows = example.rows("select project_id, not_counted_reason from core.fct_leverage where period_id = ? and not is_counted", [PERIOD])
    assert {row["project_id"]: row["not_counted_reason"] for row in rows} == {
        PLAYGROUND: "insider_accepted",
        SHELL: "single_contributor",
        FORK: "fork",
        BUMPED: "bot_accepted",
    }


def test_what_inherits_says_from_where(example: Bench) -> None:
    [row] = example.rows(
        "select via, n_steps, n_evidence from core.fct_leverage where project_id = ? and period_id = ?", [LABELING, PERIOD]
    )
    assert (row["via"], row["n_steps"], row["n_evidence"]) == (f"{SUPPORT} > {LABELING}", 1, 0)


def test_reach_and_leverage_of_each_author(example: Bench) -> None:
    query = """select sum(u_low) as u_low, sum(u_mid) as u_mid, sum(u_high) as u_high from core.fct_leverage where period_id = ?"""
    assert _triple(example.rows(query, [PERIOD])[0], "u") == (1.45, 2.566, 3.681)
    query = """select coalesce(person_id, bucket) as who, sum(leverage_low) as l_low, sum(leverage_mid) as l_mid, sum(leverage_high) as l_high
        from intermediate.int_leverage_people where period_id = ? and artifact_id = ? group by all"""
    people = {row["who"]: _triple(row, "l") for row in example.rows(query, [PERIOD, ARTIFACT])}
    assert people["ana"] == (0.765, 1.474, 2.263)
    assert people["ben"] == (0.36, 0.698, 1.091)
    assert people["chi"] == (0.121, 0.235, 0.368)
    assert people["unattributed"][1] == 0.053
    assert people["self_use"][1] == 0.106


def test_a_policy_a_fifth_lower_or_higher_stays_within_the_bounds(example: Bench) -> None:
    """The published figure: 1.18 to 1.58 within 0.76 to 2.26."""
    [ana] = example.rows(
        "select leverage_mid_lowered, leverage_mid_raised from intermediate.int_artifact_people_reach where person_id = 'ana' and period_id = ?",
        [PERIOD],
    )
    assert (round(ana["leverage_mid_lowered"], 2), round(ana["leverage_mid_raised"], 2)) == (1.18, 1.58)


def test_taking_up_an_artifact_is_one_event_with_its_proof(example: Bench) -> None:
    adopted = {row["project_id"]: (row["channel"], row["adopted_on"]) for row in example.rows("select * from core.fct_adoptions")}
    assert adopted == {
        ROUTING: ("gate_catch", date(2026, 3, 3)),
        SAFETY: ("gate_catch", date(2026, 3, 3)),
        SUPPORT: ("run_reusable", START),
        RANKER: ("dep_manifest", date(2026, 3, 3)),
    }


def test_nothing_is_lost_or_made_between_reach_and_people(example: Bench) -> None:
    given = example.rows("select sum(leverage_mid) as total from intermediate.int_leverage_people where period_id = ?", [PERIOD])
    reach = example.rows("select sum(u_mid) as total from intermediate.int_leverage_reached where period_id = ?", [PERIOD])
    assert given[0]["total"] == pytest.approx(reach[0]["total"], abs=1e-9)
    assert reach[0]["total"] == pytest.approx(2.56575, abs=1e-4)
