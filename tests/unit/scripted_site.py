"""A site's API on loopback, over real HTTP, that answers by a script, for tests of the clients."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Answer:
    """One answer; text bodies are sent as they are."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    is_cut_short: bool = False


Script = Callable[[str, dict[str, str]], Answer]


@dataclass
class Site:
    """A loopback API: `script` answers a path below the API's own and its parameters."""

    url: str
    script: Script
    requests: list[tuple[str, dict[str, str], dict[str, str]]] = field(default_factory=list)
    """Path, parameters (those of a body too), and headers by their lower-case names."""

    def paths(self) -> list[str]:
        return [path for path, _, _ in self.requests]


def serving(prefix: str) -> Iterator[Site]:
    """The site while the test runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            path = parts.path.removeprefix(prefix)
            parameters = {name: values[0] for name, values in parse_qs(parts.query).items()}
            length = int(self.headers.get("Content-Length") or 0)
            parameters |= json.loads(self.rfile.read(length)) if length else {}
            found.requests.append((path, parameters, {name.lower(): value for name, value in self.headers.items()}))
            self.give(found.script(path, parameters))

        do_POST = do_GET  # noqa: N815 - the server's name

        def give(self, answer: Answer) -> None:
            body = (answer.body if isinstance(answer.body, str) else json.dumps(answer.body)).encode()
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body) + 100 * answer.is_cut_short))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Site(f"http://127.0.0.1:{server.server_port}", lambda *_: Answer({}))
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


def always(answer: Answer) -> Script:
    return lambda *_: answer


def first_then(first: Answer, then: Answer) -> Script:
    answers = [first]
    return lambda *_: answers.pop() if answers else then
