"""Import statements of the common languages, from syntax trees: no comment and no string is one.

Python is read by its own parser, the other languages by tree-sitter. Modules are given as the language writes them.
"""

import ast
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any
from warnings import catch_warnings, simplefilter

from tree_sitter import Node

from connectors.git.declarations import table
from connectors.git.facts import Report, Unparsable
from connectors.git.grammars import ancestors, line, text, tree, unquoted, walk

KINDS = ("import", "dynamic", "guarded", "type_only")
"""Firmest first: a plain statement; a call that imports by name; one that may fail; one that only a type checker sees."""
LANGUAGES = {
    ".py": "python",
    ".pyi": "python",
    ".ipynb": "notebook",
    **dict.fromkeys((".js", ".jsx", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".tsx"), "javascript"),
    ".go": "go",
    ".rs": "rust",
    ".java": "java",
}
SEPARATORS = {"python": ".", "notebook": ".", "javascript": "/", "go": "/", "rust": "::", "java": "."}
_GRAMMARS = {".ts": "typescript", ".mts": "typescript", ".cts": "typescript", ".tsx": "tsx"}
_MISSING = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
_IMPORTERS = {"import_module": "dynamic", "__import__": "dynamic", "importorskip": "guarded"}
_MAGIC = re.compile(r"^\s*([%!?]|[\w.]+\?{1,2}\s*$)")


@dataclass(frozen=True)
class Statement:
    """One module that a file imports, how, and the line on which it says so."""

    module: str
    kind: str
    line: int | None


def language_of(path: str) -> str | None:
    """The language of a source file by its name."""
    return LANGUAGES.get(PurePosixPath(path).suffix.lower())


def read(path: str, content: str, report: Report) -> Iterator[Statement]:
    """Every import of a file.

    Raises:
        Unparsable: a Python file or a notebook is none; files of other languages with errors have gaps.
    """
    yield from READERS[language_of(path) or ""](path, content, report)


# Python


def _python(path: str, content: str, report: Report) -> Iterator[Statement]:  # noqa: ARG001 - every reader has the same signature
    yield from python(content)


def python(content: str) -> Iterator[Statement]:
    """Absolute imports; relative ones are the repository's own."""
    try:
        with catch_warnings():
            simplefilter("ignore")
            waiting: list[tuple[ast.AST, str]] = [(ast.parse(content), "import")]
    except (SyntaxError, ValueError, RecursionError, MemoryError) as failure:
        raise Unparsable(f"not Python 3: {failure}") from failure
    while waiting:
        node, kind = waiting.pop()
        yield from _python_statement(node, kind)
        waiting += reversed([(child, _python_kind(node, child, kind)) for child in ast.iter_child_nodes(node)])


