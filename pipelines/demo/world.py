"""What the demo organisation consists of: plain data, no behaviour beyond look-ups.

Story modules fill a `World`; `git_repos` turns its commits into real bare repositories and records their shas; the servers
and the eval-log writer render it. Commits are named by marks (`eval-harness:12`) until they have shas.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from pipelines.demo.world_checks import CheckRun, CommitStatus, WorkflowRun
from pipelines.demo.world_evals import EvalRun
from pipelines.demo.world_flags import FlagEvent
from pipelines.demo.world_jira import JiraIssue
from pipelines.demo.world_packets import Packet
from pipelines.demo.world_surroundings import Account, RequiredCheck, Ruleset, Surroundings, Team


@dataclass(frozen=True)
class Spell:
    """A person's time in one team, at one level, under one manager. Dates are ISO days; `until` is exclusive."""

    team: str
    level: str
    manager: str
    start: str
    until: str = ""


@dataclass(frozen=True)
class Person:
    """An engineer with every account that is theirs; `listed_*` is the part that people.csv knows."""

    person_id: str
    name: str
    account: Account
    emails: tuple[str, ...]
    jira_id: str
    spells: tuple[Spell, ...]
    other_accounts: tuple[Account, ...] = ()
    other_logins: tuple[str, ...] = ()
    """As written in people.csv: `evals:ana`, `experiments:ana@acme.example`."""
    listed_emails: tuple[str, ...] = ()
    listed_accounts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Signature:
    """Who a git commit says made it."""

    name: str
    email: str


@dataclass
class Commit:
    """One commit on its way into a bare repository."""

    mark: str
    repository: str
    author: Signature
    authored_at: datetime
    message: str
    """May name another commit as `{sha:<mark>}` until the bare repositories exist, like every text of a pull request or issue."""
    parents: tuple[str, ...]
    writes: dict[str, str] = field(default_factory=dict)
    """Path to whole new content."""
    deletes: tuple[str, ...] = ()
    renames: tuple[tuple[str, str], ...] = ()
    committer: Signature | None = None
    committed_at: datetime | None = None
    account: Account | None = None
    """GitHub account that the commit's e-mail is verified for, if any."""


@dataclass
class Repository:
    """One GitHub repository and where its bare copy lies."""

    repository_id: int
    owner: str
    name: str
    created_at: datetime
    pushed_at: datetime
    description: str = ""
    default_branch: str = "main"
    is_private: bool = True
    fork_of: str = ""
    """Full name of the repository that it was forked from."""
    template: str = ""
    """Full name of the template repository that it was generated from."""
    is_template: bool = False
    is_archived: bool = False
    is_empty: bool = False
    is_gone: bool = False
    """Listed, but answers 404: it vanished between the listing and the reading."""
    is_hidden: bool = False
    """Counted by its owner, but neither listed nor readable: the credential lost its access."""
    required_checks: tuple[RequiredCheck, ...] = ()
    head: str = ""
    """Mark of the default branch's last commit."""
    branches: dict[str, str] = field(default_factory=dict)
    """Other branches: name to mark."""
    tags: dict[str, str] = field(default_factory=dict)
    """Tag to mark."""
    former_names: tuple[str, ...] = ()
    """Full names that it had before it was renamed or moved."""

    @property
    def is_readable(self) -> bool:
        """It answers when asked for."""
        return not (self.is_gone or self.is_hidden)

    @property
    def full_name(self) -> str:
        """`owner/name`."""
        return f"{self.owner}/{self.name}"


@dataclass
class ReviewComment:
    """One comment of a review on a line of the diff."""

    comment_id: int
    account: Account
    path: str
    body: str
    created_at: datetime
    updated_at: datetime
    commit: str
    """Mark of the head that it was written on."""
    in_reply_to: int = 0


@dataclass
class Review:
    """One submitted review."""

    review_id: int
    account: Account
    state: Literal["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED"]
    submitted_at: datetime
    commit: str
    body: str = ""
    updated_at: datetime | None = None
    """Its last change, where it was edited or dismissed."""
    edited_at: datetime | None = None
    comments: list[ReviewComment] = field(default_factory=list)


