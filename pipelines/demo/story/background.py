"""Ordinary days: pull requests with reviews and CI, tickets that go with them, issues, dependency bumps, agents' pull requests."""

import itertools
from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from pipelines.demo.story.adoption import HARNESS
from pipelines.demo.story.cast import CLAUDE, COPILOT, COPILOT_AGENT, LEAVER, LEFT_ON, RENOVATE
from pipelines.demo.story.catalogue import PLOTS, Plot
from pipelines.demo.story.checks import NIGHTLY, TESTS, check, checked, scheduled
from pipelines.demo.story.clock import WINDOW_END, WINDOW_START, Script, berlin, days, hours, moment_on, workdays
from pipelines.demo.story.code import ordinary_edits
from pipelines.demo.story.evals import GATED, gate_log, suite_of
from pipelines.demo.story.facts import note
from pipelines.demo.story.pulls import Change, Pull, Work, merge, open_pull, push, review
from pipelines.demo.story.stage import Site, Stage
from pipelines.demo.story.tickets import follow_up, ticket
from pipelines.demo.story.tree import Write
from pipelines.demo.world import Issue, Signature
from pipelines.demo.world_jira import JiraIssue

QUARTERS = (date(2025, 7, 1), date(2025, 10, 1), date(2026, 1, 1), date(2026, 4, 1), WINDOW_END)
LAST_START_BEFORE_QUARTER_END = 12
"""Workdays: what starts in a quarter also ends in it, so that a quarter's counts do not hang on one slow review."""
LAST_START_OF_LEAVER = date.fromisoformat(LEFT_ON) - timedelta(days=14)
_DOES = ("Add", "Fix", "Speed up", "Simplify", "Guard", "Log", "Cache", "Retry", "Split", "Document")
_WHAT = (
    *("token budget", "retry policy", "session cleanup", "locale fallback", "request batching", "cache keys", "timeout handling"),
    *("error messages", "health check", "pagination", "metrics names", "feature flags", "queue depth", "audit fields", "idle workers"),
)
INSIDERS_ELSEWHERE = {"safety-classifier": "ana"}
"""Who of the harness's authors also writes every third ordinary pull request of a project that uses it."""
SLOW_PROJECT, SLOW_UNTIL, HOURS_IN_QUEUE = "voice-router", berlin(2026, 3, 16), 192
"""Where pull requests lay in a queue until the harness's gate came, and for how long: somebody had to try each one by hand."""


def everyday(stage: Stage) -> None:
    """Schedule the ordinary pull requests of every repository, quarter by quarter."""
    scale = max(0.6, stage.engineers / 40)
    for plot in PLOTS:
        site = stage.sites[plot.name]
        rng = stage.rng(f"everyday {plot.name}")
        turn = 0
        for start, end in itertools.pairwise(QUARTERS):
            openings = workdays(max(start, date(*plot.made) + timedelta(days=1)), end)[:-LAST_START_BEFORE_QUARTER_END]
            count = max(4, round(plot.pace * scale)) if plot.pace else 0
            if len(openings) < 5:  # too new for this quarter
                continue
            for day in sorted(rng.choices(openings, k=count)):
                turn += 1
                stage.tell(_ordinary(stage, site, _author(site, plot, turn), stage.rng(f"{plot.name} {turn}")), moment_on(day, rng))
    slow = stage.sites[SLOW_PROJECT].repository.full_name
    note(stage.world, "lead_time_steps", {"artifact": HARNESS, "project": slow, "hours": -HOURS_IN_QUEUE})
    _schedules(stage)
    _bots(stage)


def merger(site: Site, author: str, rng: Random) -> str:
    """Who reviews and merges: somebody else of the repository's people, if there is anybody."""
    others = [who for who in staying(site) if who != author]
    return rng.choice(others) if others else author


def staying(site: Site) -> list[str]:
    """The repository's people without the one who leaves within the year."""
    return [who for who in site.people if who != LEAVER]


def _author(site: Site, plot: Plot, turn: int) -> str:
    insider = INSIDERS_ELSEWHERE.get(plot.name)
    return insider if insider and turn % 3 == 0 else site.people[turn % len(site.people)]


