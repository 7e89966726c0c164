"""What further review lines must say of whom, reckoned in plain Python from the story's own pull requests, runs and experiments."""

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from pipelines.demo.truth_people import HALVES, NOBODY, PERIODS, Company, Period, utc_day
from pipelines.demo.world import PullRequest
from pipelines.demo.world_evals import EvalRun

Row = dict[str, Any]
PROMPT_FILE = re.compile(r"(^|/)(prompts|rubrics|judges)/")
EVAL_FILE = re.compile(r"^evals/")
CUSTODY = timedelta(days=42)
WATCHED_BEFORE, WATCHED_AFTER = timedelta(weeks=52), timedelta(weeks=26)
"""How far lead times are looked at around the first run of a gate."""


def gate_catches(company: Company, outcomes: list[Row], artifact: str) -> Iterator[Row]:
    """What an artifact's gate caught in each period, by everybody who had a share in it then; `outcomes` are those of pull requests."""
    closed = {(pull.repository, pull.number): pull.closed_at for pull in company.world.pull_requests}
    for period in PERIODS:
        found = [row for row in outcomes if (at := closed[row["repository"], row["pull_request"]]) and period.holds(at)]
        caught = {f"n_{bound}": sum(row[f"counts_{bound}"] for row in found) for bound in ("low", "mid", "high")}
        for person, share in company.shares(artifact, period).items():
            if person != NOBODY and share.high and caught["n_high"]:
                yield {"period": period.period_id, "artifact": artifact, "person": person, **caught}


def lead_times(company: Company, artifact: str) -> Iterator[Row]:
    """When each project first ran an artifact's gate, and in how many whole weeks before and after it merged something."""
    own = next(each["repository"] for each in company.world.artifacts if each["id"] == artifact)
    first_run: dict[str, datetime] = {}
    for run in company.world.runs:
        for attempt in run.attempts:
            if attempt.referenced and run.repository != own:
                first_run[run.repository] = min(attempt.started_at, first_run.get(run.repository, attempt.started_at))
    for project, at in sorted(first_run.items()):
        adopted = _week(utc_day(at))
        by_people = [pull for pull in company.merged[project] if company.kind(pull.account.login) == "human"]
        weeks = {_week(utc_day(pull.merged_at)) for pull in by_people if pull.merged_at}
        yield {
            "artifact": artifact,
            "project": project,
            "adopted_on": utc_day(at),
            "n_weeks_before": sum(adopted - WATCHED_BEFORE <= week < adopted for week in weeks),
            "n_weeks_after": sum(adopted < week <= adopted + WATCHED_AFTER for week in weeks),
        }


def _week(day: date) -> date:
    return day - timedelta(days=day.weekday())


def prompt_authors(company: Company, in_code: list[Row]) -> Iterator[Row]:
    """Every merged change of a prompt's or a rubric's text, with its authors; `in_code` are the changes of prompts that stand in code."""
    changed_code = {(row["repository"], row["pull_request"]) for row in in_code}
    for pulls in company.merged.values():
        for pull in pulls:
            texts = [path for path, status, *_ in pull.files if PROMPT_FILE.search(path) and status in ("ADDED", "MODIFIED")]
            if texts or (pull.repository, pull.number) in changed_code:
                for person in _people(company, pull):
                    yield {"repository": pull.repository, "pull_request": pull.number, "person": person}


def _people(company: Company, pull: PullRequest) -> list[str]:
    return sorted(set(company.authors(pull)) - {NOBODY})


def suite_owners(company: Company) -> Iterator[Row]:
    """Whose each eval suite is at the end of a half-year: who changed its files, else who ran it; with its runs and cases."""
    suites: dict[str, list[EvalRun]] = defaultdict(list)
    for run in sorted(company.world.eval_runs, key=lambda run: run.created_at):
        if not run.is_truncated:
            suites[f"{run.kind}:{run.task}"].append(run)
    for period in HALVES:
        for suite, runs in sorted(suites.items()):
            known = [run for run in runs if utc_day(run.created_at) < period.end]
            # The newest version is the one that was first seen last, also where an older one ran after it.
            sizes = list(dict.fromkeys(len(run.samples) for run in known))
            for person in sorted(_owners(company, known, period)):
                yield {
                    "period": period.period_id,
                    "suite": suite,
                    "person": person,
                    "n_runs": sum(period.holds(run.created_at) for run in known),
                    "n_cases": sizes[-1],
                }


