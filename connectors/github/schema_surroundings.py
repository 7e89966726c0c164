"""Contracts of the raw GitHub tables about a repository's surroundings: rules, releases, deployments, teams, dependencies, access."""

import pandera.polars as pa

from connectors.contract import Table, boolean, integer, text, timestamp

REPOSITORY_ID = "Numeric id of the repository"


def actor(prefix: str) -> dict[str, pa.Column]:
    """Id, login and type of an account; all null where the account was deleted."""
    return {
        f"{prefix}_id": integer(about="Numeric GitHub account id; it survives renames"),
        f"{prefix}_login": text(about="Login at the time of reading, in REST's spelling (`dependabot[bot]`)"),
        f"{prefix}_type": text(about="User, Bot, Mannequin or Organization"),
    }


BRANCH_RULE_SNAPSHOTS = Table(
    name="branch_rule_snapshots",
    grain="the rules of a default branch as they were found different from the reading before",
    key=("repository_id", "branch", "observed_at"),
    columns={
        "repository_id": integer(null=False, about=REPOSITORY_ID),
        "branch": text(null=False, about="Default branch"),
        "observed_at": timestamp(null=False, about="When this content was first found; it is valid until the next row of the branch"),
        "rules": text(about="JSON list of the rules in force by rulesets, with their parameters; null where they were refused"),
        "rules_state": text(null=False, one_of=("read", "none", "refused"), about="Whether there are rules, and whether they may be read"),
        "classic": text(about="JSON of classic branch protection; null where there is none or it was refused"),
        "classic_state": text(null=False, one_of=("read", "none", "refused"), about="The same for classic branch protection"),
    },
)

RULESET_VERSIONS = Table(
    name="ruleset_versions",
    grain="one version of one ruleset that was in force on a default branch when it was read",
    key=("ruleset_id", "version_id"),
    columns={
        "ruleset_id": integer(null=False, about="Numeric id of the ruleset"),
        "version_id": integer(null=False, about="Numeric id of the version; grows with time"),
        "repository_id": integer(null=False, about="Repository that it was read through; one of several for a ruleset of an organisation"),
        "source": text(about="Repository, Organization or Enterprise: whose ruleset it is"),
        "name": text(about="Name of the ruleset in this version"),
        "enforcement": text(about="active, evaluate or disabled"),
        "actor_id": integer(about="Account that made the version"),
        "updated_at": timestamp(null=False, about="When the version came into force; the next version ends it"),
        "state": text(about="JSON of the whole ruleset in this version; null where the versions may be listed and not read"),
    },
)

RULE_SUITES = Table(
    name="rule_suites",
    grain="one push or merge that went past rules by a bypass",
    key=("rule_suite_id",),
    columns={
        "rule_suite_id": integer(null=False, about="Numeric id of the evaluation of all rules"),
        "repository_id": integer(null=False, about=REPOSITORY_ID),
        "actor_id": integer(about="Account that pushed or merged; null for a deleted one"),
        "actor_login": text(about="Its login at the time"),
        "before_sha": text(about="Branch before"),
        "after_sha": text(about="Branch after"),
        "ref": text(about="Full name of the ref, such as `refs/heads/main`"),
        "pushed_at": timestamp(null=False, about="When it happened"),
        "result": text(one_of=("pass", "fail", "bypass"), about="What came of the active rules"),
        "evaluation_result": text(one_of=("pass", "fail", "bypass"), about="What would have come of rules that are only evaluated"),
        "rule_evaluations": text(about="JSON list of {rule_source, enforcement, result, rule_type, details}"),
    },
    pii=("actor_login",),
)

