"""Landings that take earlier ones back, by their own words and by what they do to the files: the rows of `reverts`.

Words alone prove little: squashes quote reverts of commits that never landed, quoted titles carry wrong numbers. Contents
alone find the silent ones. Each way of knowing is a row of its own, with what the contents say about it.
"""

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from connectors.contract import Event, Record
from connectors.git.facts import History, pages
from connectors.git.landings import pull_request_number
from connectors.git.memory import Memory
from connectors.git.paths import is_authored
from connectors.git.protocol import Landing
from connectors.git.remotes import Remote

TABLE = "reverts"
RULES = "1"
INVERSE, RESTORED = "inverse_patch", "blob_restored"
LONGEST_CHAIN = 20
"""Changes of one file that one restored content may take back."""
WINDOW, NEIGHBOURS, MOST_FILES = timedelta(days=180), 30, 50
"""How far back, among how many landings of the same files, and up to how many files a patch is compared with its inverse."""
SOON = timedelta(days=30)
"""What is added and deleted again within this time was taken back; later it was retired."""

_COMMIT = re.compile(r"^(?:\W*)This reverts commit ([0-9a-f]{7,64})", re.IGNORECASE | re.MULTILINE)
_NUMBER = re.compile(
    r"^(?:This )?reverts (?:(?:PR|pull request|merge request) )?(?P<name>[\w.-]+/[\w./-]+)?[#!](?P<number>\d+)", re.I | re.M
)
_TITLE = re.compile(r'^(?P<verb>Revert|Reapply) "(?P<title>.+)"(?: \(#\d+\))?\s*$', re.MULTILINE)
_BRANCH = re.compile(r"^Merge (?:pull request #\d+ from [^\s/]+/|branch ')revert-(?:(?P<number>\d+)-|(?P<sha>[0-9a-f]{8,40})\b)")
_OWN_NUMBER = re.compile(r"\s*\(#\d+\)\s*$")

Step = tuple[str, str, str]
"""Path, content before, content after; nothing is all zeros."""
Inverse = Mapping[str, tuple[str, str]]
"""Removed and added lines of each file, as hashes."""


@dataclass(frozen=True)
class Claim:
    """What words say is taken back: a commit, a number, or a title."""

    how: str
    target: str
    is_reapply: bool = False


@dataclass
class Taken:
    """One landing that takes back another, as far as one way of looking at it tells."""

    landing: Landing
    how: str
    target: str
    reverted: Landing | None
    n_files: int | None = None
    n_restored: int | None = None
    confidence: str = "unresolved"
    is_reapply: bool = False


def events(history: History) -> Iterator[Event]:
    """Pages of `reverts`."""
    found = taken_back(history)
    return pages(TABLE, history.remote.partition, (_record(taken, history.remote) for taken in found))


def taken_back(history: History) -> list[Taken]:
    """Every landing that takes back another, oldest first."""
    contents = Contents()
    for landing in history.landings:
        contents.take(landing)
    claims = {landing.sha: list(_claims(landing, history.remote)) for landing in history.landings if landing.told}
    index = Index(history.landings)
    worded = [(landing, claim, index.find(landing, claim)) for landing in history.landings for claim in claims.get(landing.sha, ())]
    contents.compare(history, [(target, landing) for landing, _, target in worded if target])
    found = [_worded(landing, claim, target, contents) for landing, claim, target in worded]
    found += contents.found()
    return _with_reapplications(found, history.landings)


def _claims(landing: Landing, remote: Remote) -> Iterator[Claim]:
    """Each claim once, the first of its kind and target."""
    claims = [Claim("commit_text", sha.lower()) for sha in _COMMIT.findall(landing.told)]
    for match in _NUMBER.finditer(landing.told):
        if not match["name"] or match["name"].lower() == remote.full_name.lower():
            claims.append(Claim("pull_request_text", f"#{match['number']}"))
    for line in landing.told.splitlines()[:2]:
        match = _TITLE.match(line)
        if match:
            is_reapply = match["verb"] == "Reapply" or match["title"].startswith('Revert "')
            title = f'Revert "{match["title"]}"' if match["verb"] == "Reapply" else match["title"]
            claims.append(Claim("title", title, is_reapply))
    branch = _BRANCH.match(landing.subject)
    if branch:
        claims.append(Claim("branch_name", f"#{branch['number']}" if branch["number"] else branch["sha"]))
    yield from dict.fromkeys(claims)


