"""Pull requests of which the commits and their checks tell too little.

Heads pushed away, tried by the merge queue or pushed as drafts; words that came late, from elsewhere or were taken back; a check that
was asked of one pull request only.
"""

from pipelines.demo.story.checks import COVERAGE, GATE, TESTS, check, check_trial, checked, ended, report
from pipelines.demo.story.clock import Script, berlin, days, hours
from pipelines.demo.story.code import function, ordinary_edits
from pipelines.demo.story.evals import suite_of
from pipelines.demo.story.gates import behaviour, fix, noted, turned_green, turned_red
from pipelines.demo.story.pulls import Change, Pull, Work, happened, merge, open_pull, remark, replace_branch, review, try_merge
from pipelines.demo.story.stage import Stage
from pipelines.demo.story.tree import Append
from pipelines.demo.world import Issue

DAYS_LATE = 9
"""So long after a merge somebody still reviews it."""


def heads(stage: Stage) -> None:
    """Schedule every story."""
    stage.tell(_pushed_away(stage), berlin(2026, 6, 8, 10, 40))
    stage.tell(_thrown_out(stage), berlin(2026, 6, 9, 10, 20))
    stage.tell(_drafted(stage), berlin(2026, 6, 10, 10, 30))
    stage.tell(_draft_at_first(stage), berlin(2026, 6, 11, 10, 50))
    stage.tell(_talked_over(stage), berlin(2026, 6, 8, 11, 15))
    stage.tell(_asked_of_one(stage), berlin(2026, 6, 25, 10, 5))


def _pushed_away(stage: Stage) -> Script:
    """Red, then the branch is made anew: what changed between the two heads is not to be seen any more, whatever the logs say."""
    pull = _opened(stage, "long-context-routing", "jonas", "Keep tables whole")
    row, size = noted(stage, pull, "caught_probable"), suite_of(pull.site, stage.now).size
    turned_red(stage, pull, row, int(size * 0.77))
    yield hours(4)
    path = f"src/{pull.site.package}/policy.py"
    rewritten = Append(path, function(pull.site, stage.rng("tables, made anew"), 8))
    replace_branch(stage, pull, Change("Keep tables whole, by rows", (rewritten,)))
    check(stage, pull, TESTS)
    turned_green(stage, pull, row, int(size * 0.96))
    yield from _approved(stage, pull, "ines")


def _thrown_out(stage: Stage) -> Script:
    """Green by itself and red when the merge queue tries it on the newest main; the queue takes it after a fix."""
    pull = _opened(stage, "safety-classifier", "gita", "Weigh short requests")
    row = noted(stage, pull, "caught_probable")
    check(stage, pull, GATE)
    yield hours(3)
    review(stage, pull, "hugo", "APPROVED")
    happened(stage, pull, "AddedToMergeQueueEvent", "hugo")
    trial = try_merge(stage, pull)
    run = check_trial(stage, pull, GATE, trial, "failure")
    row.red_head, row.red_at = trial.mark, ended(run)
    yield hours(1)
    happened(stage, pull, "RemovedFromMergeQueueEvent", "hugo", before=trial.mark, reason="failed_checks")
    yield hours(2)
    fix(stage, pull)
    turned_green(stage, pull, row)
    yield hours(2)
    review(stage, pull, "hugo", "APPROVED")
    happened(stage, pull, "AddedToMergeQueueEvent", "hugo")
    check_trial(stage, pull, GATE, try_merge(stage, pull))
    yield hours(1)
    merge(stage, pull, "hugo")


def _drafted(stage: Stage) -> Script:
    """Red while everybody was asked to look; it is mended as a draft."""
    pull = _opened(stage, "long-context-routing", "hugo", "Prefer the cached route")
    row = noted(stage, pull, "caught_probable")
    turned_red(stage, pull, row)
    yield hours(1)
    happened(stage, pull, "ConvertToDraftEvent", "hugo")
    pull.request.is_draft = True
    yield hours(3)
    fix(stage, pull)
    turned_green(stage, pull, row)
    yield hours(1)
    _ready(stage, pull)
    yield from _approved(stage, pull, "jonas")


def _draft_at_first(stage: Stage) -> Script:
    """Red as a draft, when nobody was asked to look yet: the gate caught nothing."""
    pull = _opened(stage, "safety-classifier", "lev", "Sort reasons by weight", is_draft=True)
    check(stage, pull, GATE, "failure")
    yield hours(3)
    _ready(stage, pull)
    yield hours(1)
    fix(stage, pull)
    check(stage, pull, GATE)
    yield from _approved(stage, pull, "gita")


def _talked_over(stage: Stage) -> Script:
    """A review is dismissed, an issue elsewhere refers to the pull request, and somebody reviews it days after the merge."""
    pull = _opened(stage, "search-ranker", "jonas", "Rank by freshness")
    checked(stage, pull)
    yield hours(2)
    objection = review(stage, pull, "emil", "CHANGES_REQUESTED", "This slows the page down.")
    remark(stage, pull, objection, "Measured where?")
    yield hours(3)
    objection.state, objection.updated_at = "DISMISSED", stage.now
    happened(stage, pull, "ReviewDismissedEvent", "jonas", review_id=objection.review_id, reason="CHANGES_REQUESTED")
    yield from _approved(stage, pull, "emil")
    yield days(1)
    _refer(stage, pull, "search-ui", "dora")
    yield days(DAYS_LATE - 1)
    late = review(stage, pull, "dora", "COMMENTED", "Seen only now.")
    remark(stage, pull, late, "Shorter:\n```suggestion\nreturn fresh\n```")


def _asked_of_one(stage: Stage) -> Script:
    """Still open, with a check required of it that the rules of the branch do not list; two reporters of its name disagree."""
    pull = _opened(stage, "search-ranker", "emil", "Rank by language")
    pull.request.requires = (COVERAGE,)
    checked(stage, pull)
    report(stage, pull, COVERAGE, "pending")
    yield hours(1)
    report(stage, pull, COVERAGE, "failure")


def _opened(stage: Stage, project: str, who: str, title: str, *, is_draft: bool = False) -> Pull:
    site = stage.sites[project]
    edits = (behaviour(stage, site, title),) if site.is_gated else ordinary_edits(site, stage.rng(title))
    pull = open_pull(stage, site, Work(who, title, (Change(title, edits),), is_draft=is_draft))
    if site.is_gated:
        check(stage, pull, TESTS)
    return pull


def _approved(stage: Stage, pull: Pull, who: str) -> Script:
    yield hours(2)
    review(stage, pull, who, "APPROVED")
    yield hours(1)
    merge(stage, pull, who)


def _ready(stage: Stage, pull: Pull) -> None:
    happened(stage, pull, "ReadyForReviewEvent", pull.work.who)
    pull.request.is_draft = False


def _refer(stage: Stage, pull: Pull, project: str, who: str) -> None:
    """Open an issue in another repository that names the pull request."""
    site, request = stage.sites[project], pull.request
    about = f"Since {request.repository}#{request.number} the newest come first."
    issue = Issue(
        stage.new_id("issue"), site.repository.full_name, site.number(), "Order looks odd", about, stage.account(who), stage.now, stage.now
    )
    stage.world.issues.append(issue)
    happened(stage, pull, "CrossReferencedEvent", who, source=(issue.repository, issue.number))