EventKind = Literal[
    "AddedToMergeQueueEvent",
    "AutoMergeDisabledEvent",
    "AutoMergeEnabledEvent",
    "AutoRebaseEnabledEvent",
    "AutoSquashEnabledEvent",
    "BaseRefChangedEvent",
    "BaseRefForcePushedEvent",
    "ClosedEvent",
    "ConnectedEvent",
    "ConvertToDraftEvent",
    "CrossReferencedEvent",
    "DisconnectedEvent",
    "HeadRefForcePushedEvent",
    "LabeledEvent",
    "MergedEvent",
    "ReadyForReviewEvent",
    "RemovedFromMergeQueueEvent",
    "ReopenedEvent",
    "ReviewDismissedEvent",
    "UnlabeledEvent",
]


@dataclass
class TimelineEvent:
    """One event of a pull request's timeline; `kind` is its type in GraphQL, and the other fields are those that the type has."""

    event_id: int
    kind: EventKind
    account: Account | None
    created_at: datetime
    before: str = ""
    """Mark of the head before a push, or of the trial merge that left the merge queue."""
    after: str = ""
    """Mark of the head after a push, or of the commit that a merge made."""
    reason: str = ""
    label: str = ""
    previous_ref: str = ""
    current_ref: str = ""
    review_id: int = 0
    """Review that was dismissed; `reason` is its state before."""
    source: tuple[str, int] | None = None
    """Repository and number of the issue or pull request that refers to this one."""


@dataclass
class PullRequest:
    """One pull request; `commits` are the PR's own, also when they were squashed."""

    pull_request_id: int
    repository: str
    number: int
    title: str
    body: str
    account: Account
    head_ref: str
    commits: list[str]
    base: str
    """Mark of the base branch's commit that it started from."""
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None = None
    merged_at: datetime | None = None
    merged_by: Account | None = None
    merge_commit: str = ""
    is_draft: bool = False
    labels: tuple[str, ...] = ()
    reviews: list[Review] = field(default_factory=list)
    files: list[tuple[str, str, int, int]] = field(default_factory=list)
    """Path, ADDED|MODIFIED|DELETED|RENAMED, lines added, lines deleted."""
    events: list[TimelineEvent] = field(default_factory=list)
    """Its timeline, oldest first."""
    lost_heads: list[str] = field(default_factory=list)
    """Marks of heads that force pushes took away, and of the merge queue's trials: git keeps them, the pull request does not list them."""
    requires: tuple[str, ...] = ()
    """Checks that GitHub requires of it although the rules of the default branch do not list them."""

    @property
    def head(self) -> str:
        """Mark of the last commit of the branch."""
        return self.commits[-1]


IssueEventKind = Literal["AssignedEvent", "ClosedEvent", "IssueComment", "LabeledEvent", "ReopenedEvent"]


@dataclass
class IssueEvent:
    """One event of an issue's timeline, or a comment on it; `kind` is its type in GraphQL."""

    event_id: int
    kind: IssueEventKind
    account: Account
    created_at: datetime
    label: str = ""
    assignee: Account | None = None


@dataclass
class Issue:
    """One GitHub issue."""

    issue_id: int
    repository: str
    number: int
    title: str
    body: str
    account: Account
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None = None
    labels: tuple[str, ...] = ()
    events: list[IssueEvent] = field(default_factory=list)
    """Of its timeline, comments among them, oldest first."""


@dataclass
class OnCallShift:
    """One time that somebody was on call; without an end it still lasts."""

    schedule: str
    account: str
    """E-mail address."""
    started_at: datetime
    ended_at: datetime | None = None


@dataclass
class Incident:
    """What the story knows of one incident, for the truth file."""

    key: str
    cause_pull_request: tuple[str, int] | None
    is_eval_attributable: str
    is_covered: bool


