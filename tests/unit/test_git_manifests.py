"""Declared dependencies: what counts, what does not, since when and until when."""

from pathlib import Path

import pytest

from connectors.git.options import ArtifactOptions
from tests.unit.git_repositories import BEN, BOT, Repository, at, read

GITLINK = "0123456789abcdef0123456789abcdef01234567"
EVALS = ArtifactOptions(id="eval-harness", repository="acme/eval-harness", packages=("acme-evals",))


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "acme" / "search.git")


def declared(repository: Repository, tmp_path: Path, path: str, text: str | bytes) -> dict[tuple[str, str], tuple[str, str, int | None]]:
    """Ecosystem and package to specification, scope and line of one manifest."""
    repository.commit("Add", {path: text})
    rows = read(tmp_path, repository.save(), artifacts=(EVALS,)).tables["manifest_declarations"]
    return {(row["ecosystem"], row["package"]): (row["spec"], row["scope"], row["line"]) for row in rows}


def test_pyproject_with_every_way_of_asking(repository: Repository, tmp_path: Path) -> None:
    text = """\
[project]
name = "acme-search"  # its own name is no dependency
dependencies = [
    "Acme_Evals[gate]>=1.2 ; python_version > '3.9'",
    # "commented-out>=1",
    "httpx",
]
[project.optional-dependencies]
test = ["pytest>=9"]
fast = ["uvloop"]
[build-system]
requires = ["hatchling==1.28"]
[dependency-groups]
dev = ["ruff", {include-group = "docs"}]
docs = ["mkdocs @ https://example.org/mkdocs.whl"]
[tool.uv.sources]
acme-evals = { git = "https://user:secret@github.com/acme/eval-harness", rev = "abc" }
[tool.poetry.dependencies]
python = "^3.11"
router = "^2"
extra = { version = "1", optional = true }
[tool.poetry.group.dev.dependencies]
black = { git = "https://github.com/psf/black" }
"""
    assert declared(repository, tmp_path, "pyproject.toml", text) == {
        ("pypi", "acme-evals"): (">=1.2 (git https://github.com/acme/eval-harness, rev abc)", "runtime", 4),
        ("pypi", "httpx"): ("", "runtime", 6),
        ("pypi", "pytest"): (">=9", "dev", 9),
        ("pypi", "uvloop"): ("", "optional", 10),
        ("pypi", "hatchling"): ("==1.28", "build", 12),
        ("pypi", "ruff"): ("", "dev", 14),
        ("pypi", "mkdocs"): ("@ https://example.org/mkdocs.whl", "dev", 15),
        ("pypi", "router"): ("^2", "runtime", 20),
        ("pypi", "extra"): ("version 1", "optional", 21),
        ("pypi", "black"): ("git https://github.com/psf/black", "dev", 23),
    }


def test_requirements_files(repository: Repository, tmp_path: Path) -> None:
    text = """\
# acme-evals==0.1
-r base.txt
--index-url https://user:secret@index.example/simple
acme-evals == 1.2 \\
    --hash=sha256:abc  # pinned
-e git+https://token@github.com/acme/router.git@v2#egg=acme_router
git+https://github.com/acme/judge@main
./local/package
numpy; sys_platform == "linux"
"""
    assert declared(repository, tmp_path, "requirements-dev.txt", text) == {
        ("pypi", "acme-evals"): ("==1.2", "dev", 4),
        ("pypi", "acme-router"): ("@ git+https://github.com/acme/router.git@v2#egg=acme_router", "dev", 6),
        ("pypi", "judge"): ("@ git+https://github.com/acme/judge@main", "dev", 7),
        ("pypi", "numpy"): ("", "dev", 9),
    }


