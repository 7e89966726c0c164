"""Which repositories are meant by the configured remotes, their durable ids, and where people see them on the web."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from connectors.errors import NotFound

GITHUB_NAME = re.compile(r"[\w.*?\[\]!-]+/[\w.*?\[\]!-]+")
SCP_FORM = re.compile(r"(?:[\w.-]+@)?(?P<host>[\w.-]+):(?P<path>(?!//)[^\s]+)")
GITHUB_COLUMNS = ("repository_id", "full_name", "clone_url", "default_branch")
GITHUB = "github.com"


@dataclass(frozen=True)
class Remote:
    """One repository to be read.

    Attributes:
        partition: durable repository id, `github:<numeric id>` or `git:<hash of the normalised URL>`.
        full_name: `owner/name` as far as it is known.
        url: what git is given.
        branch: default branch by the host's word, where it told.
        web: where a browser finds the repository; empty where it does not.
    """

    partition: str
    full_name: str
    url: str
    branch: str | None
    web: str

    @property
    def mirror_name(self) -> str:
        """Folder of its mirror."""
        return f"{self.partition.replace(':', '-')}.git"

    def commit_url(self, sha: str) -> str:
        """Where a person sees the commit."""
        return f"{self.web}/commit/{sha}" if self.web else f"{self.url}#{sha}"

    def file_url(self, sha: str, path: str, line: int | None = None, view: str = "blob") -> str:
        """Where a person sees the file as it stood at the commit."""
        if not self.web:
            return f"{self.url}#{sha}"
        anchor = f"#L{line}" if line else ""
        return f"{self.web}/{view}/{sha}/{quote(path.encode('utf-8', 'surrogateescape'))}{anchor}"


def is_github_name(remote: str) -> bool:
    """Whether a configured remote is a glob over GitHub names: paths are written `./acme/x` or absolute."""
    return bool(GITHUB_NAME.fullmatch(remote)) and not remote.startswith((".", "~"))


def normalised(url: str) -> str:
    """`host/path` of any spelling of a remote: https, ssh, `git@host:path`, with or without `.git`; a real path for local ones."""
    scp = None if "://" in url else SCP_FORM.fullmatch(url)
    parts = urlsplit(f"ssh://{scp['host']}/{scp['path']}" if scp else url)
    if parts.scheme in {"", "file"}:
        return str(Path(parts.path if parts.scheme else url).expanduser().resolve()).removesuffix(".git")
    port = f":{parts.port}" if parts.port and parts.port not in {22, 80, 443, 9418} else ""
    return f"{(parts.hostname or '').lower()}{port}/{parts.path.strip('/').removesuffix('.git')}"


def repository_name(url: str, own_host: str = GITHUB) -> str:
    """What a URL inside a file calls a repository: `owner/name` on GitHub or on the file's own host, else with the host; lowercased."""
    host, _, path = normalised(url).partition("/")
    return (path if host in {GITHUB, f"www.{GITHUB}", own_host} else f"{host}/{path}").lower()


def select(remotes: Sequence[str], loaded: Iterable[tuple[Any, ...]]) -> tuple[list[Remote], dict[str, NotFound]]:
    """The repositories that are meant, each once, and an error for each configured remote that means none."""
    known = [_on_github(row) for row in loaded if row[0] is not None and row[1] and row[2]]
    by_url = {normalised(remote.url): remote for remote in known}
    chosen: dict[str, Remote] = {}
    missing: dict[str, NotFound] = {}
    for text in remotes:
        found = _matching(text, known) if is_github_name(text) else [by_url.get(normalised(text)) or _elsewhere(text)]
        chosen |= {remote.partition: remote for remote in found}
        if not found:
            why = f"none of the {len(known)} loaded GitHub repositories has such a name"
            missing[text] = NotFound("git", text, why, "sync github first, or write a URL or a path beginning with / or ./")
    return list(chosen.values()), missing


def _matching(glob: str, known: Iterable[Remote]) -> list[Remote]:
    return [remote for remote in known if fnmatchcase(remote.full_name.lower(), glob.lower())]


def _on_github(row: tuple[Any, ...]) -> Remote:
    repository_id, full_name, clone_url, default_branch = row
    web = clone_url.removesuffix(".git") if clone_url.startswith(("http://", "https://")) else ""
    return Remote(f"github:{int(repository_id)}", full_name, clone_url, default_branch or None, web)


def _elsewhere(url: str) -> Remote:
    name = normalised(url)
    host, _, path = name.partition("/")
    digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    is_local = name.startswith("/")
    return Remote(
        partition=f"git:{digest}",
        full_name="/".join(Path(name).parts[-2:]) if is_local else path,
        url=str(Path(url).expanduser()) if is_local and "://" not in url else url,
        branch=None,
        web=f"https://{GITHUB}/{path}" if host in {GITHUB, f"www.{GITHUB}"} else "",
    )


def hosts(remotes: Iterable[Remote]) -> frozenset[str]:
    """Hosts that may see the token: github.com, and where the loaded GitHub repositories are."""
    return frozenset(
        {GITHUB, *(urlsplit(remote.url).netloc.lower() for remote in remotes if remote.partition.startswith("github:") and remote.web)}
    )
