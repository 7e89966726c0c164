"""The stage on which the stories play: the growing world, the clock, and where every repository stands at the moment.

Only what all stories share belongs here: ids, people by their id, commits on the default branch. Pull requests, runs, tickets
and eval runs have modules of their own.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from pipelines.demo.story.clock import Script, Timeline
from pipelines.demo.story.tree import Edit, Rename, Tree, applied, content, differs
from pipelines.demo.world import Account, Commit, Person, Repository, Signature, World

FIRST_IDS = {
    "repository": 840_113_007,
    "pull_request": 2_610_004_113,
    "issue": 3_190_002_241,
    "review": 2_980_001_577,
    "review_comment": 2_190_000_421,
    "event": 17_400_000_033,
    "status": 33_800_000_257,
    "run": 16_020_003_311,
    "job": 45_160_009_017,
    "check_run": 45_900_000_103,
    "workflow": 170_300_211,
    "ruleset": 7_100_031,
    "ruleset_version": 8_300_011,
    "rule_suite": 21_300_417,
    "release": 190_200_033,
    "deployment": 1_900_300_021,
    "deployment_status": 5_200_000_117,
    "environment": 3_100_200_007,
    "team": 9_700_013,
    "jira_issue": 10_400,
    "jira_history": 31_000,
    "jira_link": 52_000,
    "jira_comment": 63_000,
}


@dataclass
class Site:
    """One repository in the making."""

    repository: Repository
    tree: Tree = field(default_factory=dict)
    """The default branch as it is now."""
    people: tuple[str, ...] = ()
    """Who writes the ordinary pull requests, in turn."""
    package: str = ""
    has_tests: bool = True
    is_gated: bool = False
    last_number: int = 0
    last_commit: int = 0
    written: int = 0
    """Pieces of code written so far: names in them are numbered, so that no two lines of a repository are alike."""
    claimed: set[str] = field(default_factory=set)
    """Lines that an open pull request is changing."""
    workflows: dict[str, int] = field(default_factory=dict)
    runs: Counter[str] = field(default_factory=Counter)

    @property
    def name(self) -> str:
        """The repository's name without its owner."""
        return self.repository.name

    def number(self) -> int:
        """The next number of an issue or pull request."""
        self.last_number += 1
        return self.last_number

    def mark(self) -> str:
        """The next commit's mark."""
        self.last_commit += 1
        return f"{self.name}:{self.last_commit}"


@dataclass
class Stage:
    """Everything that a script acts on."""

    world: World
    engineers: int
    timeline: Timeline = field(default_factory=Timeline)
    sites: dict[str, Site] = field(default_factory=dict)
    _last_ids: Counter[str] = field(default_factory=Counter)
    _people: dict[str, Person] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """The present moment of the timeline."""
        return self.timeline.now

    def rng(self, name: str) -> Random:
        """A story's own dice: changing one story does not reshuffle the others."""
        return Random(f"{self.world.seed}/{name}")  # noqa: S311 - a story, not a secret

    def new_id(self, kind: str) -> int:
        """A fresh id, growing with time."""
        self._last_ids[kind] += 1
        return FIRST_IDS[kind] + 17 * self._last_ids[kind]

    def tell(self, script: Script, start: datetime) -> None:
        """Let a script begin at a moment."""
        self.timeline.tell(script, start)

    def employ(self, staff: Sequence[Person]) -> None:
        """Let people be found by their id."""
        self.world.people = list(staff)
        self._people = {person.person_id: person for person in staff}

    def person(self, person_id: str) -> Person:
        """A colleague."""
        return self._people[person_id]

    def account(self, who: str) -> Account:
        """The account of a person id, or of a login of a bot or an outsider."""
        return self._people[who].account if who in self._people else self.world.account(who)

    def signature(self, who: str) -> Signature:
        """How somebody's commits are signed when nothing else is said: with the last address given, which is what their git knows.

        Ana's last address is the one from before she joined; she has changed her settings since. `who` may be a second login.
        """
        person = self._people.get(who) or next(each for each in self._people.values() if self.world.account(who) in each.other_accounts)
        return Signature(person.name, person.emails[0 if person.person_id == "ana" else -1])

    def colleagues(self) -> list[str]:
        """The people who are not of the named cast."""
        return [person_id for person_id in self._people if "-" in person_id]

    def commit(
        self,
        site: Site,
        parents: Sequence[str],
        before: Tree,
        after: Tree,
        signature: Signature,
        message: str,
        *,
        when: datetime | None = None,
        committer: Signature | None = None,
        account: Account | None = None,
        renames: Sequence[tuple[str, str]] = (),
    ) -> Commit:
        """A commit that turns its first parent's tree into another."""
        came_from = {new: old for old, new in renames}
        sources = {path: before[came_from.get(path, path)] for path in after if came_from.get(path, path) in before}
        commit = Commit(
            mark=site.mark(),
            repository=site.repository.full_name,
            author=signature,
            authored_at=when or self.now,
            message=message,
            parents=tuple(parents),
            writes={path: content(lines) for path, lines in after.items() if path not in sources or differs(sources[path], lines)},
            deletes=tuple(sorted(set(before) - set(after) - set(came_from.values()))),
            renames=tuple(renames),
            committer=committer,
            committed_at=self.now if when is None or committer else when,
            account=account,
        )
        self.world.commits[commit.mark] = commit
        return commit

    def push(self, site: Site, who: str, message: str, edits: Sequence[Edit], email: str = "") -> Commit:
        """A commit straight onto the default branch."""
        signature = self.signature(who) if not email else Signature(self.person(who).name, email)
        after = applied(site.tree, edits, signature.email)
        parents = [site.repository.head] if site.repository.head else []
        renames = [(edit.old, edit.new) for edit in edits if isinstance(edit, Rename)]
        commit = self.commit(site, parents, site.tree, after, signature, message, account=self.account(who), renames=renames)
        self.land(site, commit, after)
        return commit

    def land(self, site: Site, commit: Commit, tree: Tree) -> None:
        """Make a commit the default branch's newest."""
        site.tree = tree
        site.repository.head = commit.mark
        site.repository.pushed_at = max(site.repository.pushed_at, self.now)