def test_line_of_a_declaration_is_no_comment(repository: Repository, tmp_path: Path) -> None:
    text = "# acme-evals: see the handbook\nacme-evals \\\n    >=1.2\n"
    assert declared(repository, tmp_path, "requirements.txt", text) == {("pypi", "acme-evals"): (">=1.2", "runtime", 2)}


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (
            "setup.cfg",
            "[options]\ninstall_requires =\n    acme-evals>=1\n    # old\n[options.extras_require]\ntest = pytest\n",
            ["acme-evals", "pytest"],
        ),
        (
            "Pipfile",
            '[packages]\nacme-evals = "*"\n[dev-packages]\nblack = {version = "1"}\n[requires]\npython_version = "3.11"\n',
            ["acme-evals", "black"],
        ),
        (
            "package.json",
            '{"name": "@acme/web", "dependencies": {"@Acme/Evals": "^1", "alias": "npm:@acme/router@2"}}',
            ["@acme/evals", "@acme/router"],
        ),
        (
            "go.mod",
            "module x\n\nrequire github.com/Acme/evals v1.2.0\n\nrequire (\n\tb.example/c v0.1.0 // indirect\n\t// d.example/e v1\n)\n",
            ["b.example/c", "github.com/acme/evals"],
        ),
        (
            "Cargo.toml",
            '[package]\nname = "x"\n[dependencies]\nacme_evals = "1"\n[target.\'cfg(unix)\'.dependencies]\nnix = "0.2"\n',
            ["acme-evals", "nix"],
        ),
        (
            "environment.yml",
            "name: x\ndependencies:\n  - python=3.11\n  - conda-forge::numpy>=1\n  - pip:\n    - acme-evals==1\n",
            ["acme-evals", "numpy"],
        ),
        ("requirements/prod.in", "acme-evals\n", ["acme-evals"]),
        ("requirements.txt", "\ufeffacme-evals\n".encode("utf-16-le"), ["acme-evals"]),
    ],
)
def test_other_manifests(repository: Repository, tmp_path: Path, path: str, text: str | bytes, expected: list[str]) -> None:
    assert sorted(package for _, package in declared(repository, tmp_path, path, text)) == expected


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("uv.lock", '[[package]]\nname = "acme-evals"\nversion = "1.2"\n[[package]]\nname = "httpx"\nversion = "1"\n'),
        ("poetry.lock", '[[package]]\nname = "acme_evals"\nversion = "1.2"\n'),
        ("Pipfile.lock", '{"default": {"acme-evals": {"version": "1.2"}}}'),
        ("package-lock.json", '{"packages": {"": {}, "node_modules/a/node_modules/acme-evals": {"version": "1.2"}}}'),
        ("pylock.toml", '[[packages]]\nname = "acme-evals"\nversion = "1.2"\n'),
        ("yarn.lock", '# yarn lockfile v1\n\n"acme-evals@^1", "acme-evals@~1.2":\n  version "1.2"\n  dependencies:\n    version "^3"\n'),
        ("yarn.lock", '"alias@npm:acme-evals@^1":\n  version "1.2"\n'),
        ("yarn.lock", '__metadata:\n  version: 8\n"x@npm:acme-evals@^1":\n  version: 1.2\n  resolution: "acme-evals@npm:1.2"\n'),
        ("pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages:\n  acme-evals@1.2(react@18.0.0):\n    x: y\n"),
        ("pnpm-lock.yaml", "packages:\n  /acme-evals/1.2_react@18:\n    x: y\n  /@acme/acme-evals/7.0.0: {}\n"),
        ("conda-lock.yml", "package:\n- {name: acme-evals, version: '1.2', manager: pip}\n"),
        ("conda-lock.yml", "package:\n- {name: acme-evals, version: '1.2', manager: conda}\n"),
        ("conda-linux-64.lock", "@EXPLICIT\nhttps://conda.anaconda.org/acme/noarch/acme-evals-1.2-py_0.conda#0123\n"),
        ("pixi.lock", "packages:\n- conda: https://conda.example/noarch/acme-evals-1.2-py_0.conda\n"),
        ("pixi.lock", "packages:\n- pypi: https://files.example/acme_evals-1.2.whl\n  name: acme-evals\n  version: '1.2'\n"),
        ("npm-shrinkwrap.json", '{"packages": {"node_modules/x": {"name": "acme-evals", "version": "1.2"}}}'),
        ("Cargo.lock", '[[package]]\nname = "acme-evals"\nversion = "1.2"\n'),
    ],
)
def test_locks_keep_configured_packages_only_and_say_so(repository: Repository, tmp_path: Path, path: str, text: str) -> None:
    found = declared(repository, tmp_path, path, text)
    assert [(package, spec, scope) for (_, package), (spec, scope, _) in found.items()] == [("acme-evals", "1.2", "lock")]


