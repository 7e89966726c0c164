"""Who is who and who wrote what, straight from a world: the plain reckoning that the pipeline's answers are held against.

Nothing here reads what the pipeline reads; it knows the people because the story made them.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Literal

from pipelines.demo.story.cast import ACTIONS, CLAUDE, COPILOT, COPILOT_AGENT, RENOVATE
from pipelines.demo.story.splits import SIGNED
from pipelines.demo.world import PullRequest, World

Kind = Literal["human", "bot", "ai_agent", "unknown"]
TRAILER = re.compile(r"^co-authored-by: .*<([^>]+)>$", re.IGNORECASE | re.MULTILINE)
DOCS_OR_LOCKS = re.compile(r"^docs/.*\.md$|\.lock$|-lock\.json$")
NOT_WRITTEN = re.compile(r"\.(lock|jsonl)$")
"""Files of artifacts whose lines nobody wrote: lock files and data."""
NOBODY = "unattributed"
FEWEST_PEOPLE, FEWEST_CHANGES, INSIDER = 2, 3, 0.10


@dataclass(frozen=True)
class Period:
    """A half-year or a quarter; the end is exclusive."""

    period_id: str
    grain: Literal["half", "quarter"]
    start: date
    end: date

    def holds(self, moment: datetime) -> bool:
        """Whether a moment's UTC day lies within."""
        return self.start <= utc_day(moment) < self.end

    @property
    def days(self) -> int:
        """Its length."""
        return (self.end - self.start).days


PERIODS = (
    Period("2025H2", "half", date(2025, 7, 1), date(2026, 1, 1)),
    Period("2026H1", "half", date(2026, 1, 1), date(2026, 7, 1)),
    Period("2025Q3", "quarter", date(2025, 7, 1), date(2025, 10, 1)),
    Period("2025Q4", "quarter", date(2025, 10, 1), date(2026, 1, 1)),
    Period("2026Q1", "quarter", date(2026, 1, 1), date(2026, 4, 1)),
    Period("2026Q2", "quarter", date(2026, 4, 1), date(2026, 7, 1)),
)
HALVES = tuple(period for period in PERIODS if period.grain == "half")


def utc_day(moment: datetime) -> date:
    """The UTC day of a moment."""
    return moment.astimezone(UTC).date()


@dataclass
class Shares:
    """One person's part of an artifact, by lines and by changes."""

    lines: float
    credit: float

    @property
    def low(self) -> float:
        """The smaller estimate."""
        return min(self.lines, self.credit)

    @property
    def mid(self) -> float:
        """The mean."""
        return (self.lines + self.credit) / 2

    @property
    def high(self) -> float:
        """The larger estimate."""
        return max(self.lines, self.credit)