RELEASES = Table(
    name="releases",
    grain="one release",
    key=("release_id",),
    columns={
        "release_id": integer(null=False, about="Numeric id of the release"),
        "repository_id": integer(null=False, about=REPOSITORY_ID),
        "tag_name": text(about="Tag that it stands on"),
        "tag_sha": text(about="Commit of that tag; null for a draft whose tag does not exist yet"),
        "name": text(about="Title"),
        "is_draft": boolean(about="Not published yet"),
        "is_prerelease": boolean(about="Marked as not ready for production"),
        **actor("author"),
        "created_at": timestamp(about="When it was made"),
        "published_at": timestamp(about="When it was published; null for a draft"),
        "url": text(about="Its page"),
    },
    pii=("author_login",),
)

DEPLOYMENTS = Table(
    name="deployments",
    grain="one deployment of one commit to one environment, as last seen",
    key=("deployment_id",),
    columns={
        "deployment_id": integer(null=False, about="Numeric id of the deployment"),
        "repository_id": integer(null=False, about=REPOSITORY_ID),
        "sha": text(about="Commit that was deployed"),
        "ref": text(about="Branch or tag that it was asked for by; null where it is gone"),
        "task": text(about="deploy, or the caller's own word"),
        "environment": text(about="Name of the environment"),
        **actor("creator"),
        "created_at": timestamp(null=False, about="When it was asked for"),
        "updated_at": timestamp(about="Last change"),
        "state": text(about="Present state, in lower case: success, failure, inactive, ..."),
    },
    pii=("creator_login",),
)

DEPLOYMENT_STATUSES = Table(
    name="deployment_statuses",
    grain="one status that one deployment was given",
    key=("deployment_status_id",),
    columns={
        "deployment_status_id": text(null=False, about="Global id of the status"),
        "deployment_id": integer(null=False, about="Numeric id of the deployment"),
        "repository_id": integer(null=False, about=REPOSITORY_ID),
        "state": text(about="pending, queued, in_progress, success, failure, error, inactive or waiting"),
        **actor("creator"),
        "created_at": timestamp(about="When it was given"),
        "environment": text(about="Environment of the status, where it names one"),
    },
    pii=("creator_login",),
)

ENVIRONMENTS = Table(
    name="environments",
    grain="one environment that a repository deploys to",
    key=("environment_id",),
    columns={
        "environment_id": integer(null=False, about="Numeric id of the environment"),
        "repository_id": integer(null=False, about=REPOSITORY_ID),
        "name": text(about="Name of the environment"),
        "protection_rules": text(about="JSON list of {type, timeout, prevent_self_review, reviewers}"),
    },
    census=True,
)

LABELS = Table(
    name="labels",
    grain="one label of a repository's issues and pull requests",
    key=("label_id",),
    columns={
        "label_id": text(null=False, about="Global id of the label"),
        "repository_id": integer(null=False, about=REPOSITORY_ID),
        "name": text(about="Name of the label"),
        "description": text(about="What it is for"),
    },
    census=True,
)

TEAMS = Table(
    name="teams",
    grain="one team of an organisation",
    key=("team_id",),
    columns={
        "team_id": integer(null=False, about="Numeric id of the team"),
        "organisation_login": text(about="Login of the organisation"),
        "slug": text(about="Name as addresses and CODEOWNERS write it"),
        "name": text(about="Name of the team"),
        "parent_team_id": integer(about="Team that it is part of"),
    },
    census=True,
)

TEAM_MEMBERS = Table(
    name="team_members",
    grain="one account in one team, by itself and not through a team below it",
    key=("team_id", "user_id"),
    columns={
        "team_id": integer(null=False, about="Numeric id of the team"),
        "user_id": integer(null=False, about="Numeric id of the account"),
        "login": text(about="Login at the time of reading"),
        "role": text(one_of=("member", "maintainer"), about="Role in the team"),
    },
    census=True,
    pii=("login",),
)

TEAM_REPOSITORIES = Table(
    name="team_repositories",
    grain="one repository that one team may work in",
    key=("team_id", "repository_id"),
    columns={
        "team_id": integer(null=False, about="Numeric id of the team"),
        "repository_id": integer(null=False, about=REPOSITORY_ID),
        "permission": text(about="read, triage, write, maintain or admin"),
    },
    census=True,
)

