"""Syntax trees of other languages, by tree-sitter: the only importer of it and of its grammars.

A grammar is loaded when a file of its language is first met. Trees of broken files have gaps, never errors.
"""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from warnings import catch_warnings, simplefilter

from tree_sitter import Language, Node, Parser

GRAMMARS = {
    "bash": ("tree_sitter_bash", "language"),
    "go": ("tree_sitter_go", "language"),
    "groovy": ("tree_sitter_groovy", "language"),
    "java": ("tree_sitter_java", "language"),
    "javascript": ("tree_sitter_javascript", "language"),
    "rust": ("tree_sitter_rust", "language"),
    "tsx": ("tree_sitter_typescript", "language_tsx"),
    "typescript": ("tree_sitter_typescript", "language_typescript"),
}


@cache
def _language(name: str) -> Language:
    module, function = GRAMMARS[name]
    # Most grammars hand over a pointer as a number, which the library takes, with a warning that is not for us.
    with catch_warnings():
        simplefilter("ignore", DeprecationWarning)
        return Language(getattr(import_module(module), function)())  # pyright: ignore[reportDeprecated]


def tree(language: str, text: str) -> Node:
    """The root of a text's tree; a parser of its own, because repositories are read by several threads."""
    return Parser(_language(language)).parse(text.encode("utf-8", "replace")).root_node


def walk(node: Node, *kinds: str) -> Iterator[Node]:
    """Every node of these kinds below a node, in the order of the text, without recursion: people nest deeply."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if current.type in kinds:
            yield current
        waiting += reversed(current.children)


def text(node: Node | None) -> str:
    """What stands there."""
    return (node.text or b"").decode("utf-8", "replace") if node else ""


def unquoted(node: Node | None) -> str:
    """The content of a string."""
    return text(node).strip("\"'`")


def line(node: Node) -> int:
    """Its first line, from one on."""
    return node.start_point[0] + 1


def ancestors(node: Node) -> Iterator[Node]:
    """Its parent, that one's parent, and so on."""
    while node.parent:
        node = node.parent
        yield node
