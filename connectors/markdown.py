"""What a Markdown document says of itself and what it links to; where documents lie and what becomes of them is not decided here.

Of a document only its title, its kind, its names and its addresses are kept. A line that links somewhere is kept as a hash.
"""

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

import yaml

KINDS = ("rfc", "decision", "design", "postmortem", "envelope", "document")
TARGET_KINDS = ("path", "url", "key")
SUFFIXES = {".md", ".markdown"}
FOLDERS = {
    "rfc": "rfc",
    "rfcs": "rfc",
    "adr": "decision",
    "adrs": "decision",
    "decisions": "decision",
    "design": "design",
    "designs": "design",
    "postmortem": "postmortem",
    "postmortems": "postmortem",
    "post-mortem": "postmortem",
    "post-mortems": "postmortem",
}
"""Folders that say what the documents in them are."""
STATED = {**FOLDERS, "decision": "decision", "post mortem": "postmortem", "incident review": "postmortem", "envelope": "envelope"}
"""What front matter calls a kind."""
NO_DOCUMENT = re.compile(r"(readme|index|summary|contributing|.*template.*)\.\w+", re.IGNORECASE)
LONGEST = 300
"""Characters of a title or a name that are kept."""

_HEADING = re.compile(r"#\s+(.+?)\s*#*\s*$")
_KEY_IN_HEADING = re.compile(r"(?P<key>[A-Za-z][A-Za-z_]*[ -]?\d+)\s*(?:[:.]|\s[-\u2013\u2014])\s+(?P<title>\S.*)")
_STATUS = re.compile(r"\W*status\W*[:|]\W*([A-Za-z][A-Za-z -]*[A-Za-z])", re.IGNORECASE)
_FENCE = re.compile(r"\s{0,3}(```|~~~)")
_TARGETS = (
    re.compile(r"\[[^\]]*\]\(\s*<?([^)\s>]+)"),
    re.compile(r"^\s{0,3}\[[^\]]+\]:\s+<?([^\s>]+)"),
    re.compile(r"<?(https?://[^\s<>()\[\]\"'`|]+)"),
)
_PATH = re.compile(r"(?<![\w/.:(<-])\w[\w.-]*(?:/[\w.-]+)+\.(?:md|markdown)\b")
_NAMED = re.compile(r"(?<![\w/-])(?:(?P<prefix>[A-Z][A-Z0-9_]+)-|(?P<word>RFC|ADR) ?)0*(?P<number>\d{1,7})(?![\w-])")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
FRONT_MATTER = re.compile(r"\A---\r?\n(.*?)\r?\n---", re.DOTALL)
_HIDDEN = re.compile(r"<!--.*?-->", re.DOTALL)
_CREDENTIAL_IN_URL = re.compile(r"(?<=://)[^/@\s'\"]+@")
# A safe loader; libyaml's where it is compiled in.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Report = Callable[[str], None]
Name = tuple[str, ...]


@dataclass(frozen=True)
class Document:
    """What a document says of itself.

    Attributes:
        key: its name among documents, such as `RFC-12`.
        authors: as front matter names them, one a line.
        dated_on: day of its front matter, ISO.
    """

    kind: str
    title: str | None = None
    key: str | None = None
    status: str | None = None
    authors: str = ""
    dated_on: str | None = None


@dataclass(frozen=True)
class Link:
    """The first line that names one thing: a file of the repository, an address, or the key of an issue or a document."""

    kind: str
    target: str
    line: int = field(compare=False)
    line_sha: str = field(compare=False)


def parse(path: str, text: str, report: Report) -> Mapping[Name, Document]:
    """The document; of front matter that is no YAML only the fault is told."""
    told = _front_matter(text, report)
    lines = [line for _, line in _lines(text)]
    heading = next((match[1] for line in lines if (match := _HEADING.match(line))), None)
    named = _KEY_IN_HEADING.fullmatch(heading) if heading else None
    status = told.get("status") or next((match[1] for line in lines[:20] if (match := _STATUS.match(line))), None)
    key = _key(str(told.get("id") or "")) or (_key(named["key"]) if named else None)
    title = told.get("title") or (named["title"] if named else heading)
    found = Document(
        kind=_kind(path, told),
        title=_short(title),
        key=key,
        status=status.strip().lower()[:40] if isinstance(status, str) else None,
        authors="\n".join(sorted(set(_authors(told.get("authors") or told.get("author"))))),
        dated_on=_day(told.get("date") or told.get("created")),
    )
    return {("document",): found}


