"""A small organisation for the tests of the demo servers: real bare repositories, one of everything that the servers serve."""

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pipelines.demo.world import (
    Account,
    Commit,
    EventKind,
    Issue,
    IssueEvent,
    Person,
    PullRequest,
    Repository,
    RequiredCheck,
    Review,
    ReviewComment,
    Signature,
    Spell,
    TimelineEvent,
    World,
)
from pipelines.demo.world_checks import Attempt, CheckRun, CommitStatus, Job, Step, WorkflowRun
from pipelines.demo.world_flags import FlagEvent
from pipelines.demo.world_jira import JiraIssue, JiraSprint
from pipelines.demo.world_surroundings import (
    Deployment,
    DeploymentStatus,
    Environment,
    Package,
    Release,
    RuleEvaluation,
    Ruleset,
    RulesetVersion,
    RuleSuite,
    Surroundings,
    Team,
)

TOKEN = "demo-token-3f9a"
START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
OWNER = Account(1001, "acme", name="Acme AI")
ANA, BEN = Account(2001, "ana", name="Ana Alves"), Account(2002, "ben", name="Ben Brandt")
BOT = Account(3001, "dependabot[bot]", "Bot")
PULLS, RUNS = 34, 23


def at(hours: float) -> datetime:
    """So many hours after the start of the story."""
    return START + timedelta(hours=hours)


def person(account: Account, person_id: str) -> Person:
    """An engineer."""
    spell = Spell("platform", "L4", "", "2025-01-01")
    return Person(person_id, account.name, account, (f"{person_id}@acme.example",), f"5f{person_id}", (spell,))


def small_world(git_root: Path) -> World:
    """The organisation; its repositories lie below `git_root`."""
    world = World(7, OWNER, people=[person(ANA, "ana"), person(BEN, "ben")], bots=[BOT])
    for repository in repositories():
        world.repositories[repository.full_name] = repository
    _harness(world)
    _surroundings(world)
    _jira(world)
    _growthbook(world)
    write_repositories(world, git_root)
    return world


def repositories() -> list[Repository]:
    """One repository of every kind."""
    checks = (
        RequiredCheck("gate", 15368, "ruleset", 71),
        RequiredCheck("style", 15368, "ruleset", 71),
        RequiredCheck("safety", 15368, "ruleset", 72),
        RequiredCheck("legacy", 9, "classic"),
    )
    old = START - timedelta(days=400)
    return [
        Repository(501, "acme", "harness", old, at(90), "Eval harness", required_checks=checks, head="harness:2"),
        Repository(502, "acme", "harness-fork", old + timedelta(days=1), at(2), fork_of="acme/harness", head="harness-fork:1"),
        Repository(503, "acme", "from-template", old + timedelta(days=2), at(3), template="acme/starter", head="from-template:1"),
        Repository(504, "acme", "starter", old + timedelta(days=3), at(4), is_template=True, is_private=False, head="starter:1"),
        Repository(505, "acme", "empty", old + timedelta(days=4), at(5), is_empty=True),
        Repository(506, "acme", "vanished", old + timedelta(days=5), at(6), is_gone=True),
    ]


def _commit(world: World, mark: str, parents: tuple[str, ...], writes: dict[str, str], hours: float, account: Account = ANA) -> None:
    signature = Signature(account.name or account.login, f"{account.login}@acme.example")
    text = f"Change {mark}\n\nWhy it is needed.\n"
    world.commits[mark] = Commit(mark, "acme/" + mark.partition(":")[0], signature, at(hours), text, parents, writes, account=account)


