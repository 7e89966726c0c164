"""Prompts, rubrics and agent instructions: which files they are, their history across renames, the rows of `prompt_versions`.

A prompt keeps one key for life: the path at which it was born. Renames (60 % of the lines kept) carry the key along, a
deleted prompt that comes back at its path takes it up again, and a new file at a path whose first owner moved away gets a
number behind the path.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from pathspec import GitIgnoreSpec

from connectors.contract import Event, Record
from connectors.git.facts import History, decoded, pages
from connectors.git.landings import Side, after, before, pull_request_number
from connectors.git.paths import is_fixture, is_regular, is_third_party, name_of, shown
from connectors.git.protocol import Blob, Change, Landing, LineCounts
from connectors.markdown import FRONT_MATTER

TABLE = "prompt_versions"
TEXT_FORMATS = ("txt", "md", "j2", "jinja", "jinja2", "yaml", "yml", "json", "toml", "hbs", "mustache")
PROMPTS = [
    *("*.prompt", "*.prompty", "*.prompt.yml", "*.prompt.yaml", "*.prompt.md", "skprompt.txt", "*.baml"),
    *(f"**/prompts/**/*.{suffix}" for suffix in TEXT_FORMATS),
    *(f"promptfooconfig.{suffix}" for suffix in ("yaml", "yml", "json", "js", "ts")),
]
AGENT_INSTRUCTIONS = GitIgnoreSpec.from_lines(
    ["AGENTS.md", "CLAUDE.md", ".cursor/rules/**", ".cursorrules", ".github/copilot-instructions.md"]
)
JUDGE = re.compile(r"judge|rubric|grader|evaluator|criteria", re.IGNORECASE)
GRADED = re.compile(r"llm-rubric|rubricPrompt")
"""How promptfoo's configuration says that a model grades."""


@dataclass(frozen=True)
class Content:
    """What one file version says, without its text."""

    text_sha: str
    """Hash of the text with all line ends made alike."""
    squeezed_sha: str
    """Hash of the text without white space: two versions that share it differ in layout only."""
    is_judging: bool


@dataclass
class Version:
    """One landed change of one prompt."""

    key: str
    landing: Landing
    change_type: str
    old: Side | None
    new: Side | None
    previous_path: str | None = None
    moved_to: str | None = None

    @property
    def path(self) -> str:
        """Where the prompt is after the change; where it was, if the change took it away."""
        side = self.new or self.old
        assert side is not None
        return side.path