def _front_matter(text: str, report: Report) -> Mapping[str, Any]:
    match = FRONT_MATTER.match(text)
    if not match:
        return {}
    try:
        told = yaml.load(match[1], Loader=_LOADER)  # noqa: S506 - a safe loader by another name
    except (yaml.YAMLError, ValueError, RecursionError) as failure:
        report(f"its front matter is not YAML: {failure}")
        return {}
    return {str(name).lower(): value for name, value in told.items()} if isinstance(told, dict) else {}


def _kind(path: str, told: Mapping[str, Any]) -> str:
    stated = STATED.get(str(told.get("kind") or told.get("type") or "").strip().lower())
    folders = [FOLDERS[part.lower()] for part in reversed(PurePosixPath(path).parts[:-1]) if part.lower() in FOLDERS]
    is_decision = path.lower().endswith(".adr.md")
    return stated or ("decision" if is_decision else folders[0] if folders else "document")


def _key(told: str) -> str | None:
    """`RFC-12` of any spelling with a word and a number."""
    match = re.fullmatch(r"([A-Za-z][A-Za-z0-9_]*?)[ -]?0*(\d{1,7})", told.strip())
    return f"{match[1].upper()}-{match[2]}" if match else None


def _short(told: Any) -> str | None:
    text = without_credentials(" ".join(str(told or "").split()))[:LONGEST]
    return text or None


def _authors(told: Any) -> Iterator[str]:
    """E-mail addresses and @logins; a mere name is kept as it stands, and will lead to nobody."""
    parts = told if isinstance(told, list) else str(told or "").split(",")
    for part in parts:
        stated = part.get("email") or part.get("github") or part.get("name") if isinstance(part, dict) else part
        text = _short(stated)
        address = re.search(r"[^\s<>@]+@[^\s<>@]+\.[^\s<>@]+", text or "")
        if text:
            yield address[0].lower() if address else text


def _day(told: Any) -> str | None:
    if isinstance(told, datetime):
        return told.date().isoformat()
    if isinstance(told, date):
        return told.isoformat()
    try:
        return date.fromisoformat(str(told)[:10]).isoformat()
    except ValueError:
        return None


def links(path: str, text: str, report: Report) -> Mapping[Name, Link]:  # noqa: ARG001 - every parser has the same signature
    """Everything that the document names, by the first line that does. What it says of itself is no link."""
    own = parse(path, text, lambda _: None)["document",].key
    found: dict[Name, Link] = {}
    for number, line in _lines(text, with_front_matter=True):
        for kind, target in _targets(path, line):
            if (kind, target) not in {("path", path), ("key", own)}:
                found.setdefault((kind, target), Link(kind, target, number, sha256(line.strip().encode()).hexdigest()))
    return found


def _lines(text: str, with_front_matter: bool = False) -> Iterator[tuple[int, str]]:
    """Numbered lines outside of comments and of blocks of code."""
    shown = visible(text)
    if not with_front_matter:
        shown = FRONT_MATTER.sub(lambda match: "\n" * match[0].count("\n"), shown)
    fence = ""
    for number, line in enumerate(shown.splitlines(), start=1):
        mark = _FENCE.match(line)
        if mark and fence in {"", mark[1]}:
            fence = "" if fence else mark[1]
        elif not fence:
            yield number, line


def _targets(path: str, line: str) -> Iterator[tuple[str, str]]:
    for pattern in _TARGETS:
        for match in pattern.finditer(line):
            yield from _target(path, match[1])
    yield from (("path", match[0]) for match in _PATH.finditer(line))
    for match in _NAMED.finditer(line):
        yield "key", f"{match['prefix'] or match['word']}-{match['number']}"


def _target(path: str, told: str) -> Iterator[tuple[str, str]]:
    """An address as it stands, or a file of the repository by its path from the root."""
    if told.lower().startswith(("http://", "https://")):
        yield "url", without_credentials(told.rstrip(".,;:!?*_"))[:1000]
    elif not _SCHEME.match(told) and not told.startswith(("#", "//")):
        place = unquote(urlsplit(told).path)
        folder = "" if place.startswith("/") else posixpath.dirname(path)
        whole = posixpath.normpath(posixpath.join(folder, place.lstrip("/")))
        if place and not whole.startswith(".."):
            yield "path", whole[:1000]


def without_credentials(text: str) -> str:
    """People write URLs with tokens in them; no record repeats one."""
    return _CREDENTIAL_IN_URL.sub("", text)


def visible(text: str) -> str:
    """A text whose comments are blank, with every line where it was."""
    return _HIDDEN.sub(lambda comment: re.sub(r"[^\n]", " ", comment[0]), text)
