"""The prompt that took seven attempts: what lay before the one that stayed, each number of its sentence from its row."""

import re
from collections import Counter

import pytest

pytestmark = pytest.mark.xdist_group("demo")


def planted_failures(demo):
    return [attempt for attempt in demo.truth["prompt_attempts"] if attempt["outcome"] != "landed"]


@pytest.fixture
def row(demo):
    """The row of the attempt that stayed, for its author."""
    landed = next(attempt for attempt in demo.truth["prompt_attempts"] if attempt["outcome"] == "landed")
    found = demo.query(
        """select e.* from evidence.evidence_difficulty e join core.fct_prompt_changes c using (prompt_change_id)
           where e.person_id = ? and e.period_id = '2026H1' and c.pull_request_number = ? and c.path = ?""",
        (landed["author"], landed["pull_request"], landed["path"]),
    )
    names = [name for (name,) in demo.query("select column_name from (describe evidence.evidence_difficulty)")]
    assert len(found) == 1
    return dict(zip(names, found[0], strict=True))


def test_the_difficulty_sentence_is_the_planted_history_and_each_number_is_a_column(demo, row):
    failed = planted_failures(demo)
    reverted = [attempt for attempt in failed if attempt["outcome"] == "reverted"]
    people, reverters = {attempt["author"] for attempt in failed}, {attempt["author"] for attempt in reverted}
    assert (len(failed), len(people)) == (6, 3), "six prior attempts by three people, as the packet says"
    assert row["headline"] == (
        "On 2026-03-04 the engineer and others landed a change of the prompt prompts/answer_system.md that stands, after "
        f"{row['n']} failed attempts at it in the year before by {row['n_failed_people']} people ({row['n_failed_others']} of them other than "
        f"the engineer): {row['n_reverted']} reverted after landing by {row['n_reverted_people']} people, {row['n_gate_failed']} stopped by a "
        f"red gate and closed; the first had failed by {row['first_failed_at']:%Y-%m-%d}; {row['metric_name']} of {row['n_measured']} of them is "
        "on record."
    )
    assert (row["n"], row["n_failed_people"], row["n_failed_others"]) == (len(failed), len(people), len(people - {row["person_id"]}))
    assert (row["n_reverted"], row["n_reverted_people"]) == (len(reverted), len(reverters))
    assert row["n_gate_failed"] == row["n_measured"] == len(failed) - len(reverted)
    assert (row["value_low"], row["value_mid"], row["value_high"]) == (3.0, 4.5, 6.0)
    assert re.fullmatch(r"[0-9a-f]{64}", row["evidence_id"])


def test_every_failed_attempt_is_found_with_its_ending_and_nothing_else_is(demo, row):
    found = demo.query(
        """select c.pull_request_number, f.ending, undo.number, f.metric_value < f.metric_reference
           from core.fct_failed_attempts f join core.fct_prompt_changes c on c.prompt_change_id = f.failed_change_id
           left join core.fct_pull_requests undo on undo.pull_request_id = f.undone_by_pull_request_id
           where f.prompt_change_id = ?""",
        (row["prompt_change_id"],),
    )
    planted = [
        (
            a["pull_request"],
            "reverted" if a["outcome"] == "reverted" else "gate_failed",
            a["undone_by_pull_request"],
            a["how"] == "red_gate" or None,
        )
        for a in planted_failures(demo)
    ]
    assert Counter(found) == Counter(planted), "precision and recall of failed attempts are 1"


def test_the_row_leads_to_the_pull_requests_of_every_attempt_and_of_every_revert(demo, row):
    numbers = {
        number
        for (number,) in demo.query(
            """select p.number from core.fct_pull_requests p join core.dim_projects d using (project_id)
               where d.name = ? and cast(p.pull_request_id as varchar) in (select unnest(?))""",
            (
                demo.truth["prompt_attempts"][0]["repository"],
                [source["id"] for source in row["sources"] if source["kind"] == "pull_requests"],
            ),
        )
    }
    planted = {attempt["pull_request"] for attempt in demo.truth["prompt_attempts"]}
    assert planted | {attempt["undone_by_pull_request"] for attempt in planted_failures(demo)} - {None} == numbers


@pytest.mark.parametrize(
    ("person", "day", "told", "kinds"),
    [
        (
            "jonas",
            "2026-03-11",
            "after 2 failed attempts at the metric Hit@1 in the year before by 2 people (1 of them other than the engineer): 2 not shipped after an "
            "experiment; the first had failed by 2025-09-23; Hit@1 of 2 of them is on record.",
            {"pull_requests", "prompt_versions", "runs", "experiments"},
        ),
        (
            "ana",
            "2026-02-24",
            "after 1 failed attempt at the slice regulated_content in the year before by 1 person (1 of them other than the engineer): 1 reverted "
            "after landing by 1 person; the first had failed by 2026-02-17; fewer than two are confirmed, so nothing is said of difficulty.",
            {"pull_requests", "prompt_versions", "runs", "commits"},
        ),
    ],
)
def test_attempts_at_a_metric_or_slice_that_both_state_are_told_with_what_it_was(demo, person, day, told, kinds):
    [(headline, sources)] = demo.query(
        """select headline, list_transform(sources, s -> s.kind) from evidence.evidence_difficulty
           where person_id = ? and period_id = '2026H1' and landed_at::date = ?""",
        (person, day),
    )
    assert headline.partition(" that stands, ")[2] == told
    assert set(sources) == kinds


def test_what_was_tried_at_a_metric_has_its_levels_with_and_without(demo):
    found = demo.query(
        """select distinct x.native_id, f.metric_name, f.metric_value, f.metric_reference, f.metric_reference_kind
           from core.fct_failed_attempts f join core.fct_experiments x using (experiment_id) where f.target_kind = 'metric' order by 1"""
    )
    assert found == [
        ("click-weights", "Hit@1", 2691 / 4500, 2803 / 4500, "control"),
        ("title-boost", "Hit@1", 2754 / 4500, 2790 / 4500, "control"),
    ]


def test_attempts_name_nobody(demo):
    columns = [name for (name,) in demo.query("select column_name from (describe core.fct_failed_attempts)")]
    assert [name for name in columns if "person" in name or "author" in name or "login" in name] == []


def test_a_change_without_failed_attempts_is_a_zero_only_because_its_prompt_was_born_on_record(demo):
    rows = demo.query("select value_high, headline from evidence.evidence_difficulty where person_id = 'hugo' and period_id = '2025H2'")
    assert rows == [
        (
            0.0,
            "On 2025-10-08 the engineer landed a change of the prompt prompts/second_opinion.md that stands; no attempt at it is on record as "
            "failed in the year before.",
        )
    ]
