"""What the git connector does when a remote, a mirror or a credential is not what it should be."""

import base64
import os
import shutil
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.contract import Failed, Finished, ReadContext
from connectors.errors import AuthFailed, Empty, NotFound, RateLimited, SourceError, Terminal, Unavailable
from connectors.git.client import CommandLine, Credential
from connectors.git.options import GitOptions
from connectors.git.resources import GitReader
from tests.unit.git_repositories import NOW, Repository, Result, git, read

TOKEN = "ghp_VerySecretToken123"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    repository = Repository(tmp_path / "acme" / "search.git")
    repository.commit("Start", {"requirements.txt": "acme-evals\n", "a.py": "1\n"})
    return repository.save()


class Host(SimpleHTTPRequestHandler):
    """Serves bare repositories as plain files, which git understands too; wants a credential if told so."""

    answer = 200
    wanted = ""
    seen: list[str]

    def do_GET(self) -> None:
        self.seen.append(self.headers.get("Authorization", ""))
        if self.answer != 200 or (self.wanted and self.headers.get("Authorization") != self.wanted):
            self.send_response(self.answer if self.answer != 200 else 401)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.end_headers()
        else:
            super().do_GET()

    def log_message(self, *arguments: Any) -> None:
        pass


@contextmanager
def served(folder: Path, answer: int = 200, wanted: str = "") -> Iterator[tuple[str, list[str]]]:
    """The folder as a git host on loopback; its URL and the credentials that it saw."""
    seen: list[str] = []
    handler = type("Handler", (Host,), {"answer": answer, "wanted": wanted, "seen": seen})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def github(folder: Path, url: str, token: str | None = TOKEN) -> Result:
    """A reading of `acme/search` as a loaded GitHub repository with that clone URL."""
    rows = [(77, "acme/search", url, "main")]
    reader = GitReader(GitOptions(mirrors=folder / "mirrors", remotes=("acme/*",), token=token))
    context = ReadContext(NOW, loaded=lambda dataset, table, columns: rows if (dataset, table) == ("raw_github", "repositories") else [])
    return Result(list(reader.read(context)), reader)


def encoded(token: str) -> str:
    return base64.b64encode(f"x-access-token:{token}".encode()).decode()


def test_token_opens_a_private_repository_and_stays_out_of_everything(repository: Repository, tmp_path: Path) -> None:
    git(repository.path, "update-server-info")
    with served(tmp_path, wanted=f"Basic {encoded(TOKEN)}") as (url, seen):
        result = github(tmp_path, f"{url}/acme/search.git")
    assert result.failed == {}
    assert result.rows("manifest_declarations", "repository_id", "package") == [("github:77", "acme-evals")]
    assert f"Basic {encoded(TOKEN)}" in seen
    kept = b"".join(file.read_bytes() for file in (tmp_path / "mirrors").rglob("*") if file.is_file())
    assert TOKEN.encode() not in kept
    assert encoded(TOKEN).encode() not in kept
    assert TOKEN not in f"{result.events}{result.reader._options!r}"


def test_other_hosts_never_see_the_token(repository: Repository, tmp_path: Path) -> None:
    git(repository.path, "update-server-info")
    with served(tmp_path) as (url, seen):
        result = read(tmp_path, f"{url}/acme/search.git", token=TOKEN)
    assert result.failed == {}
    assert set(seen) == {""}


@pytest.mark.parametrize(
    ("answer", "error"), [(401, AuthFailed), (403, AuthFailed), (404, NotFound), (429, RateLimited), (500, Unavailable), (503, Unavailable)]
)
def test_answers_of_a_host_become_errors_without_secrets(
    repository: Repository, tmp_path: Path, answer: int, error: type[SourceError]
) -> None:
    with served(tmp_path, answer=answer) as (url, _):
        result = github(tmp_path, f"{url}/acme/search.git")
    failure = result.failed["github:77"]
    assert type(failure) is error
    assert TOKEN not in str(failure)
    assert encoded(TOKEN) not in str(failure)
    assert url.removeprefix("http://") in str(failure)
    assert result.finished == {}


