"""YAML, JSON, JSON lines, CSV and Parquet taken apart into experiment documents; what a document means is in `documents.py`."""

import csv
import difflib
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl
import yaml

from connectors.csv_rows import csv_rows
from connectors.experiments.documents import Experiment, Result

Json = dict[str, Any]


class BadFile(ValueError):
    """A file that is not what its name says, as a whole; the message says where and what was expected."""


@dataclass(frozen=True)
class Found:
    """One experiment document in a file.

    Attributes:
        document: what stands there; `problem` is set where it cannot be taken apart.
        within: where in the file, in words.
        result_places: for flat files, the row of each result.
        problems: rows of a flat file that could not be taken, each with its reason.
    """

    document: Any
    within: str = ""
    result_places: tuple[str, ...] = ()
    problem: str = ""
    problems: tuple[tuple[str, str, Any], ...] = ()


def take_apart(name: str, content: bytes) -> Iterator[Found]:
    """Documents of a file, by its suffix.

    Raises:
        BadFile: when nothing of the file can be used.
    """
    yield from READERS[suffix_of(name)](content)


def suffix_of(name: str) -> str:
    """Lower-case suffix of a file name, without the dot."""
    return name.rpartition("/")[2].rpartition(".")[2].lower()


class _Yaml(yaml.SafeLoader):
    """YAML as people mean it: `on` and `off` are keys of variations, and times stay as written. Fields know truth values by themselves."""


_Yaml.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in {"tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp"}]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _from_yaml(content: bytes) -> Iterator[Found]:
    number = 0
    try:
        for document in yaml.load_all(_text(content), _Yaml):
            number += 1
            if document is not None:
                yield Found(document, f"document {number}" if number > 1 else "")
    except yaml.YAMLError as error:
        raise BadFile(f"it is no YAML: {' '.join(str(error).split())}") from error


def _from_json(content: bytes) -> Iterator[Found]:
    try:
        value = json.loads(_text(content))
    except json.JSONDecodeError as error:
        raise BadFile(f"it is no JSON: {error}") from error
    if not isinstance(value, list):
        yield Found(value)
        return
    for number, document in enumerate(value, 1):
        yield Found(document, f"item {number}")


def _from_lines(content: bytes) -> Iterator[Found]:
    for number, line in enumerate(_text(content).splitlines(), 1):
        if line.strip():
            try:
                yield Found(json.loads(line), f"line {number}")
            except json.JSONDecodeError as error:
                yield Found(line, f"line {number}", problem=f"it is no JSON: {error}")


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFile(f"line {content[: error.start].count(bytes([10])) + 1} holds bytes that are not UTF-8 text") from error


# Flat files: one row per result

PHASE_COLUMNS = {
    "phase_name": "name",
    "phase_started_at": "started_at",
    "phase_ended_at": "ended_at",
    "coverage": "coverage",
    "split": "split",
    "ended_reason": "ended_reason",
}
EXPERIMENT_COLUMNS = tuple(Experiment.model_fields)
RESULT_COLUMNS = tuple(Result.model_fields)
REQUIRED = ("native_id", "phase", "metric_key", "variant_key", "baseline_key")
LEGAL = tuple(dict.fromkeys((*REQUIRED, *EXPERIMENT_COLUMNS, *PHASE_COLUMNS, *RESULT_COLUMNS)))
JSON_COLUMNS = ("variations", "tags", "pull_request_numbers", "split")


def _from_csv(content: bytes) -> Iterator[Found]:
    header: list[str] = []
    rows: list[tuple[str, Json | str]] = []
    for number, cells in csv_rows(_text(content)):
        if isinstance(cells, csv.Error):
            rows.append((f"line {number}", f"it is no well-formed CSV: {cells}"))
        elif not header:
            header = [cell.strip() for cell in cells]
        elif len(cells) != len(header):
            rows.append((f"line {number}", f"it has {len(cells)} cells, the header has {len(header)}"))
        elif any(cells):
            rows.append((f"line {number}", {name: cell.strip() for name, cell in zip(header, cells, strict=True) if cell.strip()}))
    _check_columns(header)
    yield from grouped(rows)


def _from_parquet(content: bytes) -> Iterator[Found]:
    try:
        frame = pl.read_parquet(io.BytesIO(content))
    except pl.exceptions.PolarsError as error:
        raise BadFile(f"it is no Parquet: {error}") from error
    _check_columns(frame.columns)
    named = enumerate(frame.iter_rows(named=True), 1)
    yield from grouped([(f"row {number}", {name: value for name, value in row.items() if value is not None}) for number, row in named])


def _check_columns(header: Iterable[str]) -> None:
    faults = column_faults(list(header), REQUIRED, LEGAL)
    if faults:
        raise BadFile("; ".join(faults))


