"""What a path says about a file: vendored, generated, locked, data. Rules for single tables live with the table."""

from functools import lru_cache
from pathlib import PurePosixPath

from pathspec import GitIgnoreSpec

THIRD_PARTY = GitIgnoreSpec.from_lines(
    [
        "node_modules/",
        "bower_components/",
        "site-packages/",
        "dist-packages/",
        ".venv/",
        "venv/",
        "virtualenv/",
        "*.egg-info/",
        "*.dist-info/",
        "vendor/",
        "vendored/",
        "_vendor/",
        "third_party/",
        "third-party/",
        "thirdparty/",
    ]
)
"""Other people's files that somebody committed: they say nothing about this repository."""

FIXTURES = GitIgnoreSpec.from_lines(["fixtures/", "__fixtures__/", "testdata/", "test_data/", "test-data/", "__snapshots__/"])
"""Files that a test reads: a manifest among them declares nothing."""

LOCKFILES = GitIgnoreSpec.from_lines(
    [
        "*.lock",
        "*.lockb",
        "*-lock.json",
        "*-lock.yaml",
        "*.lock.json",
        "*.lock.yml",
        "*.lock.yaml",
        "npm-shrinkwrap.json",
        "go.sum",
        "packages.lock.json",
    ]
)

NOT_WRITTEN = GitIgnoreSpec.from_lines(
    [
        # generated
        "*.min.js",
        "*.min.css",
        "*.map",
        "*.pb.go",
        "*.pb.cc",
        "*.pb.h",
        "*_pb2.py",
        "*_pb2.pyi",
        "*_pb2_grpc.py",
        "*.generated.*",
        "*_generated.*",
        "*.g.dart",
        "__generated__/",
        "generated/",
        # data
        "*.jsonl",
        "*.ndjson",
        "*.csv",
        "*.tsv",
        "*.parquet",
        "*.arrow",
        "*.snap",
        "*.ipynb",
        "*.svg",
        "*.pdf",
    ]
)
"""Files whose lines nobody wrote one by one."""


def shown(path: str) -> str:
    """The path as readable UTF-8; bytes that are none appear as a backslash and their number."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def is_third_party(path: str) -> bool:
    """Whether the file came with somebody else's package."""
    return THIRD_PARTY.match_file(path)


def is_fixture(path: str) -> bool:
    """Whether the file is test data."""
    return FIXTURES.match_file(path)


@lru_cache(maxsize=100_000)
def is_authored(path: str) -> bool:
    """Whether a line of the file is work of whoever wrote it, as surviving lines understand it."""
    return not (THIRD_PARTY.match_file(path) or LOCKFILES.match_file(path) or NOT_WRITTEN.match_file(path))


def is_regular(mode: str) -> bool:
    """Whether a mode is that of a file with content: no symbolic link, no submodule, not absent."""
    return mode.startswith("100")


def name_of(path: str) -> str:
    """The last part of a path, lowercased."""
    return PurePosixPath(path).name.lower()
