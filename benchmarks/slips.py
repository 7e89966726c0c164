"""Small slips in a query, as people make them: a bound taken in or left out, a condition gone, a join that keeps or drops rows."""

from collections.abc import Iterator

from sqlglot import exp

DIALECT = "duckdb"
MISTAKEN: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.GT: exp.GTE,
    exp.GTE: exp.GT,
    exp.LT: exp.LTE,
    exp.LTE: exp.LT,
    exp.EQ: exp.NEQ,
    exp.NEQ: exp.EQ,
    exp.And: exp.Or,
    exp.Or: exp.And,
    exp.Min: exp.Max,
    exp.Max: exp.Min,
    exp.ArgMin: exp.ArgMax,
    exp.ArgMax: exp.ArgMin,
    exp.Add: exp.Sub,
    exp.Sub: exp.Add,
}
"""What is easily written for what."""


def slips(query: exp.Expr) -> Iterator[tuple[str, str]]:
    """Every slip of a query by itself: what it is and where, and the query's SQL with it."""
    for node in list(query.walk()):
        # Surrogate keys are hashes of words: what slips in there changes nothing that a row says.
        if node.find_ancestor(exp.SHA2):
            continue
        for kind, wrong in _of(node):
            told = f"{_place(node)}: {kind} in {node.sql(DIALECT)[:100]}"
            if node is query:
                yield told, wrong.sql(DIALECT)
                continue
            node.replace(wrong)
            yield told, query.sql(DIALECT)
            wrong.replace(node)


def _of(node: exp.Expr) -> Iterator[tuple[str, exp.Expr]]:
    """Kinds of slips that can happen to one part of a query, and what is written instead of it."""
    wrong = MISTAKEN.get(type(node))
    if wrong:
        yield f"{wrong.key} for {node.key}", wrong(**node.copy().args)
    if isinstance(node, exp.Coalesce | exp.Not):
        yield f"no {node.key}", node.this.copy()
    if isinstance(node, exp.Is):
        yield "negation", exp.Not(this=node.copy())
    if isinstance(node, exp.Literal) and not node.is_string and node.name.isdigit() and isinstance(node.parent, exp.Binary | exp.Between):
        yield "one more", exp.Literal.number(int(node.name) + 1)
    if isinstance(node, exp.Union):
        yield "no second half", node.this.copy()
        yield "no first half", node.expression.copy()
    if isinstance(node.parent, exp.And | exp.Where) and not isinstance(node, exp.And):
        yield "condition gone", exp.true()
    yield from _of_joins(node)
    yield from _of_lists(node)


def _of_joins(node: exp.Expr) -> Iterator[tuple[str, exp.Expr]]:
    if isinstance(node, exp.Join) and node.args.get("on"):
        other = node.copy()
        other.set("kind", None)
        other.set("side", None if node.side == "LEFT" else "LEFT")
        yield ("inner for left" if node.side == "LEFT" else "left for inner"), other


def _of_lists(node: exp.Expr) -> Iterator[tuple[str, exp.Expr]]:
    """One of several left out: a case's branch, a value of `in`, a column of a window's partition."""
    for kind, name in ((exp.Case, "ifs"), (exp.In, "expressions"), (exp.Window, "partition_by")):
        members = node.args.get(name) or []
        if isinstance(node, kind) and len(members) > 1:
            for number, member in enumerate(members):
                shorter = node.copy()
                shorter.set(name, [one for at, one in enumerate(shorter.args[name]) if at != number])
                yield f"without {member.sql(DIALECT)[:60]}", shorter


def _place(node: exp.Expr) -> str:
    """The step of the query that a part of it belongs to."""
    step = node.find_ancestor(exp.CTE)
    return step.alias if step else "select"
