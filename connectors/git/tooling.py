"""What a command line installs and runs: the package managers and runners of the common ecosystems."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from packaging.utils import canonicalize_name

WRAPPERS = {"sudo", "env", "time", "exec", "nohup", "command", "xargs", "nice", "retry", "then", "do"}
_ASSIGNMENT = re.compile(r"\w+=.*")
_PYTHON = re.compile(r"(python|pypy)[\d.]*")
_SCRIPT = re.compile(r"[\w./-]*\.(sh|bash)")
_PIP = re.compile(r"pip[\d.]*")
_PYPI_SPEC = re.compile(r"(?P<name>[\w.-]+)\s*(\[[\w\s,.-]*\])?\s*(?P<spec>(@|[=<>!~;]).*)?", re.DOTALL)
_NPM_SPEC = re.compile(r"(?P<name>@?[^@\s]+/?[^@\s]*)(@(?P<spec>.+))?")

INSTALLERS: dict[tuple[str, str], str] = {
    **{("npm", verb): "npm" for verb in ("install", "i", "add")},
    **{(tool, "add"): "npm" for tool in ("yarn", "pnpm", "bun")},
    **{("pnpm", verb): "npm" for verb in ("install", "i")},
    **{("go", verb): "go" for verb in ("install", "get")},
    **{("cargo", verb): "cargo" for verb in ("install", "add")},
    **{(tool, "install"): "conda" for tool in ("conda", "mamba", "micromamba")},
    ("pixi", "add"): "conda",
    **dict.fromkeys((("pipx", "install"), ("uv", "add"), ("poetry", "add"), ("pdm", "add"), ("pipenv", "install")), "pypi"),
}
"""Program and its first argument to the ecosystem of what follows."""
RUNNERS: dict[tuple[str, ...], str] = {
    ("npx",): "npm",
    ("bunx",): "npm",
    ("npm", "exec"): "npm",
    ("pnpm", "dlx"): "npm",
    ("pnpm", "exec"): "npm",
    ("yarn", "dlx"): "npm",
    ("uvx",): "pypi",
    ("uv", "tool", "run"): "pypi",
    ("pipx", "run"): "pypi",
    ("go", "run"): "go",
}
"""Commands that fetch a package and run it."""
INSIDE = [(tool, "run") for tool in ("uv", "poetry", "pdm", "pipenv", "hatch", "pixi", "conda", "coverage")]
"""Commands that run another one inside an environment."""
WITH_VALUE = {
    *("-i", "--index-url", "--extra-index-url", "-f", "--find-links", "-t", "--target", "-c", "--constraint", "-r", "--requirement"),
    *("--python", "-p", "--prefix", "--root", "--cache-dir", "-n", "--name", "--channel", "--registry", "--group", "-G", "--features"),
    *("--from", "--with", "--package", "--git", "--tag", "--branch", "--rev", "--platform", "--trusted-host", "-o", "--directory"),
}
"""Options whose next word belongs to them."""


@dataclass(frozen=True)
class Wanted:
    """One package that a command line names."""

    ecosystem: str
    package: str
    spec: str


def bare(words: Sequence[str]) -> list[str]:
    """The command itself, its program without a folder."""
    rest = bare_with_folder(words)
    return [PurePosixPath(rest[0]).name, *rest[1:]] if rest else []


def bare_with_folder(words: Sequence[str]) -> list[str]:
    """The command itself, without what only says how to run it."""
    rest = list(words)
    while rest and (rest[0] in WRAPPERS or _ASSIGNMENT.fullmatch(rest[0]) or (rest[0].startswith("-") and len(rest) > 1)):
        rest.pop(0)
    for prefix in INSIDE:
        if tuple(rest[: len(prefix)]) == prefix:
            return bare_with_folder(list(_arguments(rest[len(prefix) :], stop_at_first=True)))
    return rest


def is_pip_install(words: Sequence[str]) -> bool:
    """Whether pip, in whichever disguise, is asked to install something."""
    return _is_pip_install(_unwrapped_pip(bare(words)))


def _unwrapped_pip(rest: list[str]) -> list[str]:
    if rest and _PYTHON.fullmatch(rest[0]) and rest[1:3] == ["-m", "pip"]:
        return rest[2:]
    return rest[1:] if rest[:2] == ["uv", "pip"] else rest


def _is_pip_install(rest: Sequence[str]) -> bool:
    return len(rest) > 1 and _PIP.fullmatch(rest[0]) is not None and rest[1] == "install"


def installs(words: Sequence[str]) -> Iterator[Wanted]:
    """Packages that the command installs, by index name; files, folders and URLs of unknown packages are left out."""
    rest = _unwrapped_pip(bare(words))
    if _is_pip_install(rest):
        yield from _packages("pypi", rest[2:])
    elif rest[:3] == ["uv", "tool", "install"] or rest[:3] == ["yarn", "global", "add"]:
        yield from _packages("pypi" if rest[0] == "uv" else "npm", rest[3:])
    elif len(rest) > 1 and (rest[0], rest[1]) in INSTALLERS:
        yield from _packages(INSTALLERS[rest[0], rest[1]], rest[2:])


def runs(words: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """What the command executes, as ecosystem (`module` for `python -m`, `program` for a bare name), name and version."""
    rest = bare(words)
    if not rest:
        return
    if _PYTHON.fullmatch(rest[0]):
        if "-m" in rest[1:-1]:
            yield "module", rest[rest.index("-m") + 1], ""
        return
    for prefix, ecosystem in RUNNERS.items():
        if tuple(rest[: len(prefix)]) == prefix:
            for wanted in _fetched(ecosystem, rest[len(prefix) :]):
                yield ecosystem, wanted.package, wanted.spec
            return
    yield "program", rest[0], ""


def scripts(words: Sequence[str]) -> Iterator[str]:
    """Files of its own repository that the command hands to a shell or to make, as paths from some folder on."""
    rest = bare_with_folder(words)
    program = PurePosixPath(rest[0]).name if rest else ""
    if program in {"make", "gmake"}:
        yield next((rest[place + 1] for place, word in enumerate(rest[:-1]) if word == "-f"), "Makefile")
    elif program in {"bash", "sh", "source", "."}:
        yield from list(_arguments(rest[1:], stop_at_first=True))[:1]
    elif rest and _SCRIPT.fullmatch(rest[0]):
        yield rest[0]


def _fetched(ecosystem: str, words: Sequence[str]) -> Iterator[Wanted]:
    """The package that a runner fetches: named by `--from` or `--package`, else the first argument."""
    named = [words[place + 1] for place, word in enumerate(words[:-1]) if word in {"--from", "--package", "--spec"}]
    first = named or list(_arguments(words, stop_at_first=True))[:1]
    yield from _packages(ecosystem, first[:1])


def _arguments(words: Sequence[str], stop_at_first: bool = False) -> Iterator[str]:
    """Words that are neither options nor values of options; with `stop_at_first` everything from the first one on."""
    rest = iter(words)
    for word in rest:
        if word in WITH_VALUE:
            next(rest, None)
        elif not word.startswith("-"):
            yield word
            if stop_at_first:
                yield from rest


def _packages(ecosystem: str, words: Sequence[str]) -> Iterator[Wanted]:
    for word in _arguments(words):
        wanted = _wanted(ecosystem, word)
        if wanted:
            yield wanted


def _wanted(ecosystem: str, word: str) -> Wanted | None:
    """One argument as a package; None for files, folders and variables."""
    if word.startswith((".", "/", "$", "~", "<", ">")) or word.endswith((".txt", ".whl", ".tgz", ".tar.gz")):
        return None
    if ecosystem in {"npm", "go", "cargo"}:
        match = _NPM_SPEC.fullmatch(word)
        return Wanted(ecosystem, match["name"].lower(), match["spec"] or "") if match and "$" not in match["name"] else None
    if ecosystem == "conda":
        match = re.fullmatch(r"(?:[\w./-]+::)?([\w.-]+)\s*([=<>!].*)?", word)
        return Wanted(ecosystem, match[1].lower(), match[2] or "") if match else None
    match = _PYPI_SPEC.fullmatch(word)
    return Wanted(ecosystem, canonicalize_name(match["name"]), (match["spec"] or "").removeprefix("@").strip()) if match else None