@dataclass
class PromptTable:
    """The detector of one repository's prompts."""

    prompts: Sequence[str]
    rubrics: Sequence[str]
    table: str = TABLE
    _contents: dict[tuple[str, str], Content] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._rubric_paths = GitIgnoreSpec.from_lines(self.rubrics)
        self._all_paths = GitIgnoreSpec.from_lines([*PROMPTS, *self.prompts, *self.rubrics])
        self.is_prompt = lru_cache(maxsize=None)(self._is_prompt)

    def _is_prompt(self, path: str) -> bool:
        is_any = self._all_paths.match_file(path) or AGENT_INSTRUCTIONS.match_file(path)
        return is_any and not is_third_party(path) and not is_fixture(path)

    def wanted(self, change: Change) -> Iterable[Side]:
        """Both sides: a file may have been no prompt before it was moved."""
        return [side for side in (self._mine(before(change)), self._mine(after(change))) if side]

    def examine(self, path: str, blob: Blob) -> Any:
        """Hashes of the text, and whether it instructs a judge; nothing of what is too large for a prompt."""
        if blob.content is None:
            return None
        text = decoded(blob.content)
        front_matter = FRONT_MATTER.match(text)
        is_graded = name_of(path).startswith("promptfooconfig") and bool(GRADED.search(text))
        is_judging = is_graded or bool(front_matter and JUDGE.search(front_matter[1]))
        return [*hashes_of(text), is_judging]

    def learn(self, path: str, sha: str, answer: Any) -> None:
        """Keep what was examined."""
        if answer:
            self._contents[path, sha] = Content(*answer)

    def events(self, history: History) -> Iterator[Event]:
        """Versions as records, with git's own count of changed lines."""
        versions = list(self.versions(history.landings))
        counts = history.client.line_counts(history.mirror, [version.landing for version in _once(versions)]) if versions else {}
        yield from pages(TABLE, history.remote.partition, (self._record(version, history, counts) for version in versions))

    def versions(self, landings: Iterable[Landing]) -> Iterator[Version]:
        """Every landed change of every prompt, oldest first."""
        keys = Keys()
        for landing in landings:
            sides = [(self._mine(before(change)), self._mine(after(change)), change) for change in landing.changes]
            # First who comes back, then who leaves, then who arrives: prompts may swap places within one landing.
            back = {id(change): keys.back(new.path, _source(change)) for old, new, change in sides if new and not old}
            gone = {id(change): keys.leave(old.path, change) for old, _, change in sides if old}
            for old, new, change in sides:
                key = gone.get(id(change)) or back.get(id(change))
                version = self._version(landing, old, new, change, key, keys)
                if version:
                    yield version

    def _version(
        self, landing: Landing, old: Side | None, new: Side | None, change: Change, key: str | None, keys: "Keys"
    ) -> Version | None:
        if old and new:
            is_moved = old.path != new.path
            key = keys.arrive(new.path, key)
            is_changed = is_moved or old.blob != new.blob
            return Version(key, landing, "R" if is_moved else "M", old, new, _source(change)) if is_changed else None
        if new:
            return Version(keys.arrive(new.path, key), landing, "A", None, new, _source(change))
        if old:
            return Version(key or old.path, landing, "D", old, None, moved_to=change.path if change.path != old.path else None)
        keys.followed(change)
        return None

    def _mine(self, side: Side | None) -> Side | None:
        return side if side and is_regular(side.mode) and self.is_prompt(side.path) else None

    def _kind(self, path: str, content: Content | None) -> str:
        if AGENT_INSTRUCTIONS.match_file(path):
            return "agent_instructions"
        is_rubric = JUDGE.search(path) or self._rubric_paths.match_file(path) or (content and content.is_judging)
        return "rubric" if is_rubric else "prompt"

    def _record(self, version: Version, history: History, counts: dict[tuple[str, str], LineCounts]) -> Record:
        landing, old, new = version.landing, version.old, version.new
        now = self._contents.get((new.path, new.blob)) if new else None
        then = self._contents.get((old.path, old.blob)) if old else None
        lines = counts.get((landing.sha, version.path), LineCounts(0, 0))
        told = {
            "prompt_key": shown(version.key),
            "kind": self._kind(version.path, now or then),
            "symbol": None,
            "previous_path": shown(version.previous_path) if version.previous_path else None,
            "change_type": version.change_type,
            "blob_sha": new.blob if new else None,
            "previous_blob_sha": old.blob if old else None,
            "text_sha": now.text_sha if now else None,
            "previous_text_sha": then.text_sha if then else None,
            "lines_added": lines.insertions,
            "lines_removed": lines.deletions,
            "is_whitespace_only": bool(old and new and now and then and old.blob != new.blob and now.squeezed_sha == then.squeezed_sha),
        }
        return landed(history, landing, version.path, told, {"moved_to": shown(version.moved_to or "") or None})


def landed(history: History, landing: Landing, path: str, told: Record, raw: Record | None = None) -> Record:
    """A record of `prompt_versions`: what is told of a version, with where and when it landed."""
    proof = landing.sha if told["blob_sha"] else (landing.parents or (landing.sha,))[0]
    return {
        "repository_id": history.remote.partition,
        "sha": landing.sha,
        "path": shown(path),
        **told,
        "landed_sha": landing.sha,
        "landed_at": landing.at,
        "pull_request_number": pull_request_number(landing.subject),
        "_raw": {"subject": landing.subject, "author_email": landing.author_email} | (raw or {}),
        "_source_url": history.remote.file_url(proof, path),
    }


@dataclass
class Keys:
    """Which key lives, lived or rests at which path."""

    _living: dict[str, str] = field(default_factory=dict)
    _left: dict[str, str] = field(default_factory=dict)
    """Keys of deleted prompts by their last path, and of prompts that became something else by the path they moved to."""
    _used: set[str] = field(default_factory=set)

    def back(self, path: str, source: str | None) -> str | None:
        """The key that rests where a file comes from, or where it appears."""
        return (self._left.pop(source, None) if source else None) or self._left.pop(path, None)

    def leave(self, path: str, change: Change) -> str:
        """The key of a prompt that leaves its path; it may come back there, or from where it moved to."""
        key = self._living.pop(path, path)
        self._left[change.path] = key
        return key

    def arrive(self, path: str, key: str | None) -> str:
        """A prompt is at a path from now on; without a key it is a new one."""
        self._left.pop(path, None)
        if key is None:
            key = self._free(path)
        self._used.add(key)
        self._living[path] = key
        return key

    def followed(self, change: Change) -> None:
        """A former prompt moves on among other files."""
        if change.status == "R" and change.old_path in self._left:
            self._left[change.path] = self._left.pop(change.old_path)

    def _free(self, path: str) -> str:
        number = 2
        key = path
        while key in self._used:
            key, number = f"{path}#{number}", number + 1
        return key


def hashes_of(text: str) -> list[str]:
    """`text_sha` and `squeezed_sha` of a text."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return [_sha(unified), _sha("".join(text.split()))]


def _source(change: Change) -> str | None:
    """Where a renamed file came from."""
    return change.old_path if change.status == "R" else None


def _once(versions: Iterable[Version]) -> list[Version]:
    return list({version.landing.sha: version for version in versions}.values())


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
