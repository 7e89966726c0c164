"""The demo organisation: the same for the same seed, whole in itself, and with every planted story in it."""

import csv
import io
import re
from collections import Counter
from datetime import UTC, date, datetime

import pytest
import yaml

from pipelines.demo.story import build
from pipelines.demo.story.cast import IN_TWO_TEAMS, LEAVER, LEFT_ON
from pipelines.demo.story.checks import GATE_CONTEXT, TESTS
from pipelines.demo.story.facts import gate_outcomes, uses
from pipelines.demo.world import PullRequest, World
from pipelines.demo.world_evals import EvalRun

NAMES = re.compile(
    r"eval-harness|eval harness|acme-evals|prompt-library|prompt library|acme-prompts|judge-kit|judge kit|acme-judges", re.IGNORECASE
)


@pytest.fixture(scope="module")
def world() -> World:
    return build()


def test_same_seed_gives_the_same_world(world: World) -> None:
    assert build() == world


def test_another_seed_gives_another_world(world: World) -> None:
    assert [pull.title for pull in build(seed=8).pull_requests] != [pull.title for pull in world.pull_requests]


@pytest.mark.parametrize(("seed", "engineers"), [(3, 12), (11, 25), (5, 90)])
def test_other_seeds_and_sizes_keep_every_story(seed: int, engineers: int) -> None:
    other = build(seed, engineers)
    assert len(other.people) == max(12, engineers)
    assert Counter(row.outcome for row in gate_outcomes(other)) == Counter(row.outcome for row in gate_outcomes(build()))
    assert [row["outcome"] for row in other.truth["prompt_attempts"]].count("landed") == 1
    _assert_whole(other)


def test_organisation_has_its_announced_size(world: World) -> None:
    assert len(world.people) == 40
    assert len(world.repositories) == 25
    assert 450 <= len(world.pull_requests) <= 620
    assert 700 <= len(world.runs) <= 1000
    assert 200 <= len(world.jira_issues) <= 280
    assert 100 <= len(world.eval_runs) <= 140


def test_world_is_whole_in_itself(world: World) -> None:
    _assert_whole(world)


def _assert_whole(world: World) -> None:
    """Every mark exists, parents come first, ids and numbers are used once, and nothing happens before its cause."""
    _assert_commits(world)
    _assert_unique_ids(world)
    for pull in world.pull_requests:
        for mark in (*pull.commits, *pull.lost_heads, pull.base, *filter(None, [pull.merge_commit])):
            assert mark in world.commits, (pull.title, mark)
        assert not set(pull.lost_heads) & set(pull.commits)
        assert [event.created_at for event in pull.events] == sorted(event.created_at for event in pull.events)
        assert pull.commits
        assert pull.files, pull.title
        assert pull.created_at <= pull.updated_at
        assert (pull.merged_at is None) == (pull.merged_by is None) == (pull.merge_commit == "")
        assert pull.merged_at is None or pull.created_at < pull.merged_at == pull.closed_at
        for review in pull.reviews:
            assert review.submitted_at >= pull.created_at
            assert review.commit in pull.commits
    for run in world.runs:
        assert run.head in world.commits
        assert run.attempts
        assert run.attempts[0].started_at >= run.created_at >= world.commits[run.head].authored_at
        assert [attempt.started_at for attempt in run.attempts] == sorted(attempt.started_at for attempt in run.attempts)
        for path, mark, ref in (reference for attempt in run.attempts for reference in attempt.referenced):
            assert mark in world.commits
            assert path.endswith("@v2")
            assert ref == "refs/tags/v2"
    for log in world.eval_runs:
        assert log.head in world.commits
        assert log.repository in world.repositories


def _assert_commits(world: World) -> None:
    seen: set[str] = set()
    for mark, commit in world.commits.items():
        assert set(commit.parents) <= seen, mark
        assert commit.writes or commit.deletes or commit.renames or len(commit.parents) == 2, mark
        seen.add(mark)
    for repository in world.repositories.values():
        marks = [repository.head, *repository.branches.values(), *repository.tags.values()]
        assert set(filter(None, marks)) <= seen