def test_yarn_workspaces_and_modules_without_code_are_no_dependencies(repository: Repository, tmp_path: Path) -> None:
    yarn = '__metadata:\n  version: 8\n"acme-evals@workspace:.":\n  version: 0.0.0-use.local\n  resolution: "acme-evals@workspace:."\n'
    assert declared(repository, tmp_path, "yarn.lock", yarn) == {}
    assert declared(repository, tmp_path, "web/pnpm-lock.yaml", "packages:\n  /acme-evals-lite/1.0.0: {}\n") == {}


def test_sums_of_go_modules(repository: Repository, tmp_path: Path) -> None:
    harness = EVALS.model_copy(update={"packages": ("github.com/acme/eval-harness", "github.com/acme/other")})
    text = "github.com/Acme/Eval-Harness v1.2.0 h1:abc=\ngithub.com/Acme/Eval-Harness v1.2.0/go.mod h1:d=\ngithub.com/acme/other v1.0.0/go.mod h1:e=\n"
    repository.commit("Add", {"go.sum": text})
    rows = read(tmp_path, repository.save(), artifacts=(harness,)).rows("manifest_declarations", "ecosystem", "package", "spec", "scope")
    assert rows == [("go", "github.com/acme/eval-harness", "v1.2.0", "lock")]


def test_setup_py_is_read_and_never_run(repository: Repository, tmp_path: Path) -> None:
    text = """\
import sys
from setuptools import setup, find_packages
VERSION = "2.0"
base = [
    "Acme_Evals[gate]>=1.2",
    # "commented-out",
]
if sys.platform == "win32":
    base += ["colorama"]
base.append("httpx")
extras = {"test": ["pytest>=7"], "fast": ("uvloop",)}
extras["docs"] = ["mkdocs"]
extras["all"] = extras["fast"] + ["everything"]
more = dict(tests_require="nose\\nmock", zip_safe=False)
print("install_requires=['printed']")
setup(
    name="acme-search",
    install_requires=base + (["tomli"] if sys.version_info < (3, 11) else []) + [f"acme-pinned=={VERSION}"],
    setup_requires=list(["wheel"]),
    extras_require=extras,
    classifiers=["Typing :: Typed"],
    **more,
)
open("/nowhere/at/all")
"""
    assert declared(repository, tmp_path, "setup.py", text) == {
        ("pypi", "acme-evals"): (">=1.2", "runtime", 5),
        ("pypi", "colorama"): ("", "runtime", 9),
        ("pypi", "httpx"): ("", "runtime", 10),
        ("pypi", "tomli"): ("", "runtime", 18),
        ("pypi", "acme-pinned"): ("", "runtime", 18),
        ("pypi", "wheel"): ("", "build", 19),
        ("pypi", "pytest"): (">=7", "dev", 11),
        ("pypi", "uvloop"): ("", "optional", 11),
        ("pypi", "mkdocs"): ("", "dev", 12),
        ("pypi", "everything"): ("", "optional", 13),
        ("pypi", "nose"): ("", "dev", 14),
        ("pypi", "mock"): ("", "dev", 14),
    }


def test_setup_py_of_python_2_goes_to_quarantine(repository: Repository, tmp_path: Path) -> None:
    repository.commit("Add", {"setup.py": "print 'x'\n"})
    assert "not Python 3" in read(tmp_path, repository.save()).rejected[0].reason


