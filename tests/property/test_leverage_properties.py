"""What must hold for every history of use and authorship, on the real models' SQL."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.property.leverage_bench import INPUTS, Bench
from tests.property.leverage_org import ARTIFACT, END, HOME, PERIOD, START, Organisation

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("leverage")]

AUTHORS, OUTSIDERS = ("ana", "ben"), ("ines", "jonas", "kira")
PROJECTS = ("github:11", "github:12")
TOUCHED = [name for name in INPUTS if not name.endswith(("stg_config__artifacts", "dim_people"))]
Outcome = dict[tuple[str, ...], tuple[float, ...]]


@dataclass(frozen=True)
class Use:
    """One fact: somebody accepted a use of the artifact in a project on a day, for so many days where it is a declaration.

    Of the channel `depend` it is the other project that declares this one.
    """

    channel: str
    project: str
    accepted_by: str
    offset: int
    length: int | None = None


@dataclass(frozen=True)
class Story:
    """Who wrote the artifact, who works where, and what was used."""

    lines: tuple[tuple[str, int], ...]
    changes: tuple[str, ...]
    crews: tuple[tuple[str, str], ...]
    uses: tuple[Use, ...]


uses = st.builds(
    Use,
    channel=st.sampled_from(("manifest", "manifest", "mention", "run", "run", "run", "catch", "depend", "depend", "ack")),
    project=st.sampled_from(PROJECTS),
    accepted_by=st.sampled_from(("ines", "jonas", "kira", "ines", "jonas", "ana", "stranger", "renovate")),
    offset=st.integers(0, 180),
    length=st.none() | st.integers(1, 200),
)
# Every project lives by two people's changes; more of them, also the author's, vary who built what.
BASE_CREW = tuple((project, person) for project in PROJECTS for person in ("ines", "jonas", "ines"))
stories = st.builds(
    Story,
    lines=st.lists(st.tuples(st.sampled_from((*AUTHORS, "ana", "kira", "stranger")), st.integers(1, 900)), min_size=1, max_size=4).map(
        tuple
    ),
    changes=st.lists(st.sampled_from((*AUTHORS, "ana", "stranger", "ana ben", "ana kira")), min_size=1, max_size=6).map(tuple),
    crews=st.lists(st.tuples(st.sampled_from(PROJECTS), st.sampled_from((*OUTSIDERS, "ana"))), max_size=5).map(
        lambda more: (*BASE_CREW, *more)
    ),
    uses=st.lists(uses, min_size=3, max_size=12).map(tuple),
)
EXAMPLES = int(os.environ.get("FULCRUM_EXAMPLES", "10"))
"""Each example builds two warehouses, a quarter of a second; FULCRUM_EXAMPLES=50 digs deeper. A failing one is not shrunk."""
checked = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with Bench() as bench:
        yield bench


def _tell(bench: Bench, story: Story, extra: tuple[Use, ...] = (), second_address: bool = False) -> Organisation:
    bench.clear()
    org = Organisation(bench)
    for person in (*AUTHORS, *OUTSIDERS):
        org.person(person, emails=(f"{person}@old.example",))
    org.person("stranger", kind="unknown")
    org.person("renovate", kind="bot")
    org.artifact()
    for number, (person, lines) in enumerate(story.lines):
        org.lines(f"{person}@{'old' if second_address and number % 2 else 'acme'}.example", lines, f"part{number}")
    for authors in story.changes:
        org.pull(HOME, *authors.split(), day=date(2025, 11, 3))
    for project in PROJECTS:
        org.project(f"p{project[-2:]}", project)
        org.makes(project, f"p{project[-2:]}")
    pulls = {project: [org.pull(project, person)[0] for where, person in story.crews if where == project] for project in PROJECTS}
    for number, use in enumerate((*story.uses, *extra)):
        _use(org, use, number, pulls[use.project])
    return org


def _use(org: Organisation, use: Use, number: int, pulls: list[int]) -> None:
    """A use without a pull request of its own, so that it changes nothing about who works where."""
    day = START + timedelta(days=use.offset)
    if use.channel == "run":
        org.run(use.project, use.accepted_by, day)
    elif use.channel == "ack":
        org.acknowledge(use.project, f"{use.accepted_by}@acme.example", day)
    elif use.channel == "catch":
        if pulls:
            org.catch_in(use.project, pulls[number % len(pulls)], day)
    else:
        until = day + timedelta(days=use.length) if use.length else None
        if use.channel == "depend":
            [user] = set(PROJECTS) - {use.project}
            package = f"p{use.project[-2:]}"
            org.push("manifest", user, f"{use.accepted_by}@acme.example", day, until, path=f"file{number}", package=package)
            return
        org.push(use.channel, use.project, f"{use.accepted_by}@acme.example", day, until, path=f"file{number}")


def _outcome(bench: Bench, period: str = PERIOD) -> Outcome:
    """Every value that a person or a project gets, in one period."""
    bench.build("int_leverage_people")
    used = bench.rows(
        "select project_id, u_low, u_mid, u_high from intermediate.int_leverage_reached where period_id = ? and artifact_id = ?",
        [period, ARTIFACT],
    )
    given_to = bench.rows(
        """select bucket, coalesce(person_id, '') as who, sum(leverage_low) as l, sum(leverage_mid) as m, sum(leverage_high) as h
           from intermediate.int_leverage_people where period_id = ? and artifact_id = ? group by all""",
        [period, ARTIFACT],
    )
    return {("u", row["project_id"]): (row["u_low"], row["u_mid"], row["u_high"]) for row in used} | {
        ("l", row["bucket"], row["who"]): (row["l"], row["m"], row["h"]) for row in given_to
    }


def _same(one: Outcome, other: Outcome) -> bool:
    """Equal to the last bit but the rounding of sums; a pair that is worth nothing may be missing."""
    zero = (0.0, 0.0, 0.0)
    return all(one.get(key, zero) == pytest.approx(other.get(key, zero), abs=1e-9) for key in one.keys() | other.keys())


@checked
@given(story=stories)
def test_reach_is_given_out_whole_and_shares_make_one(bench: Bench, story: Story) -> None:
    _tell(bench, story)
    outcome = _outcome(bench)
    reach = sum(value[1] for key, value in outcome.items() if key[0] == "u")
    assert sum(value[1] for key, value in outcome.items() if key[0] == "l") == pytest.approx(reach, abs=1e-9)
    shares = bench.rows("select period_id, sum(share_mid) as total from intermediate.int_artifact_author_shares group by all")
    assert all(row["total"] == pytest.approx(1, abs=1e-9) for row in shares)


@checked
@given(story=stories)
def test_bounds_are_ordered_and_nobody_exceeds_the_projects(bench: Bench, story: Story) -> None:
    _tell(bench, story)
    outcome = _outcome(bench)
    assert all(0 <= low <= mid + 1e-12 and mid <= high + 1e-12 for key, (low, mid, high) in outcome.items() if key[1] != "self_use")
    assert all(high <= 1 for key, (_, _, high) in outcome.items() if key[0] == "u")
    counted = sum(1 for key, value in outcome.items() if key[0] == "u" and value[2] > 0)
    assert all(high <= counted + 1e-9 for key, (_, _, high) in outcome.items() if key[0] == "l")


@checked
@given(story=stories, extra=st.lists(uses, min_size=1, max_size=3).map(tuple))
def test_more_evidence_never_lowers_anything(bench: Bench, story: Story, extra: tuple[Use, ...]) -> None:
    _tell(bench, story)
    before = _outcome(bench)
    _tell(bench, story, extra)
    after = _outcome(bench)
    for key, values in before.items():
        if key[1] != "self_use":
            assert all(new >= old - 1e-9 for new, old in zip(after[key], values, strict=True)), key


@checked
@given(story=stories)
def test_telling_everything_twice_changes_nothing(bench: Bench, story: Story) -> None:
    _tell(bench, story)
    before = _outcome(bench)
    # Catches name their pull request by the fact's number: only an even shift finds the same one again.
    _tell(bench, story, tuple(use for use in story.uses if use.channel != "catch"))
    assert _same(before, _outcome(bench))


@checked
@given(story=stories)
def test_an_unrelated_artifact_changes_nothing(bench: Bench, story: Story) -> None:
    _tell(bench, story)
    before = _outcome(bench)
    org = _tell(bench, story)
    org.artifact("router", "router", number=2)
    org.lines("ana@acme.example", 700, "router", repository="github:2")
    org.push("manifest", PROJECTS[0], "ines@acme.example", START, None, path="router.lock", package="router")
    assert _same(before, _outcome(bench))


@checked
@given(story=stories)
def test_two_addresses_of_one_person_are_one_person(bench: Bench, story: Story) -> None:
    _tell(bench, story)
    before = _outcome(bench)
    _tell(bench, story, second_address=True)
    assert _same(before, _outcome(bench))


@checked
@given(story=stories, seed=st.integers(0, 99))
def test_the_order_of_rows_does_not_matter(bench: Bench, story: Story, seed: int) -> None:
    _tell(bench, story)
    before = _outcome(bench)
    for number in range(2):
        for table in TOUCHED:
            bench.reorder(table, seed + number)
        assert _same(before, _outcome(bench))


@checked
@given(story=stories, outside=st.lists(uses, min_size=4, max_size=8).map(tuple))
def test_evidence_outside_the_period_changes_nothing_in_it(bench: Bench, story: Story, outside: tuple[Use, ...]) -> None:
    _tell(bench, story)
    before = _outcome(bench)
    later = [replace(use, offset=use.offset + 181) for use in outside]
    earlier = [replace(use, offset=-300, length=90) for use in outside]
    _tell(bench, story, (*later, *earlier))
    assert _same(before, _outcome(bench))


@checked
@given(story=stories, extra=st.lists(uses, min_size=1, max_size=4).map(tuple), actor=st.sampled_from(("renovate", "stranger")))
def test_bots_and_unknown_accounts_accept_nothing(bench: Bench, story: Story, extra: tuple[Use, ...], actor: str) -> None:
    _tell(bench, story)
    before = _outcome(bench)
    _tell(bench, story, tuple(replace(use, accepted_by=actor, channel="run" if use.channel == "catch" else use.channel) for use in extra))
    after = _outcome(bench)
    for key in after:
        if key[0] == "u":
            # What nobody accepted is no proof; a declaration's days may still lengthen use that others accepted.
            assert after[key][0] == pytest.approx(before.get(key, (0.0,))[0], abs=1e-9)
            assert after[key][2] <= max(before.get(key, (0, 0, 0.0))[2], 0.5 if key in before and before[key][2] > 0 else 0.0) + 1e-9


@checked
@given(story=stories, rung=st.integers(1, 4), by=st.floats(0.01, 0.3))
def test_a_more_generous_policy_lowers_nobody(bench: Bench, story: Story, rung: int, by: float) -> None:
    _tell(bench, story)
    before = _outcome(bench)
    policy = "intermediate.attribution_policy"
    bench.connection.execute(f"create or replace temp table kept as from {policy}")
    bench.connection.execute(f"update {policy} set value_high = least(1, value_high + ?), value_low = value_low where rung = ?", [by, rung])
    after = _outcome(bench)
    bench.connection.execute(f"create or replace table {policy} as from kept")
    assert all(new >= old - 1e-9 for key, values in before.items() for new, old in zip(after[key], values, strict=True))


@checked
@given(story=stories, share=st.floats(0.01, 0.99))
def test_what_everybody_signed_replaces_history_and_nothing_is_lost(bench: Bench, story: Story, share: float) -> None:
    org = _tell(bench, story)
    org.signed(date(2026, 2, 1), ana=share, chi=1 - share)
    org.signed(END, ben=1.0)  # of the next period
    outcome = _outcome(bench)
    reach = sum(value[1] for key, value in outcome.items() if key[0] == "u")
    assert sum(value[1] for key, value in outcome.items() if key[0] == "l") == pytest.approx(reach, abs=1e-9)
    query = "select person_id, share_low, share_mid, share_high from core.bridge_artifact_authors where period_id = ? and share_high > 0"
    bench.build("bridge_artifact_authors")
    shares = {row["person_id"]: (row["share_low"], row["share_mid"], row["share_high"]) for row in bench.rows(query, [PERIOD])}
    assert shares == {"ana": pytest.approx((share,) * 3, abs=1e-6), "chi": pytest.approx((1 - share,) * 3, abs=1e-6)}


CHAIN = tuple(f"github:{number}" for number in range(11, 18))


def _chain(bench: Bench, is_closed: bool) -> dict[str, float]:
    """Six projects, each declaring the one before it; the first one runs the artifact. Closed, the first one declares the last one."""
    org = _tell(bench, Story((("ana", 500),), ("ana",), (), ()))
    for project in CHAIN[:-1]:
        if project not in PROJECTS:
            org.project(f"p{project[-2:]}", project)
            org.makes(project, f"p{project[-2:]}")
        org.crew(project, "ines", "jonas", "ines")
    org.runs(CHAIN[0], "ines", 5)
    edges = list(zip(CHAIN[1:-1], CHAIN[:-2], strict=True)) + ([(CHAIN[0], CHAIN[-2])] if is_closed else [])
    for user, used in edges:
        org.push("manifest", user, "jonas@acme.example", START, None, path="uv.lock", package=f"p{used[-2:]}")
    bench.build("int_leverage_reached")
    rows = bench.rows("select project_id, u_high from intermediate.int_leverage_reached where period_id = ?", [PERIOD])
    return {row["project_id"]: row["u_high"] for row in rows}


def test_use_at_second_hand_fades_with_each_step_and_cycles_add_nothing(bench: Bench) -> None:
    """Half for each step and half for a declaration: 1, 1/4, 1/16, and below 0.05 nothing."""
    open_chain = _chain(bench, is_closed=False)
    assert open_chain == {CHAIN[0]: 1.0, CHAIN[1]: 0.25, CHAIN[2]: 0.0625}
    assert _chain(bench, is_closed=True) == open_chain


def test_a_package_that_two_projects_make_leads_to_neither(bench: Bench) -> None:
    story = Story((("ana", 500),), ("ana",), BASE_CREW, tuple(Use("run", PROJECTS[0], "ines", day) for day in range(5)))
    _tell(bench, story, (Use("depend", PROJECTS[0], "jonas", 0),))
    assert _outcome(bench)["u", PROJECTS[1]][2] == 0.25
    org = _tell(bench, story, (Use("depend", PROJECTS[0], "jonas", 0),))
    org.project("copy", "github:30")
    org.makes("github:30", "p11")
    assert ("u", PROJECTS[1]) not in _outcome(bench)


def test_what_an_insider_declares_inherits_nothing(bench: Bench) -> None:
    story = Story((("ana", 500),), ("ana",), BASE_CREW, tuple(Use("run", PROJECTS[0], "ines", day) for day in range(5)))
    _tell(bench, story, (Use("depend", PROJECTS[0], "ana", 0),))
    assert ("u", PROJECTS[1]) not in _outcome(bench)


def test_forking_a_counted_project_changes_nothing(bench: Bench) -> None:
    story = Story(
        (("ana", 500),),
        ("ana", "ben"),
        tuple((PROJECTS[0], person) for person in ("ines", "jonas", "ines")),
        (Use("manifest", PROJECTS[0], "ines", 0),),
    )
    _tell(bench, story)
    before = _outcome(bench)
    org = _tell(bench, story)
    org.project("fork", "github:30", is_fork=True)
    org.crew("github:30", "ines", "jonas", "kira")
    org.push("manifest", "github:30", "ines@acme.example", START, None, path="uv.lock")
    after = _outcome(bench)
    assert _same(before, after)
    assert ("u", "github:30") in after


def test_one_person_repositories_add_nothing(bench: Bench) -> None:
    crew = tuple((PROJECTS[0], person) for person in ("ines", "jonas", "ines"))
    story = Story((("ana", 500),), ("ana",), crew, tuple(Use("run", PROJECTS[0], "ines", day) for day in range(5)))
    _tell(bench, story)
    before = _outcome(bench)
    org = _tell(bench, story)
    for number in range(40, 44):
        org.project(f"solo{number}", f"github:{number}")
        org.crew(f"github:{number}", "kira", "kira", "kira")
        org.runs(f"github:{number}", "kira", 10)
    assert _same(before, _outcome(bench))


def test_periods_end_where_the_data_ends(bench: Bench) -> None:
    bench.clear()
    org = Organisation(bench)
    org.person("ines")
    org.pull(PROJECTS[0], "ines", day=date(2025, 8, 1))
    org.pull(PROJECTS[0], "ines", day=END - timedelta(days=1))
    bench.build("int_periods")
    rows = bench.rows("select period_id from intermediate.int_periods order by 1")
    assert [row["period_id"] for row in rows] == ["2025H2", "2025Q3", "2025Q4", "2026H1", "2026Q1", "2026Q2"]


def _acknowledged(bench: Bench, by: str, runs: int = 0, consent: str | None = "quote", returned: bool = False) -> tuple[float, float, int]:
    """Use of the kit by a project that says in a packet that it was built on it, and what its verb is."""
    bench.clear()
    org = Organisation(bench)
    for person in (*AUTHORS, *OUTSIDERS):
        org.person(person)
    org.person("stranger", kind="unknown")
    org.artifact()
    org.artifact("helper", "helper", 2)
    org.pull(HOME, "ana", day=date(2025, 11, 3))
    org.pull("github:2", "ines", day=date(2025, 11, 3))
    org.project("p11", PROJECTS[0])
    org.crew(PROJECTS[0], "jonas", "kira", "jonas")
    org.acknowledge(PROJECTS[0], f"{by}@acme.example", date(2026, 6, 1), consent=consent)
    org.runs(PROJECTS[0], "jonas", runs)
    if returned:
        org.acknowledge(PROJECTS[0], "ana@acme.example", date(2026, 6, 2), artifact_id="helper")
    bench.build("int_leverage_reached")
    [row] = bench.rows(
        "select u_low, u_high, rung from intermediate.int_leverage_reached where period_id = ? and artifact_id = ? and project_id = ?",
        [PERIOD, ARTIFACT, PROJECTS[0]],
    ) or [{"u_low": 0.0, "u_high": 0.0, "rung": 0}]
    return row["u_low"], row["u_high"], row["rung"]


def test_an_outsiders_word_is_worth_a_run_and_with_runs_beside_it_reliance(bench: Bench) -> None:
    assert _acknowledged(bench, by="ines") == (0.25, 1.0, 2)
    assert _acknowledged(bench, by="ines", runs=3) == (0.25, 1.0, 2)
    assert _acknowledged(bench, by="ines", runs=4) == (0.6, 1.0, 3)


def test_praise_that_is_returned_is_never_taken_for_reliance(bench: Bench) -> None:
    assert _acknowledged(bench, by="ines", runs=4, returned=True) == (0.25, 1.0, 3)


def test_the_word_of_an_author_of_a_stranger_or_without_leave_counts_for_nothing(bench: Bench) -> None:
    assert _acknowledged(bench, by="ana") == (0.0, 0.0, 0)
    assert _acknowledged(bench, by="stranger") == (0.0, 0.0, 0)
    assert _acknowledged(bench, by="ines", consent="none") == (0.0, 0.0, 0)
