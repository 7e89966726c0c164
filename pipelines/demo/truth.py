"""The planted truth as one file: what must be found, what must not count and why, and the numbers that follow.

Golden tests hold the warehouse against it; it is written from the story's own facts and never from the pipeline's output.
"""

import json
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pipelines.demo.git_repos import resolve
from pipelines.demo.story.adoption import HARNESS
from pipelines.demo.story.cast import IN_TWO_TEAMS, LEAVER, LEFT_ON, OPS_BRIDGE
from pipelines.demo.story.checks import GATE_CONTEXT
from pipelines.demo.story.facts import GateOutcome, gate_outcomes
from pipelines.demo.truth_invisible import review_outcomes
from pipelines.demo.truth_kpis import NOT_TOLD, kpi_records
from pipelines.demo.truth_leverage import acknowledgements, citations, leverage, over_all
from pipelines.demo.truth_lines import custodians, gate_catches, lead_times, merged_in_projects, model_drifts, prompt_authors, suite_owners
from pipelines.demo.truth_people import PERIODS, Company
from pipelines.demo.world import PullRequest, World

Row = dict[str, Any]
FAMILIES = (
    *("prompt_attempts", "rubric_changes", "experiments", "experiment_numbers", "incidents", "model_migrations", "kill_decisions"),
    *("broken_jira_issues", "dataset_growth", "migration_examples", "other_prompt_changes", "silent_reverts", "code_owners"),
    *(
        "rule_bypasses",
        "ruleset_changes",
        "required",
        "releases",
        "deployments",
        "access_gaps",
        "launch_steps",
        "launch_neighbours",
        "target_attempts",
        "launch_decays",
        "launches",
        "checkpoints",
        "lead_time_steps",
        "code_prompts",
        "flag_changes",
        "removed_flags",
        "sprints",
        "sprint_issues",
        "documents",
        "document_citations",
        "document_incidents",
        "teams",
        "packages",
        "package_changes",
        "on_call_hours",
        "issue_incidents",
        "deliveries",
        "project_contexts",
        "self_reports",
        "labelled_traces",
        "pull_request_splits",
        "vendor_labels",
        "spend",
        "surveys",
        "drifts",
    ),
)
CAUGHT = {"caught_confirmed": (1, 1, 1), "caught_probable": (0, 1, 1), "caught_possible": (0, 0, 1)}


def write(world: World, path: Path) -> None:
    """Write the truth of a world whose repositories exist."""
    text = json.dumps(told(world), indent=1, ensure_ascii=False, default=_plain)
    path.write_text(resolve(text, world.sha), encoding="utf-8")


def told(world: World) -> Row:
    """The truth as plain data; shas still stand as `{sha:<mark>}`."""
    company = Company(world)
    gates = _gates(world)
    return {
        "seed": world.seed,
        "periods": [{"period": each.period_id, "grain": each.grain, "start": each.start, "end": each.end} for each in PERIODS],
        "citations": citations(company),
        "acknowledgements": acknowledgements(company),
        "leverage": leverage(company),
        "leverage_per_person": over_all(company),
        "surviving_lines": _lines(company),
        "gate_outcomes": gates,
        "gate_catches": list(gate_catches(company, gates, HARNESS)),
        "lead_times": list(lead_times(company, HARNESS)),
        "prompt_authors": list(prompt_authors(company, world.truth["code_prompts"])),
        "suite_owners": list(suite_owners(company)),
        "custodians": list(custodians(company, world.truth["launches"])),
        "merged_in_projects": list(merged_in_projects(company)),
        "kpi_records": list(kpi_records(world)),
        "kpis_not_told": NOT_TOLD,
        "model_drifts": list(model_drifts(company)),
        "pull_request_events": _events(world),
        "lost_heads": _lost_heads(world),
        "review_outcomes": review_outcomes(company),
        "late_reviews": _late_reviews(world),
        "required_while_open": _required_while_open(world),
        **{family: world.truth[family] for family in FAMILIES},
        "incident_coverage": [{"issue_key": each.key, "is_covered": each.is_covered} for each in world.incidents],
        "identity": _identity(company),
        "people_csv": {"rejected_person": IN_TWO_TEAMS, "left": LEAVER, "left_on": LEFT_ON},
        "repositories": _repositories(world),
        "truncated_eval_logs": [run.path for run in world.eval_runs if run.is_truncated],
        "counts": _counts(world),
    }