def test_scripts_with_inline_metadata(repository: Repository, tmp_path: Path) -> None:
    text = """\
#!/usr/bin/env -S uv run
# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "acme-evals>=2",
# ]
# ///
import acme_evals
"""
    assert declared(repository, tmp_path, "tools/measure.py", text) == {("pypi", "acme-evals"): (">=2", "runtime", 5)}
    other = {"tools/other.py": text.replace("# /// script", "# /// other")}
    repository.commit("Add", other)
    assert read(tmp_path, repository.save(), artifacts=(EVALS,)).rows("manifest_declarations", "path") == ["tools/measure.py"]


def test_images_that_install_packages(repository: Repository, tmp_path: Path) -> None:
    text = """\
FROM python:3.12
COPY requirements.txt .
# RUN pip install commented-out
RUN pip install --no-cache-dir -r requirements.txt && \\
    python -m pip install "acme-evals==2.0" ./local
RUN uv pip install git+https://github.com/ann/forked-evals@main && echo pip install printed
RUN npm install -g promptfoo@0.9 && go install go.acme.example/evals@latest
"""
    assert declared(repository, tmp_path, "docker/Dockerfile.gpu", text) == {
        ("pypi", "acme-evals"): ("==2.0", "runtime", 5),
        ("pypi", "forked-evals"): ("@ git+https://github.com/ann/forked-evals@main", "runtime", 6),
        ("npm", "promptfoo"): ("0.9", "runtime", 7),
        ("go", "go.acme.example/evals"): ("latest", "runtime", 7),
    }


def test_pixi(repository: Repository, tmp_path: Path) -> None:
    text = """\
[workspace]
name = "search"
[dependencies]
python = ">=3.11"
numpy = "2.*"
[pypi-dependencies]
Acme_Evals = { version = ">=2", extras = ["gate"] }
[feature.test.dependencies]
pytest = "*"
"""
    assert declared(repository, tmp_path, "pixi.toml", text) == {
        ("conda", "numpy"): ("2.*", "runtime", 5),
        ("pypi", "acme-evals"): ("version >=2, extras ['gate']", "runtime", 7),
        ("conda", "pytest"): ("*", "dev", 9),
    }


def test_the_project_in_its_own_lock_is_no_dependency(repository: Repository, tmp_path: Path) -> None:
    assert declared(repository, tmp_path, "uv.lock", '[[package]]\nname = "acme-evals"\nsource = { editable = "." }\n') == {}


def test_compiled_requirements_are_a_lock(repository: Repository, tmp_path: Path) -> None:
    text = "# This file was autogenerated by uv via the following command:\n#    uv pip compile\nhttpx==1  # via acme-evals\n"
    assert declared(repository, tmp_path, "requirements.txt", text) == {("pypi", "httpx"): ("==1", "lock", 3)}


@pytest.mark.parametrize(
    "path",
    [
        ".venv/lib/x/pyproject.toml",
        "node_modules/a/package.json",
        "vendor/x/go.mod",
        "tests/fixtures/package.json",
        "site-packages/a/setup.cfg",
    ],
)
def test_other_peoples_files_and_fixtures_declare_nothing(repository: Repository, tmp_path: Path, path: str) -> None:
    assert declared(repository, tmp_path, path, '{"dependencies": {"acme-evals": "1"}}') == {}


