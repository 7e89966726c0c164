"""What must hold for any history: landings, intervals, prompt keys, capped weights, and parsers that survive anything."""

import io
import string
from collections import Counter
from datetime import UTC, datetime
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.git import documents, imports, locks, manifests_code, manifests_other, manifests_python, mentions, output, workflows
from connectors.git.blame import HEAVIEST, capped
from connectors.git.commits import Landed
from connectors.git.declarations import Declaration
from connectors.git.facts import Parse, Unparsable
from connectors.git.intervals import Tracker
from connectors.git.landings import last_before, replayed
from connectors.git.options import ArtifactOptions
from connectors.git.prompts import PromptTable, Version
from connectors.git.protocol import Change, CommitEntry, Landing, Signature
from connectors.git.remotes import Remote
from connectors.git.submodules import Submodules

NOW = datetime(2026, 1, 1, tzinfo=UTC)
WHO = Signature("Ana", "ana@acme.example", "Ana <ana@acme.example>", NOW, "")
quick = settings(max_examples=60, deadline=None)


def landing(sha: str, *changes: Change, at: datetime | None = NOW) -> Landing:
    return Landing(sha, (), at, "ana@acme.example", f"Change {sha}", changes)


# Landings


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[int, ...]]:
    """Parents of each commit by number, oldest first; the last commit is the head and reaches all."""
    size = draw(st.integers(1, 14))
    graph: list[tuple[int, ...]] = [()]
    for number in range(1, size):
        graph.append(tuple(draw(st.lists(st.integers(0, number - 1), min_size=1, max_size=3, unique=True))))
    loose = set(range(size)) - {parent for parents in graph for parent in parents}
    return [*graph, tuple(sorted(loose, reverse=True))]


def reachable(graph: list[tuple[int, ...]], start: int) -> set[int]:
    found = {start}
    for number in range(start, -1, -1):
        if number in found:
            found |= set(graph[number])
    return found


@quick
@given(histories())
def test_each_commit_lands_with_the_oldest_landing_that_reaches_it(graph: list[tuple[int, ...]]) -> None:
    line = [len(graph) - 1]
    while graph[line[-1]]:
        line.append(graph[line[-1]][0])
    chain = line[::-1]
    landed = Landed([landing(str(number)) for number in chain])
    for number in range(len(graph) - 1, -1, -1):
        entry = CommitEntry(str(number), tuple(map(str, graph[number])), "", WHO, WHO, "", "", (), ())
        expected = next(place for place in chain if number in reachable(graph, place))
        found = landed.take(entry)
        assert found is not None
        assert found.sha == str(expected)


# Intervals


@quick
@given(st.lists(st.tuples(st.sampled_from("ab"), st.sets(st.sampled_from("xyz"))), max_size=20))
def test_intervals_say_what_stood_at_every_moment(steps: list[tuple[str, set[str]]]) -> None:
    tracker: Tracker[int] = Tracker()
    standing: dict[str, set[str]] = {}
    moments: list[dict[str, set[str]]] = []
    for number, (path, names) in enumerate(steps):
        tracker.observe(landing(str(number)), path, {(name,): number for name in names})
        standing[path] = names
        moments.append({file: set(held) for file, held in standing.items() if held})
    for number, expected in enumerate(moments):
        shown: dict[str, set[str]] = {}
        for interval in tracker.intervals:
            if int(interval.start.sha) <= number and (interval.end is None or number < int(interval.end.sha)):
                assert interval.name[0] not in shown.get(interval.path, set()), "one fact stands once"
                shown.setdefault(interval.path, set()).add(interval.name[0])
        assert shown == expected


# Prompts

PATHS = ["prompts/a.md", "prompts/b.md", "prompts/c.md", "notes/a.md", "notes/b.md"]


@st.composite
def changes(draw: st.DrawFn) -> list[Landing]:
    """Landings of adds, edits, deletions and renames as git would report them, several in one landing."""
    tree: dict[str, str] = {}
    landings: list[Landing] = []
    for number in range(draw(st.integers(1, 12))):
        before, made = dict(tree), list[Change]()
        free = [path for path in PATHS if path not in before]
        for path in draw(st.lists(st.sampled_from(PATHS), max_size=4, unique=True)):
            blob = f"{number}{path}"
            if path in before and free and draw(st.booleans()):
                target = free.pop(draw(st.integers(0, len(free) - 1)))
                made.append(Change("R", target, path, "100644", "100644", blob, before[path]))
                tree.pop(path)
                tree[target] = blob
            elif path in before:
                is_deleted = draw(st.booleans())
                mode = "000000" if is_deleted else "100644"
                made.append(Change("D" if is_deleted else "M", path, None, mode, "100644", blob, before[path]))
                tree.pop(path)
                tree |= {} if is_deleted else {path: blob}
            elif path in free:
                free.remove(path)
                made.append(Change("A", path, None, "100644", "000000", blob, "0" * 40))
                tree[path] = blob
        landings.append(landing(str(number), *made))
    return landings


