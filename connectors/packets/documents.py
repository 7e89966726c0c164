"""From a file to what its author says there: a Markdown packet with front matter, or a JSON one. No text is kept here."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Literal, TypeVar

import yaml
from markdown_it import MarkdownIt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connectors.packets.schema import PERIOD

MARKDOWN, JSON = (".md", ".markdown"), (".json",)
SUFFIXES = (*MARKDOWN, *JSON)
FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*$\n?", re.DOTALL | re.MULTILINE)


class BadPacket(ValueError):
    """A file that is no packet; says what is wrong and what was expected."""


class Header(BaseModel):
    """What a packet says of itself. Other keys are the author's own business and are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)

    person: str = Field(min_length=1)
    period: str = Field(pattern=PERIOD)
    project: str | None = None
    consent: Literal["quote", "existence", "none"] | None = None
    written_on: date | None = Field(default=None, alias="date")


class Acknowledgement(BaseModel):
    """One entry of a JSON packet's `acknowledgements`."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    artifact: str = Field(min_length=1)
    text: str = Field(min_length=1)
    project: str | None = None


class JsonPacket(Header):
    """A packet as one JSON object."""

    acknowledgements: tuple[Acknowledgement, ...] = ()
    text: str = ""


AnyHeader = TypeVar("AnyHeader", bound=Header)


@dataclass(frozen=True)
class Said:
    """One paragraph or list item, or one entry of a JSON packet."""

    text: str
    is_acknowledgement: bool
    line: int | None = None
    artifact: str | None = None
    """What the entry itself names as the artifact; a paragraph names it in its text."""
    project: str | None = None


def parse(name: str, content: bytes, headings: Sequence[str]) -> tuple[Header, list[Said]]:
    """A packet's header and everything it says, by the file's ending.

    Raises:
        BadPacket: when it is not UTF-8, has no header, or is broken.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadPacket(f"not UTF-8 at byte {error.start}; save it as UTF-8") from None
    if name.endswith(JSON):
        packet = _validated(JsonPacket, text)
        entries = [Said(one.text, True, artifact=one.artifact, project=one.project) for one in packet.acknowledgements]
        return packet, [*entries, *_paragraphs(packet.text, headings, first_line=None)]
    found = FRONT_MATTER.match(text)
    if not found:
        raise BadPacket("no front matter; begin the file with `---`, person, period, project and consent, and `---` again")
    try:
        told = yaml.safe_load(found.group(1))
    except yaml.YAMLError as error:
        raise BadPacket(f"front matter is no YAML ({str(error).splitlines()[0]})") from None
    if not isinstance(told, dict):
        raise BadPacket("front matter is no mapping; expected lines such as `person: ana@example.com`")
    return _validated(Header, told), list(_paragraphs(text[found.end() :], headings, text.count("\n", 0, found.end()) + 1))


def _validated(kind: type[AnyHeader], told: str | dict[Any, Any]) -> AnyHeader:
    try:
        return kind.model_validate_json(told) if isinstance(told, str) else kind.model_validate(told)
    except ValidationError as error:
        problems = [
            f"{'.'.join(map(str, one['loc'])) or 'file'}: {one['msg']}" for one in error.errors(include_url=False, include_input=False)
        ]
        raise BadPacket("; ".join(problems)) from None


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"])


def _paragraphs(text: str, headings: Sequence[str], first_line: int | None) -> Iterator[Said]:
    """Paragraphs, list items and table cells, each with whether it stands under a heading of acknowledgement; code and HTML say nothing."""
    level, is_heading = 0, 0
    for token in _parser().parse(text):
        if token.type == "heading_open":
            is_heading = int(token.tag.removeprefix("h"))
        elif token.type == "heading_close":
            is_heading = 0
        elif token.type == "inline":
            plain = " ".join("".join(child.content if child.content else " " for child in token.children or []).split())
            if is_heading:
                begins = plain.casefold().startswith(tuple(heading.casefold() for heading in headings))
                # A heading below one of acknowledgement stays under it.
                level = is_heading if begins else level if level and is_heading > level else 0
            elif plain:
                line = None if first_line is None else first_line + (token.map[0] if token.map else 0)
                yield Said(plain, bool(level), line)
