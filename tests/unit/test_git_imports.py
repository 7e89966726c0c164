"""Who imports an artifact: every language's statements, what looks like one and is none, and since when."""

import json
from pathlib import Path

import pytest

from connectors.git.options import ArtifactOptions
from tests.unit.git_repositories import BEN, Repository, at, read

EVALS = ArtifactOptions(
    id="evals",
    repository="acme/evals",
    packages=("Acme-Evals", "@acme/evals", "go.acme.example/evals", "com.acme:eval-harness"),
    modules=("acme.measure",),
)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "acme" / "search.git")


def notebook(*cells: str, language: str = "python") -> str:
    code = [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
    prose = {"cell_type": "markdown", "source": ["import acme_evals\n"]}
    return json.dumps({"cells": [prose, *code], "metadata": {"language_info": {"name": language}}}, indent=1)


FOUND = {
    "a/plain.py": ("# import acme_evals\nimport os, acme_evals.run as r\n", "python", "acme_evals.run", "import", 2),
    "a/other_name.py": ("from acme import (\n  measure,\n)\n", "python", "acme.measure", "import", 1),
    "a/guarded.py": ("try:\n  import acme_evals\nexcept (KeyError, ImportError):\n  pass\n", "python", "acme_evals", "guarded", 2),
    "a/suppressed.py": ("with contextlib.suppress(ImportError):\n  import acme_evals\n", "python", "acme_evals", "guarded", 2),
    "a/typed.py": ("if typing.TYPE_CHECKING:\n  from acme_evals import Suite\n", "python", "acme_evals", "type_only", 2),
    "a/firmest.py": ("if TYPE_CHECKING:\n  import acme_evals\ndef f():\n  import acme_evals\n", "python", "acme_evals", "import", 4),
    "a/dynamic.py": ('importlib.import_module("acme_evals.x")\n', "python", "acme_evals.x", "dynamic", 1),
    "a/test_skipped.py": ('e = pytest.importorskip("acme_evals")\n', "python", "acme_evals", "guarded", 1),
    "n/look.ipynb": (notebook("%pip install acme-evals\nimport acme_evals\n"), "notebook", "acme_evals", "import", 13),
    "w/a.ts": ("// import '@acme/evals'\nimport {run} from '@acme/evals/run'\n", "javascript", "@acme/evals/run", "import", 2),
    "w/b.ts": ("import type {Run} from '@acme/evals'\n", "javascript", "@acme/evals", "type_only", 1),
    "w/c.cjs": ("const e = require('@acme/evals')\n", "javascript", "@acme/evals", "import", 1),
    "w/d.tsx": ("export * from '@acme/evals'\nconst a = <b>x</b>\n", "javascript", "@acme/evals", "import", 1),
    "w/e.js": ("const e = await import('@acme/evals')\n", "javascript", "@acme/evals", "dynamic", 1),
    "w/f.mjs": ("try { require('@acme/evals') } catch {}\n", "javascript", "@acme/evals", "guarded", 1),
    "w/g.ts": ("import e = require('@acme/evals')\n", "javascript", "@acme/evals", "import", 1),
    "g/a.go": ('package a\nimport (\n  e "go.acme.example/evals/run"\n)\n', "go", "go.acme.example/evals/run", "import", 3),
    "g/b.go": ('package a\nimport "github.com/Acme/Evals"\n', "go", "github.com/acme/evals", "import", 2),
    "r/a.rs": ("use acme_evals::{Run, Suite};\n", "rust", "acme_evals", "import", 1),
    "r/b.rs": ("fn main() { acme_evals::run(); }\n", "rust", "acme_evals::run", "import", 1),
    "r/c.rs": ("extern crate acme_evals;\n", "rust", "acme_evals", "import", 1),
    "j/A.java": ("package x;\nimport static com.acme.eval.harness.Run.go;\n", "java", "com.acme.eval.harness.Run.go", "import", 2),
}
"""Path to text, language, module, kind and line."""
NONE = {
    "x/string.py": 'TEXT = """\nimport acme_evals\n"""\n',
    "x/longer.py": "import acme_evals_lite, my.acme_evals\n",
    "x/relative.py": "from . import acme_evals\nfrom .acme_evals import x\n",
    "x/r.ipynb": notebook("library(acme_evals)\nimport acme_evals\n", language="R"),
    "x/longer.ts": "import x from '@acme/evals-lite'\nimport y from './@acme/evals'\nlog('@acme/evals')\n",
    "x/longer.go": 'package a\nimport "github.com/acme/evals-lite"\nvar x = "github.com/acme/evals"\n',
    "x/own.rs": "mod acme_evals;\nuse acme_evals::x;\n",
    "x/Other.java": "import com.acme.other.Thing;\nimport com.acme.eval.harnesses.X;\n",
    "node_modules/x/index.js": "require('@acme/evals')\n",
    "tests/fixtures/a.py": "import acme_evals\n",
}


def test_every_language_and_nothing_that_only_looks_like_it(repository: Repository, tmp_path: Path) -> None:
    repository.commit("Add", {path: found[0] for path, found in FOUND.items()} | NONE)
    result = read(tmp_path, repository.save(), artifacts=(EVALS,))
    assert (result.rejected, result.failed) == ([], {})
    rows = result.rows("imports", "path", "language", "module", "kind", "line", artifact_id="evals")
    assert {row[0]: row[1:] for row in rows} == {path: found[1:] for path, found in FOUND.items()}


def test_intervals_from_the_first_import_to_the_last(repository: Repository, tmp_path: Path) -> None:
    repository.commit("Start (#1)", {"a.py": "import os\n", "b.py": "import acme_evals\n"})
    repository.commit("Adopt (#2)", {"a.py": "import os\nimport acme_evals\n"}, author=BEN)
    more = repository.commit("More (#3)", {"a.py": "import os\nimport acme_evals.run\n"})
    repository.commit("Elsewhere", {"c.py": "\n"})
    dropped = repository.commit("Drop (#4)", {"a.py": "import os\n"}, author=BEN)
    repository.commit("Break", {"b.py": "import acme_evals\nprint 'old'\n"})
    result = read(tmp_path, repository.save(), artifacts=(EVALS,))
    gone = result.only("imports", path="a.py")
    assert (gone["from_author_email"], gone["from_pull_request_number"], gone["line"]) == ("ben@acme.example", 2, 2)
    assert (gone["last_sha"], gone["to_sha"]) == (repository.sha(more), repository.sha(dropped))
    assert (gone["to_author_email"], gone["to_pull_request_number"]) == ("ben@acme.example", 4)
    assert gone["module"] == "acme_evals.run"
    assert result.only("imports", path="b.py")["is_current"], "a version that nobody can parse takes nothing away"
    assert [rejected.raw["path"] for rejected in result.rejected] == ["b.py"]


def test_a_module_of_the_repository_hides_a_package_while_it_is_there(repository: Repository, tmp_path: Path) -> None:
    repository.commit(
        "Own", {"src/acme_evals/__init__.py": "", "app/main.py": "import acme_evals\n", "app/x.ipynb": notebook("import acme_evals")}
    )
    freed = repository.commit("Use the package", deletes=["src/acme_evals/__init__.py"])
    hidden = repository.commit("Again", {"app/acme_evals.py": ""})
    result = read(tmp_path, repository.save(), artifacts=(EVALS,))
    rows = result.rows("imports", "path", "from_sha", "to_sha")
    assert sorted(rows) == [(path, repository.sha(freed), repository.sha(hidden)) for path in ("app/main.py", "app/x.ipynb")]


def test_an_artifacts_own_repository_does_not_cite_it(repository: Repository, tmp_path: Path) -> None:
    repository.commit("Add", {"tests/test_a.py": "import acme_evals\n"}, when=at("2026-02-01"))
    own = EVALS.model_copy(update={"repository": str(repository.path)})
    assert read(tmp_path, repository.save(), artifacts=(own,)).rows("imports", "path") == []
