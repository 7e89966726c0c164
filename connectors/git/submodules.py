"""Submodules: declared in `.gitmodules`, in force only while the tree really holds the commit that they point to."""

import re
from collections.abc import Mapping, Sequence
from configparser import ConfigParser
from configparser import Error as ConfigError
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from connectors.git.declarations import Declaration, Source
from connectors.git.facts import Report, Unparsable
from connectors.git.intervals import Interval, Name, Tracker
from connectors.git.landings import replayed
from connectors.git.protocol import Landing
from connectors.git.remotes import Remote, normalised, repository_name
from connectors.markdown import without_credentials

FILE = ".gitmodules"
GITLINK = "160000"


@dataclass(frozen=True)
class Submodules:
    """Reads `.gitmodules` of one repository; relative URLs start from the repository's own."""

    remote: Remote

    def parse(self, path: str, text: str, report: Report) -> dict[Name, Declaration]:  # noqa: ARG002 - every parser has the same signature
        """Declarations by path of the submodule, whether or not the tree holds it."""
        parser = ConfigParser(interpolation=None, strict=False, delimiters=("=",), allow_no_value=True)
        try:
            parser.read_string("\n".join(line.strip() for line in text.splitlines()))
        except ConfigError as failure:
            raise Unparsable(f"not a git configuration file: {str(failure).splitlines()[0]}") from failure
        source = Source(text)
        found = [(parser[section].get("path"), parser[section].get("url")) for section in parser.sections()]
        return {("submodule", place): self._declare(source, place, url) for place, url in found if place and url}

    def _declare(self, source: Source, place: str, url: str) -> Declaration:
        spec = f"{without_credentials(url)} at {place}"
        return source.declare("submodule", self._package(url), spec, "runtime", rf"url\s*=\s*{re.escape(url)}")

    def _package(self, url: str) -> str:
        """The repository that the URL names, relative to this one where it begins with dots."""
        is_relative = url.startswith(("./", "../"))
        if is_relative and urlsplit(self.remote.url).scheme not in {"http", "https"}:
            return self._beside(url)
        own_host = normalised(self.remote.url).partition("/")[0]
        return repository_name(urljoin(f"{self.remote.url.rstrip('/')}/", url) if is_relative else url, own_host)

    def _beside(self, url: str) -> str:
        """A relative URL under a remote that is no web address: `../name` is the neighbour of the same owner."""
        owner = self.remote.full_name.rpartition("/")[0]
        return "/".join(filter(None, (owner, url.rsplit("/", 1)[-1].removesuffix(".git")))).lower()


def trace(landings: Sequence[Landing], facts: Mapping[tuple[str, str], Mapping[Name, Declaration] | None]) -> list[Interval[Declaration]]:
    """Intervals in which a submodule was both declared and present."""
    tracker: Tracker[Declaration] = Tracker()
    declared: Mapping[Name, Declaration] = {}
    for landing, tree in replayed(landings):
        standing = tree.get(FILE)
        read = facts.get((FILE, standing.blob), {}) if standing else {}
        declared = declared if read is None else read
        present = {place: declaration for (_, place), declaration in declared.items() if (link := tree.get(place)) and link.mode == GITLINK}
        if any(FILE in (change.path, change.old_path) or GITLINK in (change.mode, change.old_mode) for change in landing.changes):
            tracker.observe(landing, FILE, {declaration.name: declaration for declaration in present.values()})
    return tracker.intervals