def _harness(world: World) -> None:
    for name in ("harness", "harness-fork", "from-template", "starter"):
        _commit(world, f"{name}:1", (), {"README.md": f"# {name}\n"}, 0)
    for number in range(1, PULLS + 1):
        _pull(world, number)
    _commit(world, "harness:2", ("harness:1",), {"gate.py": "print('gate')\n"}, 60, BEN)
    for number in range(1, 6):
        world.issues.append(_issue(number))
    for number in range(1, RUNS + 1):
        world.runs.append(_run(number))
    for attempt, conclusion in enumerate(("failure", "success")):
        moment = at(10 + attempt)
        check = CheckRun(880 + attempt, "acme/harness", "harness:p1", "deepsource", 99, "deepsource", conclusion, moment, moment)
        world.check_runs.append(check)


def _pull(world: World, number: int) -> None:
    """Pull request `number`: 1 is merged with reviews and two commits, even ones are closed, odd ones open."""
    mark, opened = f"harness:p{number}", at(number)
    _commit(world, mark, ("harness:1",), {f"module_{number}.py": f"VALUE = {number}\n"}, number, BEN if number % 2 else ANA)
    pull = PullRequest(
        90_000_000_000 + number,
        "acme/harness",
        number,
        f"Change {number}",
        f"Body of {number}",
        BEN if number % 2 else ANA,
        f"topic-{number}",
        [mark],
        "harness:1",
        opened,
        opened + timedelta(hours=1),
        labels=("eval", "needs care"),
        files=[(f"module_{number}.py", "ADDED", 1, 0)],
    )
    if number % 2 == 0:
        pull.closed_at = pull.updated_at
    if number == 2:
        world.commits[mark].renames = (("README.md", "GUIDE.md"),)
        pull.files.append(("GUIDE.md", "RENAMED", 0, 0))
    if number == 1:
        _commit(world, "harness:p1b", (mark,), {"gate.py": "print('gate')\n"}, 2, BEN)
        pull.commits.append("harness:p1b")
        pull.files.append(("gate.py", "ADDED", 1, 0))
        pull.merged_at = pull.closed_at = at(60)
        pull.merged_by, pull.merge_commit = ANA, "harness:2"
        pull.reviews = [
            Review(4001, ANA, "CHANGES_REQUESTED", at(3), mark, "Please test it."),
            Review(4002, ANA, "APPROVED", at(5), "harness:p1b"),
        ]
        _discussion(world, pull)
    world.pull_requests.append(pull)


def _discussion(world: World, pull: PullRequest) -> None:
    """Comments and every kind of event on a pull request, and the statuses of its first commit."""
    _commit(world, "harness:lost", ("harness:1",), {"lost.py": "LOST = 1\n"}, 1.5, BEN)
    pull.lost_heads = ["harness:lost"]
    suggestion = "Shorter:\n```suggestion\nVALUE = 1\n```"
    pull.reviews[0].comments = [
        ReviewComment(5001, ANA, "module_1.py", suggestion, at(3), at(3), "harness:p1"),
        ReviewComment(5002, BEN, "module_1.py", "Done.", at(4), at(4), "harness:p1", in_reply_to=5001),
    ]
    pushed = {"before": "harness:lost", "after": "harness:p1"}
    named: list[tuple[EventKind, dict[str, Any]]] = [
        ("LabeledEvent", {"label": "eval"}),
        ("ConvertToDraftEvent", {}),
        ("HeadRefForcePushedEvent", pushed),
        ("BaseRefForcePushedEvent", pushed),
        ("ReadyForReviewEvent", {}),
        ("UnlabeledEvent", {"label": "eval"}),
        ("CrossReferencedEvent", {"source": ("acme/harness", 101)}),
        ("CrossReferencedEvent", {"source": ("acme/harness", 3)}),
        ("ConnectedEvent", {"source": ("acme/harness", 102)}),
        ("DisconnectedEvent", {"source": ("acme/harness", 102)}),
        ("BaseRefChangedEvent", {"previous_ref": "old", "current_ref": "main"}),
        ("ReviewDismissedEvent", {"review_id": 4001, "reason": "CHANGES_REQUESTED"}),
        ("ClosedEvent", {}),
        ("ReopenedEvent", {}),
        ("AutoMergeEnabledEvent", {}),
        ("AutoRebaseEnabledEvent", {}),
        ("AutoSquashEnabledEvent", {}),
        ("AutoMergeDisabledEvent", {"reason": "checks failed"}),
        ("AddedToMergeQueueEvent", {}),
        ("RemovedFromMergeQueueEvent", {"before": "harness:lost", "reason": "failed_checks"}),
        ("MergedEvent", {"after": "harness:2", "current_ref": "main"}),
        ("ClosedEvent", {}),
    ]
    pull.events = [TimelineEvent(6001 + place, kind, BEN, at(2 + place / 10), **fields) for place, (kind, fields) in enumerate(named)]
    for place, state in enumerate(("pending", "failure", "success")):
        world.statuses.append(CommitStatus(7001 + place, "acme/harness", "harness:p1", "ci/build", state, BOT, at(4 + place / 10)))


