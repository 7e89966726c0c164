"""Signed splits: who made how much of an artifact or a pull request, by the word of everybody named. One line a person, who signs it.

A split is all lines of one artifact or pull request with one first day. It counts once everyone named in it has signed; what is wrong
about one of its lines sets the whole split aside, since the other shares would mean something else without it.
"""

import csv
import difflib
import hashlib
import io
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from pathlib import Path
from typing import Annotated, Protocol, Self

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from connectors.contract import Record, Rejected
from connectors.errors import ContractBroken, NotFound

PARTITION = "splits"
TABLE = "splits"
COLUMNS = ("artifact", "from", "person", "share", "signed_at")
OPTIONAL_COLUMNS = ("pull_request",)
TOLERANCE = 0.0005
"""Three thirds are written as 0.333."""

EmptyIsNone = BeforeValidator(lambda cell: cell or None)
PullRequestName = Annotated[str, Field(pattern=r"^[\w.-]+/[\w.-]+#[1-9]\d*$")]
"""owner/name#number"""


class SplitLine(BaseModel):
    """One person's share in one split."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    artifact: Annotated[str | None, EmptyIsNone] = None
    pull_request: Annotated[PullRequestName | None, EmptyIsNone] = None
    start: date = Field(alias="from")
    person: str = Field(min_length=1)
    share: float = Field(gt=0, le=1)
    signed_at: Annotated[AwareDatetime | None, EmptyIsNone] = None

    @model_validator(mode="after")
    def _is_about_one_thing(self) -> Self:
        if (self.artifact is None) == (self.pull_request is None):
            raise ValueError("expected either an artifact or a pull request")
        return self


@dataclass(frozen=True)
class Written:
    """A line of the file: what it says, or why it says nothing."""

    number: int
    cells: dict[str, str]
    line: SplitLine | None = None
    problem: str = ""

    @property
    def split(self) -> tuple[str, str]:
        """What is split, and the first day, as written: the split that it belongs to."""
        return self.cells.get("artifact") or self.cells.get("pull_request", ""), self.cells.get("from", "")


@dataclass(frozen=True)
class Splits:
    """The lines of a splits file."""

    name: str
    url: str
    lines: Sequence[Written]


class SplitsSource(Protocol):
    """Something that holds signed splits."""

    name: str

    def read(self) -> Splits:
        """All lines.

        Raises:
            SourceError: when there is no such file, or it has not the documented columns.
        """
        ...


class SplitsFile:
    """A splits file on disk."""

    def __init__(self, path: Path) -> None:
        self.path, self.name = path, path.name

    def read(self) -> Splits:
        """The lines of the file as it is now; see `SplitsSource.read`."""
        try:
            text = self.path.read_text(encoding="utf-8-sig")
        except OSError as error:
            raise NotFound("people", str(self.path), error.strerror or str(error), "set [people] splits to the file") from error
        except UnicodeDecodeError as error:
            raise ContractBroken("people", str(self.path), "it is no UTF-8 text", "save the file as 'CSV UTF-8'") from error
        return parse(text, self.name, self.path.resolve().as_uri())


def parse(text: str, name: str, url: str) -> Splits:
    """Take the text of a splits file apart."""
    reader = csv.DictReader(io.StringIO(text, newline=""))
    header = [column.strip().lower() for column in reader.fieldnames or ()]
    if sorted(set(header) - set(OPTIONAL_COLUMNS)) != sorted(COLUMNS) or len(set(header)) < len(header):
        expected = f"expected {', '.join(COLUMNS)}, and where pull requests are split, {', '.join(OPTIONAL_COLUMNS)}"
        raise ContractBroken("people", name, f"its columns are {', '.join(header) or 'none'}", expected)
    reader.fieldnames = header
    lines = [_written(reader.line_num, cells) for cells in reader if not str(cells["artifact"] or "").startswith("#")]
    return Splits(name, url, lines)


def _written(number: int, cells: dict[str | None, str | list[str] | None]) -> Written:
    if None in cells or None in cells.values():
        known = {column: str(cell or "") for column, cell in cells.items() if column is not None}
        return Written(number, known, problem="it has not as many cells as columns; a comma inside a cell needs quotes around the cell")
    plain = {str(column): str(cell).strip() for column, cell in cells.items()}
    try:
        return Written(number, plain, SplitLine.model_validate(plain))
    except ValidationError as error:
        faults = [f"{item['loc'][0]} is {item['input']!r}: {item['msg']}" if item["loc"] else item["msg"] for item in error.errors()]
        return Written(number, plain, problem="; ".join(faults))


def taken(splits: Splits, people: Collection[str], artifacts: Collection[str]) -> Iterator[Record | Rejected]:
    """Records of every sound split; one rejection for each split that is not."""
    together: dict[tuple[str, str], list[Written]] = {}
    for written in splits.lines:
        together.setdefault(written.split, []).append(written)
    for (subject, start), lines in together.items():
        problem = _problem(lines, people, artifacts)
        if problem:
            reason = f"{splits.name} line {lines[0].number}: the split of {subject!r} from {start!r}: {problem}"
            raw = {"lines": [written.cells for written in lines]}
            yield Rejected(TABLE, PARTITION, f"{subject}|{start}", reason, raw, splits.url)
            continue
        parts = [written.line for written in lines if written.line]
        is_signed = all(part.signed_at for part in parts)
        yield from (_record(part, is_signed, splits.url) for part in parts)


def _problem(lines: Sequence[Written], people: Collection[str], artifacts: Collection[str]) -> str:
    """What is wrong about a split; empty when nothing is."""
    for written in lines:
        if written.line is None:
            return f"line {written.number}: {written.problem}"
    parts = [written.line for written in lines if written.line]
    artifact = parts[0].artifact
    if artifact and artifact not in artifacts:
        near = difflib.get_close_matches(artifact, list(artifacts), 1)
        return "no [[artifacts]] has that id" + (f" (nearest: {near[0]!r})" if near else "")
    unknown = sorted({part.person for part in parts} - set(people))
    twice = [person for person, count in Counter(part.person for part in parts).items() if count > 1]
    total = sum(part.share for part in parts)
    if unknown:
        return f"{', '.join(unknown)} is no person of people.csv; expected ids of humans"
    if twice:
        return f"{', '.join(twice)} has several lines; expected one line a person"
    if abs(total - 1) > TOLERANCE:
        return f"its shares sum to {total:g}; expected 1"
    return ""


def _record(part: SplitLine, is_signed: bool, url: str) -> Record:
    repository, _, number = (part.pull_request or "").partition("#")
    return {
        "split_id": hashlib.sha256(f"{part.artifact or part.pull_request}|{part.start}".encode()).hexdigest(),
        "artifact_id": part.artifact,
        "repository": repository or None,
        "pull_request_number": int(number) if number else None,
        "valid_from": part.start,
        "person_id": part.person,
        "share": part.share,
        "signed_at": part.signed_at.astimezone(UTC) if part.signed_at else None,
        "is_signed_by_all": is_signed,
        "_raw": part.model_dump(mode="json", by_alias=True),
        "_source_url": url,
    }
