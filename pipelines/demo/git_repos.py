"""Real bare repositories out of a world's commits, one `git fast-import` each; the world learns its shas from them."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from pipelines.demo.story.clock import BERLIN
from pipelines.demo.world import Commit, Repository, Signature, World

MARK_REFERENCE = re.compile(r"\{sha:([^}]+)\}")
WORKING_REF = "refs/demo/import"
NO_COMMIT = "0" * 40
ENVIRONMENT = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_TERMINAL_PROMPT": "0"}
"""The machine's own git settings must not change what is made."""


def materialise(world: World, root: Path) -> None:
    """Write `<root>/<owner>/<name>.git` for every repository that still exists, and put the shas into the world and its texts."""
    for repository in world.repositories.values():
        if not repository.is_gone:
            _make(world, repository, root / repository.owner / f"{repository.name}.git")
    _resolve_texts(world)


def show(world: World, root: Path) -> None:
    """Point every bare repository's references at what a world says, when it is another moment's than the one they were made for.

    A repository that has another name in this world gets it as a second one; one that is not in it stays where it is, unseen.
    """
    for repository in world.repositories.values():
        path = root / repository.owner / f"{repository.name}.git"
        if repository.is_gone:
            continue
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.symlink_to(next(old for old in (root / f"{name}.git" for name in repository.former_names) if old.exists()))
        shutil.rmtree(path / "refs")
        (path / "refs").mkdir()
        lines = [f"{world.sha(mark)} {name}\n" for name, mark in sorted(_references(world, repository).items())]
        (path / "packed-refs").write_text("".join(lines))


def resolve(text: str, sha: Callable[[str], str]) -> str:
    """A text with every `{sha:<mark>}` replaced."""
    return MARK_REFERENCE.sub(lambda found: sha(found.group(1)), text)