def _assert_unique_ids(world: World) -> None:
    numbers = [(each.repository, each.number) for each in (*world.pull_requests, *world.issues)]
    jobs = [job.job_id for run in world.runs for attempt in run.attempts for job in attempt.jobs]
    accounts = [account.user_id for each in world.people for account in (each.account, *each.other_accounts)]
    every = {
        "numbers": numbers,
        "pull requests": [pull.pull_request_id for pull in world.pull_requests],
        "reviews": [review.review_id for pull in world.pull_requests for review in pull.reviews],
        "events": [event.event_id for pull in world.pull_requests for event in pull.events],
        "statuses": [status.status_id for status in world.statuses],
        "runs": [run.run_id for run in world.runs],
        "check runs": jobs + [check.check_run_id for check in world.check_runs],
        "accounts": accounts + [account.user_id for account in (*world.bots, *world.outsiders)],
        "people": [person.person_id for person in world.people],
        "e-mails": [email for person in world.people for email in person.emails],
        "Jira accounts": [person.jira_id for person in world.people],
        "Jira issues": [issue.key for issue in world.jira_issues],
        "Jira ids": [issue.issue_id for issue in world.jira_issues],
        "histories": [history["id"] for issue in world.jira_issues for history in issue.history],
        "eval paths": [log.path for log in world.eval_runs],
        "eval ids": [log.native_id for log in world.eval_runs],
    }
    for what, ids in every.items():
        twice = [identity for identity, count in Counter(ids).items() if count > 1]
        assert not twice, (what, twice)


