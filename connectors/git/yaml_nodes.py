"""YAML files as graphs of nodes: keys stay text (`on` is no boolean), every value knows its line, comments are not there."""

from collections.abc import Mapping
from typing import Any

import yaml

from connectors.git.facts import Unparsable

# A safe loader; libyaml's where it is compiled in, twenty times faster than the Python one on a workflow file.
Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def composed(text: str) -> Any:
    """The root node of the last document (GitLab puts a component's inputs into one before it), None for an empty file.

    Tags that only some tool knows are left alone.

    Raises:
        Unparsable: it is no YAML, or no mapping (or list) stands at the top.
    """
    try:
        root = [None, *yaml.compose_all(text, Loader=Loader)][-1]
    except (yaml.YAMLError, ValueError, RecursionError) as failure:
        raise Unparsable(f"not YAML: {failure}") from failure
    if isinstance(root, yaml.ScalarNode):
        raise Unparsable("a mapping was expected at the top, this is a scalar")
    return root


def loaded(text: str) -> Any:
    """Plain values of one document; `Unparsable` with the parser's message and position where it is no YAML."""
    try:
        return yaml.load(text, Loader=Loader)  # noqa: S506 - a safe loader by another name
    except (yaml.YAMLError, ValueError, RecursionError) as failure:
        raise Unparsable(f"not YAML: {failure}") from failure


def items(node: Any) -> dict[str, Any]:
    """A mapping's values by the text of their keys, with what `<<` merges in; empty for anything else."""
    if not isinstance(node, yaml.MappingNode):
        return {}
    own = {str(key.value): value for key, value in node.value if isinstance(key, yaml.ScalarNode)}
    merged = own.pop("<<", None)
    sources = merged.value if isinstance(merged, yaml.SequenceNode) else [merged]
    inherited = {
        str(key.value): value
        for source in sources
        if isinstance(source, yaml.MappingNode)
        for key, value in source.value
        if isinstance(key, yaml.ScalarNode)
    }
    return {**inherited, **own}


def members(node: Any) -> list[Any]:
    """The members of a list; a single value is a list of one, nothing an empty one."""
    if isinstance(node, yaml.SequenceNode):
        return list(node.value)
    return [] if node is None else [node]


def scalar(node: Any) -> str | None:
    """The text of a plain value; None for anything else."""
    return str(node.value) if isinstance(node, yaml.ScalarNode) else None


def line(node: Any) -> int:
    """Where a value begins, from one on; the first line of a block's content."""
    is_block = isinstance(node, yaml.ScalarNode) and node.style in {"|", ">"}
    return int(node.start_mark.line) + (2 if is_block else 1)


def first_text(details: Mapping[str, Any], *keys: str) -> str | None:
    """The first of these keys that has a text."""
    return next((found for key in keys if (found := scalar(details.get(key)))), None)
