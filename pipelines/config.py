"""One frozen `Settings`, built once at the edge from `fulcrum.toml` and the environment.

Every fault of the file is reported at once, each with its line, key, value, what is legal and the nearest spelling. Secrets come
from the environment or from files, as `${NAME}` or `${file:PATH}`; a secret written into the file itself is a fault.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values
from pydantic import BaseModel, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from pipelines.config_sections import (
    Artifact,
    ClosedPeriod,
    DismissedNeighbour,
    People,
    PeriodCorrection,
    Policy,
    Project,
    Publishing,
    Service,
    Sources,
)

SECRET_KEYS = {"token", "tokens", "private_key", "password", "dsn"}
REFERENCE = re.compile(r"\$\{(file:)?([^}]+)\}")


class Settings(BaseSettings):
    """Everything configurable. Environment variables (`FULCRUM_TIMEZONE`, `FULCRUM_SOURCES__JIRA__URL`) win over the file."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, env_prefix="FULCRUM_", env_nested_delimiter="__", env_ignore_empty=True
    )

    organisation: str
    timezone: str = "UTC"
    schedule: str = "0 4 * * *"
    sources: Sources = Sources()
    people: People = People()
    artifacts: tuple[Artifact, ...] = ()
    projects: tuple[Project, ...] = ()
    services: tuple[Service, ...] = ()
    dismissed_neighbours: tuple[DismissedNeighbour, ...] = ()
    closed_periods: tuple[ClosedPeriod, ...] = ()
    period_corrections: tuple[PeriodCorrection, ...] = ()
    policy: Policy = Policy()
    publishing: Publishing = Publishing()

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"no such time zone: {value!r}; write an IANA name such as 'Europe/Berlin'") from None
        return value

    @field_validator("period_corrections")
    @classmethod
    def _of_what_is_closed(cls, value: tuple[PeriodCorrection, ...], info: ValidationInfo) -> tuple[PeriodCorrection, ...]:
        artifacts = {artifact.id for artifact in info.data.get("artifacts", ())}
        closed = {one.period for one in info.data.get("closed_periods", ())}
        for one in value:
            if one.period not in closed:
                raise ValueError(f"{one.period} is not closed: it is computed anew in every build; closed are {sorted(closed) or 'none'}")
            if one.artifact not in artifacts:
                raise ValueError(f"no artifact is called {one.artifact!r}; configured are {sorted(artifacts) or 'none'}")
        return value

    @field_validator("schedule")
    @classmethod
    def _five_fields(cls, value: str) -> str:
        if len(value.split()) != 5:
            raise ValueError(f"{value!r} is no cron line; write five fields such as '0 4 * * *'")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment before file: a deployment overrides what is checked in."""
        return env_settings, init_settings


@dataclass(frozen=True)
class Fault:
    """One thing wrong with the configuration."""

    file: Path
    line: int | None
    key: str
    problem: str
    value: str = ""
    expected: str = ""
    nearest: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else str(self.file)
        text = f"{place}: {self.key}: {self.problem}"
        text += f"; found {self.value}" if self.value else ""
        text += f"; expected {self.expected}" if self.expected else ""
        return text + (f"; did you mean {self.nearest!r}?" if self.nearest else "")


class BadConfiguration(Exception):
    """The configuration has faults; all of them are named."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


