"""Which repositories are meant, under which durable id, and where a person sees them."""

from pathlib import Path

import pytest

from connectors.git.remotes import Remote, is_github_name, normalised, repository_name, select

GITHUB = [
    (1, "acme/search", "https://github.com/acme/search.git", "main"),
    (2, "acme/router", "https://github.com/acme/router.git", "main"),
    (3, "Other/Thing", "https://ghe.example:8443/Other/Thing.git", "trunk"),
]


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/acme/search",
        "https://github.com/acme/search.git",
        "https://GitHub.com/acme/search/",
        "git@github.com:acme/search.git",
        "ssh://git@github.com/acme/search.git",
        "ssh://git@github.com:22/acme/search",
        "git://github.com/acme/search",
    ],
)
def test_every_spelling_is_one_repository(url: str) -> None:
    assert normalised(url) == "github.com/acme/search"
    (remote,), _ = select([url], GITHUB)
    assert remote.partition == "github:1"


def test_ports_and_paths_are_told_apart(tmp_path: Path) -> None:
    assert normalised("https://ghe.example:8443/a/b.git") == "ghe.example:8443/a/b"
    assert normalised(f"file://{tmp_path}/x.git") == normalised(f"{tmp_path}/y/../x.git")


@pytest.mark.parametrize(
    ("remotes", "partitions"),
    [
        (["acme/*"], ["github:1", "github:2"]),
        (["ACME/sea?ch"], ["github:1"]),
        (["acme/*", "acme/router"], ["github:1", "github:2"]),
        (["*/*"], ["github:1", "github:2", "github:3"]),
        (["other/thing"], ["github:3"]),
    ],
)
def test_names_choose_by_glob_each_once(remotes: list[str], partitions: list[str]) -> None:
    chosen, missing = select(remotes, GITHUB)
    assert [remote.partition for remote in chosen] == partitions
    assert missing == {}


def test_other_repositories_get_an_id_from_their_url() -> None:
    (one,), _ = select(["https://gitlab.example/team/tool.git"], GITHUB)
    (two,), _ = select(["git@gitlab.example:team/tool.git"], [])
    assert one.partition == two.partition
    assert one.partition.startswith("git:")
    assert len(one.partition) == 16
    assert (one.full_name, one.web) == ("team/tool", "")


@pytest.mark.parametrize(
    ("remote", "expected"),
    [
        ("acme/*", True),
        ("acme/search", True),
        ("./acme/search", False),
        ("/srv/acme", False),
        ("../x/y", False),
        ("~/x", False),
        ("a/b/c", False),
        ("git@h:a/b", False),
    ],
)
def test_names_are_told_from_paths(remote: str, expected: bool) -> None:
    assert is_github_name(remote) is expected


def test_web_addresses() -> None:
    remote = Remote("github:1", "acme/search", "https://github.com/acme/search.git", "main", "https://github.com/acme/search")
    assert remote.commit_url("abc") == "https://github.com/acme/search/commit/abc"
    assert remote.file_url("abc", "docs/a b#c.md", 7) == "https://github.com/acme/search/blob/abc/docs/a%20b%23c.md#L7"
    (other,), _ = select(["https://gitlab.example/team/tool.git"], [])
    assert other.commit_url("abc") == "https://gitlab.example/team/tool.git#abc"
    (public,), _ = select(["git@github.com:someone/tool.git"], [])
    assert public.commit_url("abc") == "https://github.com/someone/tool/commit/abc"


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/Acme/Evals.git", "acme/evals"),
        ("git@ghe.example:acme/evals.git", "acme/evals"),
        ("https://gitlab.example/acme/evals", "gitlab.example/acme/evals"),
    ],
)
def test_a_mirror_on_another_host_is_not_the_repository(url: str, name: str) -> None:
    assert repository_name(url, "ghe.example") == name