def _issue(number: int) -> Issue:
    opened = at(200 + number)
    closed = opened + timedelta(hours=1) if number % 2 else None
    issue = Issue(70_000 + number, "acme/harness", 100 + number, f"Bug {number}", "It fails.", ANA, opened, opened, closed, ("bug",))
    if number == 1:
        issue.events = [
            IssueEvent(6101, "AssignedEvent", ANA, at(201.1), assignee=BEN),
            IssueEvent(6102, "IssueComment", BEN, at(201.2)),
            IssueEvent(6103, "ClosedEvent", BEN, at(202)),
            IssueEvent(6104, "LabeledEvent", BOT, at(202.1), label="bug"),
        ]
    return issue


def _run(number: int) -> WorkflowRun:
    """Run `number` of pull request 1's head; run 3 was started three times."""
    conclusions = ("failure", "failure", "success") if number == 3 else ("success",)
    attempts = [_attempt(number, attempt, conclusion) for attempt, conclusion in enumerate(conclusions)]
    head = "harness:p1" if number <= 3 else "harness:2"
    workflow = ("Gate", ".github/workflows/gate.yml", "pull_request")
    return WorkflowRun(
        16_000_000_000 + number, "acme/harness", 61, *workflow, head, "topic-1", number, BEN, at(24 * number), attempts, (1,)
    )


def _attempt(number: int, place: int, conclusion: str) -> Attempt:
    start = at(24 * number + place)
    steps = [Step("Set up job", "success"), Step("Run evals", conclusion), Step("Upload", "skipped")]
    end = start + timedelta(minutes=6)
    job = Job(45_000_000_000 + 10 * number + place, "gate", conclusion, start, end, steps)
    path = "acme/harness/.github/workflows/gate.yml@refs/heads/main"
    return Attempt(conclusion, start, end, ANA if place else BEN, [job], ((path, "harness:1", "refs/heads/main"),))


