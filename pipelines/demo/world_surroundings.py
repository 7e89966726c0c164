"""What stands around a repository of the demo organisation: rules with their history, bypasses, releases, deployments, teams, packages.

Plain data like `world.py`; commits are named by marks.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal


@dataclass(frozen=True)
class Account:
    """A GitHub account."""

    user_id: int
    login: str
    kind: Literal["User", "Bot"] = "User"
    name: str = ""


@dataclass(frozen=True)
class RequiredCheck:
    """A check that a branch rule requires before merging."""

    context: str
    app_id: int
    how: Literal["ruleset", "classic"] = "ruleset"
    ruleset_id: int = 0


@dataclass(frozen=True)
class RulesetVersion:
    """One version of a ruleset: in force from `updated_at` until the next one."""

    version_id: int
    account: Account
    updated_at: datetime
    checks: tuple[RequiredCheck, ...]
    workflows: tuple[str, ...] = ()
    """Paths of required workflows, in the repository itself."""
    enforcement: Literal["active", "evaluate", "disabled"] = "active"


@dataclass(frozen=True)
class Ruleset:
    """A ruleset with its versions, oldest first; the newest agrees with the required checks of its repository."""

    ruleset_id: int
    name: str
    versions: tuple[RulesetVersion, ...]
    covers: tuple[str, ...] = ()
    """Full names of the repositories that an organisation's ruleset covers; empty for a repository's own."""


@dataclass(frozen=True)
class RuleEvaluation:
    """What came of one rule at one push."""

    ruleset: str
    ruleset_id: int
    rule_type: str
    result: Literal["pass", "fail"]
    details: str = ""


@dataclass(frozen=True)
class RuleSuite:
    """All rules evaluated at one push or merge; `before` and `after` are marks."""

    suite_id: int
    account: Account
    before: str
    after: str
    pushed_at: datetime
    result: Literal["pass", "fail", "bypass"]
    evaluations: tuple[RuleEvaluation, ...]


@dataclass(frozen=True)
class Release:
    """One release of a commit."""

    release_id: int
    tag: str
    commit: str
    name: str
    account: Account
    created_at: datetime
    published_at: datetime | None = None
    is_prerelease: bool = False


@dataclass(frozen=True)
class DeploymentStatus:
    """One state that a deployment was given."""

    status_id: int
    state: Literal["queued", "in_progress", "success", "failure", "error", "inactive", "pending", "waiting"]
    created_at: datetime
    account: Account


@dataclass(frozen=True)
class Deployment:
    """One deployment of a commit; its statuses oldest first."""

    deployment_id: int
    commit: str
    ref: str
    environment: str
    account: Account
    created_at: datetime
    statuses: tuple[DeploymentStatus, ...] = ()


@dataclass(frozen=True)
class Environment:
    """An environment that is deployed to, and who must approve that: a person's account, if any."""

    environment_id: int
    name: str
    created_at: datetime
    reviewer: Account | None = None
    wait_minutes: int = 0


@dataclass(frozen=True)
class Package:
    """A package in a dependency graph."""

    ecosystem: str
    name: str
    version: str
    manifest: str
    is_direct: bool = True

    @property
    def url(self) -> str:
        """Its purl."""
        return f"pkg:{self.ecosystem}/{self.name}@{self.version}"


@dataclass
class Surroundings:
    """Everything around one repository."""

    rulesets: list[Ruleset] = field(default_factory=list)
    suites: list[RuleSuite] = field(default_factory=list)
    releases: list[Release] = field(default_factory=list)
    deployments: list[Deployment] = field(default_factory=list)
    environments: list[Environment] = field(default_factory=list)
    packages: list[tuple[str, tuple[Package, ...]]] = field(default_factory=list)
    """Mark of the commit from which on the repository needs these packages, oldest first."""


@dataclass(frozen=True)
class Team:
    """A team of the organisation: accounts with their roles, and repositories by full name with what it may do there."""

    team_id: int
    slug: str
    name: str
    members: tuple[tuple[Account, Literal["MEMBER", "MAINTAINER"]], ...]
    repositories: tuple[tuple[str, Literal["READ", "TRIAGE", "WRITE", "MAINTAIN", "ADMIN"]], ...] = ()
    parent_id: int = 0
    is_hidden: bool = False
    """Counted by the organisation, but its place in a listing is empty: the credential may not read it."""
