"""GraphQL texts about repositories' surroundings and about teams; all fields are in GitHub's public schema.

Points by GitHub's formula are requests / 100, one request for each connection and node around it.
"""

from connectors.github.pull_request_queries import ACTOR

REPOSITORIES_A_REQUEST = 25
"""A repository is 14 requests (one each for releases, deployments, labels, environments and rulesets, and the statuses of ten
deployments) and at most 350 nodes: 25 of them are 350 requests, which is 4 points, and 8,750 nodes of the 500,000 allowed. Nothing
changed therefore costs 0.04 requests and 0.14 points a repository."""

_RELEASE = """
fragment release on Release {
  databaseId
  tagName
  tagCommit { oid }
  name
  isDraft
  isPrerelease
  author { ...actor }
  createdAt
  updatedAt
  publishedAt
  url
}
"""

_STATUS = """
fragment deploymentStatus on DeploymentStatus { id state createdAt environment creator { ...actor } }
"""

_DEPLOYMENT = """
fragment deployment on Deployment {
  id
  databaseId
  commitOid
  ref { name }
  task
  environment
  state
  createdAt
  updatedAt
  creator { ...actor }
  statuses(first: 10) { totalCount pageInfo { hasNextPage endCursor } nodes { ...deploymentStatus } }
}
"""

_LABEL = """
fragment label on Label { id name description url }
"""

SURROUNDINGS = (
    """
query Surroundings($ids: [ID!]!, $releases: Boolean! = true, $deployments: Boolean! = true) {
  nodes(ids: $ids) {
    ... on Repository {
      databaseId
      defaultBranchRef {
        name
        target { oid }
        refUpdateRule { pattern requiredStatusCheckContexts requiredApprovingReviewCount requiresCodeOwnerReviews }
        branchProtectionRule {
          id
          pattern
          isAdminEnforced
          requiresStatusChecks
          requiresStrictStatusChecks
          requiredStatusCheckContexts
          requiredApprovingReviewCount
          requiresCodeOwnerReviews
          requiredDeploymentEnvironments
          restrictsPushes
        }
      }
      releases(first: 10, orderBy: {field: CREATED_AT, direction: DESC}) @include(if: $releases) {
        totalCount
        pageInfo { hasNextPage endCursor }
        nodes { ...release }
      }
      deployments(first: 10, orderBy: {field: CREATED_AT, direction: DESC}) @include(if: $deployments) {
        totalCount
        pageInfo { hasNextPage endCursor }
        nodes { ...deployment }
      }
      labels(first: 100) { totalCount pageInfo { hasNextPage endCursor } nodes { ...label } }
      environments { totalCount }
      rulesets(first: 50, includeParents: true) { totalCount nodes { databaseId updatedAt enforcement } }
    }
  }
}
"""
    + ACTOR
    + _RELEASE
    + _STATUS
    + _DEPLOYMENT
    + _LABEL
)


LEFT_OUT_WHERE_REFUSED = ("releases", "deployments")
"""Fields that are never null: where one is refused the whole repository is null, and it is asked again without them."""


def _more(connection: str, fragment: str, size: int, *definitions: str) -> str:
    """Query for the further pages of one connection of one repository, newest first where it has an order."""
    order = "" if connection == "labels" else ", orderBy: {field: CREATED_AT, direction: DESC}"
    return f"""
query MoreSurroundings($owner: String!, $name: String!, $after: String) {{
  repository(owner: $owner, name: $name) {{
    databaseId
    {connection}(first: {size}, after: $after{order}) {{
      totalCount
      pageInfo {{ hasNextPage endCursor }}
      nodes {{ ...{fragment} }}
    }}
  }}
}}
""" + "".join(definitions)


MORE_SURROUNDINGS = {
    "releases": _more("releases", "release", 100, _RELEASE, ACTOR),
    # 50 deployments with their statuses are 51 requests: one point.
    "deployments": _more("deployments", "deployment", 50, _DEPLOYMENT, _STATUS, ACTOR),
    "labels": _more("labels", "label", 100, _LABEL),
}
"""Further pages by connection."""

MORE_STATUSES = (
    """
query MoreDeploymentStatuses($deployment: ID!, $after: String) {
  node(id: $deployment) {
    ... on Deployment {
      statuses(first: 100, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes { ...deploymentStatus } }
    }
  }
}
"""
    + _STATUS
    + ACTOR
)
"""Further statuses of one deployment."""

TEAMS_A_REQUEST = 50
TEAMS = """
query Teams($login: String!, $first: Int!, $after: String) {
  organization(login: $login) {
    databaseId
    teams(first: $first, after: $after) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes {
        ...team
        members(first: 100, membership: IMMEDIATE) { pageInfo { hasNextPage endCursor } edges { ...teamMember } }
        repositories(first: 100) { pageInfo { hasNextPage endCursor } edges { ...teamRepository } }
      }
    }
  }
}
fragment team on Team { databaseId slug name url parentTeam { databaseId } }
fragment teamMember on TeamMemberEdge { role node { databaseId login } }
fragment teamRepository on TeamRepositoryEdge { permission node { databaseId } }
"""
"""50 teams with their members and repositories: 101 requests, one point, and 10,050 nodes."""


def more_of_team(connection: str) -> str:
    """Query for the further members or repositories of one team."""
    fragment, arguments = ("teamMember", ", membership: IMMEDIATE") if connection == "members" else ("teamRepository", "")
    kind = (
        "TeamMemberEdge { role node { databaseId login } }"
        if connection == "members"
        else "TeamRepositoryEdge { permission node { databaseId } }"
    )
    return f"""
query MoreOfTeam($login: String!, $slug: String!, $after: String) {{
  organization(login: $login) {{
    databaseId
    team(slug: $slug) {{
      {connection}(first: 100, after: $after{arguments}) {{ pageInfo {{ hasNextPage endCursor }} edges {{ ...{fragment} }} }}
    }}
  }}
}}
fragment {fragment} on {kind}
"""
