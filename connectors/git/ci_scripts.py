"""Files that are scripts themselves: Jenkinsfiles, shell scripts, makefiles and Dockerfiles."""

import io
import json
import re
from collections.abc import Iterator
from typing import Any, cast

from dockerfile_parse import DockerfileParser

from connectors.git.ci import Found, Reference, Snippet, image
from connectors.git.grammars import ancestors, line, text, tree, unquoted, walk

_STRINGS = ("string_literal", "character_literal", "string", "multiline_string_literal")
_SHELLS = {"sh", "bash"}
_SHRUGS = {"catchError", "warnError"}
"""Steps of Jenkins around which a failure does not fail the build."""
_INSTRUCTIONS = re.compile(
    r"ADD|ARG|CMD|COMMENT|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR"
)
_RUN_OPTIONS = re.compile(r"^(--\w+(=\S+)?\s+)+")


def jenkinsfile(content: str) -> Iterator[Found]:
    """Shared libraries (`@Library('name@ref')`, `library 'name@ref'`), images, and the scripts of `sh` steps."""
    for node in walk(tree("groovy", content), "annotation", "method_invocation", "juxt_function_call"):
        name = text(node.child_by_field_name("name"))
        strings = [each for child in node.named_children if "argument" in child.type for each in walk(child, *_STRINGS)]
        if name == "Library" or (name == "library" and node.type != "annotation"):
            for string in strings:
                library, _, ref = unquoted(string).partition("@")
                yield Reference("library", library.lower(), ref, line(string))
        elif name in _SHELLS and strings:
            around = [text(above.child_by_field_name("name")) for above in ancestors(node)]
            is_advisory = bool(_SHRUGS & set(around)) or "returnStatus: true" in text(node)
            yield Snippet(unquoted(strings[0]).replace("\\'", "'").replace('\\"', '"'), line(strings[0]), is_advisory=is_advisory)
        elif name == "image" and strings and (found := image(unquoted(strings[0]))):
            yield Reference("image", *found, line(strings[0]))


def shell_script(content: str) -> Iterator[Found]:
    """The whole file is one script."""
    yield Snippet(content, 1)


def makefile(content: str) -> Iterator[Found]:
    """Recipe lines; a leading minus tells make to go on after a failure."""
    target = None
    for number, row in enumerate(content.splitlines(), start=1):
        if row.startswith("\t"):
            command = row.strip().lstrip("@")
            yield Snippet(command.lstrip("-@"), number, job=target, is_advisory=command.startswith("-"))
        elif match := re.match(r"([\w./%-]+)\s*:(?!=)", row):
            target = match[1]


def dockerfile(content: str) -> Iterator[Found]:
    """Base images, and the commands of `RUN`; the lines of a heredoc are commands too."""
    for step in _parser(content).structure:
        number, value = step["startline"] + 1, step["value"]
        if step["instruction"] == "FROM":
            yield from _base(value, number)
        elif step["instruction"] == "RUN":
            yield Snippet(_run(value), number)
        elif not _INSTRUCTIONS.fullmatch(step["instruction"]):
            yield Snippet(step["content"], number)


def _parser(content: str) -> DockerfileParser:
    """Its annotation asks for text, it reads bytes."""
    return DockerfileParser(fileobj=cast("Any", io.BytesIO(content.encode("utf-8", "replace"))))


def _base(value: str, number: int) -> Iterator[Reference]:
    words = [word for word in value.split() if not word.startswith("--")]
    found = image(words[0]) if words else None
    if found:
        yield Reference("image", *found, number)


def _run(value: str) -> str:
    """The shell form of a RUN instruction, whichever it is."""
    bare = _RUN_OPTIONS.sub("", value)
    if bare.startswith("["):
        try:
            return " ".join(map(str, json.loads(bare)))
        except ValueError:
            return bare
    return bare