def test_interval_from_landing_to_removal(repository: Repository, tmp_path: Path) -> None:
    repository.commit("Start", {"requirements.txt": "httpx\n"}, when=at("2026-01-05"))
    repository.commit(
        "Adopt evals (#7)", {"requirements.txt": "httpx\nacme-evals==1\n"}, when=at("2026-02-03"), authored=at("2026-01-10"), author=BEN
    )
    repository.commit("Bump (#8)", {"requirements.txt": "httpx\nacme-evals==2\n"}, when=at("2026-03-01"), author=BOT)
    repository.commit("Drop evals (#9)", {"requirements.txt": "httpx\n"}, when=at("2026-04-01"))
    row = read(tmp_path, repository.save()).only("manifest_declarations", package="acme-evals")
    assert (row["from_sha"], row["from_at"]) == (repository.sha(":2"), at("2026-02-03")), "adoption is the landing, not the writing"
    assert (row["from_author_email"], row["from_pull_request_number"]) == ("ben@acme.example", 7), "a bump is no new adoption"
    assert (row["to_sha"], row["to_at"], row["to_author_email"], row["is_current"]) == (
        repository.sha(":4"),
        at("2026-04-01"),
        "ana@acme.example",
        False,
    )
    assert (row["spec"], row["line"]) == ("==2", 2)
    assert row["_raw"]["introduced"]["spec"] == "==1"
    assert row["_source_url"].endswith(repository.sha(":2"))


def test_adopted_again_is_a_second_interval(repository: Repository, tmp_path: Path) -> None:
    for text in ("acme-evals\n", "", "acme-evals\n"):
        repository.commit("Change", {"requirements.txt": text})
    rows = read(tmp_path, repository.save()).rows("manifest_declarations", "from_sha", "is_current")
    assert rows == [(repository.sha(":1"), False), (repository.sha(":3"), True)]


def test_deleted_and_moved_manifests_end_their_declarations(repository: Repository, tmp_path: Path) -> None:
    repository.commit("Start", {"api/requirements.txt": "acme-evals\nhttpx\n", "requirements.txt": "numpy\n"})
    repository.commit("Move", renames=[("api/requirements.txt", "service/requirements.txt")], deletes=["requirements.txt"])
    rows = read(tmp_path, repository.save()).rows("manifest_declarations", "path", "package", "is_current")
    assert sorted(rows) == [
        ("api/requirements.txt", "acme-evals", False),
        ("api/requirements.txt", "httpx", False),
        ("requirements.txt", "numpy", False),
        ("service/requirements.txt", "acme-evals", True),
        ("service/requirements.txt", "httpx", True),
    ]


def test_declaration_of_a_merged_branch_begins_with_the_merge(repository: Repository, tmp_path: Path) -> None:
    first = repository.commit("Start", {"a": "1\n"}, when=at("2026-01-05"))
    side = repository.commit("Adopt", {"requirements.txt": "acme-evals\n"}, when=at("2026-01-06"), author=BEN, branch="feature")
    merged = {"requirements.txt": "acme-evals\n"}
    merge = repository.commit("Merge pull request #5 from acme/feature", merged, when=at("2026-02-19"), parents=[first, side])
    row = read(tmp_path, repository.save()).only("manifest_declarations")
    assert (row["from_sha"], row["from_at"], row["from_pull_request_number"]) == (repository.sha(merge), at("2026-02-19"), 5)


def test_submodule_counts_only_while_the_tree_holds_it(repository: Repository, tmp_path: Path) -> None:
    modules = '[submodule "evals"]\n\tpath = third/evals\n\turl = git@github.com:Acme/eval-harness.git\n'
    modules += '[submodule "gone"]\n\tpath = gone\n\turl = https://example.org/a/b\n'
    repository.commit("Declare", {".gitmodules": modules, "gone": "a plain file now\n"}, when=at("2026-01-05"))
    repository.commit("Link", submodules={"third/evals": GITLINK}, when=at("2026-01-06"))
    repository.commit("Unlink", deletes=["third/evals"], when=at("2026-03-06"))
    row = read(tmp_path, repository.save()).only("manifest_declarations")
    assert (row["ecosystem"], row["package"], row["path"], row["line"]) == ("submodule", "acme/eval-harness", ".gitmodules", 3)
    assert (row["from_at"], row["to_at"]) == (at("2026-01-06"), at("2026-03-06"))


def test_relative_submodule_is_the_neighbour(repository: Repository, tmp_path: Path) -> None:
    modules = '[submodule "evals"]\n\tpath = evals\n\turl = ../Eval-Harness.git\n'
    repository.commit("Declare", {".gitmodules": modules}, submodules={"evals": GITLINK})
    assert read(tmp_path, repository.save()).rows("manifest_declarations", "package") == ["acme/eval-harness"]


