"""Two pieces of Ana's work in a project of others: its golden set learns what it could not see, and one of its prompts is mended."""

from pipelines.demo.story.adoption import GOLDENS, goldens
from pipelines.demo.story.checks import checked
from pipelines.demo.story.clock import Script, berlin, hours
from pipelines.demo.story.evals import SAFETY, SAFETY_AT_FIRST
from pipelines.demo.story.evals import run as eval_run
from pipelines.demo.story.facts import note
from pipelines.demo.story.gates import REGULATED
from pipelines.demo.story.pulls import Change, Pull, Work, merge, open_pull, review
from pipelines.demo.story.stage import Stage
from pipelines.demo.story.tickets import follow_up, rescope, ticket
from pipelines.demo.story.tree import Append, Edit, Swap, Write
from pipelines.demo.world_jira import JiraIssue

PROJECT = "safety-classifier"
PROMPT = "prompts/second_opinion.md"
FIRST_TEXT = """You give a second opinion on a request.
1. Read the request twice.
2. Name the rule it may break.
3. Prefer refusing when unsure.
4. Say in one sentence why.
"""
THIRD, BETTER_THIRD = "3. Prefer refusing when unsure.", "3. When unsure, ask which of the two readings is meant."


def safety_suite(stage: Stage) -> None:
    """Schedule both."""
    stage.tell(_prompt_born(stage), berlin(2025, 10, 8, 11))
    stage.tell(_suite_grows(stage), berlin(2026, 1, 12, 9, 30))
    stage.tell(_prompt_mended(stage), berlin(2026, 2, 24, 10))


def _proposed(stage: Stage, who: str, title: str, edit: Edit, body: str = "", labels: tuple[str, ...] = ()) -> Pull:
    change = Change(title.rsplit(": ", maxsplit=1)[-1], (edit,))
    return open_pull(stage, stage.sites[PROJECT], Work(who, title, (change,), body, labels=labels))


def _through(stage: Stage, pull: Pull, merged_by: str) -> Script:
    checked(stage, pull)
    yield hours(3)
    review(stage, pull, merged_by, "APPROVED")
    yield hours(1)
    merge(stage, pull, merged_by)


def _prompt_born(stage: Stage) -> Script:
    yield from _through(stage, _proposed(stage, "hugo", "Ask for a second opinion", Write(PROMPT, FIRST_TEXT)), "lev")


def _suite_grows(stage: Stage) -> Script:
    """Twenty-four cases more, nearly all of regulated content, in fourteen ways to fail."""
    more = Append(GOLDENS, goldens(PROJECT, SAFETY.size, SAFETY_AT_FIRST.size + 1))
    body = "Regulated content had three cases. Each new one is labelled by two people of the legal team."
    yield from _through(stage, _proposed(stage, "ana", "Cover regulated content", more, body), "hugo")


def _prompt_mended(stage: Stage) -> Script:
    """Asked for, explained, and measured before and after on the same cases."""
    site = stage.sites[PROJECT]
    task = ticket(stage, "Fewer refusals of harmless questions", "ana", "hugo")
    follow_up(stage, task, "ana", "In Progress")
    before = eval_run(stage, SAFETY, site, 52, who="ana", prompt=FIRST_TEXT)
    yield hours(2)
    body = f"Why: one in eight harmless questions was refused. Tracked as {task.key}."
    edit = Swap(PROMPT, THIRD, BETTER_THIRD)
    pull = _proposed(stage, "ana", f"{task.key}: Ask back instead of refusing", edit, body, (REGULATED,))
    after = eval_run(stage, SAFETY, site, 57, head=pull.head, who="ana", prompt=FIRST_TEXT.replace(THIRD, BETTER_THIRD))
    rescope(stage, task, "hugo", "Legal asks that regulated content stays refused; only harmless questions are asked back.")
    yield from _through(stage, pull, "hugo")
    follow_up(stage, task, "ana", "Done")
    _note(stage, pull, task, before.native_id, after.native_id)
    _note_taken_back(stage, pull)


def _note(stage: Stage, pull: Pull, task: JiraIssue, before: str, after: str) -> None:
    row = {
        "repository": pull.request.repository,
        "prompt": PROMPT,
        "pull_request": pull.request.number,
        "author": "ana",
        "issue_key": task.key,
        "merged_at": pull.request.merged_at,
        "sha": f"{{sha:{pull.request.merge_commit}}}",
        "eval_before": before,
        "eval_after": after,
    }
    note(stage.world, "other_prompt_changes", row)


def _note_taken_back(stage: Stage, pull: Pull) -> None:
    """What had the same aim a fortnight before, and was taken back after an incident."""
    kind, _, target = REGULATED.partition(":")
    for earlier in stage.world.pull_requests:
        if REGULATED in earlier.labels and earlier.number != pull.request.number:
            aimed = {"target_kind": kind, "target": target, "failed": str(earlier.number), "ending": "reverted"}
            note(stage.world, "target_attempts", {"repository": pull.request.repository, "pull_request": pull.request.number} | aimed)