def _owners(company: Company, runs: list[EvalRun], period: Period) -> set[str]:
    pulls = [pull for name in {run.repository for run in runs} for pull in company.merged[name]]
    changed = [
        pull
        for pull in pulls
        if pull.merged_at and utc_day(pull.merged_at) < period.end and any(EVAL_FILE.match(path) for path, *_ in pull.files)
    ]
    return {who for pull in changed for who in _people(company, pull)} or {who for run in runs if (who := _runner(company, run))}


def _runner(company: Company, run: EvalRun) -> str | None:
    """Who started the job that ran it, else who the log says made it."""
    said = run.created_by if "@" in run.created_by else f"{run.created_by}@acme.example"
    started = company.person(run.envelope["actor"]) if run.envelope else None
    return started or company.person(said)


def custodians(company: Company, launches: list[Row]) -> Iterator[Row]:
    """What the owner of each launched experiment ran and changed in its project until six weeks after everybody had it."""
    for told in launches:
        until = told["everybody_at"] + CUSTODY
        runs = [
            run
            for run in company.world.eval_runs
            if run.repository == told["repository"]
            and not (run.envelope or {}).get("pr")
            and _runner(company, run) == told["owner"]
            and told["launched_at"] <= run.created_at < until
        ]
        pulls = [
            pull
            for pull in company.merged[told["repository"]]
            if pull.merged_at
            and told["launched_at"] <= pull.merged_at < until
            and told["owner"] in company.authors(pull)
            and pull.number not in told["pull_requests"]
        ]
        yield {"native_id": told["native_id"], "person": told["owner"], "n_eval_runs": len(runs), "n_changes": len(pulls)}


def merged_in_projects(company: Company) -> Iterator[Row]:
    """How many pull requests everybody merged in which project and half-year."""
    for period in HALVES:
        for project, pulls in sorted(company.merged.items()):
            counted: dict[str, int] = defaultdict(int)
            for pull in pulls:
                if pull.merged_at and period.holds(pull.merged_at):
                    for person in _people(company, pull):
                        counted[person] += 1
            for person, n_merged in sorted(counted.items()):
                yield {"period": period.period_id, "project": project, "person": person, "n_merged": n_merged}


def model_drifts(company: Company) -> Iterator[Row]:
    """Where runs of one task that ask for one model are answered by another version than the last ones were, with the cases that differ."""
    asking: dict[tuple[str, ...], list[EvalRun]] = defaultdict(list)
    for run in sorted(company.world.eval_runs, key=lambda run: run.created_at):
        scored = any(sample.value is not None for sample in run.samples)
        if run.answered_model and scored and not (run.is_truncated or run.is_dirty):
            asking[run.kind, run.repository, run.task, run.model].append(run)
    for (_, repository, task, model), runs in asking.items():
        for before, after in itertools.pairwise(runs):
            if before.answered_model != after.answered_model:
                changed = {"answered_before": before.answered_model, "answered_after": after.answered_model, **_moved(before, after)}
                named = {"run_before": before.native_id, "eval_run": after.native_id, "is_same_commit": before.head == after.head}
                yield {"repository": repository, "task": task, "model": model, **changed, **named}


def _moved(before: EvalRun, after: EvalRun) -> dict[str, int]:
    """Cases that both runs scored, on one dataset, and how many became better and worse."""
    first = {sample.sample_id: sample.value for sample in before.samples}
    gains = [
        sample.value - former
        for sample in after.samples
        if sample.value is not None and (former := first.get(sample.sample_id)) is not None
    ]
    return {"n_common": len(gains), "n_better": sum(gain > 0 for gain in gains), "n_worse": sum(gain < 0 for gain in gains)}