def _ordinary(stage: Stage, site: Site, who: str, rng: Random) -> Script:
    if who == LEAVER and stage.now.date() >= LAST_START_OF_LEAVER:
        who = staying(site)[0]
    what = f"{rng.choice(_DOES)} {rng.choice(_WHAT)}"
    reviewer = merger(site, who, rng)
    linked: JiraIssue | None = None
    if rng.random() < 0.5 and site.people:
        linked = ticket(stage, what, who, reviewer)
        yield hours(rng.randint(20, 50))
        follow_up(stage, linked, who, "In Progress")
    title = f"{linked.key}: {what}" if linked else what
    pull = open_pull(stage, site, Work(who, title, _changes(site, rng, what), _body(rng, what, linked)))
    if linked:
        follow_up(stage, linked, who, "In Review")
    yield from _through_review(stage, pull, reviewer, rng)
    merge(stage, pull, reviewer, "merge" if rng.random() < 0.15 else "squash")
    if linked:
        follow_up(stage, linked, who, "Done")
    if rng.random() < 0.05:
        yield hours(3)
        review(stage, pull, merger(site, who, rng), "COMMENTED", "Late, but: this could be a setting.")


def _through_review(stage: Stage, pull: Pull, reviewer: str, rng: Random) -> Script:
    """Checks, perhaps a broken test, perhaps changes asked for, and an approval."""
    author = pull.work.who
    if pull.site.name == SLOW_PROJECT and stage.now < SLOW_UNTIL:
        yield hours(HOURS_IN_QUEUE)
    if rng.random() < 0.08:
        checked(stage, pull, tests="failure")
        yield hours(2)
        push(stage, pull, Change("Fix the test", ordinary_edits(pull.site, rng, pull.tree)))
    _measured(stage, pull, rng)
    yield hours(rng.randint(2, 20))
    if author != reviewer and rng.random() < 0.2:
        review(stage, pull, reviewer, "CHANGES_REQUESTED", "The edge case is missing.")
        yield hours(rng.randint(2, 8))
        push(stage, pull, Change("Cover the edge case", ordinary_edits(pull.site, rng, pull.tree)))
        _measured(stage, pull, rng)
        yield hours(rng.randint(1, 8))
    if author != reviewer:
        review(stage, pull, reviewer, "APPROVED")
    yield hours(1)
    if pull.site.is_gated and pull.head not in pull.gated_heads:
        # The gate was turned on while this was open: the rule asks for a run before the merge.
        _measured(stage, pull, rng)
        yield hours(1)


def _measured(stage: Stage, pull: Pull, rng: Random) -> None:
    """Checks that pass; some of the gate's logs are still in the store."""
    gate = checked(stage, pull)
    if gate and pull.site.name in GATED and rng.random() < 0.45:
        gate_log(stage, pull, gate, suite_of(pull.site, stage.now).size - rng.randint(1, 3))


def _changes(site: Site, rng: Random, what: str) -> tuple[Change, ...]:
    helper: tuple[Signature, ...] = ()
    if rng.random() < 0.12:
        helper = (CLAUDE if rng.random() < 0.6 else COPILOT,)
    first = Change(what, ordinary_edits(site, rng), helper)
    return (first, *(Change(f"{what}, part {n}", ordinary_edits(site, rng)) for n in range(2, 2 + rng.choice((0, 0, 0, 1, 1, 2)))))


def _body(rng: Random, what: str, linked: JiraIssue | None) -> str:
    reason = rng.choice(("Asked for by support.", "Seen while on call.", "A step towards the next release.", ""))
    return "\n\n".join(part for part in (f"{what}." if reason else "", reason, f"See {linked.key}." if linked else "") if part)


def _schedules(stage: Stage) -> None:
    """A weekly job of the data platform, so that not every run belongs to a pull request."""
    mondays = [day for day in workdays(WINDOW_START, WINDOW_END) if day.weekday() == 0]
    stage.tell(_nightly(stage, mondays), moment_on(mondays[0], stage.rng("nightly")))


def _nightly(stage: Stage, mondays: Sequence[date]) -> Script:
    site, rng = stage.sites["data-platform"], stage.rng("nightly starts")
    for day in mondays[1:]:
        scheduled(stage, site, NIGHTLY, stage.account("hugo"))
        yield moment_on(day, rng)