def load(path: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """Read and check a configuration file.

    Args:
        path: the TOML file.
        environment: where `${NAME}` looks; by default the process's, over a `.env` file beside the TOML file.

    Raises:
        BadConfiguration: naming every fault.
    """
    if not path.exists():
        raise BadConfiguration([Fault(path, None, "file", "not found", expected="a fulcrum.toml; `fulcrum init` writes one")])
    text = path.read_text(encoding="utf-8")
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadConfiguration([Fault(path, _line_in(str(error)), "file", f"not valid TOML: {error}")]) from None
    if environment is None:
        dotenv = dotenv_values(path.parent / ".env")
        environment = {name: value for name, value in dotenv.items() if value is not None} | dict(os.environ)
    lines = _lines_of(text)
    faults: list[Fault] = []
    resolved = _resolve(document, (), environment, lambda fault: faults.append(_placed(fault, path, lines)))
    try:
        # Resolved, as places of files are parts of what is told apart: read from elsewhere, the same file is the same source.
        settings = Settings(**_anchored(resolved, path.parent.resolve()))
    except ValidationError as error:
        faults += [_fault_of(item, document, path, lines) for item in error.errors(include_url=False)]
        raise BadConfiguration(_without_echo(faults)) from None
    if faults:
        raise BadConfiguration(faults)
    return settings


Key = tuple[str | int, ...]


def _resolve(value: Any, at: Key, environment: Mapping[str, str], report: Any) -> Any:
    """The document with every reference replaced; what cannot be is reported and left out of sight."""
    if isinstance(value, dict):
        return {name: _resolve(child, (*at, name), environment, report) for name, child in value.items()}
    if isinstance(value, list):
        return [_resolve(child, (*at, index), environment, report) for index, child in enumerate(value)]
    if not isinstance(value, str):
        return value
    is_secret = next((part for part in reversed(at) if isinstance(part, str)), "") in SECRET_KEYS
    if is_secret and not REFERENCE.fullmatch(value):
        report((at, "a secret may not stand in the file", "", "a reference such as ${NAME} or ${file:/run/secrets/name}"))
    return REFERENCE.sub(lambda match: _referenced(match, at, environment, report), value)


def _referenced(match: re.Match[str], at: Key, environment: Mapping[str, str], report: Any) -> str:
    is_file, name = match.groups()
    if not is_file:
        if name not in environment:
            report((at, f"the environment variable {name} is not set", match.group(), f"export {name}=... or a line in .env"))
        return environment.get(name, "unset")
    try:
        return Path(name).read_text(encoding="utf-8").strip()
    except OSError as error:
        report((at, f"the file {name} cannot be read ({error.strerror})", match.group(), "a readable file that holds the secret"))
        return "unset"


def _placed(fault: tuple[Key, str, str, str], path: Path, lines: dict[Key, int]) -> Fault:
    at, problem, value, expected = fault
    return Fault(path, _nearest_line(at, lines), _dotted(at), problem, value, expected)


def _anchored(document: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Relative paths of the file are relative to the file."""
    people = document.setdefault("people", {}) if isinstance(document.get("people", {}), dict) else {}
    for key, name in (("directory", "people.csv"), ("decisions", "people-decisions.jsonl")):
        people[key] = str(folder / str(people.get(key, name)))
    for key in ("scim", "splits"):
        if isinstance(people.get(key), str):
            people[key] = str(folder / people[key])
    sources = document.get("sources")
    git = sources.get("git") if isinstance(sources, dict) else None
    if isinstance(git, dict) and "mirrors" in git:
        git["mirrors"] = str(folder / str(git["mirrors"]))
    for kind in ("incidents", "evals", "experiments", "labels", "registers", "packets", "documents"):
        stores = sources.get(kind, []) if isinstance(sources, dict) else []
        for store in stores if isinstance(stores, list) else []:
            for name in ("path", "query"):
                if isinstance(store, dict) and isinstance(store.get(name), str) and "://" not in store[name]:
                    store[name] = str(folder / store[name])
    return document


def _fault_of(item: Any, document: dict[str, Any], path: Path, lines: dict[Key, int]) -> Fault:
    """A pydantic error as a fault a person can act on."""
    at = _place_in(document, item["loc"])
    line, key = _nearest_line(at, lines), _dotted(at)
    if item["type"] == "extra_forbidden":
        legal = sorted(_legal_keys(item["loc"][:-1]))
        near = difflib.get_close_matches(str(at[-1]), legal, n=1)
        return Fault(path, line, key, "unknown key", expected=f"one of {', '.join(legal)}", nearest=near[0] if near else "")
    if item["type"] == "missing":
        return Fault(path, line, key, "missing", expected="a value")
    if item["type"].startswith("union_tag"):
        at = (*at, "kind")
        line, key = _nearest_line(at, lines), _dotted(at)
    value = _dig(document, at)
    shown = "" if any(part in SECRET_KEYS for part in at) else repr(value)
    context = item.get("ctx", {})
    options = re.findall(r"'([^']*)'", str(context.get("expected_tags") or context.get("expected", "")))
    near = difflib.get_close_matches(str(value), options, n=1)
    problem = "not one of the legal values" if options else item["msg"].removeprefix("Value error, ")
    return Fault(path, line, key, problem, shown, ", ".join(options), near[0] if near else "")


def _place_in(document: Any, loc: Key) -> Key:
    """A pydantic location as a path in the file: without the tags that pydantic puts in for one of several kinds."""
    at: Key = ()
    for part in loc:
        node = _dig(document, at)
        if isinstance(node, dict) and part not in node and node.get("kind") == part:
            continue
        at = (*at, part)
    return at


def _legal_keys(loc: Key) -> set[str]:
    """Field names of the model, or of the several models, that a location leads to."""
    models: list[Any] = [Settings]
    for part in (part for part in loc if isinstance(part, str)):
        holders = [model for model in models if part in model.model_fields]
        if holders:
            models = [inner for model in holders for inner in _models_in(model.model_fields[part].annotation)]
        else:
            models = [model for model in models if "kind" in model.model_fields and part in get_args(model.model_fields["kind"].annotation)]
    return {name for model in models for name in model.model_fields}


def _models_in(annotation: Any) -> Iterator[Any]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)


def _without_echo(faults: list[Fault]) -> list[Fault]:
    """One fault per key: an unset variable needs no second complaint about its stand-in."""
    seen: dict[str, Fault] = {}
    for fault in faults:
        seen.setdefault(fault.key, fault)
    return list(seen.values())


def _dig(document: Any, at: Key) -> Any:
    for part in at:
        try:
            document = document[part]
        except (KeyError, IndexError, TypeError):
            return None
    return document


def _dotted(at: Key) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in at).lstrip(".") or "file"


def _nearest_line(at: Key, lines: dict[Key, int]) -> int | None:
    while at and at not in lines:
        at = at[:-1]
    return lines.get(at)


def _line_in(message: str) -> int | None:
    found = re.search(r"line (\d+)", message)
    return int(found.group(1)) if found else None


HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
ASSIGNMENT = re.compile(r"^\s*([A-Za-z0-9_.\-\"']+)\s*=")


def _lines_of(text: str) -> dict[Key, int]:
    """Where each key stands; tomllib gives no positions, and a line is what an editor needs."""
    lines: dict[Key, int] = {}
    table: Key = ()
    counts: dict[Key, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if header := HEADER.match(line):
            parts: Key = tuple(part.strip("\"' ") for part in header.group(2).split("."))
            if header.group(1) == "[[":
                counts[parts] = counts.get(parts, -1) + 1
                parts = (*parts, counts[parts])
            table = parts
            lines.setdefault(table, number)
        elif assignment := ASSIGNMENT.match(line):
            key = tuple(part.strip("\"'") for part in assignment.group(1).split("."))
            lines.setdefault((*table, *key), number)
    return lines
