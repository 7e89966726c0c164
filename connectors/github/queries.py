"""Every GraphQL text that this connector sends; all fields are in GitHub's public schema.

Connections are paged by the caller. Page sizes are chosen so that one request costs few points and stays far below the
limit of 500,000 nodes: a page of 50 pull requests with its nested pages is about 14,000 nodes and 2 points.
"""

PULL_REQUESTS_A_PAGE = 50
DETAILS_A_REQUEST = 50
HEADS_A_REQUEST = 40
"""40 heads with 10 suites of 50 check runs each are 20,400 nodes and 4 points."""

_ACTOR = """
fragment actor on Actor {
  __typename
  login
  ... on User { databaseId }
  ... on Bot { databaseId }
  ... on Mannequin { databaseId }
  ... on Organization { databaseId }
}
"""

_REVIEW = """
fragment review on PullRequestReview {
  fullDatabaseId
  url
  state
  body
  submittedAt
  author { ...actor }
  commit { oid }
}
"""

_COMMIT = """
fragment prCommit on PullRequestCommit {
  commit {
    oid
    url
    message
    authoredDate
    committedDate
    author { name email user { databaseId login } }
  }
}
"""

_FILE = """
fragment file on PullRequestChangedFile { path changeType additions deletions }
"""

PULL_REQUESTS = (
    """
query PullRequests($owner: String!, $name: String!, $first: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    databaseId
    issues { totalCount }
    pullRequests(first: $first, after: $after, orderBy: {field: UPDATED_AT, direction: DESC}) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes {
        fullDatabaseId
        number
        url
        title
        body
        state
        isDraft
        createdAt
        updatedAt
        closedAt
        mergedAt
        headRefName
        headRefOid
        headRepository { databaseId }
        baseRefName
        baseRefOid
        mergeCommit { oid }
        additions
        deletions
        changedFiles
        author { ...actor }
        mergedBy { ...actor }
        labels(first: 100) { nodes { name } }
        reviews(first: 20) { pageInfo { hasNextPage endCursor } nodes { ...review } }
        commits(first: 50) { pageInfo { hasNextPage endCursor } nodes { ...prCommit } }
        files(first: 100) { pageInfo { hasNextPage endCursor } nodes { ...file } }
      }
    }
  }
}
"""
    + _ACTOR
    + _REVIEW
    + _COMMIT
    + _FILE
)


ISSUE_COUNT = """
query IssueCount($owner: String!, $name: String!) {
  repository(owner: $owner, name: $name) { databaseId issues { totalCount } }
}
"""


def _more(connection: str, fragment: str, *definitions: str) -> str:
    """Query for the further pages of one connection of one pull request."""
    return f"""
query More($owner: String!, $name: String!, $number: Int!, $after: String) {{
  repository(owner: $owner, name: $name) {{
    databaseId
    pullRequest(number: $number) {{
      {connection}(first: 100, after: $after) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ ...{fragment} }} }}
    }}
  }}
}}
""" + "".join(definitions)


MORE = {
    "reviews": _more("reviews", "review", _REVIEW, _ACTOR),
    "commits": _more("commits", "prCommit", _COMMIT),
    "files": _more("files", "file", _FILE),
}
"""Further pages of a pull request's nested connections, by connection."""


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


def check_runs(count: int) -> str:
    """Check runs of `count` commits at once: `$sha0`, `$sha1`, ..."""
    variables = ", ".join(f"$sha{i}: GitObjectID!" for i in range(count))
    fields = "\n".join(
        f"    c{i}: object(oid: $sha{i}) {{ ... on Commit {{ oid checkSuites(first: 10) {{ ...suites }} }} }}" for i in range(count)
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