DEPENDENCY_PACKAGES = Table(
    name="dependency_packages",
    grain="one package in a repository's dependency graph, by its SBOM of the default branch",
    key=("repository_id", "package_url"),
    columns={
        "repository_id": integer(null=False, about=REPOSITORY_ID),
        "package_url": text(null=False, about="purl; `pkg:generic/<name>` made up from the name where the SBOM gives none"),
        "ecosystem": text(about="Type of the purl, such as pypi, npm or githubactions"),
        "name": text(about="Name of the package"),
        "version": text(about="Version or range, as the manifest has it"),
        "relationship": text(one_of=("direct", "transitive", "unknown"), about="Whether the repository itself depends on it"),
    },
    census=True,
)

DEPENDENCY_CHANGES = Table(
    name="dependency_changes",
    grain="one package added to or removed from one manifest between two heads of the default branch",
    key=("repository_id", "base_sha", "head_sha", "manifest", "package_url", "change_type"),
    columns={
        "repository_id": integer(null=False, about=REPOSITORY_ID),
        "base_sha": text(null=False, about="Head of the default branch at the reading before"),
        "head_sha": text(null=False, about="Its head at this reading"),
        "manifest": text(null=False, about="Path of the manifest"),
        "package_url": text(null=False, about="purl; `pkg:generic/<name>` made up from the name where GitHub gives none"),
        "change_type": text(null=False, one_of=("added", "removed"), about="A changed version is one removed and one added"),
        "ecosystem": text(about="Ecosystem in GitHub's words, such as pip, npm or actions"),
        "name": text(about="Name of the package"),
        "version": text(about="Version or range"),
        "scope": text(one_of=("unknown", "runtime", "development"), about="What it is needed for"),
        "observed_at": timestamp(null=False, about="When the comparison was read"),
    },
)

ACCESS_GAPS = Table(
    name="access_gaps",
    grain="one thing that the credential may not read now",
    key=("repository_id", "subject"),
    columns={
        "repository_id": integer(null=False, about="Numeric id of the repository; 0 for what belongs to an organisation"),
        "subject": text(null=False, about="What could not be read, such as `classic branch protection`"),
        "endpoint": text(about="Address below the API that was refused"),
        "status": integer(about="HTTP status of the refusal; 200 where GraphQL refused a field"),
        "missing_permission": text(about="Right that is missing, as GitHub or its documentation names it, such as `Administration: read`"),
        "hint": text(about="What is missing from the warehouse by it, and what to do"),
        "observed_at": timestamp(null=False, about="When it was first refused"),
    },
    census=True,
)

REPOSITORY_LIFECYCLE = Table(
    name="repository_lifecycle",
    grain="one change in what became of one repository",
    key=("repository_id", "state", "observed_at"),
    columns={
        "repository_id": integer(null=False, about=REPOSITORY_ID),
        "state": text(
            null=False,
            one_of=(
                *("live", "archived", "unarchived", "renamed", "transferred", "made_private", "made_public"),
                *("deleted", "access_lost", "name_reassigned", "restored"),
            ),
            about="What it became",
        ),
        "observed_at": timestamp(null=False, about="Reading that noticed it; the change lies between it and the reading before"),
        "full_name": text(about="Name of the repository before the change; for `live` and `restored` its name then"),
        "detail": text(about="New name, or what the finding rests on, in words"),
        "source_url": text(about="Address where it was found out"),
    },
)

SURROUNDINGS = (
    BRANCH_RULE_SNAPSHOTS,
    RULESET_VERSIONS,
    RULE_SUITES,
    RELEASES,
    DEPLOYMENTS,
    DEPLOYMENT_STATUSES,
    ENVIRONMENTS,
    LABELS,
    TEAMS,
    TEAM_MEMBERS,
    TEAM_REPOSITORIES,
    DEPENDENCY_PACKAGES,
    DEPENDENCY_CHANGES,
    ACCESS_GAPS,
    REPOSITORY_LIFECYCLE,
)