class Company:
    """The people of a world and their work."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._shares: dict[tuple[str, Period], dict[str, Shares]] = {}
        self._by_login = {account.login: each.person_id for each in world.people for account in (each.account, *each.other_accounts)}
        self._by_email = {email.lower(): each.person_id for each in world.people for email in each.emails}

    def person(self, account: str) -> str | None:
        """The person behind a login or an e-mail."""
        return self._by_login.get(account) or self._by_email.get(account.lower())

    def kind(self, account: str) -> Kind:
        """What acts under a login or an e-mail."""
        if self.person(account):
            return "human"
        if account == COPILOT_AGENT.login or account in (CLAUDE.email, COPILOT.email):
            return "ai_agent"
        return "bot" if any(bot.login in account for bot in (RENOVATE, ACTIONS)) else "unknown"

    def authors(self, pull: PullRequest) -> dict[str, float]:
        """Shares of a pull request: as signed by everybody, else equal; unknown hands keep a share that nobody gets."""
        if signed := self._signed.get((pull.repository, pull.number)):
            return signed
        accounts = [pull.account.login, *self._co_authors(pull)]
        people = {self.person(account) or NOBODY for account in accounts if self.kind(account) in ("human", "unknown")}
        return {who: 1 / len(people) for who in people}

    @cached_property
    def _signed(self) -> dict[tuple[str, int], dict[str, float]]:
        splits = self.world.truth["pull_request_splits"]
        return {(row["repository"], row["pull_request"]): row["shares"] for row in splits if row["state"] == SIGNED}

    def _co_authors(self, pull: PullRequest) -> Iterable[str]:
        for mark in pull.commits:
            commit = self.world.commits[mark]
            # A commit that merges main says nothing about authorship.
            yield from [] if len(commit.parents) > 1 else TRAILER.findall(commit.message)

    @cached_property
    def merged(self) -> dict[str, list[PullRequest]]:
        """Merged pull requests by repository."""
        found: dict[str, list[PullRequest]] = defaultdict(list)
        for pull in self.world.pull_requests:
            if pull.merged_at:
                found[pull.repository].append(pull)
        return found

    def own_part(self, project: str, period: Period) -> dict[str, float]:
        """Each person's fraction of a project's merged human pull requests in a period."""
        pulls = [self.authors(pull) for pull in self._merged_by_humans(project, period)]
        parts: Counter[str] = Counter()
        for authors in pulls:
            parts.update({who: share for who, share in authors.items() if who != NOBODY})
        return {who: share / len(pulls) for who, share in parts.items()}

    def liveliness(self, project: str, period: Period) -> tuple[int, int]:
        """Human contributors, and merged human pull requests, of a project in a period."""
        pulls = self._merged_by_humans(project, period)
        people = {who for pull in pulls for who in self.authors(pull) if who != NOBODY}
        return len(people), len(pulls)

    def smallness(self, project: str, period: Period) -> str:
        """Why a project is too small to count in a period; empty if it is not."""
        people, changes = self.liveliness(project, period)
        return "single_contributor" if people < FEWEST_PEOPLE else "few_changes" if changes < FEWEST_CHANGES else ""

    def is_insider(self, who: str, artifact: str, period: Period) -> bool:
        """Whether so much of an artifact is somebody's that what they accept proves nothing."""
        share = self.shares(artifact, period).get(who)
        return share is not None and share.high >= INSIDER

    def _merged_by_humans(self, project: str, period: Period) -> list[PullRequest]:
        in_period = (pull for pull in self.merged.get(project, []) if pull.merged_at and period.holds(pull.merged_at))
        return [pull for pull in in_period if set(self.authors(pull)) - {NOBODY}]

    def shares(self, artifact: str, period: Period) -> dict[str, Shares]:
        """Everybody's part of an artifact at the end of a period."""
        if (artifact, period) not in self._shares:
            self._shares[artifact, period] = self._both(artifact, period)
        return self._shares[artifact, period]

    def _both(self, artifact: str, period: Period) -> dict[str, Shares]:
        lines, credit = self._line_shares(artifact, period), self._credit_shares(artifact, period)
        return {who: Shares(lines.get(who, 0.0), credit.get(who, 0.0)) for who in sorted(lines.keys() | credit.keys() | {NOBODY})}

    def _line_shares(self, artifact: str, period: Period) -> dict[str, float]:
        files: dict[str, dict[str, int]] = self.world.truth["lines"][artifact][period.end.isoformat()]
        counted: Counter[str] = Counter()
        for path, by_email in files.items():
            if not NOT_WRITTEN.search(path):
                for email, lines in by_email.items():
                    counted[self.person(email) or NOBODY] += lines
        return {who: lines / counted.total() for who, lines in counted.items()}

    def _credit_shares(self, artifact: str, period: Period) -> dict[str, float]:
        repository = next(each["repository"] for each in self.world.artifacts if each["id"] == artifact)
        credit: Counter[str] = Counter()
        for pull in self.merged.get(repository, []):
            if pull.merged_at and utc_day(pull.merged_at) < period.end and not self._is_trivial(pull):
                credit.update(self.authors(pull))
        total = sum(credit.values())
        return {who: part / total for who, part in credit.items()}

    def _is_trivial(self, pull: PullRequest) -> bool:
        return self.kind(pull.account.login) == "bot" or all(DOCS_OR_LOCKS.search(path) for path, *_ in pull.files)
