"""Reads the users of an identity provider: SCIM 2.0 as JSON (a list response, or a list of users), or a CSV export with SCIM's names.

Which person a user is, is not decided here (`provider.py`).
"""

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from pydantic import AliasChoices, AliasPath, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from connectors.errors import ContractBroken, NotFound

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
NAMES_AND_STATE = ("id", "externalId", "userName", "displayName", "emails", "active")
CSV_COLUMNS = (*NAMES_AND_STATE, "department", "manager", "level", "created", "lastModified")
REQUIRED_CSV_COLUMNS = ("id", "userName", "emails", "active")


def _either(name: str, *path: str) -> AliasChoices:
    """A value's place in SCIM, and its column in a CSV export."""
    return AliasChoices(AliasPath(*path), name) if path else AliasChoices(name)


class User(BaseModel):
    """One user, as far as it says who somebody is."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)

    id: str = Field(min_length=1)
    external_id: str = Field("", alias="externalId")
    user_name: str = Field(alias="userName", min_length=1)
    active: bool = True
    emails: tuple[str, ...] = ()
    display_name: str = Field("", alias="displayName")
    formatted_name: str = Field("", validation_alias=_either("formatted", "name", "formatted"))
    department: str = Field("", validation_alias=_either("department", ENTERPRISE, "department"))
    level: str = ""
    manager: str = Field("", validation_alias=_either("manager", ENTERPRISE, "manager", "value"))
    created: AwareDatetime | None = Field(None, validation_alias=_either("created", "meta", "created"))
    last_modified: AwareDatetime | None = Field(None, validation_alias=_either("lastModified", "meta", "lastModified"))

    @model_validator(mode="before")
    @classmethod
    def _level_of_an_extension(cls, given: Any) -> Any:
        """SCIM has no level: providers put it into an extension of their own."""
        if not isinstance(given, dict) or given.get("level"):
            return given
        extensions = (value for name, value in sorted(given.items()) if name.startswith("urn:") and isinstance(value, dict))
        return given | {"level": next((str(extension["level"]) for extension in extensions if extension.get("level")), "")}

    @field_validator("emails", mode="before")
    @classmethod
    def _addresses(cls, given: Any) -> Any:
        """SCIM lists objects, a CSV cell separates by `;`."""
        if isinstance(given, str):
            return tuple(item for item in given.split(";") if item.strip())
        return tuple(item.get("value", "") if isinstance(item, dict) else item for item in given or ())

    @field_validator("emails")
    @classmethod
    def _are_addresses(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for item in given:
            name, at, domain = item.partition("@")
            if not (name and at and domain) or " " in item:
                raise ValueError(f"{item!r} has no address form; expected name@domain")
        return tuple(item.lower() for item in given)

    @property
    def name(self) -> str:
        """Name to show."""
        return self.display_name or self.formatted_name

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address of the user, its name among them where that is one; sorted."""
        return tuple(sorted({*self.emails, *((self.user_name.lower(),) if "@" in self.user_name else ())}))


@dataclass(frozen=True)
class BadUser:
    """A record that is no user, and why."""

    place: str
    reason: str
    written: Any


@dataclass(frozen=True)
class Export:
    """The users of one export, and what in it is none."""

    name: str
    url: str
    users: tuple[User, ...]
    bad: tuple[BadUser, ...] = ()


class ProviderSource(Protocol):
    """Something that holds an identity provider's export."""

    def read(self) -> Export:
        """The export as it is now."""
        ...


class ProviderFile:
    """An export on disk; `.csv` is read as CSV, anything else as JSON."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Export:
        """See `ProviderSource.read`.

        Raises:
            NotFound: when there is no such file.
            ContractBroken: when it is not of the documented form, or holds only a part of the users.
        """
        try:
            text = self.path.read_bytes().decode("utf-8-sig")
        except OSError as error:
            hint = "set [people] scim to the export, or leave it out"
            raise NotFound("people", str(self.path), f"{error.strerror or error}", hint) from error
        except UnicodeDecodeError as error:
            raise ContractBroken("people", str(self.path), "it holds bytes that are not UTF-8 text", "export it as UTF-8") from error
        return parse(text, self.path.name, self.path.resolve().as_uri())


def parse(text: str, name: str, url: str) -> Export:
    """Take an export apart; a record that is no user stops no other."""
    records = _csv_records(text, name) if name.lower().endswith(".csv") else _json_records(text, name)
    users: list[User] = []
    bad: list[BadUser] = []
    for place, record in records:
        try:
            users.append(User.model_validate(record))
        except ValidationError as error:
            faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors(include_url=False))
            bad.append(BadUser(place, f"it is no SCIM user: {faults}", record))
    return Export(name, url, tuple(users), tuple(bad))


def _json_records(text: str, name: str) -> list[tuple[str, Any]]:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise ContractBroken("people", name, f"it is no JSON: {error}", "export it again; a truncated file is not read") from error
    resources = document.get("Resources") if isinstance(document, dict) else document
    if not isinstance(resources, list):
        expected = "expected a SCIM ListResponse with Resources, or a list of users"
        raise ContractBroken("people", name, f"it holds {type(document).__name__} without a list of users", expected)
    total = document.get("totalResults") if isinstance(document, dict) else None
    if total is not None and total != len(resources):
        why = f"it holds {len(resources)} of {total} users: one page of the provider's answer"
        raise ContractBroken("people", name, why, "join all pages (startIndex, count) into one list")
    return [(f"user {number}", record) for number, record in enumerate(resources, 1)]


def _csv_records(text: str, name: str) -> list[tuple[str, Any]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    header = [column.strip() for column in reader.fieldnames or ()]
    missing = [column for column in REQUIRED_CSV_COLUMNS if column not in header]
    if missing:
        expected = f"columns: {', '.join(CSV_COLUMNS)}; others are not read"
        raise ContractBroken("people", name, f"column(s) {', '.join(missing)} are missing", expected)
    reader.fieldnames = header
    try:
        return [(f"line {reader.line_num}", {k: v for k, v in row.items() if k in CSV_COLUMNS and v not in ("", None)}) for row in reader]
    except csv.Error as error:
        raise ContractBroken("people", name, f"line {reader.line_num} is no well-formed CSV: {error}", "export it again") from error
