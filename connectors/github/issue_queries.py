"""The GraphQL texts about issues that are incidents; all fields are in GitHub's public schema."""

from connectors.github.pull_request_queries import ACTOR

ISSUES_A_REQUEST = 50
"""Each is one connection: half a point, and at most 2,500 nodes."""
EVENTS_AT_FIRST = 50
TYPES = (
    "ASSIGNED_EVENT",
    "CLOSED_EVENT",
    "ISSUE_COMMENT",
    "LABELED_EVENT",
    "REOPENED_EVENT",
    "UNASSIGNED_EVENT",
    "UNLABELED_EVENT",
)
"""What is kept of a timeline; of comments not what they say."""

_HAPPENED = "id createdAt actor { ...actor }"
_ASSIGNED = f"{_HAPPENED} assignee {{ ...assignee }}"
_DEFINITIONS = f"""
fragment events on IssueTimelineItemsConnection {{
  pageInfo {{ hasNextPage endCursor }}
  nodes {{
    __typename
    ... on AssignedEvent {{ {_ASSIGNED} }}
    ... on ClosedEvent {{ {_HAPPENED} url stateReason }}
    ... on IssueComment {{ id createdAt url author {{ ...actor }} }}
    ... on LabeledEvent {{ {_HAPPENED} label {{ name }} }}
    ... on ReopenedEvent {{ {_HAPPENED} }}
    ... on UnassignedEvent {{ {_ASSIGNED} }}
    ... on UnlabeledEvent {{ {_HAPPENED} label {{ name }} }}
  }}
}}
fragment assignee on Assignee {{
  __typename
  ... on User {{ databaseId login }}
  ... on Bot {{ databaseId login }}
  ... on Mannequin {{ databaseId login }}
  ... on Organization {{ databaseId login }}
}}
{ACTOR}"""


def _events(first: int, after: str = "") -> str:
    return f"timelineItems(first: {first}{after}, itemTypes: [{', '.join(TYPES)}]) {{ ...events }}"


def issue_timelines(count: int) -> str:
    """The timelines of `count` issues at once: `$number0`, `$number1`, ..."""
    variables = ", ".join(f"$number{i}: Int!" for i in range(count))
    fields = "\n".join(f"    i{i}: issue(number: $number{i}) {{ id {_events(EVENTS_AT_FIRST)} }}" for i in range(count))
    return f"""
query IssueTimelines($owner: String!, $name: String!, {variables}) {{
  repository(owner: $owner, name: $name) {{
    databaseId
{fields}
  }}
}}
{_DEFINITIONS}"""


MORE_OF_TIMELINE = f"""
query MoreOfIssueTimeline($issue: ID!, $after: String!) {{
  node(id: $issue) {{ ... on Issue {{ {_events(100, ", after: $after")} }} }}
}}
{_DEFINITIONS}"""
"""Further events of one issue."""
