"""Whatever GitHub answers, turning it into a record does not stop the reading: the contract judges later."""

from hypothesis import given
from hypothesis import strategies as st

from connectors.github import pull_request_records, records

TEXT = st.sampled_from(["", "x", "id", "login", "name", "nodes", "message", "2026-01-01T00:00:00Z"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(
    ["id", "number", "author", "user", "labels", "commit", "pull_requests", "steps", "referenced_workflows", "state", "url", "html_url"]
)


@given(st.dictionaries(KEYS, JSON))
def test_no_object_however_odd_stops_the_reading(item: dict[str, object]):
    pull = pull_request_records.pull_request(item, 1)
    pull_request_records.review(item, pull)
    pull_request_records.pull_request_commit(item, pull, 1)
    pull_request_records.pull_request_file(item, pull)
    records.issue(item, 1)
    records.workflow_run(item, 1)
    records.workflow_job(item, 1)
    records.check_run(item, item, "s", 1)
    records.repository(item, item)
