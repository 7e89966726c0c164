"""The GraphQL texts that this connector sends, those about pull requests excepted; all fields are in GitHub's public schema.

Connections are paged by the caller. Page sizes are chosen so that one request costs few points and stays far below the
limit of 500,000 nodes.
"""

DETAILS_A_REQUEST = 50
HEADS_A_REQUEST = 40
"""40 heads with 10 suites of 50 check runs each are 20,400 nodes and 4 points."""

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


_CHECK_RUNS = """
fragment checkRuns on CheckRunConnection {
  pageInfo { hasNextPage endCursor }
  nodes { id databaseId name status conclusion startedAt completedAt detailsUrl externalId url }
}
"""

_SUITES = (
    """
fragment suites on CheckSuiteConnection {
  pageInfo { hasNextPage endCursor }
  nodes {
    id
    databaseId
    app { databaseId slug }
    checkRuns(first: 50, filterBy: {checkType: ALL}) { ...checkRuns }
  }
}
"""
    + _CHECK_RUNS
)


_STATUS = "status { contexts { context state } }"
"""Whether a commit has statuses, the older kind of check; no connection, so it costs nothing."""


def check_runs(count: int) -> str:
    """Check runs of `count` commits at once: `$sha0`, `$sha1`, ..."""
    variables = ", ".join(f"$sha{i}: GitObjectID!" for i in range(count))
    fields = "\n".join(
        f"    c{i}: object(oid: $sha{i}) {{ ... on Commit {{ oid {_STATUS} checkSuites(first: 10) {{ ...suites }} }} }}"
        for i in range(count)
    )
    return (
        f"""
query CheckRuns($owner: String!, $name: String!, {variables}) {{
  repository(owner: $owner, name: $name) {{
    databaseId
{fields}
  }}
}}
"""
        + _SUITES
    )


MORE_CHECK_SUITES = (
    """
query MoreCheckSuites($owner: String!, $name: String!, $sha: GitObjectID!, $after: String) {
  repository(owner: $owner, name: $name) {
    databaseId
    object(oid: $sha) { ... on Commit { oid checkSuites(first: 50, after: $after) { ...suites } } }
  }
}
"""
    + _SUITES
)
"""Further check suites of one commit."""

MORE_CHECK_RUNS = (
    """
query MoreCheckRuns($suite: ID!, $after: String) {
  node(id: $suite) {
    ... on CheckSuite { checkRuns(first: 100, after: $after, filterBy: {checkType: ALL}) { ...checkRuns } }
  }
}
"""
    + _CHECK_RUNS
)
"""Further check runs of one suite."""