def _python_statement(node: ast.AST, kind: str) -> Iterator[Statement]:
    if isinstance(node, ast.Import):
        yield from (Statement(alias.name, kind, node.lineno) for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield Statement(node.module, kind, node.lineno)
        yield from (Statement(f"{node.module}.{alias.name}", kind, node.lineno) for alias in node.names)
    elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
        how = _IMPORTERS.get(_last_name(node.func))
        if how:
            yield Statement(node.args[0].value, how if kind == "import" else kind, node.lineno)


def _python_kind(node: ast.AST, child: ast.AST, kind: str) -> str:
    """What the statements below a child are, given what the node makes of them."""
    if kind == "type_only":
        return kind
    if isinstance(node, ast.If) and child in node.body and _last_name(node.test) == "TYPE_CHECKING":
        return "type_only"
    if isinstance(node, ast.Try):
        is_optional = child not in node.finalbody and any(_catches_missing(handler.type) for handler in node.handlers)
        return "guarded" if is_optional else kind
    if isinstance(node, ast.With) and any(_suppresses(item.context_expr) for item in node.items):
        return "guarded"
    return kind


def _catches_missing(caught: ast.expr | None) -> bool:
    names = [_last_name(each) for each in (caught.elts if isinstance(caught, ast.Tuple) else [caught]) if each]
    return caught is None or bool(_MISSING & set(names))


def _suppresses(context: ast.expr) -> bool:
    return isinstance(context, ast.Call) and _last_name(context.func) == "suppress" and any(map(_catches_missing, context.args))


def _last_name(node: ast.AST) -> str:
    """`b` of `a.b`, and of `b`."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


# Notebooks


def _notebook(path: str, content: str, report: Report) -> Iterator[Statement]:  # noqa: ARG001
    """Code cells of Python notebooks; a cell that does not parse is told about and left out."""
    try:
        data = json.loads(content)
    except (json.JSONDecodeError, RecursionError) as failure:
        raise Unparsable(f"not a notebook: {failure}") from failure
    if not _is_python(table(table(data).get("metadata"))):
        return
    cells = table(data).get("cells")
    position = 0
    for number, cell in enumerate(cells if isinstance(cells, list) else [], start=1):
        source = table(cell).get("source")
        code = "".join(map(str, source)) if isinstance(source, list) else str(source or "")
        position = max(position, content.find(_as_json(code.partition("\n")[0]), position))
        if table(cell).get("cell_type") == "code":
            yield from _cell(number, code, content, position, report)


def _is_python(metadata: dict[str, Any]) -> bool:
    languages = [table(metadata.get("language_info")).get("name"), table(metadata.get("kernelspec")).get("language")]
    return all(language in {None, "python", "ipython"} for language in languages)


def _cell(number: int, code: str, content: str, position: int, report: Report) -> Iterator[Statement]:
    """Statements with their line in the notebook's own text, in which the cell begins at a position."""
    if code.lstrip().startswith("%%"):
        return
    plain = "\n".join("" if _MAGIC.match(row) else row for row in code.splitlines())
    try:
        for statement in python(plain):
            row = plain.splitlines()[(statement.line or 1) - 1]
            place = content.find(_as_json(row), position)
            yield replace(statement, line=content.count("\n", 0, place) + 1 if place >= 0 else None)
    except Unparsable as failure:
        report(f"cell {number}: {failure}")


def _as_json(row: str) -> str:
    return json.dumps(row, ensure_ascii=False)[1:-1]


# Languages with a grammar


def _javascript(path: str, content: str, report: Report) -> Iterator[Statement]:  # noqa: ARG001
    """ES modules, CommonJS, TypeScript's `import x = require(...)`; relative paths are the repository's own."""
    root = tree(_GRAMMARS.get(PurePosixPath(path).suffix.lower(), "javascript"), content)
    for node in walk(root, "import_statement", "export_statement", "import_require_clause", "call_expression"):
        source, kind = _required(node) if node.type == "call_expression" else (node.child_by_field_name("source"), "import")
        if source and source.type == "string":
            if any(child.type == "type" for child in node.children):
                kind = "type_only"
            yield Statement(unquoted(source), kind, line(node))


def _required(call: Node) -> tuple[Node | None, str]:
    """The module of `require("x")`, `require.resolve("x")` and `import("x")`."""
    function, arguments = call.child_by_field_name("function"), call.child_by_field_name("arguments")
    first = arguments.named_children[0] if arguments and arguments.named_children else None
    if function is None or text(function) not in {"require", "require.resolve", "import"}:
        return None, ""
    is_guarded = any(above.type == "try_statement" for above in ancestors(call))
    return first, "guarded" if is_guarded else "dynamic" if text(function) == "import" else "import"


def _go(path: str, content: str, report: Report) -> Iterator[Statement]:  # noqa: ARG001
    """Import paths, lowercased as hosts compare them."""
    for node in walk(tree("go", content), "import_spec"):
        yield Statement(unquoted(node.child_by_field_name("path")).lower(), "import", line(node))


def _rust(path: str, content: str, report: Report) -> Iterator[Statement]:  # noqa: ARG001
    """Crates of `use`, `extern crate` and paths in code; a module declared in the same file is none."""
    root = tree("rust", content)
    own = {text(node.child_by_field_name("name")) for node in walk(root, "mod_item")}
    for node in walk(root, "use_declaration", "extern_crate_declaration", "scoped_identifier"):
        for written in _rust_paths(node):
            if written.partition("::")[0] not in own:
                yield Statement(written, "import", line(node))


def _rust_paths(node: Node) -> Iterator[str]:
    if node.type == "extern_crate_declaration":
        yield text(node.child_by_field_name("name"))
    elif node.type == "scoped_identifier":
        yield text(node).removeprefix("::")
    else:
        argument = node.child_by_field_name("argument")
        members = argument.named_children if argument and argument.type == "use_list" else [argument]
        yield from (re.split(r"\s|::\{|::\*", text(member).removeprefix("::"))[0] for member in members)


def _java(path: str, content: str, report: Report) -> Iterator[Statement]:  # noqa: ARG001
    """Imported classes, packages and static members."""
    for node in walk(tree("java", content), "import_declaration"):
        names = [child for child in node.named_children if child.type in {"scoped_identifier", "identifier"}]
        yield from (Statement(text(name), "import", line(node)) for name in names[:1])


Reader = Callable[[str, str, Report], Iterator[Statement]]
READERS: dict[str, Reader] = {
    "python": _python,
    "notebook": _notebook,
    "javascript": _javascript,
    "go": _go,
    "rust": _rust,
    "java": _java,
}
"""By language."""