def _plain(value: Any) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"the truth file cannot hold {value!r} of {type(value).__name__}")


def _lines(company: Company) -> list[Row]:
    """Surviving lines of the artifacts at each quarter end, as blame must give them."""
    found: dict[str, dict[str, dict[str, dict[str, int]]]] = company.world.truth["lines"]
    return [
        {"artifact": artifact, "as_of": as_of, "path": path, "email": email, "lines": lines}
        for artifact, days in found.items()
        for as_of, files in days.items()
        for path, by_email in files.items()
        for email, lines in sorted(by_email.items())
    ]


def _gates(world: World) -> list[Row]:
    """What became of every closed pull request at its required gate; `green` is where nothing happened."""
    planted = {(row.repository, row.pull_request): row for row in gate_outcomes(world)}
    heads = {run.head for run in world.runs if run.attempts[0].referenced}
    contexts = {name: {check.context for check in repository.required_checks} for name, repository in world.repositories.items()}
    required = {name for name, checks in contexts.items() if GATE_CONTEXT in checks}
    pulls = [pull for pull in world.pull_requests if pull.repository in required and heads & set(pull.commits)]
    return [_gate(pull, planted.get((pull.repository, pull.number))) for pull in pulls]


def _gate(pull: PullRequest, row: GateOutcome | None) -> Row:
    # A gate that scored nothing exercised nothing, whatever its colour.
    outcome = "green" if row is None else "merged_not_exercised" if row.outcome == "scored_nothing" else row.outcome
    low, mid, high = CAUGHT.get(outcome, (0, 0, 0))
    return {
        "repository": pull.repository,
        "pull_request": pull.number,
        "gate": GATE_CONTEXT,
        "outcome": outcome,
        "verdict_at_merge": "scored_nothing" if row and row.outcome == "scored_nothing" else None,
        "counts_low": bool(low),
        "counts_mid": bool(mid),
        "counts_high": bool(high),
        "last_red_sha": f"{{sha:{row.red_head}}}" if row and row.red_head else None,
        "green_sha": f"{{sha:{row.green_head}}}" if row and row.green_head else None,
        "red_at": row.red_at if row else None,
        "green_at": row.green_at if row else None,
        "red_eval": row.red_eval or None if row else None,
        "green_eval": row.green_eval or None if row else None,
        "merged_at": pull.merged_at,
        "merged_by": pull.merged_by.login if pull.merged_by else None,
    }


def _events(world: World) -> list[Row]:
    """What timelines tell; what a push took away and what a merge made are shas."""
    return [
        {
            "repository": pull.repository,
            "pull_request": pull.number,
            "kind": _snake(event.kind.removesuffix("Event")),
            "at": event.created_at,
            "actor": event.account.login if event.account else None,
            "before_sha": f"{{sha:{event.before}}}" if event.before else None,
            "after_sha": f"{{sha:{event.after}}}" if event.after else None,
            "reason": event.reason.lower() or None,
            "source": f"{event.source[0]}#{event.source[1]}" if event.source else None,
        }
        for pull in world.pull_requests
        for event in pull.events
    ]


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).removeprefix("_")


def _lost_heads(world: World) -> list[Row]:
    """Heads that are no commit of their pull request, with how the gate ended on each."""
    gated = {run.head: run for run in world.runs if run.attempts[0].referenced}
    return [
        {
            "repository": pull.repository,
            "pull_request": pull.number,
            "sha": f"{{sha:{mark}}}",
            "is_trial": gated[mark].event == "merge_group",
            "conclusion": gated[mark].attempts[-1].conclusion,
        }
        for pull in world.pull_requests
        for mark in pull.lost_heads
    ]