def test_year_stays_within_its_window_and_no_day_is_two_days(world: World) -> None:
    """Berlin's day and UTC's day of an event are the same, so that days can be counted either way."""
    start, end = datetime(2025, 7, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
    for pull in world.pull_requests:
        moments = [pull.created_at, pull.merged_at, *(review.submitted_at for review in pull.reviews)]
        for moment in filter(None, moments):
            assert start <= moment < end, pull.title
            assert 5 <= moment.hour < 21
    for run in world.runs:
        assert start <= run.created_at < end
        assert 5 <= run.created_at.hour < 21


def test_jira_history_ends_where_the_issue_stands(world: World) -> None:
    for issue in world.jira_issues:
        moves = [item for history in issue.history for item in history["items"] if item["field"] == "status"]
        assert [move["fromString"] for move in moves[1:]] == [move["toString"] for move in moves[:-1]]
        assert not moves or moves[-1]["toString"] == issue.status
        assert (issue.status_category == "done") == (issue.resolved_at is not None)
        assert all(link["key"] in {other.key for other in world.jira_issues} for link in issue.links)


def test_every_gate_outcome_happens(world: World) -> None:
    outcomes = Counter(row.outcome for row in gate_outcomes(world))
    assert set(outcomes) == {
        *("caught_confirmed", "caught_probable", "caught_possible", "blocked_abandoned", "rebaselined", "fixed_by_base", "flaky"),
        *("infra_failure", "merged_on_red", "merged_not_exercised", "scored_nothing"),
    }
    assert all(
        repository.required_checks
        for repository in world.repositories.values()
        if repository.name in ("safety-classifier", "support-agent")
    )


def test_confirmed_catch_has_scores_below_and_above_its_threshold(world: World) -> None:
    logs = {log.native_id: log for log in world.eval_runs}
    lost = {mark for pull in world.pull_requests for mark in pull.lost_heads}
    for row in gate_outcomes(world):
        if row.outcome == "caught_confirmed":
            red, green = logs[row.red_eval], logs[row.green_eval]
            assert (red.head, green.head) == (row.red_head, row.green_head)
            assert red.threshold is not None
            assert _pass_rate(red) < red.threshold < _pass_rate(green)
            assert red.envelope is not None
            assert {red.envelope["run_id"]} == {run.run_id for run in world.runs if run.head == row.red_head and run.attempts[0].referenced}
        if row.outcome == "caught_probable":
            assert (row.red_eval, row.green_eval) == ("", "") or row.red_head in lost


def _pass_rate(log: EvalRun) -> float:
    values = [sample.value for sample in log.samples if sample.value is not None]
    return sum(values) / len(values)


def test_gate_is_run_on_every_change_that_it_is_required_for(world: World) -> None:
    """Otherwise a pull request would have merged past a required check without anybody having decided that."""
    required = {name: {check.context for check in each.required_checks} for name, each in world.repositories.items()}
    gated = {use.project: use.start for use in uses(world) if use.channel == "uses_decl" and GATE_CONTEXT in required[use.project]}
    heads = {run.head for run in world.runs if run.attempts[0].referenced}
    for pull in world.pull_requests:
        since = gated.get(pull.repository)
        if since and pull.merged_at and pull.merged_at > since:
            assert pull.head in heads, (pull.repository, pull.title)


def test_required_tests_ran_on_every_merged_head(world: World) -> None:
    """Whether classic protection requires them or the organisation, from the day on which it enforced them."""
    since = {
        row["repository"]: row["from"] or pull_requests_begin(world)
        for row in world.truth["required"]
        if row["gate"] in (TESTS.job, TESTS.path)
    }
    tested = {run.head for run in world.runs if run.path == TESTS.path}
    merged = [
        pull for pull in world.pull_requests if pull.repository in since and pull.merged_at and pull.merged_at > since[pull.repository]
    ]
    assert {pull.repository for pull in merged} == {"acme/voice-router", "acme/data-platform"}
    assert [(pull.repository, pull.title) for pull in merged if pull.head not in tested] == []


def pull_requests_begin(world: World) -> datetime:
    return min(pull.created_at for pull in world.pull_requests)


def test_prompt_took_seven_attempts_by_three_people(world: World) -> None:
    attempts = world.truth["prompt_attempts"]
    assert [row["attempt_no"] for row in attempts] == [1, 2, 3, 4, 5, 6, 7]
    assert {row["author"] for row in attempts} == {"farah", "gita", "ines"}
    assert [row["outcome"] for row in attempts] == ["reverted", "abandoned", "reverted", "abandoned", "reverted", "abandoned", "landed"]
    restored = next(row for row in attempts if row["how"] == "content_restore")
    texts = _versions(world, "acme/support-agent", "prompts/answer.md")
    assert len(texts) - len(set(texts)) >= 2, "a revert and a silent restore bring an earlier text back"
    assert "evert" not in next(
        pull.title for pull in world.pull_requests if _is(pull, restored["repository"], restored["undone_by_pull_request"])
    )
    assert any(("prompts/answer.md", "prompts/answer_system.md") in commit.renames for commit in world.commits.values())


def _versions(world: World, repository: str, path: str) -> list[str]:
    landed = {pull.merge_commit for pull in world.pull_requests if pull.repository == repository and pull.merged_at}
    return [commit.writes[path] for mark, commit in world.commits.items() if mark in landed and path in commit.writes]


def _is(pull: PullRequest, repository: str, number: int) -> bool:
    return (pull.repository, pull.number) == (repository, number)


def test_reranker_experiment_has_the_numbers_of_a_good_packet(world: World) -> None:
    experiment = next(each for each in world.growthbook_experiments if each["trackingKey"] == "reranker-v2")
    first, second = (world.growthbook_results[f"{experiment['id']}/{phase}"]["results"][0] for phase in (0, 1))
    assert first["totalUsers"] == 2_300_000
    assert first["checks"]["srm"] > 0.05
    assert second["checks"]["srm"] > 0.05
    control, treatment = (variation["analyses"][0] for variation in first["metrics"][0]["variations"])
    assert (round(control["mean"], 4), round(treatment["mean"], 4)) == (0.627, 0.709)
    assert treatment["pValue"] < 0.001
    assert treatment["numerator"] / treatment["denominator"] == treatment["mean"]
    control, treatment = (variation["analyses"][0] for variation in first["metrics"][1]["variations"])
    assert round(treatment["mean"] - control["mean"], 4) == 0.014
    days = [(datetime.fromisoformat(p["dateEnded"]) - datetime.fromisoformat(p["dateStarted"])).days for p in experiment["phases"]]
    assert days == [21, 14]
    assert [[split["weight"] for split in phase["trafficSplit"]] for phase in experiment["phases"]] == [[0.5, 0.5], [0.1, 0.9]]
    assert {row["kind"] for row in world.truth["experiments"]} == {"growthbook", "files"}


def test_bayesian_experiment_sets_the_trap_of_a_p_value_that_is_none(world: World) -> None:
    experiment = next(each for each in world.growthbook_experiments if each["settings"]["statsEngine"] == "bayesian")
    _, treatment = world.growthbook_results[f"{experiment['id']}/0"]["results"][0]["metrics"][0]["variations"]
    assert treatment["analyses"][0]["pValue"] == 0
    assert 0.5 < treatment["analyses"][0]["chanceToBeatControl"] < 1


def test_experiment_files_are_documents_of_the_store(world: World) -> None:
    launch = yaml.safe_load(world.experiment_files["citations-first.yaml"])
    assert (launch["experiment_type"], launch["has_holdout"]) == ("launch", False)
    assert "variations" not in launch
    test = yaml.safe_load(world.experiment_files["router-threshold.yaml"])
    assert sum(test["phases"][0]["split"].values()) == 1
    pulls = {(pull.repository, pull.number) for pull in world.pull_requests if pull.merged_at}
    assert all((document["repository_raw"], number) in pulls for document in (launch, test) for number in document["pull_request_numbers"])


def test_incidents_cover_every_kind(world: World) -> None:
    rows = world.truth["incidents"]
    assert {row["eval_attributable"] for row in rows} == {"yes", "no", "unknown"}
    assert {row["has_eval_coverage"] for row in rows} == {True, False}
    assert any(row["is_reopened"] for row in rows)
    assert {row["severity_how"] for row in rows} == {"field", "priority_fallback"}
    caused = [row for row in rows if row["causing_pull_request"]]
    assert len(caused) == 2
    links = [link for issue in world.jira_issues if issue.key == caused[0]["issue_key"] for link in issue.links]
    assert [(link["inward"], link["direction"]) for link in links] == [("is caused by", "inward")]
    assert any(issue.is_broken for issue in world.jira_issues)


def test_killed_features_end_unresolved_and_the_measured_one_was_measured_before(world: World) -> None:
    rows = world.truth["kill_decisions"]
    assert [row["evidence_class"] for row in rows] == ["experiment_lost", "unrecoverable_with_available_models", "unsupported"]
    epics = {issue.key: issue for issue in world.jira_issues}
    assert {(epics[row["epic"]].issue_type, epics[row["epic"]].resolution) for row in rows} == {("Epic", "Won't Do")}
    (measured,) = [row for row in rows if row["eval_run"]]
    log = next(log for log in world.eval_runs if log.native_id == measured["eval_run"])
    resolved_at = epics[measured["epic"]].resolved_at
    assert resolved_at is not None
    assert log.created_at < resolved_at


def test_model_moved_in_three_projects_with_runs_on_both_models(world: World) -> None:
    rows = world.truth["model_migrations"]
    assert len({row["repository"] for row in rows}) == 3
    logs = {log.native_id: log for log in world.eval_runs}
    for row in rows:
        assert [logs[native_id].model for native_id in row["eval_runs"]] in ([], [row["from_model"], row["to_model"]])
    assert sum(bool(row["eval_runs"]) for row in rows) == 2


def test_people_csv_knows_spells_second_accounts_and_one_impossible_line(world: World) -> None:
    rows = list(csv.DictReader(io.StringIO(world.people_csv)))
    assert list(rows[0]) == ["person", "name", "emails", "logins", "team", "manager", "level", "from", "to"]
    assert {row["person"] for row in rows} == {person.person_id for person in world.people}
    twice = [row for row in rows if row["person"] == IN_TWO_TEAMS]
    assert [row["to"] for row in twice] == ["", ""]
    assert next(row["to"] for row in rows if row["person"] == LEAVER) == LEFT_ON
    assert "ana@kovac-labs.example" in next(row["emails"] for row in rows if row["person"] == "ana")
    assert "ben-okafor-oss" in next(row["logins"] for row in rows if row["person"] == "ben")
    managers = {row["manager"] for row in rows} - {""}
    assert managers <= {row["person"] for row in rows}


def test_leaver_starts_nothing_after_leaving(world: World) -> None:
    login = next(person.account.login for person in world.people if person.person_id == LEAVER)
    started = [pull.created_at.date() for pull in world.pull_requests if pull.account.login == login]
    assert started
    assert max(started) < date.fromisoformat(LEFT_ON)


def test_special_repositories_are_there(world: World) -> None:
    every = {repository.name: repository for repository in world.repositories.values()}
    assert every["empty-idea"].is_empty
    assert every["empty-idea"].head == ""
    assert every["voice-clone"].is_gone
    assert every["legacy-ranker"].is_archived
    assert every["safety-classifier-fork"].fork_of == "acme/safety-classifier"
    assert every["notify-service"].template == "acme/service-template"
    assert every["service-template"].is_template


def test_machines_and_outsiders_take_part(world: World) -> None:
    authors = {pull.account.login for pull in world.pull_requests}
    assert {"renovate[bot]", "github-actions[bot]", "copilot-swe-agent[bot]", "mira-solberg", "nils-brandt", "ben-okafor-oss"} <= authors
    messages = "\n".join(commit.message for commit in world.commits.values())
    assert "Co-authored-by: Claude <noreply@anthropic.com>" in messages
    assert {pull.merged_by.login for pull in world.pull_requests if pull.merged_by} >= {"renovate[bot]"}
    assert sum("emailAddress" not in user for user in world.jira_users.values()) >= 3


def test_artifacts_are_named_only_where_that_is_planted(world: World) -> None:
    """A chance mention would be a citation that the truth does not list."""
    planted = {(use.project, use.path) for use in uses(world) if use.channel == "doc_mention"}
    for commit in world.commits.values():
        for path, text in commit.writes.items():
            if path.endswith(".md") and NAMES.search(text) and "prompt_library" not in text:
                assert (commit.repository, path) in planted or text.count("\n") <= 4, (commit.repository, path)
    said = [(pull.repository, pull.number) for pull in world.pull_requests if NAMES.search(f"{pull.title} {pull.body}")]
    assert said == [(use.project, use.pull_request) for use in uses(world) if use.channel == "xref"]
    assert not [issue for issue in world.issues if NAMES.search(f"{issue.title} {issue.body}")]
    assert len([issue for issue in world.jira_issues if NAMES.search(f"{issue.summary} {issue.description}")]) == 1