def column_faults(columns: Sequence[str], required: Sequence[str], legal: Sequence[str]) -> list[str]:
    """What is wrong with the columns of flat rows, a sentence each."""
    faults = [f"column {name!r} is missing" for name in required if name not in columns]
    for name in dict.fromkeys(columns):
        if name not in legal:
            nearest = difflib.get_close_matches(name, legal, 1)
            faults.append(f"column {name!r} is not known" + (f" (nearest: {nearest[0]!r})" if nearest else ""))
        elif columns.count(name) > 1:
            faults.append(f"column {name!r} is there {columns.count(name)} times")
    return faults


@dataclass
class _Group:
    """Rows of one experiment, being put together."""

    experiment: Json
    first: str
    last: str = ""
    phases: dict[Any, tuple[str, Json]] = field(default_factory=dict[Any, tuple[str, Json]])
    results: list[Json] = field(default_factory=list[Json])
    places: list[str] = field(default_factory=list[str])
    problems: list[tuple[str, str, Any]] = field(default_factory=list[tuple[str, str, Any]])
    written_by: dict[str, str] = field(default_factory=dict[str, str])

    def add(self, place: str, row: Json) -> None:
        """Take a row; a value that contradicts an earlier row's keeps the whole row out."""
        self.last = place
        experiment = {name: row[name] for name in EXPERIMENT_COLUMNS if name in row}
        phase = {name: row[column] for column, name in PHASE_COLUMNS.items() if column in row}
        number = row.get("phase")
        known_place, known_phase = self.phases.get(number, (place, phase))
        clash = _clash(self.experiment, experiment, self.written_by) or _clash(known_phase, phase, dict.fromkeys(known_phase, known_place))
        if clash:
            self.problems.append((place, clash, row))
            return
        self.written_by |= {name: place for name in experiment if name not in self.experiment}
        self.experiment |= experiment
        self.phases[number] = (known_place, known_phase | phase)
        self.results.append({name: row[name] for name in RESULT_COLUMNS if name in row})
        self.places.append(place)

    def found(self) -> Found:
        """The experiment as a document."""
        # A row with a phase that is no number is set aside as a result; it makes no phase.
        described = [{"phase": number} | phase for number, (_, phase) in self.phases.items() if str(number).isdigit()]
        document = self.experiment | {"results": self.results, "phases": described}
        document.setdefault("variations", self._variations())
        within = self.first if self.first == self.last else f"{self.first} to {self.last.rpartition(' ')[2]}"
        return Found(document, within, tuple(self.places), problems=tuple(self.problems))

    def _variations(self) -> list[Json]:
        """Variations as far as results name them; the baseline is the control."""
        baselines = dict.fromkeys(result.get("baseline_key") for result in self.results)
        others = dict.fromkeys(result.get("variant_key") for result in self.results)
        keys = [key for key in {**baselines, **others} if key is not None]
        return [{"key": key, "is_control": key in baselines} for key in keys]


def grouped(rows: Iterable[tuple[str, Json | str]]) -> Iterator[Found]:
    """Rows of results put together as experiments; a row that is text is the fault of the row at that place."""
    groups: dict[str, _Group] = {}
    for place, row in rows:
        if isinstance(row, str):
            yield Found(None, place, problem=row)
            continue
        problem = _unfold(row)
        native_id = row.get("native_id")
        if problem or native_id is None:
            yield Found(row, place, problem=problem or "native_id is missing")
            continue
        groups.setdefault(str(native_id), _Group({}, place)).add(place, row)
    yield from (group.found() for group in groups.values())


def _unfold(row: Json) -> str:
    """Parse JSON cells in place; the problem of the first that is none."""
    for name in JSON_COLUMNS:
        value = row.get(name)
        if isinstance(value, str):
            try:
                row[name] = json.loads(value)
            except json.JSONDecodeError as error:
                return f"{name} is {value[:60]!r}; expected JSON: {error}"
        elif isinstance(value, dict):
            # Parquet gives every row all keys that any row has.
            row[name] = {key: item for key, item in value.items() if item is not None}
    return ""


def _clash(known: Json, new: Json, places: dict[str, str]) -> str:
    for name, value in new.items():
        if name in known and known[name] != value:
            return f"{name} is {value!r}, but {places.get(name, 'an earlier row')} says {known[name]!r}; the earlier row counts"
    return ""


READERS: dict[str, Callable[[bytes], Iterator[Found]]] = {
    "yaml": _from_yaml,
    "yml": _from_yaml,
    "json": _from_json,
    "jsonl": _from_lines,
    "ndjson": _from_lines,
    "csv": _from_csv,
    "parquet": _from_parquet,
}