def _late_reviews(world: World) -> list[Row]:
    """Reviews that came after the merge."""
    return [
        {
            "repository": pull.repository,
            "pull_request": pull.number,
            "review": review.review_id,
            "days": (review.submitted_at - pull.merged_at).days,
        }
        for pull in world.pull_requests
        for review in pull.reviews
        if pull.merged_at and review.submitted_at > pull.merged_at
    ]


def _required_while_open(world: World) -> list[Row]:
    """Checks that an open pull request was seen to need, although no rule that can be read lists them."""
    hidden = {
        name: [check.context for check in repository.required_checks if check.how == "classic"]
        for name, repository in world.repositories.items()
        if world.lacks("administration", name)
    }
    return [
        {"repository": pull.repository, "pull_request": pull.number, "context": context}
        for pull in world.pull_requests
        for context in (*pull.requires, *hidden.get(pull.repository, ()))
        if not pull.closed_at
    ]


def _identity(company: Company) -> Row:
    """Whose every account is that the sources show, and which are nobody's."""
    rows = [
        {"system": system, "account": account, "login": name, "person": company.person(name), "kind": company.kind(name)}
        for system, account, name in sorted(set(_accounts(company.world)))
    ]
    rows += [_jira_account(company.world, account) for account in sorted(_jira_accounts(company.world))]
    return {"accounts": rows, "unresolved": [[row["system"], row["account"]] for row in rows if row["kind"] == "unknown"]}


def _accounts(world: World) -> Iterable[tuple[str, str, str]]:
    """System, account, and the login or e-mail that says whose it is."""
    for account in {pull.account for pull in world.pull_requests} | {run.actor for run in world.runs}:
        yield "github", str(account.user_id), account.login
    for commit in world.commits.values():
        yield "git", commit.author.email.lower(), commit.author.email
    for run in world.eval_runs:
        if run.created_by:
            yield "evals", run.created_by, run.created_by if "@" in run.created_by else f"{run.created_by}@acme.example"
    for label in world.truth["vendor_labels"]:
        yield "labels", label["rater"], label["rater"]
    for shift in world.on_call_shifts:
        yield "incidents", shift.account, shift.account
    for event in world.flag_events:
        yield "experiments", event.account, event.account
    for experiment in world.growthbook_experiments:
        yield "experiments", experiment["owner"], experiment["owner"]


def _jira_accounts(world: World) -> set[str]:
    """Accounts that some readable issue shows."""
    issues = [issue for issue in world.jira_issues if not issue.is_broken]
    said = {entry["author"] for issue in issues for entry in (*issue.history, *issue.comments)}
    return said | {who for issue in issues for who in (issue.reporter, issue.assignee)}


def _jira_account(world: World, account: str) -> Row:
    person = next((each.person_id for each in world.people if each.jira_id == account), None)
    return {"system": "jira", "account": account, "login": None, "person": person, "kind": "bot" if account == OPS_BRIDGE else "human"}


def _repositories(world: World) -> Row:
    """Repositories that are not what they seem."""
    every = world.repositories.values()
    return {
        "empty": [each.full_name for each in every if each.is_empty],
        "gone": [each.full_name for each in every if each.is_gone],
        "archived": [each.full_name for each in every if each.is_archived],
        "former_names": {name: each.full_name for each in every for name in each.former_names},
        "forks": {each.full_name: each.fork_of for each in every if each.fork_of},
        "from_template": {each.full_name: each.template for each in every if each.template},
    }


def _counts(world: World) -> Row:
    return {
        "people": len(world.people),
        "repositories": len(world.repositories),
        "pull_requests": len(world.pull_requests),
        "workflow_runs": len(world.runs),
        "jira_issues": len(world.jira_issues),
        "eval_runs": len(world.eval_runs),
    }
