"""The GraphQL texts about pull requests: everything that hangs on 50 of them in one request.

What a page costs by GitHub's formula - a request for each node around a connection, a hundred of them are a point: 1 for the
pull requests, 50 each for labels, reviews, commits, files and timeline, 250 for the comments of 5 reviews each: 501, or 5 points.
Nodes, of 500,000 allowed: 50 + 50 x (100 labels + 5 reviews + 50 commits + 100 files + 40 events) + 250 x 10 comments = 17,300.
A thousand pull requests are 20 requests and 100 points, and one request for each 20 connections of a page that are longer than that.
Most pages have one of these anyway, so few reviews at first save points without costing requests.
"""

from collections.abc import Iterable, Sequence

PULL_REQUESTS_A_PAGE = 50
CONTINUED_A_REQUEST = 20
"""Connections read on in one request: at most 20 x (25 reviews + 25 x 10 comments) = 5,500 nodes and 5 points."""
OPEN_A_REQUEST = 50
"""Open pull requests whose checks are asked for at once: 50 x (1 commit + 100 checks) are 5,050 nodes, 101 requests, 1 point."""
NESTED = {"reviews": 5, "commits": 50, "files": 100, "timelineItems": 40}
"""Connections of a pull request, with how many the first page holds."""
CONTINUED = {"reviews": 25, "comments": 100, "commits": 100, "files": 100, "timelineItems": 100}
"""How many a further page holds; each review opens a connection of its own, and few pull requests have more than thirty."""
COMMENTS = 10
"""Comments of a review on the first page."""

TIMELINE = (
    "ADDED_TO_MERGE_QUEUE_EVENT",
    "AUTO_MERGE_DISABLED_EVENT",
    "AUTO_MERGE_ENABLED_EVENT",
    "AUTO_REBASE_ENABLED_EVENT",
    "AUTO_SQUASH_ENABLED_EVENT",
    "BASE_REF_CHANGED_EVENT",
    "BASE_REF_FORCE_PUSHED_EVENT",
    "CLOSED_EVENT",
    "CONNECTED_EVENT",
    "CONVERT_TO_DRAFT_EVENT",
    "CROSS_REFERENCED_EVENT",
    "DISCONNECTED_EVENT",
    "HEAD_REF_FORCE_PUSHED_EVENT",
    "LABELED_EVENT",
    "MERGED_EVENT",
    "READY_FOR_REVIEW_EVENT",
    "REMOVED_FROM_MERGE_QUEUE_EVENT",
    "REOPENED_EVENT",
    "REVIEW_DISMISSED_EVENT",
    "UNLABELED_EVENT",
)
"""Events of the timeline that are kept; reviews and commits are asked for as such."""

ACTOR = """
fragment actor on Actor {
  __typename
  login
  ... on User { databaseId }
  ... on Bot { databaseId }
  ... on Mannequin { databaseId }
  ... on Organization { databaseId }
}
"""

_COMMENTS = """
fragment comments on PullRequestReviewCommentConnection {
  totalCount
  pageInfo { hasNextPage endCursor }
  nodes {
    fullDatabaseId
    url
    body
    path
    createdAt
    updatedAt
    author { ...actor }
    commit { oid }
    originalCommit { oid }
    replyTo { fullDatabaseId }
  }
}
"""

_REVIEWS = f"""
fragment reviews on PullRequestReviewConnection {{
  totalCount
  pageInfo {{ hasNextPage endCursor }}
  nodes {{
    id
    fullDatabaseId
    url
    state
    body
    submittedAt
    updatedAt
    lastEditedAt
    author {{ ...actor }}
    commit {{ oid }}
    comments(first: {COMMENTS}) {{ ...comments }}
  }}
}}
"""

_COMMITS = """
fragment commits on PullRequestCommitConnection {
  totalCount
  pageInfo { hasNextPage endCursor }
  nodes {
    commit {
      oid
      url
      message
      authoredDate
      committedDate
      author { name email user { databaseId login } }
    }
  }
}
"""

_FILES = """
fragment files on PullRequestChangedFileConnection {
  totalCount
  pageInfo { hasNextPage endCursor }
  nodes { path changeType additions deletions }
}
"""

