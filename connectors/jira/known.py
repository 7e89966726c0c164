"""What the warehouse holds of a site before a reading: without it nothing could be noticed to be gone."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.contract import Loaded

LINK_KEYS = {"issue_links": ("link_id", "issue_id"), "remote_links": ("remote_link_id",)}
"""Tables whose rows end without a word of their own: an issue that is read again lists what it still has."""


@dataclass(frozen=True)
class Known:
    """Ids in the warehouse.

    Attributes:
        issues: of issues, by project.
        links: by table and issue, the keys of its links.
        open_sprints: of sprints that were not closed when they were last seen.
    """

    issues: Mapping[str, set[str]] = field(default_factory=dict[str, set[str]])
    links: Mapping[tuple[str, str], set[tuple[str, ...]]] = field(default_factory=dict[tuple[str, str], set[tuple[str, ...]]])
    open_sprints: frozenset[str] = frozenset()

    @classmethod
    def of(cls, loaded: Loaded) -> "Known":
        """What is loaded of `raw_jira`."""
        issues: dict[str, set[str]] = {}
        for project_id, issue_id in loaded("raw_jira", "issues", ["project_id", "issue_id"]):
            issues.setdefault(str(project_id), set()).add(str(issue_id))
        links: dict[tuple[str, str], set[tuple[str, ...]]] = {}
        for table, key in LINK_KEYS.items():
            for issue_id, *values in loaded("raw_jira", table, ["issue_id", *key]):
                links.setdefault((table, str(issue_id)), set()).add(tuple(map(str, values)))
        sprints = loaded("raw_jira", "sprints", ["sprint_id", "state"])
        return cls(issues, links, frozenset(str(sprint_id) for sprint_id, state in sprints if state != "closed"))
