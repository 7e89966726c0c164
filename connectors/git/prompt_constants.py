"""Prompts that stand in code: long texts bound to names such as `SYSTEM_PROMPT`, with their history, as rows of `prompt_versions`.

That such a constant instructs a model is inferred from its name, so its rows carry the name as `symbol`. It keeps one key for life, the
path and name at which it was born; a renamed file carries it along, a renamed constant is a new one. A version of the file that is no
Python says nothing: what stood before stands until the next one that is.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from warnings import catch_warnings, simplefilter

from connectors.contract import Event, Record
from connectors.git.facts import History, decoded, pages
from connectors.git.landings import Side, after, before
from connectors.git.paths import is_fixture, is_regular, is_third_party, shown
from connectors.git.prompts import JUDGE, TABLE, Content, hashes_of, landed
from connectors.git.protocol import Blob, Change, Landing

NAMED = re.compile(r"PROMPT|SYSTEM|TEMPLATE")
LEAST = 200
"""Characters that a text must have more than: shorter ones are names, queries and messages as often as instructions."""

_MAY_HOLD = re.compile(rb"(?i)\w*(?:prompt|system|template)\w*[ \t]*(?::[^=\n]*)?=")
_WRAPPERS = {"dedent", "cleandoc", "strip"}
"""Calls that only lay a text out."""

Constants = Mapping[str, Content]
"""By the name that holds each; methods and nested names are spelled with dots."""


@dataclass(frozen=True)
class Standing:
    """One constant at one moment: its key, where it is, and the blob of its file."""

    key: str
    path: str
    symbol: str
    blob: str
    content: Content


@dataclass(frozen=True)
class Version:
    """One landed change of one constant."""

    landing: Landing
    change_type: str
    old: Standing | None
    new: Standing | None

    @property
    def stands(self) -> Standing:
        """The constant after the change; as it was, if the change took it away."""
        stands = self.new or self.old
        assert stands is not None
        return stands


@dataclass
class PromptConstants:
    """The detector of one repository's prompts in Python files."""

    table: str = "prompt_constants"
    _found: dict[tuple[str, str], Constants | None] = field(default_factory=dict)

    def wanted(self, change: Change) -> Iterable[Side]:
        """The Python file that the change left."""
        side = _mine(after(change))
        return [side] if side else []

    def examine(self, path: str, blob: Blob) -> Any:  # noqa: ARG002 - the protocol's names
        """Hashes of each long text by its name; None for what is no Python."""
        if blob.content is None or not _MAY_HOLD.search(blob.content):
            return {}
        module = _parsed(decoded(blob.content))
        if module is None:
            return None
        return {name: [*hashes_of(text), bool(JUDGE.search(name))] for name, text in constants(module)}

    def learn(self, path: str, sha: str, answer: Any) -> None:
        """Keep what was examined."""
        self._found[path, sha] = None if answer is None else {name: Content(*said) for name, said in answer.items()}

    def events(self, history: History) -> Iterator[Event]:
        """Versions as records."""
        yield from pages(TABLE, history.remote.partition, (_record(version, history) for version in self.versions(history.landings)))

    def versions(self, landings: Iterable[Landing]) -> Iterator[Version]:
        """Every landed change of every constant, oldest first."""
        standing: dict[str, dict[str, Standing]] = {}
        keys = _Keys()
        for landing in landings:
            moves = [(_mine(before(change)), _mine(after(change))) for change in landing.changes]
            # All leave before any arrives: files may swap places within one landing.
            left = [standing.pop(old.path, {}) if old else {} for old, _ in moves]
            for (_, new), olds in zip(moves, left, strict=True):
                found = self._found.get((new.path, new.blob)) if new else {}
                if found is None and new:
                    standing[new.path] = olds
                    continue
                for name in olds.keys() - (found or {}).keys():
                    keys.leave(olds[name].key)
                news = {name: _at(new, name, content, olds.get(name), keys) for name, content in (found or {}).items() if new}
                if new and news:
                    standing[new.path] = news
                yield from _compared(landing, olds, news)


