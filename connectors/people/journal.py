"""Reads the decisions journal: what people have decided about who is who, one JSON object a line, appended and never edited.

Which decisions stand after all is not decided here (`decisions.py`).
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Protocol

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from connectors.errors import ContractBroken, NotFound
from connectors.people.schema import SYSTEMS

LOWER_CASE_SYSTEMS = {"git", "evals", "experiments", "labels", "registers", "packets"}
"""Systems whose accounts are compared without letter case, and stored in lower case."""


class Decision(BaseModel):
    """One decision, as its line of the journal holds it.

    About an account (`account`, as `system:account`, GitHub by numeric user id), or about a person of `people.csv` who is there
    twice (`duplicate`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: AwareDatetime
    by: str = Field(min_length=1)
    decision: Literal["link", "unlink", "exclude", "include"]
    account: str = ""
    login: str = ""
    duplicate: str = ""
    person: str = ""
    reason: str = Field(min_length=1)

    @field_validator("at")
    @classmethod
    def _utc(cls, at: datetime) -> datetime:
        return at.astimezone(UTC)

    @field_validator("account")
    @classmethod
    def _known_form(cls, account: str) -> str:
        system, colon, name = account.partition(":")
        if account and (not colon or system not in SYSTEMS or not name):
            raise ValueError(f"{account!r} names no account; expected system:account, system one of {', '.join(SYSTEMS)}")
        if system == "github" and not name.isdigit():
            raise ValueError(
                f"{account!r} names a login, which can be given up; expected the numeric id, as `fulcrum people link` writes it"
            )
        return account.lower() if system in LOWER_CASE_SYSTEMS else account

    @model_validator(mode="after")
    def _one_subject(self) -> "Decision":
        if bool(self.account) == bool(self.duplicate):
            raise ValueError("expected either account or duplicate: what the decision is about")
        if self.decision in ("exclude", "include") and (self.person or self.duplicate):
            raise ValueError(f"{self.decision} is about an account alone; expected neither person nor duplicate")
        if self.decision in ("link", "unlink") and not self.person:
            raise ValueError(f"person is missing; expected the person_id that {self.decision} names")
        return self

    @property
    def subject(self) -> tuple[str, str]:
        """System and account; the system is empty where a person is meant."""
        system, _, account = self.account.partition(":")
        return (system, account) if self.account else ("", self.duplicate)

    @property
    def id(self) -> str:
        """Stable id of the decision: a hash of all it says."""
        return hashlib.sha256(self.line().encode()).hexdigest()[:16]

    def line(self) -> str:
        """The decision as it stands in the journal, without the line's end."""
        return json.dumps(self.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False)


@dataclass(frozen=True)
class BadLine:
    """A line that is no decision, and why."""

    number: int
    reason: str
    written: str


@dataclass(frozen=True)
class Journal:
    """The lines of a journal, taken apart; equal lines are one decision."""

    name: str
    url: str
    lines: dict[str, int] = field(default_factory=dict[str, int])
    """Line on which a decision stands first, by its id."""
    decisions: tuple[Decision, ...] = ()
    bad: tuple[BadLine, ...] = ()


class JournalSource(Protocol):
    """Something that holds a decisions journal."""

    def read(self) -> Journal | None:
        """The journal as it is now; None where there is none."""
        ...


class JournalFile:
    """A decisions journal on disk."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Journal | None:
        """See `JournalSource.read`.

        Raises:
            NotFound: when the file is there and cannot be opened.
            ContractBroken: when it is no UTF-8 text.
        """
        try:
            text = self.path.read_bytes().decode("utf-8-sig")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise NotFound("people", str(self.path), f"{error.strerror or error}", "let [people] decisions name a readable file") from error
        except UnicodeDecodeError as error:
            raise ContractBroken("people", str(self.path), "it holds bytes that are not UTF-8 text", "restore it from git") from error
        return parse(text, self.path.name, self.path.resolve().as_uri())


def parse(text: str, name: str, url: str) -> Journal:
    """Take the text of a journal apart; blank lines are left out."""
    lines: dict[str, int] = {}
    decisions: list[Decision] = []
    bad: list[BadLine] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            decision = Decision.model_validate(json.loads(line))
        except json.JSONDecodeError as error:
            bad.append(BadLine(number, f"the line is no JSON object: {error}", line))
        except ValidationError as error:
            bad.append(BadLine(number, _faults(error.errors(include_url=False)), line))
        else:
            if decision.id not in lines:
                decisions.append(decision)
            lines.setdefault(decision.id, number)
    return Journal(name, url, lines, tuple(decisions), tuple(bad))


def _faults(errors: Sequence[Any]) -> str:
    """Every fault of a line in one sentence, with the key and what stands there."""
    said = []
    for error in errors:
        key = ".".join(map(str, error["loc"]))
        message = error["msg"].removeprefix("Value error, ")
        said.append(f"{key} is {error['input']!r}: {message}" if key and error["type"] != "missing" else f"{key} {message}".strip())
    return "; ".join(said)