def _surroundings(world: World) -> None:
    """One of everything that stands around the harness."""
    gate, style = RequiredCheck("gate", 15368, "ruleset", 71), RequiredCheck("style", 15368, "ruleset", 71)
    versions = (
        RulesetVersion(711, ANA, at(-500), (gate,)),
        RulesetVersion(712, BEN, at(48), (gate, style), workflows=(".github/workflows/gate.yml",)),
    )
    evaluations = (
        RuleEvaluation("Main", 71, "required_status_checks", "fail", 'Required status check "gate" is failing.'),
        RuleEvaluation("Main", 71, "workflows", "pass"),
    )
    queued = DeploymentStatus(8101, "in_progress", at(61), BOT)
    needs = Package("pypi", "acme-evals", "1.4.0", "pyproject.toml")
    tried = RulesetVersion(731, ANA, at(-400), (), (".github/workflows/gate.yml",), "evaluate")
    world.rulesets = [Ruleset(73, "Everywhere", (tried, RulesetVersion(732, ANA, at(-300), (), tried.workflows)), ("acme/starter",))]
    world.surroundings["acme/harness"] = Surroundings(
        rulesets=[Ruleset(71, "Main", versions)],
        suites=[
            RuleSuite(7501, ANA, "harness:1", "harness:2", at(60), "bypass", evaluations),
            RuleSuite(7502, BEN, "harness:1", "harness:2", at(59), "pass", evaluations[1:]),
        ],
        releases=[
            Release(7701, "v1.0.0", "harness:1", "First", ANA, at(1), at(2)),
            Release(7702, "v1.1.0", "harness:2", "Second", ANA, at(60), None, is_prerelease=True),
        ],
        deployments=[
            Deployment(8001, "harness:1", "main", "production", BOT, at(3), (queued, DeploymentStatus(8102, "failure", at(62), BOT))),
            Deployment(8002, "harness:2", "main", "production", BOT, at(61), (queued, DeploymentStatus(8103, "success", at(62), BOT))),
        ],
        environments=[Environment(8201, "production", at(0), reviewer=ANA, wait_minutes=5), Environment(8202, "staging", at(0))],
        packages=[
            ("harness:1", (needs, Package("pypi", "numpy", "2.1.0", "uv.lock", is_direct=False))),
            ("harness:2", (Package("pypi", "acme-evals", "1.5.0", "pyproject.toml"),)),
        ],
    )
    world.teams = [
        Team(9001, "platform", "Platform", ((ANA, "MAINTAINER"),), (("acme/harness", "ADMIN"),)),
        Team(9002, "evals", "Evals", ((BEN, "MEMBER"),), (("acme/harness", "WRITE"),), parent_id=9001),
    ]


def _jira(world: World) -> None:
    world.jira_projects = {"INC": (10001, "Incidents"), "ML": (10002, "Machine Learning")}
    world.jira_fields = {
        "customfield_10020": ("Sprint", "sprint"),
        "customfield_10050": ("Severity", "option"),
        "customfield_10051": ("Impact started", "datetime"),
    }
    world.jira_statuses = {"Open": ("1", "new"), "Done": ("5", "done")}
    world.jira_users = {
        "5fana": {"displayName": "Ana Alves", "emailAddress": "ana@acme.example", "active": True, "accountType": "atlassian"},
        "5fben": {"displayName": "Ben Brandt", "active": True, "accountType": "atlassian"},
    }
    world.jira_issues = [_jira_issue("INC", number) for number in range(1, 131)] + [_jira_issue("ML", 1)]
    world.jira_issues[4].is_broken = True


def _jira_issue(project: str, number: int) -> JiraIssue:
    created = at(number)
    issue = JiraIssue(
        (20_000 if project == "INC" else 30_000) + number,
        f"{project}-{number}",
        "Incident" if project == "INC" else "Epic",
        f"Trouble {number}",
        "It stopped.\nThen it started.",
        "Done" if number % 3 == 0 else "Open",
        "done" if number % 3 == 0 else "new",
        "High",
        "5fana",
        "5fben" if number % 2 else "",
        created,
        created + timedelta(minutes=30),
        created + timedelta(minutes=30) if number % 3 == 0 else None,
        "Fixed" if number % 3 == 0 else "",
        labels=("eval",),
        fields={"customfield_10050": "Sev 1", "customfield_10051": created},
    )
    if (project, number) == ("INC", 7):
        issue.history = [_history(place, created) for place in range(55)]
        issue.comments = [_comment(place, created) for place in range(25)]
        link = {"id": 801, "type": "Problem/Incident", "inward": "is caused by", "outward": "causes"}
        issue.links = [{**link, "direction": "inward", "key": "ML-1"}]
        issue.remote_links = [{"id": 901, "relationship": "post-mortem", "url": "https://wiki.acme.example/7", "title": "What happened"}]
        issue.parent = "ML-1"
    if (project, number) == ("INC", 8):
        first = JiraSprint(3, "Week 3, second half", 7, ends_at=at(170), started_at=at(0), completed_at=at(175))
        issue.fields["customfield_10020"] = [first, JiraSprint(4, "Week 4", 7, ends_at=at(340), started_at=at(175))]
    return issue


