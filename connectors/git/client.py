"""The git command line: the only place that starts processes, and that knows how git says what went wrong.

Commands that talk to a remote see the user's own git configuration (proxies, certificates, credential helpers); commands
that only read a mirror see none, so that no setting of anybody changes what is read. Hooks, prompts, pagers and external
transports are off in both. The token travels in the environment, never in an argument, a URL or a file.
"""

import base64
import os
import re
import shutil
import signal
import subprocess
import tempfile
import weakref
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock, Timer
from typing import IO
from urllib.parse import urlsplit

from connectors.errors import Terminal, Unavailable
from connectors.git import complaints, output
from connectors.git.protocol import BlamedLine, Blob, CommitEntry, Damaged, Landing, LineCounts, RemoteHead, TreeEntry

RENAMES = ("-M60%", "-l1000")
"""A file that keeps 60 % of its lines under a new name is the same file; over 1000 candidates are a mass move, left unguessed."""
PLAIN_DIFF = ("--no-ext-diff", "--no-textconv", "--no-color")
KEPT_FROM_ENVIRONMENT = re.compile(
    r"GIT_(SSH|SSH_COMMAND|SSH_VARIANT|SSL_.*|PROXY_.*|EXEC_PATH|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+))"
)
SPOOLED_IN_MEMORY = 4 << 20

SAFE = {
    "core.hooksPath": os.devnull,
    "core.askPass": "",
    "core.fsmonitor": "false",
    "core.quotePath": "false",
    "gc.autoDetach": "false",  # a collection in the background would race with our reading
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "60",
    "safe.directory": "*",
}
LOOPBACK = {"localhost", "127.0.0.1", "::1"}

CREDENTIAL_IN_URL = re.compile(r"(?<=://)[^/@\s]+@")


@dataclass
class Credential:
    """The token, or what gives one for an owner that is valid now (a GitHub App's lives for an hour), and the hosts that may see it."""

    token: str | Callable[[str], str] = field(repr=False)
    hosts: frozenset[str]
    _given: set[str] = field(default_factory=set[str], init=False, repr=False)
    """Every token that was given out."""

    def headers(self, url: str) -> dict[str, str]:
        """Git settings that authenticate requests to the URL's own host, if that host may see the token."""
        parts = urlsplit(url)
        is_private = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        if not self.token or not is_private or parts.netloc.lower() not in self.hosts:
            return {}
        return {f"http.{parts.scheme}://{parts.netloc}/.extraHeader": f"Authorization: Basic {_encoded(self._present(parts.path))}"}

    def _present(self, path: str) -> str:
        token = self.token if isinstance(self.token, str) else self.token(path.strip("/").partition("/")[0])
        self._given.add(token)
        return token

    def scrub(self, text: str) -> str:
        """The text without any token in either form and without credentials inside URLs."""
        for token in filter(None, self._given | ({self.token} if isinstance(self.token, str) else set())):
            text = text.replace(token, "***").replace(_encoded(token), "***")
        return CREDENTIAL_IN_URL.sub("", text)


def _encoded(token: str) -> str:
    """As hosts of git want tokens: the password of any user."""
    return base64.b64encode(f"x-access-token:{token}".encode()).decode()


