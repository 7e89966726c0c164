"""Commands of shell scripts, as words with their line, from the syntax tree: no comment, no text of an `echo` is one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from connectors.git.grammars import ancestors, line, text, tree, walk

_EXPRESSION = re.compile(r"\$\{\{.*?\}\}")
"""What GitHub puts in before a shell sees the script."""
_WORDS = {"word", "string", "raw_string", "concatenation", "number", "simple_expansion", "expansion"}
_INDIFFERENT = {"true", ":", "echo", "exit 0", "printf", "/bin/true"}


@dataclass(frozen=True)
class Command:
    """One simple command."""

    words: tuple[str, ...]
    line: int
    is_advisory: bool
    """Its failure is swallowed: `|| true` and its like."""


def commands(script: str, first_line: int = 1) -> Iterator[Command]:
    """Every command of a script that begins at a line of its file, those inside `$(...)`, loops and functions too."""
    plain = _EXPRESSION.sub(lambda found: "X" + "\n" * found[0].count("\n"), script)
    for node in walk(tree("bash", plain), "command"):
        words = [_word(child) for child in node.named_children if child.type == "command_name" or child.type in _WORDS]
        if words and words[0]:
            yield Command(tuple(words), line(node) + first_line - 1, _is_advisory(node))


def _word(node: Node) -> str:
    """A word as the command gets it, as far as the text alone says."""
    return text(node).replace('"', "").replace("'", "")


def _is_advisory(node: Node) -> bool:
    """Whether it stands before an `||` whose other side cannot fail."""
    below = node
    for above in ancestors(node):
        if above.type == "list" and above.named_children and below.start_byte == above.named_children[0].start_byte:
            operators = [child.type for child in above.children]
            other = text(above.named_children[-1]).strip()
            if "||" in operators and any(other == word or other.startswith(f"{word} ") for word in _INDIFFERENT):
                return True
        below = above
    return False
