"""Artifacts named in README, docs and decision records, exactly or only nearly, and the rows of `mentions`.

A name counts as exact when nothing longer stands around it: `acme/eval-harness` is exact for the artifact of that
repository, `other/eval-harness`, `lm-eval-harness` and `eval-harness-lite` are look-alikes, kept as such.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import PurePosixPath

from rapidfuzz import fuzz, process

from connectors.contract import Record
from connectors.git.facts import FactTable, Report, states
from connectors.git.intervals import Interval, Name, span
from connectors.git.options import ArtifactOptions
from connectors.git.paths import is_fixture, is_third_party
from connectors.git.remotes import Remote
from connectors.markdown import visible, without_credentials

TABLE = "mentions"
SUFFIXES = {".md", ".rst", ".txt"}
FOLDERS = {"doc", "docs", "adr", "adrs", "decisions", "design", "rfcs"}
CHRONICLE = re.compile(r"(change(log|s)|history|news|releases?|release[-_]notes)(\..*)?", re.IGNORECASE)
"""What was is no use of today: a changelog keeps a name long after the thing is gone."""

NAME_PUNCTUATION = "_./-"
WORD = re.compile(r"[^\W_][\w.-]*[^\W_]")
SIMILAR = 88.0
"""Similarity from which a word looks like a name: a slip or a plural of a ten-letter name has 90 to 95, an unrelated word below 70."""
SHORTEST_SIMILAR = 8
"""Letters below which ordinary words look similar: `routers` to `router`."""
REGISTRIES = {
    "pypi.org/project",
    "www.npmjs.com/package",
    "npmjs.com/package",
    "crates.io/crates",
    "anaconda.org/conda-forge",
    "pkg.go.dev",
}


@dataclass(frozen=True)
class Mention:
    """One artifact's name in one file, as far as it matters: the first of its kind."""

    artifact_id: str
    is_exact: bool
    matched_text: str = field(compare=False)
    line: int = field(compare=False)
    text: str = field(compare=False)


@dataclass(frozen=True)
class Term:
    """One name of one artifact.

    Attributes:
        text: the name as configured.
        parts: its pieces between hyphens, underscores, dots and spaces, lowercased: a text without one of them need not be searched.
        pattern: the name, with any of these between the pieces; a name of several words may be broken by a line.
        address: the artifact's repository as `owner/name`, alone, on any host, or with a path inside it.
    """

    artifact_id: str
    text: str
    parts: tuple[str, ...]
    pattern: re.Pattern[str]
    address: re.Pattern[str] | None

    def is_met_by(self, around: str) -> bool:
        """Whether the name with everything that touches it is the name itself, or an address of the thing."""
        place, _, last = around.lower().rpartition("/")
        if _folded(around) == _folded(self.text) or (place in REGISTRIES and _folded(last) == _folded(self.text)):
            return True
        return self.address is not None and self.address.fullmatch(around) is not None


@dataclass
class Names:
    """All names, and which artifacts a word is similar to: asked once for each word of a whole history."""

    terms: Sequence[Term]
    _similar: dict[str, list[str]] = field(default_factory=dict)
    _unlike: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        folded = {term: _folded(term.text) for term in self.terms}
        self._comparable = {term: name for term, name in folded.items() if len(name) >= SHORTEST_SIMILAR and "/" not in name}

    def similar(self, words: set[str]) -> dict[str, list[str]]:
        """Artifacts with a name that a word nearly is, for those of the words that are like one."""
        for word in words - self._unlike - self._similar.keys():
            alike = process.extract(word, self._comparable, scorer=fuzz.ratio, score_cutoff=SIMILAR, limit=None)
            if alike:
                self._similar[word] = sorted({term.artifact_id for _, _, term in alike})
            else:
                self._unlike.add(word)
        return {word: self._similar[word] for word in words & self._similar.keys()}


def table(artifacts: Sequence[ArtifactOptions]) -> FactTable[Mention]:
    """The detector of one repository's mentions of the configured artifacts."""
    return FactTable(TABLE, Mention, _reads, partial(parse, names(artifacts)), record)


def names(artifacts: Sequence[ArtifactOptions]) -> Names:
    """Every name of every artifact, once."""
    return Names([_term(artifact, name) for artifact in artifacts for name in sorted(_names(artifact))])