class CommandLine:
    """`GitClient` by the git command. Safe to use from several threads, one thread per mirror."""

    def __init__(self, credential: Credential, timeout: float, executable: str = "git") -> None:
        self._credential, self._timeout, self._executable = credential, timeout, executable
        self._lock = Lock()
        self.processes = 0
        """Processes started so far: what a reading costs."""

    # Remotes

    def version(self) -> tuple[int, ...]:
        """Version of the installed git."""
        text = self._remote("its version", "", "version")
        return tuple(int(part) for part in re.findall(r"\d+", text)[:3])

    def remote_head(self, url: str, branch: str | None) -> RemoteHead | None:
        """One request; answers for a remote of any size."""
        names = ["HEAD", *([f"refs/heads/{branch}"] if branch else [])]
        return output.remote_head(self._remote(url, url, "ls-remote", "--quiet", "--symref", "--", url, *names), branch)

    def refresh(self, url: str, mirror: Path) -> None:
        """The URL is given each time and stands nowhere but in the mirror's `remote.origin`, so a moved repository stays one mirror."""
        options = ("--quiet", "--prune", "--force", "--no-write-fetch-head", "--no-recurse-submodules")
        if (mirror / "HEAD").is_file():
            self._remote(url, url, f"--git-dir={mirror}", "fetch", *options, "--", url, "+refs/*:refs/*")
        else:
            self._clone(url, mirror)

    def _clone(self, url: str, mirror: Path) -> None:
        """Into a folder beside, then renamed: a mirror that exists is a whole one."""
        mirror.parent.mkdir(parents=True, exist_ok=True)
        unfinished = mirror.with_suffix(".part")
        self.discard(unfinished)
        try:
            self._remote(url, url, "clone", "--quiet", "--mirror", "--no-hardlinks", "--template=", "--", url, str(unfinished))
            unfinished.rename(mirror)
        except Damaged as failure:
            raise Unavailable("git", url, str(failure), "clone it by hand to see more: git clone --mirror") from failure
        finally:
            self.discard(unfinished)

    def discard(self, mirror: Path) -> None:
        """Remove the folder, if it is there."""
        with suppress(FileNotFoundError):
            shutil.rmtree(mirror)

    def origin(self, mirror: Path) -> str:
        """As `git clone` noted it."""
        try:
            return output.words(self._local(mirror, "config", "remote.origin.url")).strip()
        except Damaged:
            return ""

    # Mirrors

    def count(self, mirror: Path, head: str) -> int:
        """By git's own counting, to hold our reading against."""
        return int(self._local(mirror, "rev-list", "--count", head, "--"))

    def landings(self, mirror: Path, head: str) -> list[Landing]:
        """Trees are compared, contents only where a rename is possible: cheap enough to be done anew each time."""
        arguments = ("log", "-z", "--first-parent", "--diff-merges=first-parent", "--raw", "--no-abbrev", *RENAMES, *PLAIN_DIFF)
        with self._stream(mirror, *_mailmap(head), *arguments, f"--format={output.LANDING_FORMAT}", head, "--") as stream:
            return list(output.landings(stream))[::-1]

    def commits(self, mirror: Path, head: str, since: str | None) -> Iterator[CommitEntry]:
        """Git has finished when this returns: its answer waits in a temporary file, so a damaged mirror shows before any record."""
        arguments = ("log", "-z", "--topo-order", "--raw", "--numstat", "--no-abbrev", *RENAMES, *PLAIN_DIFF)
        spool = tempfile.SpooledTemporaryFile(max_size=SPOOLED_IN_MEMORY)  # noqa: SIM115 - closed with the iterator
        wanted = (f"--format={output.COMMIT_FORMAT}", head, *([f"^{since}"] if since else []), "--")
        with self._stream(mirror, *_mailmap(head), *arguments, *wanted) as stream:
            shutil.copyfileobj(stream, spool, output.CHUNK)
        spool.seek(0)
        entries = _reading(spool)
        weakref.finalize(entries, spool.close)  # a reading that is broken off never begins with it
        return entries

    def tree(self, mirror: Path, head: str) -> list[TreeEntry]:
        """With sizes, which a server answers without sending contents."""
        with self._stream(mirror, "ls-tree", "-r", "-l", "-z", head, "--") as stream:
            return list(output.tree(stream))

    def blobs(self, mirror: Path, shas: Iterable[str], limit: int) -> Iterator[Blob]:
        """One process for any number of contents, of which one at a time is in memory."""
        with self._stream(mirror, "cat-file", "--batch", "--buffer", stdin="".join(f"{sha}\n" for sha in shas)) as stream:
            yield from output.blobs(stream, limit)

    def line_counts(self, mirror: Path, landings: Sequence[Landing]) -> dict[tuple[str, str], LineCounts]:
        """One process for any number of commits."""
        pairs = "".join(f"{' '.join((landing.sha, *landing.parents[:1]))}\n" for landing in landings)
        arguments = ("diff-tree", "--stdin", "--root", "-r", "-z", "--numstat", *RENAMES, *PLAIN_DIFF)
        with self._stream(mirror, *arguments, stdin=pairs) as stream:
            return output.line_counts(stream)

    def patches(self, mirror: Path, landings: Sequence[Landing]) -> dict[str, dict[str, tuple[str, str]]]:
        """One process for any number of commits."""
        pairs = "".join(f"{' '.join((landing.sha, *landing.parents[:1]))}\n" for landing in landings)
        arguments = ("diff-tree", "--stdin", "--root", "-r", "-p", "-U0", "--full-index", "--no-prefix", "--no-renames", *PLAIN_DIFF)
        with self._stream(mirror, *arguments, stdin=pairs) as stream:
            return output.patches(stream)

    def mapped(self, mirror: Path, head: str, contacts: Sequence[str]) -> list[str]:
        """Trailers are text to git; this applies the mailmap to them too."""
        answer = self._local(mirror, *_mailmap(head), "check-mailmap", "--stdin", stdin="".join(f"{contact}\n" for contact in contacts))
        return output.words(answer).splitlines()

    def blame(self, mirror: Path, commit: str, path: str, head: str, ignored: Path | None) -> list[BlamedLine]:
        """Ignores changes of white space; follows lines moved within the file and from files of the same commit."""
        revisions = [f"--ignore-revs-file={ignored}"] if ignored else []
        arguments = ("blame", "-w", "-M", "-C", "--line-porcelain", *revisions, commit, "--", path)
        return output.blame(self._local(mirror, *_mailmap(head), *arguments))

    # Processes

    def _remote(self, what: str, url: str, *arguments: str) -> str:
        """A command that may talk to a remote.

        Raises:
            SourceError: the remote did not give what was asked, by kind.
            Damaged: git failed for a reason of its own, most likely the mirror.
        """
        environment = _environment({**SAFE, **self._credential.headers(url)})
        process = self._start(arguments, environment, stderr=subprocess.PIPE)
        try:
            out, err = process.communicate(timeout=self._timeout)
        except subprocess.TimeoutExpired:
            _kill(process)
            process.communicate()
            raise self._late(what, arguments) from None
        if process.returncode:
            raise complaints.failure(self._shown(what), self._shown(output.words(err)))
        return output.words(out)

    def _local(self, mirror: Path, *arguments: str, stdin: str = "") -> bytes:
        with self._stream(mirror, *arguments, stdin=stdin) as stream:
            return stream.read()

    @contextmanager
    def _stream(self, mirror: Path, *arguments: str, stdin: str = "") -> Generator[IO[bytes]]:
        """Standard output of a command that only reads a mirror.

        Raises:
            Damaged: git ended with an error.
            Unavailable: git was killed after the timeout.
        """
        with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as errors:
            source.write(stdin.encode("utf-8", "surrogateescape"))
            source.seek(0)
            process = self._start((f"--git-dir={mirror}", *arguments), _isolated(), stdin=source, stderr=errors)
            watch = Timer(self._timeout, _kill, [process])
            watch.start()
            try:
                yield _pipe(process)
                process.wait()
            finally:
                is_late = not watch.is_alive()
                watch.cancel()
                _kill(process)
                _pipe(process).close()
                process.wait()
            if is_late:
                raise self._late(mirror.name, arguments)
            if process.returncode:
                errors.seek(0)
                why = self._shown(complaints.telling(output.words(errors.read())))
                raise Damaged(f"git {_command(arguments)} failed on {mirror.name}: {why}")

    def _late(self, what: str, arguments: Sequence[str]) -> Unavailable:
        message = f"git {_command(arguments)} did not end within {self._timeout:g} s"
        return Unavailable("git", self._shown(what), message, "look at the network and the disk, or allow it more time")

    def _start(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        stdin: IO[bytes] | int = subprocess.DEVNULL,
        stderr: IO[bytes] | int = subprocess.DEVNULL,
    ) -> subprocess.Popen[bytes]:
        """In a session of its own: nothing can ask on a terminal, and a timeout ends git's helpers too."""
        with self._lock:
            self.processes += 1
        try:
            return subprocess.Popen(
                [self._executable, *arguments],
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=stderr,
                env=environment,
                start_new_session=True,
            )
        except FileNotFoundError:
            raise Terminal("git", "anything", f"there is no command {self._executable!r}", "install git 2.31 or newer") from None

    def _shown(self, text: str) -> str:
        return self._credential.scrub(text)


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    """The user's environment without what would redirect git, plus settings of the command scope."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or KEPT_FROM_ENVIRONMENT.fullmatch(name)}
    given = int(kept.get("GIT_CONFIG_COUNT") or 0)
    for position, (key, value) in enumerate(settings.items(), start=given):
        kept |= {f"GIT_CONFIG_KEY_{position}": key, f"GIT_CONFIG_VALUE_{position}": value}
    return kept | {
        "GIT_CONFIG_COUNT": str(given + len(settings)),
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "",
        "SSH_ASKPASS": "",
        "GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_PAGER": "cat",
        "LC_ALL": "C",
        "LANGUAGE": "",
    }


def _isolated() -> dict[str, str]:
    """Without the configuration of the user and of the machine."""
    plain = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_ATTR_NOSYSTEM": "1", "GIT_OPTIONAL_LOCKS": "0"}
    return _environment(SAFE) | plain


def _mailmap(head: str) -> tuple[str, str]:
    """The mailmap as it stands at the head that is being read."""
    return "-c", f"mailmap.blob={head}:.mailmap"


def _reading(spool: IO[bytes]) -> Iterator[CommitEntry]:
    with spool:
        yield from output.commits(spool)


def _pipe(process: subprocess.Popen[bytes]) -> IO[bytes]:
    assert process.stdout is not None
    return process.stdout


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the process and what it started; nothing happens where it has already ended."""
    with suppress(ProcessLookupError, PermissionError):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


def _command(arguments: Sequence[str]) -> str:
    """The subcommand among arguments that may begin with settings."""
    words = iter(arguments)
    for word in words:
        if not word.startswith("-"):
            return word
        if word == "-c":
            next(words)
    return ""
