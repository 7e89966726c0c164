"""Which packages a repository says that it makes: every kind of manifest, since when, and what is made for nobody else."""

from pathlib import Path

import pytest

from connectors.git.published import parse
from tests.unit.git_repositories import Repository, at, read


@pytest.mark.parametrize(
    ("path", "text", "package"),
    [
        ("pyproject.toml", '[project]\nversion = "1"\nname = "Acme_Evals"\n', ("pypi", "acme-evals", 3)),
        ("pyproject.toml", '[tool.poetry]\nname = "acme.evals"\n', ("pypi", "acme-evals", 2)),
        ("setup.cfg", "[metadata]\nname = acme-evals\nversion = attr: acme.__version__\n", ("pypi", "acme-evals", 2)),
        ("lib/setup.py", 'from setuptools import setup\nNAME = "acme-evals"\nsetup(name=NAME)\n', ("pypi", "acme-evals", 2)),
        ("web/package.json", '{\n  "name": "@Acme/evals"\n}\n', ("npm", "@acme/evals", 2)),
        ("Cargo.toml", '[package]\nname = "acme-evals"\n', ("cargo", "acme-evals", 2)),
        ("go.mod", "// of ours\nmodule github.com/Acme/evals/v2\n\ngo 1.22\n", ("go", "github.com/acme/evals/v2", 2)),
    ],
)
def test_each_manifest_names_what_it_makes(path: str, text: str, package: tuple[str, str, int]):
    [found] = parse(path, text, lambda _: None).values()
    assert (found.ecosystem, found.package, found.line) == package


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("package.json", '{"name": "shop", "private": true}'),
        ("Cargo.toml", '[package]\nname = "inner"\npublish = false\n'),
        ("Cargo.toml", '[workspace]\nmembers = ["a"]\n'),
        ("pyproject.toml", "[tool.ruff]\nline-length = 100\n"),
        ("pyproject.toml", "[project\n"),
        ("pyproject.toml", "[project]\nname = 7\n"),
        ("setup.cfg", "[flake8]\nmax-line-length = 100\n"),
        ("setup.cfg", "no section\n"),
        ("setup.py", "setup(name=read_name())\n"),
    ],
)
def test_what_is_made_for_nobody_else_or_cannot_be_read_is_no_package(path: str, text: str):
    assert parse(path, text, lambda _: None) == {}


def test_a_package_lasts_from_the_landing_that_named_it_to_the_one_that_took_the_name_away(tmp_path: Path):
    repository = Repository(tmp_path / "acme" / "kit.git")
    repository.commit(
        "Kit", {"pyproject.toml": '[project]\nname = "kit"\n', "node_modules/x/package.json": '{"name": "x"}'}, when=at("2026-01-05")
    )
    repository.commit("Another name (#4)", {"pyproject.toml": '[project]\nname = "toolkit"\n'}, when=at("2026-02-05"))
    rows = {row["package"]: row for row in read(tmp_path, repository.save()).tables["packages"]}
    assert set(rows) == {"kit", "toolkit"}
    assert (rows["kit"]["from_at"], rows["kit"]["to_at"], rows["kit"]["to_pull_request_number"]) == (at("2026-01-05"), at("2026-02-05"), 4)
    assert rows["toolkit"]["is_current"]
    assert rows["toolkit"]["line"] == 2