class Index:
    """Landings by what words call them."""

    def __init__(self, landings: Sequence[Landing]) -> None:
        self._places = {landing.sha: place for place, landing in enumerate(landings)}
        self._by_start: defaultdict[str, list[Landing]] = defaultdict(list)
        self._by_name: defaultdict[str, list[Landing]] = defaultdict(list)
        for landing in landings:
            self._by_start[landing.sha[:7]].append(landing)
            number = pull_request_number(landing.subject)
            names = {landing.subject.strip(), _OWN_NUMBER.sub("", landing.subject).strip(), f"#{number}" if number else ""}
            for name in names - {""}:
                self._by_name[name].append(landing)

    def find(self, landing: Landing, claim: Claim) -> Landing | None:
        """The youngest earlier landing of that name; a commit that never landed by itself is none."""
        is_sha = claim.how == "commit_text" or (claim.how == "branch_name" and not claim.target.startswith("#"))
        if is_sha:
            named = [each for each in self._by_start.get(claim.target[:7], []) if each.sha.startswith(claim.target)]
        else:
            named = self._by_name.get(claim.target) or self._by_name.get(_OWN_NUMBER.sub("", claim.target).strip(), [])
        earlier = [each for each in named if self._places[each.sha] < self._places[landing.sha]]
        return earlier[-1] if earlier else None


def _steps(landing: Landing) -> list[Step]:
    """What the landing did to each path; a rename takes one away and brings another."""
    steps: list[Step] = []
    for change in landing.changes:
        nothing = "0" * len(change.blob)
        if change.status == "R" and change.old_path:
            steps += [(change.old_path, change.old_blob, nothing), (change.path, nothing, change.blob)]
        else:
            steps.append((change.path, nothing if change.status == "C" else change.old_blob, change.blob))
    return steps


def _is_nothing(blob: str) -> bool:
    return not blob.strip("0")


@dataclass
class Contents:
    """What landings do to contents, and which of them undo one another."""

    _steps: dict[str, list[Step]] = field(default_factory=dict)
    _past: defaultdict[str, list[tuple[Landing, Step]]] = field(default_factory=lambda: defaultdict(list))
    _restored: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    """Paths that the second landing put back to what they were before the first, by their shas."""
    _pairs: dict[tuple[str, str], tuple[Landing, Landing]] = field(default_factory=dict)
    _same_files: defaultdict[frozenset[str], deque[Landing]] = field(default_factory=lambda: defaultdict(lambda: deque(maxlen=NEIGHBOURS)))
    _candidates: list[tuple[Landing, Landing]] = field(default_factory=list)
    _inverse: set[tuple[str, str]] = field(default_factory=set)

    def take(self, landing: Landing) -> None:
        """The next landing: what it restores of the past, and which earlier one of the same files it may be the inverse of."""
        steps = self._steps[landing.sha] = _steps(landing)
        for step in steps:
            for earlier in self._undone(step):
                self._pairs.setdefault((earlier.sha, landing.sha), (earlier, landing))
                self._restored.setdefault((earlier.sha, landing.sha), set()).add(step[0])
        files = frozenset(path for path, _, _ in steps)
        if 0 < len(files) <= MOST_FILES:
            for earlier in self._same_files[files]:
                is_near = earlier.at and landing.at and landing.at - earlier.at <= WINDOW
                if is_near and not self.is_whole(earlier, landing):
                    self._candidates.append((earlier, landing))
            self._same_files[files].append(landing)
        for step in steps:
            self._past[step[0]].append((landing, step))

    def _undone(self, step: Step) -> list[Landing]:
        """Landings since the youngest one that began from the content which is back; a file that grew old is deleted, not taken back."""
        past = self._past[step[0]][-LONGEST_CHAIN:]
        for place in range(len(past) - 1, -1, -1):
            if past[place][1][1] == step[2]:
                is_retired = _is_nothing(step[2]) and place < len(past) - 1
                return [] if is_retired else [landing for landing, _ in past[place:]]
        return []

    def compare(self, history: History, claimed: Iterable[tuple[Landing, Landing]]) -> None:
        """Ask git for the patches of landings that may be inverse to one another though files have changed in between."""
        pairs = [pair for pair in [*self._candidates, *claimed] if not self.is_whole(*pair) and self._may_be_inverse(*pair)]
        if not pairs:
            return
        memory = Memory.opened(history.mirror.with_suffix(".patches.json"), RULES, history.is_fresh)
        asked = {landing.sha: landing for pair in pairs for landing in pair}
        unknown = [landing for sha, landing in asked.items() if sha not in memory]
        for sha, patch in history.client.patches(history.mirror, unknown).items() if unknown else ():
            memory[sha] = {path: list(lines) for path, lines in patch.items()}
        for earlier, later in pairs:
            before, after = memory[earlier.sha], memory[later.sha]
            if before and before.keys() == after.keys() and all(after[path] == lines[::-1] for path, lines in before.items()):
                self._pairs.setdefault((earlier.sha, later.sha), (earlier, later))
                self._inverse.add((earlier.sha, later.sha))
        memory.save()

    def _may_be_inverse(self, earlier: Landing, later: Landing) -> bool:
        files, again = ({path for path, _, _ in self._steps[landing.sha]} for landing in (earlier, later))
        return files == again and len(files) <= MOST_FILES

    def _is_turned_round(self, earlier: Landing, later: Landing) -> bool:
        """Whether the later landing does to every file exactly the opposite."""
        return sorted((path, new, old) for path, old, new in self._steps[earlier.sha]) == sorted(self._steps[later.sha])

    def counts(self, earlier: Landing, later: Landing) -> tuple[int, int]:
        """How many files the earlier landing changed, and how many of them the later one put back."""
        total = len({path for path, _, _ in self._steps[earlier.sha]})
        pair = (earlier.sha, later.sha)
        return total, total if pair in self._inverse else len(self._restored.get(pair, ()))

    def is_whole(self, earlier: Landing, later: Landing) -> bool:
        """Whether nothing of the earlier landing is left."""
        total, restored = self.counts(earlier, later)
        return restored == total

    def share_files(self, earlier: Landing, later: Landing) -> bool:
        """Whether the later landing touched anything that the earlier one had."""
        return bool({path for path, _, _ in self._steps[earlier.sha]} & {path for path, _, _ in self._steps[later.sha]})

    def found(self) -> list[Taken]:
        """What contents alone tell."""
        answer: list[Taken] = []
        for earlier, later in self._pairs.values():
            total, restored = self.counts(earlier, later)
            is_inverse = (earlier.sha, later.sha) in self._inverse or self._is_turned_round(earlier, later)
            files = self._restored.get((earlier.sha, later.sha), set())
            if is_inverse or any(map(is_authored, files)):
                how = INVERSE if is_inverse else RESTORED
                answer.append(Taken(later, how, earlier.sha, earlier, total, restored, self._confidence(earlier, later, is_inverse)))
        return answer

    def _confidence(self, earlier: Landing, later: Landing, is_inverse: bool) -> str:
        is_addition = all(_is_nothing(old) for _, old, _ in self._steps[earlier.sha])
        is_soon = earlier.at and later.at and later.at - earlier.at <= SOON
        if is_addition and not is_soon:
            return "possible"
        return "confirmed" if is_inverse else "probable" if self.is_whole(earlier, later) else "possible"


