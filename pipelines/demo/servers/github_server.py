"""The GitHub server as one application: REST, GraphQL, git over HTTP, and plain pages behind the `html_url`s."""

from pathlib import Path

from starlette.applications import Starlette

from pipelines.demo.servers.git_http import git_routes
from pipelines.demo.servers.github_access import Access, GithubApp
from pipelines.demo.servers.github_graphql import graphql_routes
from pipelines.demo.servers.github_http import Github
from pipelines.demo.servers.github_pages import page_routes
from pipelines.demo.servers.github_rest import rest_routes
from pipelines.demo.servers.limits import Limits, RateBook
from pipelines.demo.world import World


class GithubServer:
    """GitHub Enterprise Server, as far as the connectors use it."""

    def __init__(self, world: World, git_root: Path, tokens: frozenset[str], app: GithubApp | None, limits: Limits) -> None:
        self.github = Github(world, git_root, Access(tokens, app), RateBook(limits))
        routes = [rest_routes(self.github), *graphql_routes(self.github), *git_routes(self.github), *page_routes(self.github)]
        self.app = Starlette(routes=routes)

    def show(self, world: World) -> None:
        """Serve another world."""
        self.github.show(world)