def test_broken_manifest_is_rejected_and_the_rest_goes_on(repository: Repository, tmp_path: Path) -> None:
    repository.commit(
        "Start", {"pyproject.toml": '[project]\ndependencies = ["acme-evals"]\n', "package.json": '{"dependencies": {"a": "1"}}'}
    )
    repository.commit("Break", {"pyproject.toml": "[project\n"})
    repository.commit("Mend", {"pyproject.toml": '[project]\ndependencies = ["acme-evals", "httpx"]\n'})
    result = read(tmp_path, repository.save())
    (rejected,) = result.rejected
    assert rejected.table == "manifest_declarations"
    assert "pyproject.toml" in rejected.reason
    assert repository.sha(":2") in rejected.reason
    assert "at line 1" in rejected.reason, "the parser's own words say where"
    standing = result.rows("manifest_declarations", "from_sha", "is_current", package="acme-evals")
    assert standing == [(repository.sha(":1"), True)], "what stood before a broken version stands on"
    assert sorted(result.rows("manifest_declarations", "package", is_current=True)) == ["a", "acme-evals", "httpx"]


def test_one_bad_requirement_spares_the_others(repository: Repository, tmp_path: Path) -> None:
    repository.commit("Add", {"requirements.txt": "acme-evals\n{{ templated }}\nhttpx\n"})
    result = read(tmp_path, repository.save())
    assert sorted(result.rows("manifest_declarations", "package")) == ["acme-evals", "httpx"]
    assert "'{{ templated }}'" in result.rejected[0].reason


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("package.json", "[1]"),
        ("package.json", "{" * 5),
        ("package.json", '{"a":' + "[" * 100_000),
        ("Pipfile", "x = "),
        ("environment.yml", "a: b: c"),
        ("setup.cfg", "no section"),
        (".gitmodules", "url = x"),
    ],
)
def test_nonsense_is_rejected_not_raised(repository: Repository, tmp_path: Path, path: str, text: str) -> None:
    repository.commit("Add", {path: text, "requirements.txt": "httpx\n"})
    result = read(tmp_path, repository.save())
    assert [path in event.reason for event in result.rejected] == [True]
    assert result.rows("manifest_declarations", "package") == ["httpx"]


@pytest.mark.parametrize(
    "text",
    ['{"dependencies": ["a"], "devDependencies": null}', '{"dependencies": {"a": {"odd": 1}}}', "{}"],
)
def test_odd_shapes_are_survived(repository: Repository, tmp_path: Path, text: str) -> None:
    repository.commit("Add", {"package.json": text})
    result = read(tmp_path, repository.save())
    assert (result.failed, result.rejected) == ({}, [])


def test_symbolic_links_are_no_manifests(repository: Repository, tmp_path: Path) -> None:
    repository.commit("Add", links={"pyproject.toml": "../elsewhere/pyproject.toml"})
    result = read(tmp_path, repository.save())
    assert (result.tables["manifest_declarations"], result.rejected) == ([], [])


def test_too_large_a_file_is_set_aside_and_the_next_content_is_read(repository: Repository, tmp_path: Path) -> None:
    large = '{"dependencies": {"a": "1"}, "x": "' + "x" * (5 << 20) + '"}'
    repository.commit("Add", {"package.json": large, "requirements.txt": "httpx\n", "prompts/a.md": large})
    result = read(tmp_path, repository.save())
    assert {event.table for event in result.rejected} == {"manifest_declarations", "packages", "model_settings"}
    assert {event.reason.partition(" at ")[0] for event in result.rejected} == {"package.json", "prompts/a.md"}
    assert all("bytes" in event.reason for event in result.rejected)
    assert result.rows("manifest_declarations", "package") == ["httpx"]
    assert result.rows("prompt_versions", "change_type", "text_sha") == [("A", None)]