@dataclass
class World:
    """The whole organisation."""

    seed: int
    owner: Account
    people: list[Person] = field(default_factory=list)
    bots: list[Account] = field(default_factory=list)
    outsiders: list[Account] = field(default_factory=list)
    """Accounts that act here but that people.csv does not know."""
    repositories: dict[str, Repository] = field(default_factory=dict)
    """By full name."""
    commits: dict[str, Commit] = field(default_factory=dict)
    """By mark, parents before children."""
    pull_requests: list[PullRequest] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    gone_issues: dict[str, str] = field(default_factory=dict)
    """`owner/name#number` of issues that were there once, to where they were transferred; empty for deleted ones."""
    runs: list[WorkflowRun] = field(default_factory=list)
    check_runs: list[CheckRun] = field(default_factory=list)
    statuses: list[CommitStatus] = field(default_factory=list)
    surroundings: dict[str, Surroundings] = field(default_factory=dict)
    """Rules, releases, deployments and packages, by full name of the repository."""
    rulesets: list[Ruleset] = field(default_factory=list)
    """Rulesets of the organisation itself."""
    teams: list[Team] = field(default_factory=list)
    refused: dict[str, frozenset[str]] = field(default_factory=dict)
    """Rights that the credential lacks, such as `administration`, by full name of a repository or by login of the owner."""
    jira_projects: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Key to numeric id and name."""
    jira_users: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Account id to `{"displayName", "emailAddress" or missing, "active", "accountType"}`."""
    jira_statuses: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Name of a status to its numeric id and category."""
    jira_issues: list[JiraIssue] = field(default_factory=list)
    eval_runs: list[EvalRun] = field(default_factory=list)
    jira_fields: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Custom field id to its name and its schema type (`option`, `datetime`, `string`, `sprint`)."""
    growthbook_metrics: list[dict[str, Any]] = field(default_factory=list)
    """In the API's own shape (`GET /metrics`)."""
    growthbook_settings: dict[str, Any] = field(default_factory=dict)
    """In the API's own shape (`GET /settings`, its `settings`)."""
    growthbook_experiments: list[dict[str, Any]] = field(default_factory=list)
    """In the API's own shape."""
    growthbook_results: dict[str, dict[str, Any]] = field(default_factory=dict)
    """`<experiment id>/<phase>` to the results answer's `result`."""
    flag_events: list[FlagEvent] = field(default_factory=list)
    """What was done to feature flags, oldest first."""
    experiment_files: dict[str, str] = field(default_factory=dict)
    """File name to content, for the `files` experiment store."""
    register_files: dict[str, str] = field(default_factory=dict)
    """File name to content, of the registers."""
    label_files: dict[str, str] = field(default_factory=dict)
    """File name to content, of the label sets."""
    packets: list[Packet] = field(default_factory=list)
    packet_files: dict[str, str] = field(default_factory=dict)
    """File name to content, of the folder of packets."""
    document_files: dict[str, str] = field(default_factory=dict)
    """Path to content, of the folder of documents."""
    incidents: list[Incident] = field(default_factory=list)
    on_call_shifts: list[OnCallShift] = field(default_factory=list)
    artifacts: list[dict[str, Any]] = field(default_factory=list)
    """The `[[artifacts]]` of fulcrum.toml."""
    people_csv: str = ""
    splits_csv: str = ""
    truth: dict[str, Any] = field(default_factory=dict)
    shas: dict[str, str] = field(default_factory=dict)
    """Mark to sha, once the bare repositories exist."""

    def around(self, full_name: str) -> Surroundings:
        """What stands around a repository; nothing where nothing was said."""
        return self.surroundings.get(full_name) or Surroundings()

    def lacks(self, right: str, where: str) -> bool:
        """Whether the credential lacks a right in a repository or an organisation."""
        return right in self.refused.get(where, ())

    def sha(self, mark: str) -> str:
        """The sha of a marked commit."""
        return self.shas[mark]

    def account(self, login: str) -> Account:
        """The account of a login, among people, bots and outsiders."""
        owned = [account for person in self.people for account in (person.account, *person.other_accounts)]
        return next(account for account in (self.owner, *owned, *self.bots, *self.outsiders) if account.login == login)