def _bots(stage: Stage) -> None:
    rng = stage.rng("bots")
    openings = workdays(WINDOW_START, WINDOW_END)[:-15]
    for number, day in enumerate(sorted(rng.sample(openings, 10))):
        site = stage.sites["search-ui" if number % 2 else "data-platform"]
        stage.tell(_bump(stage, site, number, stage.rng(f"bump {number}")), moment_on(day, rng))
    for number, day in enumerate(sorted(rng.sample(openings, 5))):
        stage.tell(_agent(stage, stage.sites["data-platform"], stage.rng(f"agent {number}")), moment_on(day, rng))
    for number, name in enumerate(("search-ui", "recsys-lab", "billing-api", "mobile-assistant", "data-platform")):
        stage.tell(
            _still_open(stage, stage.sites[name], number == 0, stage.rng(f"open {number}")), berlin(2026, 6, 24 + number % 3, 11, number)
        )
    for number, day in enumerate(sorted(rng.sample(openings, 60))):
        site = stage.sites[PLOTS[number % len(PLOTS)].name]
        if site.people:
            stage.tell(_issue(stage, site, stage.rng(f"issue {number}")), moment_on(day, rng))


def _still_open(stage: Stage, site: Site, is_draft: bool, rng: Random) -> Script:
    """Opened in the last days of the year, and not merged yet."""
    what = f"{rng.choice(_DOES)} {rng.choice(_WHAT)}"
    work = Work(staying(site)[0], what, _changes(site, rng, what), is_draft=is_draft)
    checked(stage, open_pull(stage, site, work))
    yield hours(1)


def _bump(stage: Stage, site: Site, number: int, rng: Random) -> Script:
    """A dependency bump by the bot; every third is merged by the bot too."""
    signature = Signature(RENOVATE.name, f"{RENOVATE.user_id}+{RENOVATE.login}@users.noreply.github.com")
    site.written += 1
    lock = "package-lock.json" if site.name == "search-ui" else "uv.lock"
    text = (
        f'[[package]]\nname = "httpx"\nversion = "0.28.{site.written}"\n'
        if lock == "uv.lock"
        else f'{{"lockfileVersion": 3, "n": {site.written}}}\n'
    )
    what = f"chore(deps): update dependency {'react' if lock == 'package-lock.json' else 'httpx'} (batch {number + 1})"
    work = Work(
        RENOVATE.login,
        what,
        (Change(what, (Write(lock, text),)),),
        "This PR updates a dependency.",
        f"renovate/batch-{number + 1}",
        signature,
    )
    pull = open_pull(stage, site, work)
    check(stage, pull, TESTS)
    yield hours(rng.randint(1, 30))
    merge(stage, pull, RENOVATE.login if number % 3 == 0 else rng.choice(staying(site)))


def _agent(stage: Stage, site: Site, rng: Random) -> Script:
    """A pull request by the coding agent, with the human who asked for it as co-author."""
    asked = rng.choice(staying(site))
    what = f"{rng.choice(_DOES)} {rng.choice(_WHAT)}"
    change = Change(what, ordinary_edits(site, rng), (stage.signature(asked),))
    pull = open_pull(
        stage, site, Work(COPILOT_AGENT.login, what, (change,), "Done on request.", "copilot/" + str(site.written), COPILOT, is_draft=False)
    )
    checked(stage, pull)
    yield hours(rng.randint(3, 20))
    review(stage, pull, asked, "APPROVED")
    yield hours(1)
    merge(stage, pull, merger(site, asked, rng))


def _issue(stage: Stage, site: Site, rng: Random) -> Script:
    who = rng.choice(staying(site))
    title = f"{rng.choice(_WHAT).capitalize()} should be {rng.choice(('configurable', 'documented', 'faster', 'tested'))}"
    issue = Issue(
        stage.new_id("issue"), site.repository.full_name, site.number(), title, "Seen today.", stage.account(who), stage.now, stage.now
    )
    issue.labels = ("bug",) if rng.random() < 0.3 else ()
    stage.world.issues.append(issue)
    yield days(rng.randint(2, 40))
    if rng.random() < 0.6:
        issue.closed_at = issue.updated_at = stage.now