def _history(place: int, created: datetime) -> dict[str, object]:
    item = {"field": "status", "fieldId": "status", "from": "1", "fromString": "Open", "to": str(place), "toString": f"State {place}"}
    return {"id": 31_000 + place, "author": "5fben", "created": created + timedelta(seconds=place), "items": [item]}


def _comment(place: int, created: datetime) -> dict[str, object]:
    moment = created + timedelta(seconds=place)
    return {"id": 63_000 + place, "author": "5fana", "created": moment, "updated": moment, "body": f"Note {place}"}


def _growthbook(world: World) -> None:
    world.growthbook_experiments = [
        {"id": f"exp_{number:02}", "name": f"Experiment {number}", "phases": [{"name": "Main"}, {"name": "90/10"}]} for number in range(23)
    ]
    world.growthbook_results = {"exp_00/0": {"id": "snp_1", "experimentId": "exp_00", "phase": "0", "results": []}}
    world.flag_events = [
        FlagEvent(1, "feature-created", "hints", "ana@acme.example", at(0)),
        FlagEvent(2, "feature-strategy-add", "hints", "ana@acme.example", at(1), "production", share_after=25),
        FlagEvent(3, "feature-environment-enabled", "hints", "ana@acme.example", at(24), "production"),
        FlagEvent(4, "feature-archived", "hints", "ben@acme.example", at(48)),
    ]
    world.growthbook_metrics = [{"id": "met_hit", "name": "Hit@1", "type": "binomial"}]
    world.growthbook_settings = {"pValueThreshold": 0.05, "pValueCorrection": "holm-bonferroni"}


def write_repositories(world: World, git_root: Path) -> None:
    """Bare repositories of the world's commits; fills `world.shas`."""
    for repository in world.repositories.values():
        bare = git_root / f"{repository.full_name}.git"
        git(None, "init", "--quiet", "--bare", "--initial-branch=main", str(bare))
        commits = [commit for commit in world.commits.values() if commit.repository == repository.full_name]
        if commits:
            marks = {commit.mark: number for number, commit in enumerate(commits, start=1)}
            stream = "".join(_fast_import(commit, marks, repository.head) for commit in commits)
            git(bare, "fast-import", "--quiet", "--export-marks=marks", stdin=stream)
            exported = dict(line.split() for line in (bare / "marks").read_text().splitlines())
            world.shas |= {mark: exported[f":{number}"] for mark, number in marks.items()}


def _fast_import(commit: Commit, marks: dict[str, int], head: str) -> str:
    ref = "refs/heads/main" if commit.mark == head else f"refs/heads/at-{marks[commit.mark]}"
    who = f"{commit.author.name} <{commit.author.email}> {int(commit.authored_at.timestamp())} +0000"
    lines = [f"commit {ref}", f"mark :{marks[commit.mark]}", f"author {who}", f"committer {who}"]
    lines += [f"data {len(commit.message.encode())}", commit.message]
    lines += [f"{verb} :{marks[parent]}" for verb, parent in zip(("from", "merge"), commit.parents, strict=False)]
    for path, content in commit.writes.items():
        lines += [f"M 100644 inline {path}", f"data {len(content.encode())}", content]
    lines += [f"R {old} {new}" for old, new in commit.renames]
    return "\n".join(lines) + "\n\n"


def git(where: Path | None, *arguments: str, stdin: str = "") -> str:
    """Run git; its output."""
    place = ["-C", str(where)] if where else []
    done = subprocess.run(["git", *place, *arguments], input=stdin, capture_output=True, text=True, check=True)
    return done.stdout
