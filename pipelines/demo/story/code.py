"""Text for the repositories: small pieces of code, settings and prose in which no line occurs twice.

Unique lines make authorship by `git blame -w -M -C` follow from the story alone: nothing looks moved or copied.
"""

from random import Random

from pipelines.demo.story.stage import Site
from pipelines.demo.story.tree import Append, Edit, Swap, Tree, Write

_NOUNS = (
    *("window", "ledger", "cohort", "bucket", "anchor", "query", "ticket", "session", "routing", "budget", "signal", "batch"),
    *("channel", "cursor", "digest", "excerpt", "feature", "gateway", "horizon", "index", "journal", "locale", "margin", "outline"),
)
_VERBS = (
    *("align", "batch", "clip", "drain", "expand", "fold", "group", "hydrate", "index", "join", "limit", "merge", "narrow"),
    *("order", "pack", "queue", "rank", "sample", "trim", "weigh"),
)


def function(site: Site, rng: Random, lines: int = 7) -> str:
    """One function of so many lines (at least four), numbered so that all of them are new."""
    site.written += 1
    number = site.written
    verb, noun, other = rng.choice(_VERBS), rng.choice(_NOUNS), rng.choice(_NOUNS)
    name = f"{verb}_{noun}_{number:03d}"
    body = [
        f"    step_{number:03d}_{place} = {other}_{number:03d}.get('{rng.choice(_NOUNS)}_{place}', {rng.randint(1, 99)})"
        for place in range(1, lines - 2)
    ]
    return "\n".join(
        [
            f"def {name}({other}_{number:03d}):",
            f'    """{verb.capitalize()} the {noun} by its {other} (rule {number:03d})."""',
            *body,
            f"    return [{', '.join(f'step_{number:03d}_{place}' for place in range(1, max(2, lines - 2)))}]",
        ]
    )


def settings(site: Site, rng: Random, lines: int = 4) -> str:
    """Some settings, one a line."""
    rows: list[str] = []
    for _ in range(lines):
        site.written += 1
        rows.append(f"{rng.choice(_NOUNS).upper()}_{rng.choice(_NOUNS).upper()}_{site.written:03d} = {rng.randint(2, 400)}")
    return "\n".join(rows)


def module(site: Site, rng: Random, about: str, functions: int = 2, lines: int = 7) -> str:
    """A small Python file."""
    site.written += 1
    head = [f'"""{about} (part {site.written:03d})."""', f"PART_{site.written:03d} = {site.written}"]
    return "\n".join([*head, *(function(site, rng, lines) for _ in range(functions))])


def ordinary_edits(site: Site, rng: Random, branch: Tree | None = None) -> tuple[Edit, ...]:
    """What an ordinary pull request changes: a function more, a setting changed, or a new file.

    Only files and lines are touched that both main and the branch have, so that merging never conflicts.
    """
    tree = {path: lines for path, lines in site.tree.items() if branch is None or path in branch}
    kind = rng.random()
    if kind < 0.25:
        return (*tuned(site, rng, branch), Append(_module_path(site, rng, tree), function(site, rng, rng.randint(5, 9))))
    if kind < 0.45:
        site.written += 1
        path = f"src/{site.package}/{rng.choice(_NOUNS)}_{site.written:03d}.py"
        return (Write(path, module(site, rng, f"The {rng.choice(_NOUNS)} of {site.name}")),)
    return (Append(_module_path(site, rng, tree), function(site, rng, rng.randint(5, 9))),)


def tuned(site: Site, rng: Random, branch: Tree | None = None) -> tuple[Edit, ...]:
    """One setting changed that no other open pull request is changing."""
    path = f"src/{site.package}/settings.py"
    on_branch = {line.text for line in (site.tree if branch is None else branch).get(path, ())}
    free = [text for text, _ in site.tree.get(path, ()) if " = " in text and text in on_branch - site.claimed]
    if not free:
        return ()
    old = rng.choice(free)
    site.claimed.add(old)
    name, _, value = old.partition(" = ")
    return (Swap(path, old, f"{name} = {int(value) + rng.randint(1, 40)}"),)


def _module_path(site: Site, rng: Random, tree: Tree) -> str:
    """A module that still has room, so that files stay of a readable size."""
    code = [path for path in tree if path.startswith(f"src/{site.package}/") and path.endswith(".py") and not path.endswith("settings.py")]
    return rng.choice([path for path in code if len(tree[path]) < 220] or [f"src/{site.package}/core.py"])
