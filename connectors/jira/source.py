"""A Jira site as the resources see it; `client.py` speaks to a real one, `fake.py` keeps one in memory."""

from collections.abc import Iterator
from typing import Any, Protocol

Json = dict[str, Any]


class JiraSource(Protocol):
    """What can be asked of a site. Every method fails with an error of `connectors.errors` that names what was asked for."""

    is_cloud: bool

    def server_info(self) -> Json:
        """Version, deployment and clock of the site."""
        ...

    def myself(self) -> Json:
        """The account that the credential belongs to; fails for anonymous access, which would see fewer issues."""
        ...

    def fields(self) -> list[Json]:
        """Every field of the site."""
        ...

    def project(self, key: str) -> Json:
        """One project by key or id."""
        ...

    def count(self, project_id: str) -> tuple[int, str]:
        """How many issues the project holds by the site's own count, and where the number comes from."""
        ...

    def issues(self, project_id: str, since_ms: int | None) -> Iterator[list[Json]]:
        """Pages of issues with all fields and as much changelog as fits, changed since an epoch millisecond."""
        ...

    def histories(self, issue_id: str) -> list[Json]:
        """The whole changelog of one issue."""
        ...

    def comments(self, issue_id: str) -> list[Json]:
        """All comments of one issue."""
        ...

    def remote_links(self, issue_id: str) -> list[Json]:
        """All links of one issue to pages outside Jira."""
        ...

    def worklogs(self, issue_id: str) -> list[Json]:
        """All work logs of one issue."""
        ...

    def deleted_worklogs(self, since_ms: int) -> tuple[list[str], int]:
        """Ids of the site's work logs deleted since an epoch millisecond, and up to which millisecond that holds."""
        ...

    def whereabouts(self, issue_id: str) -> Json:
        """One issue with its `project` only."""
        ...

    def statuses(self) -> list[Json]:
        """Every status of the site."""
        ...

    def sprint(self, sprint_id: str) -> Json:
        """One sprint as it is now."""
        ...