def test_nobody_listening_is_unavailable(tmp_path: Path) -> None:
    with served(tmp_path) as (url, _):
        pass
    assert type(github(tmp_path, f"{url}/acme/search.git").failed["github:77"]) is Unavailable


def test_scrubbing_covers_token_header_and_urls() -> None:
    credential = Credential(TOKEN, frozenset({"github.com"}))
    text = f"fatal: {TOKEN} {encoded(TOKEN)} https://user:{TOKEN}@github.com/x https://oauth@h/y git@github.com:z"
    assert credential.scrub(text) == "fatal: *** *** https://github.com/x https://h/y git@github.com:z"
    assert TOKEN not in repr(credential)


def test_a_token_that_is_renewed_is_asked_for_each_time_and_every_one_is_scrubbed() -> None:
    given = iter(("first", "second"))
    credential = Credential(lambda owner: f"{owner}_{next(given)}", frozenset({"github.com"}))
    headers = [credential.headers(f"https://github.com/{owner}/x.git") for owner in ("acme", "beta")]
    assert [encoded(token) in str(header) for token, header in zip(("acme_first", "beta_second"), headers, strict=True)] == [True, True]
    assert credential.headers("/srv/git/x.git") == {}
    assert credential.scrub("fatal: acme_first beta_second") == "fatal: *** ***"


@pytest.mark.parametrize(
    ("url", "is_given"),
    [
        ("https://github.com/acme/x.git", True),
        ("http://github.com/acme/x.git", False),
        ("https://github.com.evil.example/acme/x.git", False),
        ("ssh://git@github.com/acme/x.git", False),
        ("/srv/git/x.git", False),
    ],
)
def test_token_goes_over_https_to_its_hosts_only(url: str, is_given: bool) -> None:
    assert bool(Credential(TOKEN, frozenset({"github.com"})).headers(url)) is is_given


