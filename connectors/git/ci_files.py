"""Which files tell a machine what to run, by their paths, and who reads them."""

import re
from collections.abc import Callable, Iterator, Sequence

from connectors.git import ci_github, ci_scripts, ci_systems
from connectors.git.ci import Found, Snippet
from connectors.git.facts import Unparsable
from connectors.git.paths import is_fixture, is_third_party
from connectors.git.shell import Command, commands

Reader = Callable[[str], Iterator[Found]]

SCRIPT = "script"
"""The system of files that nobody runs by themselves: they count while something else calls them."""
SYSTEMS: Sequence[tuple[str, str, Reader]] = [
    ("github_actions", r"\.github/workflows/[^/]+\.ya?ml", ci_github.workflow),
    ("github_actions", r"(.*/)?action\.ya?ml", ci_github.action),
    ("gitlab_ci", r"(.*/)?([^/]+)?\.gitlab-ci\.ya?ml|\.gitlab/(?!issue_templates|merge_request_templates).*\.ya?ml", ci_systems.gitlab),
    ("circleci", r"\.circleci/.*\.ya?ml", ci_systems.circleci),
    ("buildkite", r"\.?buildkite\.ya?ml|\.buildkite/.*\.ya?ml", ci_systems.buildkite),
    ("azure_pipelines", r"(.*/)?azure-pipelines[^/]*\.ya?ml|\.(azure-?pipelines|azuredevops|pipelines)/.*\.ya?ml", ci_systems.azure),
    ("jenkins", r"(.*/)?(jenkinsfile([-_.][^/]*)?|[^/]+\.jenkinsfile)", ci_scripts.jenkinsfile),
    ("docker", r"(.*/)?((docker|container)file([-_.][^/]*)?|[^/]+\.dockerfile)", ci_scripts.dockerfile),
    (SCRIPT, r"(.*/)?[^/]+\.(sh|bash)", ci_scripts.shell_script),
    (SCRIPT, r"(.*/)?((gnu)?makefile|[^/]+\.mk)", ci_scripts.makefile),
]
"""System, path and reader; the first that fits."""
_PATHS = [(system, re.compile(pattern, re.IGNORECASE), reader) for system, pattern, reader in SYSTEMS]


def system_of(path: str) -> str | None:
    """The system that reads a file; None for any other file, and for other people's files."""
    found = _reader(path)
    return found[0] if found and not is_third_party(path) and not is_fixture(path) else None


def _reader(path: str) -> tuple[str, Reader] | None:
    return next(((system, reader) for system, pattern, reader in _PATHS if pattern.fullmatch(path)), None)


def read(path: str, text: str) -> list[Found]:
    """References and scripts of one file.

    Raises:
        Unparsable: the file is not what its name promises.
    """
    found = _reader(path)
    try:
        return list(found[1](text)) if found else []
    except RecursionError as failure:
        raise Unparsable("it is nested too deeply") from failure


def executed(found: Sequence[Found]) -> Iterator[tuple[Command, Snippet]]:
    """Every command of the scripts in a file, with the script around it."""
    for snippet in found:
        if isinstance(snippet, Snippet):
            yield from ((command, snippet) for command in commands(snippet.text, snippet.line))