def _worded(landing: Landing, claim: Claim, target: Landing | None, contents: Contents) -> Taken:
    """A claim, held against the contents: words about files that were not even touched are only words."""
    if target is None:
        return Taken(landing, claim.how, claim.target, None, is_reapply=claim.is_reapply)
    total, restored = contents.counts(target, landing)
    confidence = "confirmed" if restored else "probable" if contents.share_files(target, landing) else "possible"
    return Taken(landing, claim.how, claim.target, target, total, restored, confidence, claim.is_reapply)


def _with_reapplications(found: list[Taken], landings: Sequence[Landing]) -> list[Taken]:
    """What takes back a landing that took back another brings that one in again."""
    places = {landing.sha: place for place, landing in enumerate(landings)}
    found.sort(key=lambda taken: (places[taken.landing.sha], taken.how, taken.target))
    reverting: set[str] = set()
    for taken in found:
        taken.is_reapply = taken.is_reapply or bool(taken.reverted and taken.reverted.sha in reverting)
        if taken.confidence in {"confirmed", "probable"} and not taken.is_reapply:
            reverting.add(taken.landing.sha)
    return found


def _record(taken: Taken, remote: Remote) -> Record:
    landing, reverted = taken.landing, taken.reverted
    is_whole = taken.n_restored == taken.n_files
    return {
        "repository_id": remote.partition,
        "sha": landing.sha,
        "how": taken.how,
        "target": taken.target,
        "reverted_sha": reverted.sha if reverted else None,
        "kind": "reapply" if taken.is_reapply else "revert",
        "confidence": taken.confidence,
        "extent": None if reverted is None else "whole" if is_whole else "partial" if taken.n_restored else "unknown",
        "files_changed": taken.n_files,
        "files_restored": taken.n_restored,
        "landed_at": landing.at,
        "author_email": landing.author_email,
        "pull_request_number": pull_request_number(landing.subject),
        "reverted_at": reverted.at if reverted else None,
        "reverted_pull_request_number": pull_request_number(reverted.subject) if reverted else None,
        "_raw": {"subject": landing.subject, "reverted_subject": reverted.subject if reverted else None, "told": landing.told[:500]},
        "_source_url": remote.commit_url(landing.sha),
    }
