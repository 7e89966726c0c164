"""Dependencies that are declared in code: `setup.py`, scripts with inline metadata (PEP 723), and images that install packages."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from warnings import catch_warnings, simplefilter

from connectors.git import ci_files
from connectors.git.declarations import Declaration, Source, group_scope, name_pattern, requirement, strongest, texts
from connectors.git.facts import Report, Unparsable
from connectors.git.intervals import Name
from connectors.git.manifests_python import from_url, is_url, toml
from connectors.git.tooling import installs, is_pip_install

_KEYWORDS = {"install_requires": "runtime", "setup_requires": "build", "tests_require": "dev"}
_EXTRAS = "extras_require"
_SCRIPT = re.compile(r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$")
"""As PEP 723 gives it."""
_ADDERS = {"append": 1, "extend": 1, "insert": 2, "add": 1, "update": 1}


def setup_py(path: str, text: str, report: Report) -> dict[Name, Declaration]:  # noqa: ARG001 - every parser has the same signature
    """Literal requirements that reach `setup(...)`, through names, sums, choices and appends; what is read from files stands there."""
    root = python_tree(text)
    given, source = Values.of(root), Source(text)
    found: list[Declaration | None] = []
    for call in setup_calls(root):
        for keyword, value in given.keywords(call):
            scope = _KEYWORDS.get(keyword)
            asked = [(item, scope) for item in given.texts(value)] if scope else []
            asked += given.extras(value) if keyword == _EXTRAS else []
            found += [requirement(source, item, scope, report) for item, scope in asked]
    return strongest(declaration for declaration in found if declaration)


def python_tree(text: str) -> ast.Module:
    """A file of Python; `Unparsable` with the parser's message otherwise."""
    try:
        with catch_warnings():
            simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as failure:
        raise Unparsable(f"not Python 3: {failure}") from failure


def setup_calls(root: ast.AST) -> Iterator[ast.Call]:
    """Every call of `setup(...)`."""
    return (node for node in ast.walk(root) if isinstance(node, ast.Call) and _called(node) == "setup")


def _called(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""


@dataclass
class Values:
    """What the names of a file may stand for: everything that was ever assigned or added to them, wherever."""

    assigned: dict[str, list[ast.expr]] = field(default_factory=dict)
    members: dict[str, list[tuple[ast.expr, ast.expr]]] = field(default_factory=dict)
    """Items that were assigned one by one: `extras["test"] = [...]`."""

    @classmethod
    def of(cls, root: ast.AST) -> "Values":
        """Every assignment of a file, in its order."""
        values = cls()
        for node in ast.walk(root):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    values._assign(target, node.value)
            elif isinstance(node, ast.AnnAssign | ast.AugAssign) and node.value:
                values._assign(node.target, node.value)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and len(node.args) == _ADDERS.get(node.func.attr):
                values._assign(node.func.value, node.args[-1])
        return values

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self.assigned.setdefault(target.id, []).append(value)
        elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            self.members.setdefault(target.value.id, []).append((target.slice, value))

    def keywords(self, call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
        """Arguments by name, those of `**name` too."""
        for keyword in call.keywords:
            if keyword.arg:
                yield keyword.arg, keyword.value
            else:
                for key, value in self.items(keyword.value):
                    yield from ((name, value) for name in self.texts(key))

    def items(self, node: ast.expr, seen: frozenset[str] = frozenset()) -> Iterator[tuple[ast.expr, ast.expr]]:
        """Keys and values of what may be a dictionary."""
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                yield from [(key, value)] if key else self.items(value, seen)
        elif isinstance(node, ast.Call) and _called(node) == "dict":
            yield from ((ast.Constant(keyword.arg), keyword.value) for keyword in node.keywords if keyword.arg)
        elif isinstance(node, ast.Name) and node.id not in seen:
            for value in self.assigned.get(node.id, []):
                yield from self.items(value, seen | {node.id})
            yield from self.members.get(node.id, [])

    def extras(self, node: ast.expr) -> list[tuple[str, str]]:
        """Requirements of extras with the scope that the extra's name tells."""
        named = [(name, value) for key, value in self.items(node) for name in self.texts(key) or [""]]
        return [(item, group_scope(name, "optional")) for name, value in named for item in self.texts(value)]

    def texts(self, node: ast.expr, seen: frozenset[str] = frozenset()) -> list[str]:
        """Texts that an expression may bring; a text of several lines is a list, as setuptools reads it."""
        if isinstance(node, ast.Constant):
            lines = node.value.splitlines() if isinstance(node.value, str) else []
            return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
        if isinstance(node, ast.JoinedStr):
            return _named(node)
        if isinstance(node, ast.Name):
            values = [] if node.id in seen else self.assigned.get(node.id, [])
            return [text for value in values for text in self.texts(value, seen | {node.id})]
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            chosen = [value for key, value in self.items(node.value) if ast.dump(key) == ast.dump(node.slice)]
            return [text for value in chosen for text in self.texts(value, seen)]
        return [text for part in _parts(node) for text in self.texts(part, seen)]


def _named(node: ast.JoinedStr) -> list[str]:
    """The package's name, where only its version is put in."""
    first = node.values[0] if node.values else None
    text = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
    name = re.match(r"\s*[\w.-]+\s*(\[[\w\s,.-]*\])?\s*(?=[=<>!~])", text)
    return [name[0].strip()] if name else []


def _parts(node: ast.expr) -> Sequence[ast.expr]:
    """Expressions whose texts are those of the whole."""
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return node.elts
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [node.left, node.right]
    if isinstance(node, ast.BoolOp):
        return node.values
    if isinstance(node, ast.IfExp):
        return [node.body, node.orelse]
    if isinstance(node, ast.Starred):
        return [node.value]
    return node.args if isinstance(node, ast.Call) and _called(node) in {"list", "sorted", "tuple", "set"} else []


def script(path: str, text: str, report: Report) -> dict[Name, Declaration]:  # noqa: ARG001
    """Inline metadata of a Python script; nearly all files have none."""
    block = next((match for match in _SCRIPT.finditer(text) if match["type"] == "script"), None) if "# ///" in text else None
    if block is None:
        return {}
    content = "".join(line[2:] if line.startswith("# ") else line[1:] for line in block["content"].splitlines(keepends=True))
    source = Source("\n" * (text.count("\n", 0, block.start("content"))) + content)
    found = (requirement(source, item, "runtime", report) for item in texts(toml(content).get("dependencies")))
    return strongest(declaration for declaration in found if declaration)


def image(path: str, text: str, report: Report) -> dict[Name, Declaration]:  # noqa: ARG001
    """Packages that an image installs by name or address when it is built."""
    source = Source(text)
    found: list[Declaration | None] = []
    for command, _ in ci_files.executed(ci_files.read(path, text)):
        for wanted in installs(command.words):
            needles = (rf"{name_pattern(wanted.package)}.*{re.escape(wanted.spec)}", name_pattern(wanted.package))
            found.append(source.declare(wanted.ecosystem, wanted.package, wanted.spec, "runtime", *needles))
        if is_pip_install(command.words):
            found += [from_url(source, word, "runtime") for word in command.words if is_url(word)]
    return strongest(declaration for declaration in found if declaration)
