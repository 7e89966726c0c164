"""Source files that import an artifact's package, and the rows of `imports`.

Only configured artifacts are looked for, and never in their own repositories: a file that holds none of their names is not
even parsed. A module of the repository itself hides a package of the same name, as it does for the interpreter.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import PurePosixPath

from packaging.utils import canonicalize_name

from connectors.contract import Record
from connectors.git import import_statements as statements
from connectors.git.facts import FactTable, Report, states
from connectors.git.intervals import Interval, Name, Tracker, span, touched
from connectors.git.landings import after, before
from connectors.git.options import ArtifactOptions
from connectors.git.paths import is_authored, is_fixture
from connectors.git.protocol import Landing
from connectors.git.remotes import GITHUB, Remote

TABLE = "imports"
SOURCE_ROOTS = ("", "src", "lib", "python")
"""Folders from which a project's own modules are found, besides the importing file's own."""


@dataclass(frozen=True)
class Import:
    """One artifact that one file imports, by the statement that binds most firmly."""

    artifact_id: str
    language: str
    module: str
    kind: str
    line: int | None = field(compare=False)

    @property
    def name(self) -> Name:
        """What makes it the same use when other parts of the artifact are imported."""
        return (self.artifact_id,)


@dataclass(frozen=True)
class Importable:
    """One name under which code of a language reaches an artifact."""

    artifact_id: str
    module: str
    separator: str

    def is_in(self, text: str) -> bool:
        """Whether a text can hold an import of it at all."""
        pieces = self.module.split(".") if self.separator == "." else [self.module]
        return all(piece in text for piece in pieces)

    def is_met_by(self, module: str) -> bool:
        """Whether an imported module is it, or lies in it."""
        return module == self.module or module.startswith(self.module + self.separator)


Known = Mapping[str, Sequence[Importable]]
"""By language."""


def table(artifacts: Iterable[ArtifactOptions]) -> FactTable[Import]:
    """The detector of one repository's imports of these artifacts."""
    known = importable(artifacts)
    is_any = any(known.values())
    return FactTable(TABLE, Import, lambda path: is_any and _reads(path), partial(parse, known), record, trace)


def importable(artifacts: Iterable[ArtifactOptions]) -> Known:
    """Every name of every artifact, as each language writes it."""
    found: dict[str, list[Importable]] = {language: [] for language in statements.READERS}
    for artifact in artifacts:
        for language, names in found.items():
            separator = statements.SEPARATORS[language]
            spellings = dict.fromkeys([*artifact.modules, *_spelled(artifact, language)])
            names += [Importable(artifact.id, spelling, separator) for spelling in spellings if spelling]
    return found


def _spelled(artifact: ArtifactOptions, language: str) -> Iterator[str]:
    """Packages as import statements name them, unless the configuration knows better (`modules`)."""
    plain = [package for package in artifact.packages if not set("/:@") & set(package)]
    match language:
        case "python" | "notebook":
            yield from (canonicalize_name(package).replace("-", "_") for package in plain)
        case "rust":
            yield from (package.lower().replace("-", "_") for package in plain)
        case "javascript":
            yield from (package.lower() for package in artifact.packages if ":" not in package)
        case "go":
            yield from (package.lower() for package in artifact.packages if "/" in package and not package.startswith("@"))
            if artifact.repository and artifact.repository.count("/") == 1:
                yield f"{GITHUB}/{artifact.repository.lower()}"
        case _:  # Java: `group:artifact`, whose group alone would mean everything of that publisher
            for group, name in (package.split(":", 1) for package in artifact.packages if ":" in package):
                yield from (f"{group}.{name.replace('-', joint)}" for joint in (".", ""))


def _reads(path: str) -> bool:
    is_written = is_authored(path) or path.endswith(".ipynb")
    return statements.language_of(path) is not None and is_written and not is_fixture(path)


def parse(known: Known, path: str, text: str, report: Report) -> Mapping[Name, Import]:
    """The firmest import of each artifact, the first of equals."""
    language = statements.language_of(path) or ""
    searched = text.lower() if language == "go" else text
    possible = [name for name in known[language] if name.is_in(searched)]
    answer: dict[Name, Import] = {}
    if possible:
        found = list(statements.read(path, text, report))
        for statement in sorted(found, key=lambda statement: statements.KINDS.index(statement.kind)):
            for name in possible:
                if name.is_met_by(statement.module):
                    fact = Import(name.artifact_id, language, statement.module, statement.kind, statement.line)
                    answer.setdefault(fact.name, fact)
    return answer


Facts = Mapping[tuple[str, str], Mapping[Name, Import] | None]


@dataclass
class OwnModules:
    """Which Python modules a repository has itself, by the folders in which they lie, while landings come and go."""

    wanted: frozenset[str]
    _homes: dict[str, dict[str, set[str]]] = field(default_factory=dict)

    def move(self, landing: Landing) -> bool:
        """Take over a landing; whether it touched a wanted module."""
        is_touched = False
        for change in landing.changes:
            for side, is_there in ((before(change), False), (after(change), True)):
                module, folder = _module(side.path) if side else ("", "")
                if side and module in self.wanted:
                    files = self._homes.setdefault(module, {}).setdefault(folder, set())
                    (files.add if is_there else files.discard)(side.path)
                    is_touched = True
        return is_touched

    def hides(self, path: str, fact: Import) -> bool:
        """Whether the file's import means a module of its own repository."""
        if fact.language not in {"python", "notebook"}:
            return False
        homes = self._homes.get(fact.module.partition(".")[0], {})
        return any(homes.get(folder) for folder in {*SOURCE_ROOTS, _folder(path)})


def _module(path: str) -> tuple[str, str]:
    """The top-level module that a file would be, and the folder from which it would be found."""
    place = PurePosixPath(path)
    if place.suffix != ".py":
        return "", ""
    home = place.parent if place.name == "__init__.py" else place.with_suffix("")
    return home.name, _folder(str(home))


def _folder(path: str) -> str:
    folder = str(PurePosixPath(path).parent)
    return "" if folder == "." else folder


def trace(landings: Sequence[Landing], facts: Facts, reads: Iterable[str]) -> list[Interval[Import]]:
    """Intervals in which a file imported an artifact, and no module of the repository stood in its place."""
    paths = set(reads)
    names = {fact.module.partition(".")[0] for found in facts.values() for fact in (found or {}).values()}
    own = OwnModules(frozenset(names))
    written: dict[str, Mapping[Name, Import]] = {}
    tracker: Tracker[Import] = Tracker()
    for landing in landings:
        changed = {
            path: found
            for path, side in touched(landing)
            if path in paths and (found := facts.get((path, side.blob), {}) if side else {}) is not None
        }
        written |= changed
        for path in sorted({*changed, *written} if own.move(landing) else changed):
            tracker.observe(landing, path, {name: fact for name, fact in written[path].items() if not own.hides(path, fact)})
    return tracker.intervals


def record(interval: Interval[Import], remote: Remote) -> Record:
    """Module and kind as last seen, line and URL as introduced."""
    last = interval.last
    return {
        **span(interval, remote, interval.first.line),
        "artifact_id": last.artifact_id,
        "language": last.language,
        "module": last.module,
        "kind": last.kind,
        "_raw": states(interval, _described),
    }


def _described(fact: Import) -> Record:
    return {"line": fact.line, "module": fact.module, "kind": fact.kind}