def versions(landings: list[Landing]) -> list[Version]:
    return list(PromptTable((), ()).versions(landings))


@settings(max_examples=200, deadline=None)
@given(changes())
def test_a_key_has_one_version_a_landing_and_one_place_at_a_time(landings: list[Landing]) -> None:
    found = versions(landings)
    assert max(Counter((version.key, version.landing.sha) for version in found).values(), default=1) == 1
    living: dict[str, str] = {}
    for step, tree in replayed(landings):
        for version in (version for version in found if version.landing.sha == step.sha):
            assert (version.key in living) == (version.change_type != "A"), "only what lives can change or end"
            living.pop(version.key, None)
            if version.new:
                living[version.key] = version.new.path
        assert sorted(living.values()) == sorted(path for path in tree if path.startswith("prompts/"))


@quick
@given(changes())
def test_keys_of_the_past_do_not_depend_on_the_future(landings: list[Landing]) -> None:
    whole = versions(landings)
    for length in range(len(landings)):
        part = versions(landings[:length])
        assert [(version.key, version.landing.sha, version.change_type) for version in part] == [
            (version.key, version.landing.sha, version.change_type) for version in whole[: len(part)]
        ]


# Weights and moments


@quick
@given(st.lists(st.integers(1, 5000), max_size=30))
def test_capped_weights_keep_sum_and_order(lines: list[int]) -> None:
    weights = capped(lines)
    assert sum(weights) == min(sum(lines), HEAVIEST)
    assert all(0 <= weight <= count for weight, count in zip(weights, lines, strict=True))
    assert all(abs(weight - count * min(1, HEAVIEST / sum(lines))) < 1 for weight, count in zip(weights, lines, strict=True))


@quick
@given(st.lists(st.datetimes(timezones=st.just(UTC)), max_size=8), st.datetimes(timezones=st.just(UTC)))
def test_last_landing_before_a_moment(times: list[datetime], moment: datetime) -> None:
    landings = [landing(str(number), at=at) for number, at in enumerate(times)]
    expected = [step for step in landings if step.at and step.at < moment][-1:]
    assert list(last_before(landings, [moment]).values()) == expected


# Parsers