_HAPPENED = "id createdAt actor { ...actor }"
_PUSHED = f"{_HAPPENED} beforeCommit {{ oid committedDate }} afterCommit {{ oid }}"
_EVENTS = f"""
fragment timelineItems on PullRequestTimelineItemsConnection {{
  totalCount
  pageInfo {{ hasNextPage endCursor }}
  nodes {{
    __typename
    ... on AddedToMergeQueueEvent {{ {_HAPPENED} }}
    ... on AutoMergeDisabledEvent {{ {_HAPPENED} reason }}
    ... on AutoMergeEnabledEvent {{ {_HAPPENED} }}
    ... on AutoRebaseEnabledEvent {{ {_HAPPENED} }}
    ... on AutoSquashEnabledEvent {{ {_HAPPENED} }}
    ... on BaseRefChangedEvent {{ {_HAPPENED} previousRefName currentRefName }}
    ... on BaseRefForcePushedEvent {{ {_PUSHED} }}
    ... on ClosedEvent {{ {_HAPPENED} url }}
    ... on ConnectedEvent {{ {_HAPPENED} isCrossRepository source {{ ...referring }} subject {{ ...referring }} }}
    ... on ConvertToDraftEvent {{ {_HAPPENED} url }}
    ... on CrossReferencedEvent {{ {_HAPPENED} url isCrossRepository source {{ ...referring }} }}
    ... on DisconnectedEvent {{ {_HAPPENED} isCrossRepository source {{ ...referring }} subject {{ ...referring }} }}
    ... on HeadRefForcePushedEvent {{ {_PUSHED} }}
    ... on LabeledEvent {{ {_HAPPENED} label {{ name }} }}
    ... on MergedEvent {{ {_HAPPENED} url mergeRefName commit {{ oid }} }}
    ... on ReadyForReviewEvent {{ {_HAPPENED} url }}
    ... on RemovedFromMergeQueueEvent {{ {_HAPPENED} reason beforeCommit {{ oid committedDate }} }}
    ... on ReopenedEvent {{ {_HAPPENED} }}
    ... on ReviewDismissedEvent {{ {_HAPPENED} url previousReviewState review {{ fullDatabaseId }} }}
    ... on UnlabeledEvent {{ {_HAPPENED} label {{ name }} }}
  }}
}}
fragment referring on ReferencedSubject {{
  __typename
  ... on Issue {{ number url repository {{ databaseId nameWithOwner }} }}
  ... on PullRequest {{ number url repository {{ databaseId nameWithOwner }} }}
}}
"""

_DEFINITIONS = {
    "reviews": (_REVIEWS, _COMMENTS, ACTOR),
    "comments": (_COMMENTS, ACTOR),
    "commits": (_COMMITS,),
    "files": (_FILES,),
    "timelineItems": (_EVENTS, ACTOR),
}
"""Fragments that each connection needs, its own first."""


def _field(connection: str, size: int, after: str = "") -> str:
    types = f", itemTypes: [{', '.join(TIMELINE)}]" if connection == "timelineItems" else ""
    return f"{connection}(first: {size}{after}{types}) {{ ...{connection} }}"


def _defined(connections: Iterable[str]) -> str:
    """The fragments of some connections, each once."""
    return "".join(dict.fromkeys(text for connection in connections for text in _DEFINITIONS[connection]))


PULL_REQUESTS = f"""
query PullRequests($owner: String!, $name: String!, $first: Int!, $after: String) {{
  repository(owner: $owner, name: $name) {{
    databaseId
    issues {{ totalCount }}
    pullRequests(first: $first, after: $after, orderBy: {{field: UPDATED_AT, direction: DESC}}) {{
      totalCount
      pageInfo {{ hasNextPage endCursor }}
      nodes {{
        id
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
        headRepository {{ databaseId }}
        baseRefName
        baseRefOid
        mergeCommit {{ oid }}
        additions
        deletions
        changedFiles
        author {{ ...actor }}
        mergedBy {{ ...actor }}
        labels(first: 100) {{ nodes {{ name }} }}
        {" ".join(_field(connection, size) for connection, size in NESTED.items())}
      }}
    }}
  }}
}}
""" + _defined(NESTED)


def more(connections: Sequence[str]) -> str:
    """Further pages of several connections at once, each of the object with the node id `$id0`, `$id1`, ... after `$after0`, ..."""
    variables = ", ".join(f"$id{i}: ID!, $after{i}: String!" for i in range(len(connections)))
    fields = "\n".join(
        f"  m{i}: node(id: $id{i}) {{ ... on {'PullRequestReview' if name == 'comments' else 'PullRequest'} "
        f"{{ {_field(name, CONTINUED[name], f', after: $after{i}')} }} }}"
        for i, name in enumerate(connections)
    )
    return f"query More({variables}) {{\n{fields}\n}}\n{_defined(connections)}"


def required_checks(count: int) -> str:
    """Whether the checks of `count` pull requests' heads are required of them: `$number0`, `$number1`, ..."""
    variables = ", ".join(f"$number{i}: Int!" for i in range(count))
    fields = "\n".join(f"    p{i}: pullRequest(number: $number{i}) {{ {_required(f'$number{i}')} }}" for i in range(count))
    return f"""
query RequiredChecks($owner: String!, $name: String!, {variables}) {{
  repository(owner: $owner, name: $name) {{
    databaseId
{fields}
  }}
}}
"""


def _required(number: str, after: str = "") -> str:
    """The selection on a pull request: checks of both kinds at its head."""
    asked = f"isRequired(pullRequestNumber: {number})"
    return f"""
      fullDatabaseId number url state
      commits(last: 1) {{ nodes {{ commit {{ oid statusCheckRollup {{ contexts(first: 100{after}) {{
        pageInfo {{ hasNextPage endCursor }}
        nodes {{
          __typename
          ... on CheckRun {{ name {asked} checkSuite {{ app {{ databaseId }} }} }}
          ... on StatusContext {{ context state {asked} }}
        }}
      }} }} }} }} }}
    """


MORE_REQUIRED_CHECKS = f"""
query MoreRequiredChecks($owner: String!, $name: String!, $number: Int!, $after: String!) {{
  repository(owner: $owner, name: $name) {{
    databaseId
    pullRequest(number: $number) {{ {_required("$number", ", after: $after")} }}
  }}
}}
"""
"""Further checks of one pull request's head."""