@pytest.mark.parametrize("url", [f"https://{TOKEN}@github.com/acme/x", f"https://u:{TOKEN}@github.com/acme/x", f"ssh://u:{TOKEN}@h/x"])
def test_credentials_in_urls_are_refused_without_repeating_them(tmp_path: Path, url: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        GitOptions(mirrors=tmp_path, remotes=("acme/*", url))
    assert "remote 2" in str(refusal.value)
    assert TOKEN not in str(refusal.value)


def test_one_bad_remote_does_not_stop_the_others(repository: Repository, tmp_path: Path) -> None:
    result = read(tmp_path, str(tmp_path / "gone.git"), repository)
    (error,) = result.failed.values()
    assert type(error) is NotFound
    assert "gone.git" in str(error)
    assert len(result.finished) == 1
    assert result.rows("commits", "subject") == ["Start"]


def test_names_that_mean_no_repository_fail_with_what_to_do(tmp_path: Path) -> None:
    result = read(tmp_path, "acme/*")
    assert list(result.failed) == ["acme/*"]
    assert "sync github first" in str(result.failed["acme/*"])


def test_empty_repository_is_a_result(tmp_path: Path) -> None:
    empty = Repository(tmp_path / "acme" / "empty.git")
    result = read(tmp_path, empty)
    assert result.rows("repositories", "is_empty", "head_sha", "full_name") == [(True, None, "acme/empty")]
    assert list(result.counted.values()) == [0]
    assert result.failed == {}
    assert read(tmp_path, empty, context=result.next).tables == {}
    empty.commit("First", {"a": "1\n"})
    filled = read(tmp_path, empty.save(), context=result.next)
    assert filled.rows("repositories", "is_empty") == [False]


def test_repository_that_is_suddenly_empty_is_not_believed(repository: Repository, tmp_path: Path) -> None:
    first = read(tmp_path, repository)
    git(repository.path, "update-ref", "-d", "refs/heads/main")
    second = read(tmp_path, repository, context=first.next)
    (error,) = second.failed.values()
    assert type(error) is Empty
    assert "--full" in str(error)
    assert second.tables == {}
    full = read(tmp_path, repository, context=ReadContext(NOW, cursors=first.cursors, full=True))
    assert full.rows("repositories", "is_empty") == [True]
    assert "commits" in next(iter(full.finished.values())).tables


def damage_objects(mirror: Path) -> None:
    """Zeros in the middle of every pack and object, as a failing disk leaves them."""
    for file in [*mirror.glob("objects/pack/*.pack"), *mirror.glob("objects/??/*")]:
        file.chmod(stat.S_IRUSR | stat.S_IWUSR)
        content = file.read_bytes()
        middle = len(content) // 2
        file.write_bytes(content[: middle - 30] + b"\0" * 60 + content[middle + 30 :])


def cut_objects(mirror: Path) -> None:
    for file in [*mirror.glob("objects/pack/*.pack"), *mirror.glob("objects/??/*")]:
        file.chmod(stat.S_IRUSR | stat.S_IWUSR)
        os.truncate(file, file.stat().st_size // 3)


def lose_objects(mirror: Path) -> None:
    shutil.rmtree(mirror / "objects")


def leave_lock(mirror: Path) -> None:
    (mirror / "refs" / "heads").mkdir(parents=True, exist_ok=True)
    (mirror / "refs" / "heads" / "main.lock").touch()
    (mirror / "packed-refs.lock").touch()


def lose_config(mirror: Path) -> None:
    (mirror / "config").write_text("[core\n")


@pytest.mark.parametrize("damage", [damage_objects, cut_objects, lose_objects, leave_lock, lose_config])
def test_damaged_mirror_is_cloned_again(repository: Repository, tmp_path: Path, damage: Any) -> None:
    first = read(tmp_path, repository)
    (mirror,) = (tmp_path / "mirrors").glob("*.git")
    damage(mirror)
    repository.commit("More", {"a.py": "2\n"})
    second = read(tmp_path, repository.save(), context=ReadContext(NOW, cursors=first.cursors))
    assert second.failed == {}
    assert second.rows("commits", "subject") == ["More"]
    assert git(next(iter((tmp_path / "mirrors").glob("*.git"))), "fsck") == ""


def test_damage_that_a_fetch_does_not_notice_is_mended_too(repository: Repository, tmp_path: Path) -> None:
    first = read(tmp_path, repository)
    (mirror,) = (tmp_path / "mirrors").glob("*.git")
    blob = git(repository.path, "rev-parse", "main:requirements.txt")
    (mirror / "objects" / blob[:2] / blob[2:]).unlink()
    context = ReadContext(NOW, cursors=first.cursors, full=True)
    again = read(tmp_path, repository, context=context)
    assert again.failed == {}
    assert again.rows("manifest_declarations", "package") == ["acme-evals"]
    assert context.meter.made == 3, "ls-remote, a fetch that brought nothing, and a clone"


def test_damage_that_a_new_clone_does_not_mend_is_told_once(repository: Repository, tmp_path: Path) -> None:
    damage_objects(repository.path)
    result = read(tmp_path, repository)
    (error,) = result.failed.values()
    assert isinstance(error, Unavailable)
    assert [type(event) for event in result.events] == [Failed]
    assert list((tmp_path / "mirrors").glob("*")) == [], "half a clone does not stay"


def test_clone_that_was_killed_half_way_is_begun_anew(repository: Repository, tmp_path: Path) -> None:
    first = read(tmp_path, repository)
    (mirror,) = (tmp_path / "mirrors").glob("*.git")
    mirror.rename(mirror.with_suffix(".part"))
    (mirror.with_suffix(".part") / "HEAD").unlink()
    again = read(tmp_path, repository, context=ReadContext(NOW, cursors=first.cursors, full=True))
    assert again.rows("commits", "subject") == ["Start"]
    assert not mirror.with_suffix(".part").exists()


def script(folder: Path, text: str) -> str:
    """A program that stands in for git."""
    file = folder / "git-stand-in"
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return str(file)


def test_git_that_does_not_end_is_given_up(tmp_path: Path) -> None:
    slow = CommandLine(Credential("", frozenset()), timeout=0.2, executable=script(tmp_path, "exec sleep 60"))
    with pytest.raises(Unavailable, match=r"ls-remote did not end within 0\.2 s"):
        slow.remote_head("https://github.com/acme/x", None)
    with pytest.raises(Unavailable, match=r"rev-list did not end within 0\.2 s"):
        slow.count(tmp_path, "HEAD")


def test_missing_and_old_git_are_named(tmp_path: Path, repository: Repository) -> None:
    missing = CommandLine(Credential("", frozenset()), 5, executable=str(tmp_path / "nowhere"))
    with pytest.raises(Terminal, match="there is no command"):
        missing.version()
    old = CommandLine(Credential("", frozenset()), 5, executable=script(tmp_path, "echo git version 2.30.9"))
    reader = GitReader(GitOptions(mirrors=tmp_path / "m", remotes=(str(repository.path),)), lambda *_: old)
    with pytest.raises(Terminal, match="too old"):
        list(reader.read(ReadContext(NOW)))
    assert [finding.state for finding in reader.probe()] == ["fail", "ok"]


def test_a_remote_that_looks_like_an_option_is_no_option(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    result = read(tmp_path, f"--upload-pack=touch {marker}", f"ext::touch {marker}")
    assert len(result.failed) == 2
    assert not marker.exists()


def test_hooks_and_settings_of_others_do_nothing(repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    marker = tmp_path / "ran"
    template = tmp_path / "template" / "hooks"
    template.mkdir(parents=True)
    for name in ("post-checkout", "reference-transaction", "post-rewrite"):
        (template / name).write_text(f"#!/bin/sh\ntouch {marker}\n")
        (template / name).chmod(0o755)
    settings = tmp_path / "gitconfig"
    settings.write_text(
        f"[init]\n\ttemplateDir = {template.parent}\n[core]\n\thooksPath = {template}\n"
        "[diff]\n\torderFile = /nowhere/order\n[safe]\n\tbareRepository = explicit\n"
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_NAMESPACE", "elsewhere")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    result = read(tmp_path, repository)
    assert result.failed == {}
    assert result.rows("commits", "subject") == ["Start"]
    assert not marker.exists()
    assert list((tmp_path / "mirrors").rglob("hooks")) == []


def test_replaced_objects_are_not_believed(repository: Repository, tmp_path: Path) -> None:
    real = repository.head_sha
    repository.commit("Forged", {"a.py": "forged\n"}, parents=[], branch="forged")
    repository.save()
    git(repository.path, "replace", real, "forged")
    assert read(tmp_path, repository).rows("commits", "subject") == ["Start"]


def test_closing_the_reading_early_leaves_no_thread(repository: Repository, tmp_path: Path) -> None:
    reader = GitReader(GitOptions(mirrors=tmp_path / "mirrors", remotes=(str(repository.path),)))
    events = reader.read(ReadContext(NOW))
    next(iter(events))
    events.close()  # pyright: ignore[reportAttributeAccessIssue]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("git-")]


def test_unwritable_mirrors_folder_is_told(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "mirrors").write_text("a file where the folder should be")
    result = read(tmp_path, repository)
    (error,) = result.failed.values()
    assert isinstance(error, Unavailable)
    states = {finding.name: finding.state for finding in result.reader.probe()}
    assert states["git mirrors"] == "fail"


def test_finished_is_the_last_word_of_a_partition(repository: Repository, tmp_path: Path) -> None:
    events = read(tmp_path, repository).events
    assert isinstance(events[-1], Finished)