class Dripping(io.BytesIO):
    """A pipe that gives a few bytes at a time."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(3, size) if size and size > 0 else size)


names = st.binary(min_size=1, max_size=12).filter(lambda name: b"\0" not in name)


@quick
@given(
    st.lists(st.tuples(names, names, st.integers(0, 99)), max_size=5, unique_by=lambda row: row[1]),
    st.text().filter(lambda text: "\0" not in text),
)
def test_any_file_name_and_subject_is_read_back(rows: list[tuple[bytes, bytes, int]], subject: str) -> None:
    sha = "a" * 40
    stream = b"\x01%s\0\0%d\0ana@acme.example\0\0%s\0" % (sha.encode(), 5, subject.encode("utf-8", "replace"))
    stream += b"".join(
        b"\n" * (not place) + b":100644 100644 %s %s R090\0%s\0%s\0" % (b"1" * 40, b"2" * 40, old, new)
        for place, (old, new, _) in enumerate(rows)
    )
    stream += b"\x01%s\0%s\0%d\0\0\0next\0" % (b"b" * 40, sha.encode(), 6)
    first, second = output.landings(Dripping(stream))
    assert [(change.old_path, change.path) for change in first.changes] == [(output.path(old), output.path(new)) for old, new, _ in rows]
    assert [change.path.encode("utf-8", "surrogateescape") for change in first.changes] == [new for _, new, _ in rows]
    assert (second.subject, second.parents) == ("next", (sha,))


MODULES = Submodules(Remote("github:1", "acme/x", "https://github.com/acme/x.git", "main", ""))
LOCKS = (
    "uv.lock",
    "pipfile.lock",
    "package-lock.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "go.sum",
    "conda-lock.yml",
    "pixi.lock",
    "conda-linux.lock",
)


def _locked(name: str) -> Parse[Declaration]:
    reader = locks.reader(name)
    assert reader is not None
    return lambda _, text, __: locks.parse(reader, text, locks.kept(["acme-evals"]))


PARSERS = {
    "pyproject.toml": manifests_python.pyproject,
    "requirements.txt": manifests_python.requirements,
    "setup.cfg": manifests_python.setup_cfg,
    "Pipfile": manifests_python.pipfile,
    "setup.py": manifests_code.setup_py,
    "script.py": manifests_code.script,
    "Dockerfile": manifests_code.image,
    "pixi.toml": manifests_other.pixi_toml,
    "package.json": manifests_other.package_json,
    "go.mod": manifests_other.go_mod,
    "Cargo.toml": manifests_other.cargo_toml,
    "environment.yml": manifests_other.conda,
    ".gitmodules": MODULES.parse,
    **dict.fromkeys(
        (
            ".github/workflows/a.yml",
            ".gitlab-ci.yml",
            ".circleci/config.yml",
            ".buildkite/pipeline.yml",
            "azure-pipelines.yml",
            "Jenkinsfile",
            "images/Dockerfile",
            "ci/gate.sh",
            "Makefile",
        ),
        partial(workflows.parse, {"acme-evals": "acme-evals"}),
    ),
    **dict.fromkeys(
        ("a.py", "a.ipynb", "a.js", "a.ts", "a.tsx", "a.go", "a.rs", "a.java"),
        partial(
            imports.parse, imports.importable([ArtifactOptions(id="e", packages=("acme-evals", "x/acme-evals"), modules=("acme-evals",))])
        ),
    ),
    **{name: _locked(name) for name in LOCKS},
    "docs/rfcs/0001.md": documents.parse,
    "docs/adr/0001.md": documents.links,
    "README.md": partial(mentions.parse, mentions.names([ArtifactOptions(id="eval-harness", names=("Acme Eval Harness",))])),
}
PIECES = st.sampled_from(
    [
        "[project]\n",
        "dependencies",
        " = ",
        "[",
        "]",
        "{",
        "}",
        '"',
        "'",
        "acme-evals",
        ">=1",
        "\n",
        ":",
        "- ",
        "#",
        "jobs:",
        "  ",
        "uses: a/b@c",
        "steps:\n- run: |\n",
        "script: ",
        "include: {project: a}",
        "import ",
        "from ",
        "use acme_evals::",
        "require(",
        '{"cells": [{"cell_type": "code", "source": "',
        "setup(install_requires=",
        "# /// script\n# ",
        "acme-evals@1:\n  version 1",
        "__metadata:\n",
        "packages:\n",
        "FROM x\n",
        "RUN acme-evals ",
        "sh 'acme-evals'",
        "${{ x }}",
        " || true\n",
        "<<EOF\n",
        "require (",
        "\t",
        "=>",
        "https://a@b/c",
        "eval-harness",
        "-",
        "/",
        "\\",
        "é",
        "\r",
    ]
)


@pytest.mark.parametrize("path", PARSERS)
@quick
@given(text=st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=25).map("".join)))
def test_any_text_is_parsed_or_refused(path: str, text: str) -> None:
    try:
        found = PARSERS[path](path, text, lambda _: None)
    except Unparsable:
        found = {}
    assert all(isinstance(name, tuple) for name in found)


# Mentions

TERMS = mentions.names([ArtifactOptions(id="eval-harness", repository="acme/eval-harness")])


@quick
@given(
    st.sampled_from([" ", "(", "\n", '"', "`", "*", "=", ","]),
    st.sampled_from([" ", ")", "\n", '"', "`", "*", ":", ",", ". ", "@v1", "#12"]),
)
def test_a_name_among_other_signs_is_exact(before: str, after: str) -> None:
    found = mentions.parse(TERMS, "README.md", f"x{before}eval-harness{after}x", lambda _: None)
    assert list(found) == [("eval-harness", True)]


@quick
@given(
    st.text(string.ascii_lowercase + string.digits, max_size=6),
    st.sampled_from("-./"),
    st.text(string.ascii_lowercase, min_size=1, max_size=6),
)
def test_a_part_of_a_longer_name_is_not(front: str, joint: str, back: str) -> None:
    for longer in (f"x{front}{joint}eval-harness", f"eval-harness{joint}{back}", f"x{front}eval-harness{back}"):
        assert list(mentions.parse(TERMS, "README.md", f"see {longer} there", lambda _: None)) == [("eval-harness", False)]
