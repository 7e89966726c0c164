"""Lists of an MLflow server, page after page, whether it takes the question as a body or in the address."""

from collections.abc import Callable, Iterator
from typing import Any

from connectors.evals.cursors import Cursors, items_of
from connectors.evals.shape import Json
from connectors.json_api import JsonApi


def searched(api: JsonApi, path: str, what: str, items: str, asked: Json) -> Iterator[Json]:
    """Everything that a search by `POST` finds."""
    return (one for page in _pages(lambda more: api.post(path, what, asked | more), what) for one in _objects(page, items, what))


def listed(api: JsonApi, path: str, what: str, items: str, **asked: int | str) -> Iterator[Json]:
    """Everything that a question by `GET` finds."""
    return (one for page in told_pages(api, path, what, **asked) for one in _objects(page, items, what))


def told_pages(api: JsonApi, path: str, what: str, **asked: int | str) -> Iterator[Json]:
    """The pages themselves, where their items are no plain list."""
    return _pages(lambda more: api.get(path, what, None, **asked, **more), what)


def _pages(ask: Callable[[dict[str, str]], Json], what: str) -> Iterator[Json]:
    token, cursors = "", Cursors(what)
    while True:
        page = ask({"page_token": token} if token else {})
        yield page
        following = str(page.get("next_page_token") or "")
        if not following:
            return
        token = cursors.follow(following)


def _objects(page: Json, items: str, what: str) -> Iterator[Any]:
    # Protocol buffers leave out what is empty: nothing but the answer being an object can be asked of it.
    return (item for item in items_of({items: []} | page, items, what) if isinstance(item, dict))