def constants(module: ast.Module) -> Iterator[tuple[str, str]]:
    """Names of long texts with the texts, in the order of the file; the last of several bindings counts."""
    found: dict[str, str] = {}
    for prefix, statement in _statements(module.body, ""):
        if isinstance(statement, ast.Assign):
            targets: list[ast.expr] = statement.targets
            value: ast.expr | None = statement.value
        elif isinstance(statement, ast.AnnAssign):
            targets, value = [statement.target], statement.value
        else:
            continue
        text = _text(value)
        for target in targets:
            if text and len(text) > LEAST and isinstance(target, ast.Name) and NAMED.search(target.id.upper()):
                found[prefix + target.id] = text
    yield from found.items()


def _statements(body: Iterable[ast.stmt], prefix: str) -> Iterator[tuple[str, ast.stmt]]:
    for statement in body:
        yield prefix, statement
        if isinstance(statement, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _statements(statement.body, f"{prefix}{statement.name}.")
        elif isinstance(statement, ast.If | ast.Try):
            branches = [statement.body, statement.orelse, *(handler.body for handler in getattr(statement, "handlers", []))]
            for branch in branches:
                yield from _statements(branch, prefix)


def _text(value: ast.expr | None) -> str | None:
    """The text of an expression that is one: literals, f-strings (their fields as written), sums of both, and what lays them out."""
    match value:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(
                part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else ast.unparse(part) for part in parts
            )
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            first, second = _text(left), _text(right)
            return None if first is None or second is None else first + second
        case ast.Call(func=ast.Attribute(value=inner, attr="strip"), args=[]):
            return _text(inner)
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[inner]) if name in _WRAPPERS:
            return _text(inner)
        case _:
            return None


def _parsed(text: str) -> ast.Module | None:
    with catch_warnings():
        # Old code warns about its own escapes.
        simplefilter("ignore")
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def _mine(side: Side | None) -> Side | None:
    is_read = side and side.path.endswith(".py") and is_regular(side.mode) and not is_third_party(side.path) and not is_fixture(side.path)
    return side if is_read else None


@dataclass
class _Keys:
    """Keys of the constants that stand; one that comes back where it was takes up its own again."""

    _living: set[str] = field(default_factory=set)

    def arrive(self, path: str, symbol: str) -> str:
        number, key = 2, f"{path}::{symbol}"
        while key in self._living:
            key, number = f"{path}::{symbol}#{number}", number + 1
        self._living.add(key)
        return key

    def leave(self, key: str) -> None:
        self._living.discard(key)


def _at(side: Side, symbol: str, content: Content, old: Standing | None, keys: _Keys) -> Standing:
    key = old.key if old else keys.arrive(side.path, symbol)
    return Standing(key, side.path, symbol, side.blob, content)


def _compared(landing: Landing, olds: Mapping[str, Standing], news: Mapping[str, Standing]) -> Iterator[Version]:
    for name in [*olds, *(name for name in news if name not in olds)]:
        old, new = olds.get(name), news.get(name)
        if old and new:
            is_moved = old.path != new.path
            if is_moved or old.content.text_sha != new.content.text_sha:
                yield Version(landing, "R" if is_moved else "M", old, new)
        else:
            yield Version(landing, "A" if new else "D", old, new)


def _record(version: Version, history: History) -> Record:
    landing, old, new, stands = version.landing, version.old, version.new, version.stands
    is_rubric = stands.content.is_judging or JUDGE.search(stands.path)
    is_same_but_for_layout = bool(old and new and old.content.squeezed_sha == new.content.squeezed_sha)
    told = {
        "prompt_key": shown(stands.key),
        "kind": "rubric" if is_rubric else "prompt",
        "symbol": shown(stands.symbol),
        "previous_path": shown(old.path) if old and new and old.path != new.path else None,
        "change_type": version.change_type,
        "blob_sha": new.blob if new else None,
        "previous_blob_sha": old.blob if old else None,
        "text_sha": new.content.text_sha if new else None,
        "previous_text_sha": old.content.text_sha if old else None,
        # Git counts lines of files; of the lines of a constant nobody has a count.
        "lines_added": None,
        "lines_removed": None,
        "is_whitespace_only": is_same_but_for_layout and bool(old and new and old.content.text_sha != new.content.text_sha),
    }
    return landed(history, landing, stands.path, told)
