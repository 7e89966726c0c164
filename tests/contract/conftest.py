"""The small demo organisation and its servers, for one module of tests at a time."""

import pytest

from pipelines.demo.servers.serving import serve
from tests.contract.demo_world import TOKEN, small_world


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Where the organisation's repositories lie."""
    return tmp_path_factory.mktemp("git")


@pytest.fixture(scope="module")
def world(root):
    return small_world(root)


@pytest.fixture(scope="module")
def served(world, root):
    with serve(world, root, token=TOKEN) as endpoints:
        yield endpoints