def _names(artifact: ArtifactOptions) -> set[str]:
    return {name for name in (artifact.id, *artifact.names, *artifact.packages, artifact.repository) if name}


def _term(artifact: ArtifactOptions, name: str) -> Term:
    parts = [part for part in re.split(r"[-_.\s]+", name.lower()) if part]
    between = r"[-_\s]+" if " " in name else r"[-_.]"
    repository = re.escape(artifact.repository) if artifact.repository else ""
    return Term(
        artifact_id=artifact.id,
        text=name,
        parts=tuple(parts),
        pattern=re.compile(between.join(map(re.escape, parts)), re.IGNORECASE),
        address=re.compile(rf"([\w-]+(\.[\w-]+)+/)?{repository}(\.git)?(/.*)?", re.IGNORECASE) if repository else None,
    )


def _folded(name: str) -> str:
    return re.sub(r"[-_.\s]+", "-", name.lower())


def _reads(path: str) -> bool:
    place = PurePosixPath(path)
    is_readme = place.name.lower().startswith("readme") and place.suffix.lower() in {"", *SUFFIXES}
    is_document = place.suffix.lower() in SUFFIXES and bool(FOLDERS & {part.lower() for part in place.parts[:-1]})
    is_own = not is_third_party(path) and not is_fixture(path) and not CHRONICLE.fullmatch(place.name)
    return (is_readme or is_document or place.name.lower().endswith(".adr.md")) and is_own


def parse(known: Names, path: str, text: str, report: Report) -> Mapping[Name, Mention]:  # noqa: ARG001 - every parser has the same signature
    """The first exact and the first inexact mention of each artifact."""
    shown = visible(text)
    found = sorted(_found(known, shown), key=lambda place: place[0])
    answer: dict[Name, Mention] = {}
    for position, artifact_id, around, is_exact in found:
        line = shown.count("\n", 0, position) + 1
        whole = without_credentials(shown.splitlines()[line - 1].strip())[:300]
        answer.setdefault((artifact_id, is_exact), Mention(artifact_id, is_exact, " ".join(around.split())[:200], line, whole))
    return answer


Found = tuple[int, str, str, bool]
"""Position, artifact, what stands there, whether it is exact."""


def _found(known: Names, text: str) -> Iterator[Found]:
    """Every place at which a name stands. One place that is exact for one name of an artifact is no look-alike for another."""
    exact: dict[str, list[tuple[int, int]]] = {}
    near: list[tuple[tuple[int, int], Found]] = []
    lowered = text.lower()
    for term in known.terms:
        for match in term.pattern.finditer(text) if all(part in lowered for part in term.parts) else ():
            around = _widened(text, match)
            is_exact = term.is_met_by(around)
            entry = (match.start(), term.artifact_id, around, is_exact)
            if is_exact:
                exact.setdefault(term.artifact_id, []).append(match.span())
                yield entry
            else:
                near.append((match.span(), entry))
    for span_, entry in [*near, *_similar(known, text)]:
        if not any(start < span_[1] and span_[0] < end for start, end in exact.get(entry[1], [])):
            yield entry


def _widened(text: str, match: re.Match[str]) -> str:
    """The match with everything that touches it and could belong to a name or a path."""
    start, end = match.span()
    while start and (text[start - 1].isalnum() or text[start - 1] in NAME_PUNCTUATION):
        start -= 1
    while end < len(text) and (text[end].isalnum() or text[end] in NAME_PUNCTUATION):
        end += 1
    return text[start:end].strip("./-")


def _similar(known: Names, text: str) -> Iterator[tuple[tuple[int, int], Found]]:
    """Words that are nearly a name: slips of the pen, plurals, other tools with almost the same name."""
    alike = known.similar(set(WORD.findall(text.lower())))
    for match in WORD.finditer(text) if alike else ():
        for artifact_id in alike.pop(match[0].lower(), ()):
            yield match.span(), (match.start(), artifact_id, match[0], False)


def record(interval: Interval[Mention], remote: Remote) -> Record:
    """Everything as introduced."""
    first = interval.first
    return {
        **span(interval, remote, first.line),
        "artifact_id": first.artifact_id,
        "matched_text": first.matched_text,
        "is_exact": first.is_exact,
        "_raw": states(interval, _described),
    }


def _described(mention: Mention) -> Record:
    return {"line": mention.line, "text": mention.text, "matched_text": mention.matched_text}
