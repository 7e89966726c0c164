"""RFCs, decision records, post-mortems and other documents of a repository, with what they link to: which files, and the rows of both."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import PurePosixPath

from pathspec import GitIgnoreSpec

from connectors.contract import Record
from connectors.git.facts import FactTable, states
from connectors.git.intervals import Interval, span
from connectors.git.paths import is_fixture, is_third_party
from connectors.git.remotes import Remote
from connectors.markdown import FOLDERS, NO_DOCUMENT, SUFFIXES, Document, Link, links, parse

DOCUMENTS, LINKS = "documents", "document_links"


def tables(globs: Sequence[str]) -> tuple[FactTable[Document], FactTable[Link]]:
    """The detectors of one repository's documents and of what they link to."""
    more = GitIgnoreSpec.from_lines(globs)
    reads = partial(_reads, more)
    return FactTable(DOCUMENTS, Document, reads, parse, record), FactTable(LINKS, Link, reads, links, link_record)


def _reads(more: GitIgnoreSpec, path: str) -> bool:
    place = PurePosixPath(path)
    if place.suffix.lower() not in SUFFIXES or is_third_party(path) or is_fixture(path):
        return False
    is_well_known = any(part.lower() in FOLDERS for part in place.parts[:-1]) and not NO_DOCUMENT.fullmatch(place.name)
    return is_well_known or place.name.lower().endswith(".adr.md") or more.match_file(path)


def record(interval: Interval[Document], remote: Remote) -> Record:
    """The document as it is now, or as it was last."""
    last = interval.last
    return {
        **span(interval, remote, None),
        "kind": last.kind,
        "title": last.title,
        "document_key": last.key,
        "status": last.status,
        "authors": last.authors.splitlines(),
        "dated_on": date.fromisoformat(last.dated_on) if last.dated_on else None,
        "changed_sha": interval.last_changed.sha,
        "_raw": {"changed": interval.last_changed.sha},
    }


def link_record(interval: Interval[Link], remote: Remote) -> Record:
    """Everything as introduced."""
    first = interval.first
    return {
        **span(interval, remote, first.line),
        "target_kind": first.kind,
        "target": first.target,
        "line_sha": first.line_sha,
        "_raw": states(interval, lambda link: {"line": link.line, "line_sha": link.line_sha}),
    }
