"""The git connector: chooses the repositories, reads several at a time, and turns a failed one into a `Failed` event."""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from typing import Any

from connectors.contract import Connector, Event, Failed, Finding, ReadContext
from connectors.errors import SourceError, Terminal, Unavailable
from connectors.git.options import GitOptions
from connectors.git.partition import Reading
from connectors.git.protocol import Damaged, GitClient
from connectors.git.remotes import GITHUB_COLUMNS, Remote, hosts, is_github_name, select
from connectors.git.schema import TABLES

OLDEST_GIT = (2, 31)
"""The first that takes settings from the environment, where the token travels, and compares merges with their first parent only."""

Connect = Callable[[GitOptions, Iterable[Remote]], GitClient]


def by_command(options: GitOptions, remotes: Iterable[Remote]) -> GitClient:
    """A client that calls the git command."""
    from connectors.git.client import CommandLine, Credential

    token = options.token.get_secret_value() if options.token else ""
    return CommandLine(Credential(options.token_now or token, hosts(remotes)), options.timeout)


class GitReader:
    """Reads every configured repository from its mirror clone."""

    def __init__(self, options: GitOptions, connect: Connect = by_command) -> None:
        self._options, self._connect = options, connect

    def read(self, context: ReadContext) -> Iterator[Event]:
        """Repositories in the order in which they get ready; the concurrent work of each is git's, the events are given here."""
        remotes, missing = select(self._options.remotes, context.loaded("raw_github", "repositories", GITHUB_COLUMNS))
        for text, error in missing.items():
            yield Failed(text, error)
        if not remotes:
            return
        client = self._connect(self._options, remotes)
        _refuse_old(client.version())
        reading_threads = ThreadPoolExecutor(self._options.concurrency, "git-read")
        blaming_threads = ThreadPoolExecutor(self._options.concurrency, "git-blame")
        try:
            reading = Reading(self._options, client, blaming_threads, context.now, context.meter, context.full)
            futures = {reading_threads.submit(reading.read, remote, context.cursor(remote.partition)): remote for remote in remotes}
            for future in as_completed(futures):
                yield from _events(futures[future], future)
                context.progress(f"git: {futures[future].full_name}")
        finally:
            reading_threads.shutdown(cancel_futures=True)
            blaming_threads.shutdown(cancel_futures=True)

    def probe(self) -> Iterable[Finding]:
        """The git command, the mirrors' folder, and one remote."""
        client = self._connect(self._options, [])
        found = _probe_git(client)
        yield found
        yield _probe_folder(self._options)
        if found.state == "ok":
            yield _probe_remote(client, self._options)


def _events(remote: Remote, future: "Future[Iterator[Event]]") -> Iterator[Event]:
    """One repository's events. Whatever stops it stops only it."""
    try:
        yield from future.result()
    except SourceError as failure:
        yield Failed(remote.partition, failure)
    except (Damaged, OSError) as failure:
        yield Failed(remote.partition, Unavailable("git", remote.full_name, str(failure), "look at the folder of the mirrors and its disk"))


def _refuse_old(version: tuple[int, ...]) -> None:
    if version < OLDEST_GIT:
        raise Terminal("git", "anything", f"git {_dotted(version)} is too old", f"install git {_dotted(OLDEST_GIT)} or newer")


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def _probe_git(client: GitClient) -> Finding:
    try:
        version = client.version()
        _refuse_old(version)
    except SourceError as failure:
        return Finding("git command", "fail", failure.why, failure.hint)
    return Finding("git command", "ok", f"git {_dotted(version)}")


def _probe_folder(options: GitOptions) -> Finding:
    try:
        options.mirrors.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=options.mirrors):
            return Finding("git mirrors", "ok", f"{options.mirrors} can be written")
    except OSError as failure:
        return Finding(
            "git mirrors", "fail", f"{options.mirrors}: {failure.strerror}", "set sources.git.mirrors to a folder that can be written"
        )


def _probe_remote(client: GitClient, options: GitOptions) -> Finding:
    """A configured URL, else the remote of a mirror that exists."""
    urls = [remote for remote in options.remotes if not is_github_name(remote)]
    urls += filter(None, (client.origin(mirror) for mirror in sorted(options.mirrors.glob("*.git"))[:1]))
    if not urls:
        detail = "the configured GitHub names are known after the first sync of github"
        return Finding("git remote", "warn", detail, "fulcrum sync --only github, then fulcrum doctor again")
    try:
        head = client.remote_head(urls[0], None)
    except SourceError as failure:
        return Finding("git remote", "fail", failure.why, failure.hint)
    return Finding("git remote", "ok", f"{urls[0]} answers, {f'{head.branch} at {head.sha[:12]}' if head else 'it has no commits'}")


def _open(options: Any) -> GitReader:
    return GitReader(GitOptions.model_validate(options))


CONNECTOR = Connector(name="git", title="Git", tables=TABLES, open=_open, reads_from=("github",))