def _make(world: World, repository: Repository, path: Path) -> None:
    path.mkdir(parents=True, exist_ok=True)
    _git(path, "init", "--quiet", "--bare", "--template=", f"--initial-branch={repository.default_branch}", ".")
    references = _references(world, repository)
    if references:
        marks = path / "demo-marks"
        command = ["git", "-c", "fastimport.unpackLimit=0", "fast-import", "--quiet", "--date-format=raw", f"--export-marks={marks.name}"]
        with subprocess.Popen(
            command, cwd=path, env={**os.environ, **ENVIRONMENT}, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            if process.stdin is None or process.stdout is None:
                raise RuntimeError("git fast-import was started without pipes")
            numbers = _stream(_Importer(process.stdin, process.stdout), world, repository.full_name, references)
        if process.returncode:
            raise RuntimeError(f"git fast-import of {repository.full_name} ended with {process.returncode}; its message is above")
        _learn(world, marks, numbers)
    _git(path, "update-server-info")


class _Importer:
    """The two ends of a running fast-import."""

    def __init__(self, to: IO[bytes], answers: IO[bytes]) -> None:
        self._to = to
        self._answers = answers

    def say(self, line: str) -> None:
        """One command."""
        self._to.write(f"{line}\n".encode())

    def data(self, text: str) -> None:
        """Counted bytes, as messages and files are given."""
        body = text.encode()
        self._to.write(b"data %d\n%b\n" % (len(body), body))

    def sha(self, number: int) -> str:
        """The sha of a commit imported a moment ago."""
        self.say(f"get-mark :{number}")
        self._to.flush()
        return self._answers.readline().decode().strip()

    def end(self) -> None:
        """Close the stream."""
        self.say("done")
        self._to.close()


def _stream(importer: _Importer, world: World, full_name: str, references: dict[str, str]) -> dict[str, int]:
    """Import every commit of the repository, parents first, also those that no reference reaches; returns the number of each mark."""
    own = [mark for mark, commit in world.commits.items() if commit.repository == full_name]
    wanted = _ancestors(world, [*own, *references.values()])
    numbers = {mark: number for number, mark in enumerate((mark for mark in world.commits if mark in wanted), start=1)}
    for mark in numbers:
        _commit(importer, world.commits[mark], numbers)
    importer.say(f"reset {WORKING_REF}\nfrom {NO_COMMIT}\n")
    for name, mark in sorted(references.items()):
        importer.say(f"reset {name}\nfrom :{numbers[mark]}\n")
    importer.end()
    return numbers


def _commit(importer: _Importer, commit: Commit, numbers: dict[str, int]) -> None:
    if not commit.parents:
        importer.say(f"reset {WORKING_REF}\n")
    message = resolve(commit.message, lambda mark: importer.sha(numbers[mark]))
    writes = {path: resolve(text, lambda mark: importer.sha(numbers[mark])) for path, text in commit.writes.items()}
    importer.say(f"commit {WORKING_REF}")
    importer.say(f"mark :{numbers[commit.mark]}")
    importer.say(f"author {_signed(commit.author, commit.authored_at)}")
    importer.say(f"committer {_signed(commit.committer or commit.author, commit.committed_at or commit.authored_at)}")
    importer.data(message if message.endswith("\n") else f"{message}\n")
    for keyword, parent in zip(("from", *["merge"] * len(commit.parents)), commit.parents, strict=False):
        importer.say(f"{keyword} :{numbers[parent]}")
    for old, new in commit.renames:
        importer.say(f"R {old} {new}")
    for path in commit.deletes:
        importer.say(f"D {path}")
    for path, text in sorted(writes.items()):
        importer.say(f"M 100644 inline {path}")
        importer.data(text)
    importer.say("")


def _references(world: World, repository: Repository) -> dict[str, str]:
    """Every reference of a bare repository: branches, tags, and the heads of pull requests as GitHub keeps them."""
    if not repository.head:
        return {}
    pulls = (pull for pull in world.pull_requests if pull.repository == repository.full_name)
    return {
        f"refs/heads/{repository.default_branch}": repository.head,
        **{f"refs/heads/{name}": mark for name, mark in repository.branches.items()},
        **{f"refs/tags/{name}": mark for name, mark in repository.tags.items()},
        **{f"refs/pull/{pull.number}/head": pull.head for pull in pulls},
    }


def _ancestors(world: World, marks: Iterable[str]) -> set[str]:
    reached: set[str] = set()
    waiting = list(marks)
    while waiting:
        mark = waiting.pop()
        if mark not in reached:
            reached.add(mark)
            waiting += world.commits[mark].parents
    return reached


def _signed(who: Signature, when: datetime) -> str:
    """Name, e-mail and time as git writes them, on Berlin's clock."""
    return f"{who.name} <{who.email}> {int(when.timestamp())} {when.astimezone(BERLIN):%z}"


def _learn(world: World, marks: Path, numbers: dict[str, int]) -> None:
    """Read the exported marks."""
    shas = dict(line.split(" ", 1) for line in marks.read_text().splitlines())
    world.shas.update({mark: shas[f":{number}"] for mark, number in numbers.items()})
    marks.unlink()


def _resolve_texts(world: World) -> None:
    """Put real shas into everything that people wrote."""
    texts: list[tuple[Any, str]] = [(commit, "message") for commit in world.commits.values()]
    texts += [(each, name) for each in (*world.pull_requests, *world.issues) for name in ("title", "body")]
    texts += [(run, "head_branch") for run in world.runs]
    texts += [(issue, "description") for issue in world.jira_issues]
    for holder, name in texts:
        text: str = getattr(holder, name)
        if "{sha:" in text:
            setattr(holder, name, resolve(text, world.sha))
    for commit in world.commits.values():
        commit.writes = {path: resolve(text, world.sha) for path, text in commit.writes.items()}


def _git(path: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=path, env={**os.environ, **ENVIRONMENT}, check=True)
