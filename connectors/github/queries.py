"""The GraphQL texts that this connector sends, those about pull requests excepted; all fields are in GitHub's public schema.

Connections are paged by the caller. Page sizes are chosen so that one request costs few points and stays far below the
limit of 500,000 nodes.
"""

DETAILS_A_REQUEST = 50
HEADS_A_REQUEST = 100
"""100 heads are a hundred connections: one point."""
SUITES_A_REQUEST = 100
CHECK_RUNS_A_SUITE = 10
MOST_CHECK_RUNS_A_SUITE = 30
"""100 suites with 10 check runs each, and the steps of those, are 1,100 connections: eleven points, and 51,000 nodes; with 30 each, 31
points and 153,000 nodes of the 500,000 allowed. A suite that has more costs a request and a point of its own."""

ISSUE_COUNT = """
query IssueCount($owner: String!, $name: String!) {
  repository(owner: $owner, name: $name) { databaseId issues { totalCount } }
}
"""


def repository_details(count: int) -> str:
    """What a listing of repositories leaves out, for `count` repositories at once: `$owner0`, `$name0`, ..."""
    variables = ", ".join(f"$owner{i}: String!, $name{i}: String!" for i in range(count))
    fields = "\n".join(f"  r{i}: repository(owner: $owner{i}, name: $name{i}) {{ ...details }}" for i in range(count))
    return f"""
query RepositoryDetails({variables}) {{
{fields}
}}
fragment details on Repository {{
  databaseId
  isEmpty
  templateRepository {{ databaseId nameWithOwner }}
}}
"""


_RUNS = """
fragment runs on CheckRunConnection {
  totalCount
  pageInfo { hasNextPage endCursor }
  nodes {
    id databaseId name status conclusion startedAt completedAt detailsUrl externalId url
    steps(first: 50) {
      pageInfo { hasNextPage endCursor }
      nodes { number name status conclusion startedAt completedAt }
    }
  }
}
"""

_STATUS = "status { contexts { context state } }"
"""Whether a commit has statuses, the older kind of check; no connection, so it costs nothing."""


def check_suites(count: int) -> str:
    """Check suites of `count` commits at once: `$sha0`, `$sha1`, ..."""
    variables = ", ".join(f"$sha{i}: GitObjectID!" for i in range(count))
    fields = "\n".join(f"    c{i}: object(oid: $sha{i}) {{ ...suites }}" for i in range(count))
    return f"""
query CheckSuites($owner: String!, $name: String!, {variables}) {{
  repository(owner: $owner, name: $name) {{
    databaseId
{fields}
  }}
}}
fragment suites on Commit {{
  oid
  {_STATUS}
  checkSuites(first: 20) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ id }} }}
}}
"""


MORE_CHECK_SUITES = """
query MoreCheckSuites($owner: String!, $name: String!, $sha: GitObjectID!, $after: String) {
  repository(owner: $owner, name: $name) {
    databaseId
    object(oid: $sha) {
      ... on Commit { oid checkSuites(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes { id } } }
    }
  }
}
"""
"""Further check suites of one commit."""

CHECK_RUNS = (
    """
query CheckRuns($suites: [ID!]!, $first: Int!) {
  nodes(ids: $suites) {
    ... on CheckSuite {
      id
      databaseId
      app { databaseId slug }
      commit { oid }
      checkRuns(first: $first, filterBy: {checkType: ALL}) { ...runs }
    }
  }
}
"""
    + _RUNS
)
"""Check runs of many suites, with the steps of those that are jobs of Actions."""

MORE_CHECK_RUNS = (
    """
query MoreCheckRuns($suite: ID!, $after: String) {
  node(id: $suite) {
    ... on CheckSuite { checkRuns(first: 100, after: $after, filterBy: {checkType: ALL}) { ...runs } }
  }
}
"""
    + _RUNS
)
"""Further check runs of one suite."""
