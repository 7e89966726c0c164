"""From Markdown to sentences, each character with the line and column where it stands in the file."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from sentencex import segment  # pyright: ignore[reportAttributeAccessIssue] - compiled, without stubs

ABBREVIATIONS = ("approx.", "ca.", "cf.", "resp.", "incl.", "Fig.", "Eq.", "Sec.", "est.")
"""Ends that the splitter takes for the end of a sentence, and that are none before a figure or a name."""
MISSED_ENDS = re.compile(
    r"(?<=[.!?]) +(?=[a-z]\w*[-_]\w)|"
    r"(?:(?<=\b(?:me|pp|id|ok|no)\.)|(?<=\b(?:may|min|art|gen|sec|ref)\.)|(?<=\bmiss\.)) +(?=[A-Z])"
)
"""Ends that the splitter misses: before a name in small letters (`reranker-v2`), and behind words that it takes for abbreviations."""

Place = tuple[int, int]
"""Line and column, both counted from 1."""


class BadPacket(ValueError):
    """A file that holds no text to check; says why and what is wanted."""


@dataclass(frozen=True)
class Sentence:
    """One sentence of a packet, as plain text without markup."""

    text: str
    places: tuple[Place, ...]
    """Where each character of `text` stands in the file."""
    paragraph: int
    """Sentences of one paragraph, list item or table row have the same number."""

    def place(self, index: int) -> Place:
        """Line and column of a character; the last one for an index at the end."""
        return self.places[min(index, len(self.places) - 1)]


def read(path: Path) -> list[Sentence]:
    """The sentences of a file.

    Raises:
        BadPacket: for a file that cannot be read, is no UTF-8 text, or has no sentence.
    """
    wanted = "expected a Markdown file in UTF-8"
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadPacket(f"{path}: cannot be read ({error.strerror}); {wanted}") from None
    if b"\0" in data:
        raise BadPacket(
            f"{path}: a binary file (a zero byte at offset {data.index(0)}); {wanted}. Export documents and PDFs to Markdown first"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadPacket(f"{path}: not UTF-8 at byte {error.start} (0x{data[error.start]:02x}); {wanted}") from None
    sentences = split(text)
    if not sentences:
        raise BadPacket(f"{path}: no sentence to check (the file is empty, or holds code, HTML or comments only); {wanted}")
    return sentences


def split(text: str) -> list[Sentence]:
    """The sentences of Markdown text, in the order of the file; code blocks and HTML hold none."""
    lines = text.splitlines()
    return [sentence for number, block in enumerate(_blocks(text, lines)) for sentence in _sentences(block, number)]


@dataclass
class _Block:
    """Plain text of one paragraph, list item, heading or table row."""

    text: str
    places: list[Place]
    is_row: bool = False


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"])


def _blocks(text: str, lines: list[str]) -> Iterator[_Block]:
    row: _Block | None = None
    for token in _parser().parse(text):
        if token.type == "tr_open":
            row = _Block("", [], is_row=True)
        elif token.type == "tr_close" and row:
            yield row
            row = None
        elif token.type == "inline" and row is not None:
            cell = _plain(token, lines, row.places[-1] if row.places else None)
            separator = "; " if row.text and cell.text else ""
            row.text += separator + cell.text
            row.places += [cell.places[0] if cell.places else (1, 1)] * len(separator) + cell.places
        elif token.type == "inline":
            yield _plain(token, lines, None)


def _plain(token: Token, lines: list[str], after: Place | None) -> _Block:
    """An inline token without its markup. `after` is where the cell before it ended in the same line."""
    source_places = _source_places(token, lines, after)
    text: list[str] = []
    places: list[Place] = []
    cursor = 0
    for child in token.children or []:
        if child.type in {"softbreak", "hardbreak"}:
            content = " "
            found = token.content.find("\n", cursor)
        elif child.type in {"text", "code_inline"}:
            content = child.content
            found = token.content.find(content, cursor)
        else:
            continue
        start = found if found >= 0 else cursor
        text.append(content)
        last = len(source_places) - 1
        places += [source_places[min(start + offset, last)] for offset in range(len(content))]
        cursor = start + len(content) if found >= 0 else cursor
    return _Block("".join(text), places)


def _source_places(token: Token, lines: list[str], after: Place | None) -> list[Place]:
    """Where each character of an inline token's source stands."""
    first = token.map[0] if token.map else 0
    places: list[Place] = []
    for offset, part in enumerate(token.content.split("\n")):
        number = min(first + offset, len(lines) - 1)
        begin = after[1] if after and after[0] == number + 1 else 0
        column = max(lines[number].find(part, begin), 0)
        places += [(number + 1, column + index + 1) for index in range(len(part) + 1)]
    return places or [(first + 1, 1)]


def _sentences(block: _Block, number: int) -> Iterator[Sentence]:
    pieces = [block.text] if block.is_row else _joined([part for piece in _segments(block.text) for part in MISSED_ENDS.split(piece)])
    cursor = 0
    for piece in pieces:
        start = block.text.find(piece, cursor)
        start = cursor if start < 0 else start
        cursor = start + len(piece)
        lead = len(piece) - len(piece.lstrip())
        text = piece.strip()
        if any(character.isalpha() for character in text):
            yield Sentence(text, tuple(block.places[start + lead : start + lead + len(text)]), number)


def _segments(text: str) -> Iterator[str]:
    """Pieces by the library, which takes everything from a `<` to a later `>` for a tag that holds no end of a sentence."""
    cursor = 0
    for piece in segment("en", text.translate({ord("<"): "=", ord(">"): "="})):
        yield text[cursor : cursor + len(piece)]
        cursor += len(piece)


def _joined(pieces: list[str]) -> list[str]:
    """Pieces with those put together again that an abbreviation had parted."""
    joined: list[str] = []
    for piece in pieces:
        if joined and joined[-1].rstrip().endswith(ABBREVIATIONS):
            joined[-1] = f"{joined[-1].rstrip()} {piece}"
        else:
            joined.append(piece)
    return joined
