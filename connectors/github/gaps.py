"""What the credential may not read, as rows; and what is refused or absent, remembered so that it is asked for rarely.

Neither a refusal nor an absence is free of the rate limit, whatever ETag is sent. Of everything that was refused or absent in a
partition, a reading asks again for at most one, the one asked longest ago, and for none sooner than `ASK_AGAIN`. When a refused
thing can be read again, the next reading asks for all others. A full reading asks for everything.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from connectors.contract import Page, Record
from connectors.errors import AuthFailed, Empty, NotFound
from connectors.github.protocol import Absent, Answer, Client, Denied, Refused
from connectors.github.records import moment

ASK_AGAIN = timedelta(days=3)
TABLE = "access_gaps"


@dataclass(frozen=True)
class Subject:
    """One thing that may be refused.

    Attributes:
        name: names it in the row.
        permission: the right that reading it needs by GitHub's documentation, used where a refusal names none.
        loses: what is missing from the warehouse without it.
        absent: parts of GitHub's messages for "there is none"; any other 404 of an address that exists hides it for lack of a right.
            Empty: each 404 is an absence.
    """

    name: str
    permission: str
    loses: str
    absent: tuple[str, ...] = ()

    def is_hidden(self, error: NotFound) -> bool:
        """Whether a 404 stands for a missing right."""
        message = error.message.lower() if isinstance(error, Absent) else ""
        return bool(self.absent) and not any(part in message for part in self.absent)


@dataclass(frozen=True)
class Absence:
    """There is no answer: `refused` for lack of a right, or `none` because there is nothing."""

    state: str


REFUSED, NONE = Absence("refused"), Absence("none")
Saved = dict[str, dict[str, Any]]


@dataclass
class Access:
    """Asks for what may be refused or absent in one partition.

    Attributes:
        saved: by subject, what the last readings met: state, when asked and since when, address, status, missing right, hint.
        repository_id: of the rows; 0 for an organisation.
    """

    client: Client
    now: datetime
    saved: Mapping[str, dict[str, Any]]
    repository_id: int
    url: str
    met: Saved = field(init=False)
    _due: set[str] = field(init=False)

    def __post_init__(self) -> None:
        self.met = {name: dict(entry) for name, entry in self.saved.items()}
        asked = {name: moment(entry.get("asked")) for name, entry in self.met.items() if entry["state"] != "told"}
        waiting = sorted((at, name) for name, at in asked.items() if at is not None and self.now - at >= ASK_AGAIN)
        self._due = {name for name, at in asked.items() if at is None} | {name for _, name in waiting[:1]}

    def get(self, subject: Subject, path: str, etag: str = "", is_news: bool = False) -> Answer | Absence:
        """The answer, or why there is none; what is known to be refused or absent is asked for only when due, or when it may be news."""
        known = self.met.get(subject.name)
        if known and not (is_news or subject.name in self._due):
            return Absence(known["state"])
        try:
            answer = self.client.get(path, etag=etag)
        except Refused:
            raise
        except AuthFailed as error:
            return self.refused(subject, path, error)
        except NotFound as error:
            return self.refused(subject, path, error) if subject.is_hidden(error) else self._none(subject, path)
        except Empty:
            return self._none(subject, path)
        self.granted(subject)
        return answer

    def is_refused(self, subject: Subject) -> bool:
        """It was refused when it was last asked for."""
        return self.met.get(subject.name, {}).get("state") == "refused"

    def is_due(self, subject: Subject) -> bool:
        """It was refused or absent, and this reading asks for it again."""
        return subject.name in self._due

    def refused(self, subject: Subject, path: str, error: AuthFailed | NotFound, status: int = 403) -> Absence:
        """Remember a refusal as a gap; `status` is taken where the error has none."""
        named = error if isinstance(error, Denied | Absent) else None
        missing = (named.needed if named else "") or subject.permission
        self.gap(subject.name, path.partition("?")[0], named.status if named else status, missing, subject.loses)
        return REFUSED

    def gap(self, name: str, endpoint: str, status: int | None, missing: str, hint: str) -> None:
        """Remember something that cannot be read; since when is kept from before."""
        known = self.met.get(name, {})
        since = known["since"] if known.get("state") == "refused" else self.now.isoformat()
        entry = {"state": "refused", "asked": self.now.isoformat(), "since": since}
        self.met[name] = entry | {"endpoint": endpoint, "status": status, "missing": missing, "hint": hint}
        self._due.discard(name)

    def tell(self, name: str, endpoint: str, hint: str) -> None:
        """Remember something that was lost for good and can never be asked for again."""
        lost = {"state": "told", "since": self.now.isoformat(), "endpoint": endpoint, "status": None, "missing": None, "hint": hint}
        self.met.setdefault(name, lost)

    def granted(self, subject: Subject) -> None:
        """It could be read: its gap ends, and other refusals are asked for next time."""
        known = self.met.pop(subject.name, None)
        if known and known["state"] == "refused":
            for entry in self.met.values():
                if entry["state"] == "refused":
                    entry["asked"] = None

    def _none(self, subject: Subject, path: str) -> Absence:
        self.met[subject.name] = {"state": "none", "asked": self.now.isoformat(), "endpoint": path.partition("?")[0]}
        self._due.discard(subject.name)
        return NONE

    def page(self, partition: str) -> Iterator[Page]:
        """Every gap of the partition, for a census: one that is not listed any more was granted."""
        rows = [self._record(name, entry) for name, entry in sorted(self.met.items()) if entry["state"] != "none"]
        if rows:
            yield Page(TABLE, partition, rows)

    def _record(self, name: str, entry: Mapping[str, Any]) -> Record:
        kept = {"endpoint": entry["endpoint"], "status": entry["status"], "missing_permission": entry["missing"], "hint": entry["hint"]}
        row = {"repository_id": self.repository_id, "subject": name, **kept, "observed_at": entry["since"]}
        return {**row, "_raw": kept, "_source_url": self.url}


CLASSIC = Subject(
    "classic branch protection",
    "Administration: read",
    "Checks that only classic branch protection requires are not in required_checks and branch_rule_snapshots.",
    absent=("branch not protected", "branch not found", "no branch protection"),
)
RULES = Subject("branch rules", "Metadata: read", "The rules of the default branch are not in branch_rule_snapshots and required_checks.")
RULESET_HISTORY = Subject(
    "ruleset history",
    "Administration: write",
    "When rules changed is known only by the readings that met the change.",
    absent=("ruleset version not found",),
)
RULE_SUITES = Subject("rule suites", "Administration: read", "Bypasses of rules are not recorded.", absent=("no rule suites",))
ENVIRONMENTS = Subject("environments", "Actions: read", "Environments and who must approve a deployment are not recorded.")
SBOM = Subject(
    "dependency graph",
    "Contents: read",
    "Packages and their changes are not recorded; the right is needed, and the dependency graph must be switched on.",
    absent=("is empty",),
)
COMPARISON = Subject(
    "dependency changes", "Contents: read", "Which packages came and went between two readings is not recorded; the packages of today are."
)
TEAMS = Subject("teams", "Members: read", "Teams, their members and their repositories are not recorded; owners in CODEOWNERS stay names.")
SOME_TEAMS = Subject("some teams", "Members: read", "Whoever is in these alone is in no team here, and their rights are not recorded.")
DEPLOYMENTS = Subject("deployments", "Deployments: read", "Deployments and their outcomes are not recorded.")
RELEASES = Subject("releases", "Contents: read", "Releases are not recorded.")
LABELS = Subject("labels", "Issues: read", "Labels are not recorded.")
RULESETS = Subject("rulesets", "Metadata: read", "Whether a ruleset changed is noticed only by the rules in force.")
