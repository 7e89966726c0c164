"""The GitHub client over a real loopback server that misbehaves on demand: limits, faults, credentials, pages."""

import json
import logging
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from github import Requester

from connectors.contract import Meter
from connectors.errors import AuthFailed, ContractBroken, Empty, NotFound, RateLimited, SourceError, Unavailable
from connectors.github.client import GithubClient
from connectors.github.options import GithubOptions
from connectors.github.protocol import Answer, Refused

TOKEN = "ghp_aVerySecretToken0123456789"
NOW = 1_790_000_000.0


@dataclass
class Reply:
    """What the server answers once; `cut` sends that many bytes of the body only, None for the whole, -1 drops the connection."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None


@dataclass
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: Any


class Server:
    """Answers requests from a queue of replies, or by a function of the request."""

    def __init__(self) -> None:
        self.replies: deque[Reply] = deque()
        self.answer: Callable[[Asked], Reply] | None = None
        self.asked: list[Asked] = []
        self.in_flight = self.most_in_flight = 0
        self.lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                pass

            def do_GET(self) -> None:
                outer.handle(self)

            do_POST = do_GET  # noqa: N815 - the base class looks for this name

        self.httpd = ThreadingHTTPServer(("localhost", 0), Handler)
        self.httpd.daemon_threads = True
        self.thread = threading.Thread(target=self.httpd.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://localhost:{self.httpd.server_address[1]}"

    def handle(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers.get("Content-Length") or 0)
        body = json.loads(handler.rfile.read(length)) if length else None
        asked = Asked(handler.command, handler.path, {k.lower(): v for k, v in handler.headers.items()}, body)
        with self.lock:
            self.asked.append(asked)
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
            reply = self.answer(asked) if self.answer else self.replies.popleft()
        try:
            self.send(handler, reply)
        finally:
            with self.lock:
                self.in_flight -= 1

    @staticmethod
    def send(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        if reply.cut == -1:
            handler.close_connection = True
            handler.connection.shutdown(socket.SHUT_RDWR)
            return
        data = reply.body.encode() if isinstance(reply.body, str) else b"" if reply.body is None else json.dumps(reply.body).encode()
        handler.send_response(reply.status)
        for name, value in {"Content-Type": "application/json", **reply.headers, "Content-Length": str(len(data))}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(data[: reply.cut])
        handler.close_connection = handler.close_connection or reply.cut is not None

    def close(self) -> None:
        self.httpd.shutdown()
        self.thread.join()
        self.httpd.server_close()


@dataclass
class Bench:
    """A client at a server, with a clock that moves only when the client waits."""

    server: Server
    clients: list[GithubClient] = field(default_factory=list)
    meter: Meter = field(default_factory=Meter)
    now: float = NOW
    waits: list[float] = field(default_factory=list)

    def client(self, base: str = "", **options: Any) -> GithubClient:
        chosen = {
            "api_url": self.server.url + base,
            "repositories": {"include": ["acme/*"]},
            "retry_wait": 0,
            "retries": 3,
            **({} if "auth" in options else {"tokens": [TOKEN]}),
            **options,
        }
        client = GithubClient(GithubOptions.model_validate(chosen), self.meter, clock=lambda: self.now, sleep=self.sleep)
        self.clients.append(client)
        return client

    def sleep(self, seconds: float) -> bool:
        self.now += seconds
        self.waits.append(seconds)
        return False


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture
def bench(server: Server) -> Iterator[Bench]:
    bench = Bench(server)
    yield bench
    for client in bench.clients:
        client.close()


def test_pages_carry_etag_next_and_last(bench: Bench):
    url = bench.server.url
    link = f'<{url}/repos/a/b/issues?page=2&per_page=100>; rel="next", <{url}/repos/a/b/issues?page=7&per_page=100>; rel="last"'
    bench.server.replies += [Reply([{"id": 1}], headers={"ETag": 'W/"x"', "Link": link}), Reply([])]
    client = bench.client()
    answer = client.get("/repos/a/b/issues", {"state": "all", "per_page": 100})
    assert answer == Answer([{"id": 1}], 'W/"x"', "/repos/a/b/issues?page=2&per_page=100", 7)
    assert client.get(answer.next).next == ""
    assert [asked.path for asked in bench.server.asked] == [
        "/repos/a/b/issues?per_page=100&state=all",
        "/repos/a/b/issues?page=2&per_page=100",
    ]
    assert bench.server.asked[0].headers["x-github-api-version"] == "2022-11-28"


def test_github_enterprise_has_its_api_below_a_path(bench: Bench):
    link = f'<{bench.server.url}/api/v3/orgs/a/repos?page=2>; rel="next"'
    bench.server.replies += [Reply([], headers={"Link": link}), Reply([]), Reply({"data": {"x": 1}})]
    client = bench.client("/api/v3")
    client.get(client.get("/orgs/a/repos").next)
    client.graphql("x", "query { x }", {})
    assert [asked.path for asked in bench.server.asked] == ["/api/v3/orgs/a/repos", "/api/v3/orgs/a/repos?page=2", "/api/graphql"]


def test_an_unchanged_page_is_counted_as_saved(bench: Bench):
    bench.server.replies += [Reply(status=304, headers={"ETag": '"x"'})]
    answer = bench.client().get("/x", etag='"x"')
    assert (answer.is_unchanged, answer.etag, answer.data) == (True, '"x"', None)
    assert bench.server.asked[0].headers["if-none-match"] == '"x"'
    assert (bench.meter.made, bench.meter.saved) == (1, 1)


@pytest.mark.parametrize(
    "bad",
    [
        Reply("<!DOCTYPE html><html>maintenance</html>", headers={"Content-Type": "text/html"}),
        Reply([{"id": 1}] * 50, cut=100),
        Reply('[{"id": 1}, {"id"'),
        Reply(""),
        Reply(cut=-1),
        Reply({"message": "Server Error"}, 502),
        Reply("<html>bad gateway</html>", 502),
    ],
    ids=["html", "cut by length", "cut text", "empty", "dropped", "502", "502 in html"],
)
def test_a_passing_fault_is_asked_again_and_one_that_stays_is_unavailable(bench: Bench, bad: Reply):
    client = bench.client()
    bench.server.replies += [bad, Reply([{"id": 1}])]
    assert client.get("/x").data == [{"id": 1}]
    assert bench.meter.made == 2
    bench.server.answer = lambda _: bad
    with pytest.raises(Unavailable) as caught:
        client.get("/x")
    assert caught.value.what == "/x"
    assert len(bench.server.asked) == 2 + 4


def test_html_with_status_200_is_named_and_points_at_the_address(bench: Bench):
    bench.server.answer = lambda _: Reply("<html>hello</html>", headers={"Content-Type": "text/html; charset=utf-8"})
    with pytest.raises(Unavailable, match=r"HTML where JSON was expected.*api/v3"):
        bench.client().get("/x")


def test_nobody_listening_is_unavailable_and_names_the_address():
    with socket.socket() as free:
        free.bind(("localhost", 0))
        url = f"http://localhost:{free.getsockname()[1]}"
    options = GithubOptions.model_validate(
        {"api_url": url, "tokens": [TOKEN], "repositories": {"include": ["a/*"]}, "retries": 1, "retry_wait": 0}
    )
    client = GithubClient(options, Meter())
    with pytest.raises(Unavailable, match="no connection to http://localhost"):
        client.get("/x")
    client.close()


@pytest.mark.parametrize(
    ("status", "kind"), [(404, NotFound), (410, NotFound), (451, NotFound), (409, Empty), (422, ContractBroken), (403, AuthFailed)]
)
def test_each_status_has_its_error(bench: Bench, status: int, kind: type[SourceError]):
    bench.server.replies += [Reply({"message": "Told so"}, status)]
    with pytest.raises(kind, match="Told so") as caught:
        bench.client().get("/repos/a/b")
    assert isinstance(caught.value, kind)
    assert bench.meter.made == 1


def test_a_missing_right_is_named(bench: Bench):
    headers = {"X-Accepted-GitHub-Permissions": "actions=read"}
    bench.server.replies += [Reply({"message": "Resource not accessible by personal access token"}, 403, headers)]
    with pytest.raises(AuthFailed, match="needs Actions: read"):
        bench.client().get("/repos/a/b/actions/runs")


def test_a_wrong_token_is_told_plainly_and_is_in_no_message_and_no_log(bench: Bench, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    bench.server.answer = lambda _: Reply({"message": "Bad credentials"}, 401)
    client = bench.client()
    with pytest.raises(Refused, match="the token was refused") as caught:
        client.get("/x")
    error: BaseException | None = caught.value
    while error:
        assert TOKEN not in f"{error}{error!r}"
        error = error.__cause__
    assert TOKEN not in caplog.text
    assert TOKEN not in repr(client.credentials())
    assert TOKEN not in repr(vars(client)["_options"])


def test_the_token_is_sent(bench: Bench):
    bench.server.replies += [Reply([])]
    bench.client().get("/x")
    assert bench.server.asked[0].headers["authorization"] == f"token {TOKEN}"


LIMITS = [
    (Reply({"message": "slow down"}, 429, {"Retry-After": "7"}), 7),
    (Reply({"message": "You have exceeded a secondary rate limit"}, 403, {"Retry-After": "30"}), 30),
    (Reply({"message": "You have exceeded a secondary rate limit"}, 403), 60),
    (Reply({"message": "slow down"}, 429), 60),
    (Reply("<html>slow down</html>", 429), 60),
]


@pytest.mark.parametrize(("limit", "wait"), LIMITS)
def test_a_limit_is_waited_for_as_long_as_github_asks(bench: Bench, limit: Reply, wait: int):
    bench.server.replies += [limit, Reply([1])]
    assert bench.client().get("/x").data == [1]
    assert bench.waits == [pytest.approx(wait)]
    assert bench.meter.waited_seconds == pytest.approx(wait)


def test_the_primary_limit_is_waited_for_until_its_reset(bench: Bench):
    spent = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(NOW) + 100)}
    bench.server.replies += [Reply({"message": "API rate limit exceeded for user"}, 403, spent), Reply([1])]
    assert bench.client().get("/x").data == [1]
    assert bench.waits == [pytest.approx(101)]


def test_a_limit_longer_than_may_be_waited_says_when_to_come_back(bench: Bench):
    bench.server.answer = lambda _: Reply({"message": "slow down"}, 429, {"Retry-After": "3600"})
    client = bench.client(max_wait=900)
    with pytest.raises(RateLimited) as caught:
        client.get("/x")
    assert caught.value.retry_at is not None
    assert caught.value.retry_at.timestamp() == pytest.approx(NOW + 3600)
    assert bench.waits == []
    with pytest.raises(RateLimited):
        client.get("/y")
    assert len(bench.server.asked) == 1, "once the limit is known, nothing more is asked"


def test_a_limit_that_never_ends_is_given_up(bench: Bench):
    bench.server.answer = lambda _: Reply({"message": "slow down"}, 429, {"Retry-After": "1"})
    with pytest.raises(RateLimited, match="still in force"):
        bench.client().get("/x")
    assert len(bench.server.asked) == 4


def test_an_answer_that_uses_the_limit_up_stops_the_next_request(bench: Bench):
    spent = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(NOW) + 50), "X-RateLimit-Resource": "core"}
    bench.server.replies += [Reply([1], headers=spent), Reply({"data": {}}), Reply([2])]
    client = bench.client()
    client.get("/x")
    client.graphql("x", "query { x }", {})
    assert bench.waits == [], "the GraphQL budget is another one"
    assert client.get("/y").data == [2]
    assert bench.waits == [pytest.approx(51)]


def test_tokens_share_the_load_in_turn(bench: Bench):
    bench.server.answer = lambda _: Reply([])
    client = bench.client(tokens=["one", "two", "three"])
    for n in range(6):
        client.get(f"/x{n}")
    assert [asked.headers["authorization"] for asked in bench.server.asked] == [f"token {t}" for t in ("one", "two", "three")] * 2


def test_what_is_asked_conditionally_sticks_to_one_token(bench: Bench):
    bench.server.answer = lambda _: Reply([])
    client = bench.client(tokens=["one", "two", "three"])
    for page in range(6):
        client.get("/repos/a/b/issues", {"page": page}, etag="")
    assert len({asked.headers["authorization"] for asked in bench.server.asked}) == 1
    for n in range(30):
        client.get(f"/repos/a/b{n}/issues", etag="")
    assert len({asked.headers["authorization"] for asked in bench.server.asked}) == 3


def test_a_limited_token_is_passed_over(bench: Bench):
    def answer(asked: Asked) -> Reply:
        limited = asked.headers["authorization"] == "token one"
        return Reply({"message": "slow down"}, 429, {"Retry-After": "600"}) if limited else Reply([1])

    bench.server.answer = answer
    client = bench.client(tokens=["one", "two"])
    for _ in range(4):
        assert client.get("/x").data == [1]
    assert bench.waits == []
    assert sum(asked.headers["authorization"] == "token one" for asked in bench.server.asked) == 1


def test_a_refused_token_among_several_is_named_by_its_place(bench: Bench):
    bench.server.answer = lambda _: Reply({"message": "Bad credentials"}, 401)
    with pytest.raises(Refused, match="token 1 of 2 was refused"):
        bench.client(tokens=["one", "two"]).get("/x")


def test_graphql_sends_variables_and_keeps_what_came_beside_errors(bench: Bench):
    errors = [{"type": "FORBIDDEN", "message": "no", "path": ["repository", "x"]}]
    bench.server.replies += [Reply({"data": {"rateLimit": {"cost": 3}, "repository": {"x": None}}, "errors": errors})]
    graph = bench.client().graphql("x", "query Q($a: Int) { x }", {"a": 1})
    assert graph.data["repository"] == {"x": None}
    assert (graph.errors[0].kind, graph.errors[0].path) == ("FORBIDDEN", ("repository", "x"))
    assert bench.server.asked[0].body == {"query": "query Q($a: Int) { rateLimit { cost } x }", "variables": {"a": 1}}
    assert bench.meter.points == 3


def test_what_is_left_of_each_limit_is_known_from_the_answers(bench: Bench):
    bench.server.replies += [Reply([], headers={"X-RateLimit-Remaining": "4321", "X-RateLimit-Resource": "core"})]
    bench.client().get("/x")
    assert bench.meter.left == {"the token core": 4321}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"data": None, "errors": [{"message": "Something went wrong while executing your query."}]}, Unavailable),
        ({"data": {"a": None}, "errors": [{"type": "SERVICE_UNAVAILABLE", "message": "x"}]}, Unavailable),
        ({"errors": [{"message": "Field 'x' doesn't exist on type 'Y'"}]}, ContractBroken),
        ({"data": None, "errors": [{"type": "INSUFFICIENT_SCOPES", "message": "needs read:org"}]}, AuthFailed),
        ({"data": None, "errors": [{"type": "NOT_FOUND", "message": "no such node"}]}, NotFound),
        ({"message": "?"}, ContractBroken),
        ([], ContractBroken),
    ],
)
def test_graphql_answers_that_are_of_no_use_have_their_error(bench: Bench, body: Any, kind: type[SourceError]):
    bench.server.replies += [Reply(body)]
    with pytest.raises(kind) as caught:
        bench.client().graphql("acme/search pull requests", "query { x }", {})
    assert isinstance(caught.value, kind)
    assert caught.value.what == "acme/search pull requests"


@pytest.mark.parametrize(
    "error", [{"type": "RATE_LIMITED", "message": "used up"}, {"message": "You have exceeded a secondary rate limit."}]
)
def test_graphql_limits_come_with_status_200(bench: Bench, error: dict[str, str]):
    bench.server.replies += [Reply({"errors": [error]}, headers={"Retry-After": "9"}), Reply({"data": {"x": 1}})]
    assert bench.client().graphql("x", "query { x }", {}).data == {"x": 1}
    assert bench.waits == [pytest.approx(9)]


def test_a_redirect_to_another_host_is_refused_with_the_token_unsent(bench: Bench):
    bench.server.replies += [Reply({}, 301, {"Location": "http://127.0.0.2:9/repos/a/b"})]
    with pytest.raises(ContractBroken, match=r"redirected.*api_url"):
        bench.client().get("/repos/a/b")


def test_a_renamed_repository_is_followed(bench: Bench):
    bench.server.replies += [Reply({}, 301, {"Location": f"{bench.server.url}/repositories/7"}), Reply({"id": 7})]
    assert bench.client().get("/repos/a/old").data == {"id": 7}


def test_no_more_requests_are_in_flight_than_allowed(bench: Bench):
    gate = threading.Barrier(3, timeout=5)
    bench.server.answer = lambda _: Reply([])
    client = bench.client(concurrency=2)
    original = bench.server.send

    def slow(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        # Both places are taken once the third party, the test, arrives at the gate.
        gate.wait()
        original(handler, reply)

    bench.server.send = slow
    threads = [threading.Thread(target=client.get, args=("/x",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for _ in range(4):
        gate.wait()
    for thread in threads:
        thread.join()
    assert bench.server.most_in_flight == 2


def test_each_thread_gets_the_answer_to_its_own_question(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    bench.server.answer = lambda asked: Reply({"path": asked.path})
    client = bench.client(concurrency=2)
    both_have_asked = threading.Barrier(2, timeout=5)
    ask = Requester.HTTPRequestsConnectionClass.request

    def ask_together(connection: Any, *question: Any) -> None:
        ask(connection, *question)
        both_have_asked.wait()  # PyGithub sends what the connection remembers only after this

    monkeypatch.setattr(Requester.HTTPRequestsConnectionClass, "request", ask_together)
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(lambda path: client.get(path).data["path"], ["/x", "/y"]))
    assert answers == ["/x", "/y"]


def test_a_closed_client_asks_nothing(bench: Bench):
    client = bench.client()
    client.close()
    with pytest.raises(Unavailable, match="given up"):
        client.get("/x")
    assert bench.server.asked == []


def test_closing_wakes_a_thread_that_waits_for_a_limit(server: Server):
    is_waiting = threading.Event()

    class Watched(Meter):
        def count(self, made: int = 0, saved: int = 0, waited_seconds: float = 0.0) -> None:
            if waited_seconds:
                is_waiting.set()

    options = {"api_url": server.url, "tokens": [TOKEN], "repositories": {"include": ["a/*"]}, "max_wait": 600}
    client = GithubClient(GithubOptions.model_validate(options), Watched())
    server.answer = lambda _: Reply({"message": "slow down"}, 429, {"Retry-After": "500"})
    caught: list[SourceError] = []

    def ask() -> None:
        try:
            client.get("/x")
        except SourceError as error:
            caught.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    assert is_waiting.wait(timeout=5)
    client.close()
    thread.join(timeout=5)
    assert not thread.is_alive()
    assert isinstance(caught[0], Unavailable)


def test_the_state_of_each_credential(bench: Bench):
    resources = {"core": {"limit": 5000, "remaining": 4000}, "graphql": {"limit": 5000, "remaining": 12}, "search": {"limit": 1}}
    headers = {"X-OAuth-Scopes": "repo, read:org"}
    bench.server.replies += [
        Reply({"resources": resources}, headers=headers),
        Reply({"message": "Bad credentials"}, 401),
        Reply({"message": "Not Found"}, 404),
        Reply({"message": "slow"}, 429, {"Retry-After": "5"}),
    ]
    good, refused, unlimited, limited = bench.client(tokens=["a", "b", "c", "d"]).credentials()
    assert (good.scopes, good.remaining) == (("repo", "read:org"), {"core": 4000, "graphql": 12})
    assert good.server_time is not None
    assert "Bad credentials" in refused.error
    assert (unlimited.error, unlimited.remaining) == ("", None)
    assert "limited for another 5 s" in limited.error


@pytest.fixture(scope="module")
def private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()


def app_server(server: Server, installed: dict[str, int], suspended: str = "") -> None:
    """A server that knows a GitHub App installed at some owners, and shows two installations a page."""
    every = [
        {"id": number, "account": {"login": owner}, "suspended_at": "2026-01-01T00:00:00Z" if owner == suspended else None}
        for owner, number in installed.items()
    ]

    def answer(asked: Asked) -> Reply:
        path, _, query = asked.path.partition("?")
        parts = path.strip("/").split("/")
        if parts[:2] == ["app", "installations"] and len(parts) < 4:
            assert asked.headers["authorization"].startswith("Bearer ey")
            if len(parts) == 3:
                found = [one for one in every if str(one["id"]) == parts[2]]
                return Reply(found[0]) if found else Reply({"message": "Not Found"}, 404)
            page = int(dict(parse_qsl(query)).get("page", 1))
            following = {"link": f'<{server.url}/app/installations?per_page=100&page={page + 1}>; rel="next"'}
            return Reply(every[2 * page - 2 : 2 * page], headers=following if len(every) > 2 * page else {})
        if asked.path.endswith("/access_tokens"):
            return Reply({"token": f"ghs_{parts[2]}", "expires_at": "2099-01-01T00:00:00Z"}, 201)
        return Reply([asked.headers["authorization"]])

    server.answer = answer


def test_an_app_finds_its_installation_and_works_with_its_token(bench: Bench, private_key: str):
    app_server(bench.server, {"beta": 31, "gamma": 32, "Acme": 34})
    client = bench.client(auth={"app_id": 12, "private_key": private_key})
    assert client.get("/x").data == ["token ghs_34"]
    assert client.get("/y").data == ["token ghs_34"]
    assert sum(asked.path.endswith("/access_tokens") for asked in bench.server.asked) == 1


def test_an_app_with_its_installation_named_does_not_look_for_it(bench: Bench, private_key: str):
    app_server(bench.server, {})
    client = bench.client(auth={"app_id": 12, "private_key": private_key, "installation_id": 56})
    assert client.get("/x").data == ["token ghs_56"]


def test_a_token_and_two_installations_share_the_load(bench: Bench, private_key: str):
    app_server(bench.server, {})
    apps = [{"app_id": number, "private_key": private_key, "installation_id": number} for number in (56, 57)]
    client = bench.client(auth=apps, tokens=[TOKEN])
    answered = [client.get("/x").data[0] for _ in range(6)]
    assert set(answered) == {"token ghs_56", "token ghs_57", f"token {TOKEN}"}
    assert max(answered.count(one) for one in answered) == 2


def test_git_clones_with_the_apps_present_token_or_with_the_first_personal_one(bench: Bench, private_key: str):
    app_server(bench.server, {"acme": 34, "beta": 35})
    both = {"include": ["acme/*", "beta/*"]}
    client = bench.client(auth={"app_id": 12, "private_key": private_key}, repositories=both)
    assert [client.clone_token(owner) for owner in ("acme", "Beta")] == ["ghs_34", "ghs_35"]
    assert bench.client(tokens=[TOKEN, "another"]).clone_token("acme") == TOKEN


def test_an_app_that_is_not_installed_says_where(bench: Bench, private_key: str):
    app_server(bench.server, {})
    with pytest.raises(AuthFailed, match="not installed at acme"):
        bench.client(auth={"app_id": 12, "private_key": private_key})


def test_each_owner_is_asked_about_by_its_own_installation(bench: Bench, private_key: str):
    app_server(bench.server, {"beta": 31, "gamma": 32, "acme": 34})
    client = bench.client(auth={"app_id": 12, "private_key": private_key}, repositories={"include": ["Acme/*", "beta/x"]})
    for owner, token in (("acme", "ghs_34"), ("Beta", "ghs_31")):
        assert [client.of(owner).get("/x").data for _ in range(3)] == [[f"token {token}"]] * 3
        assert client.of(owner).get("/x", etag="").data == client.of("acme").of(owner).get("/x").data == [f"token {token}"]
    names = [state.name for state in client.credentials()]
    assert names == ["App 12, installation 34", "App 12, installation 31"]


def test_graphql_is_asked_by_the_owners_installation_too(bench: Bench, private_key: str):
    app_server(bench.server, {"acme": 34, "beta": 31})
    client = bench.client(auth={"app_id": 12, "private_key": private_key}, repositories={"include": ["acme/*", "beta/*"]})
    plain = bench.server.answer

    def answer(asked: Asked) -> Reply:
        return Reply({"data": {"who": asked.headers["authorization"]}}) if asked.path.endswith("/graphql") else plain(asked)

    bench.server.answer = answer
    assert [client.of(owner).graphql("who", "{ who }", {}).data["who"] for owner in ("beta", "acme")] == ["token ghs_31", "token ghs_34"]


def test_tokens_read_every_owner_beside_an_app_that_reads_one(bench: Bench, private_key: str):
    app_server(bench.server, {"acme": 34})
    app = {"app_id": 12, "private_key": private_key}
    client = bench.client(auth=app, tokens=[TOKEN], repositories={"include": ["acme/*", "beta/*"]})
    assert {client.of("acme").get("/x").data[0] for _ in range(4)} == {"token ghs_34", f"token {TOKEN}"}
    assert {client.of("beta").get("/x").data[0] for _ in range(4)} == {f"token {TOKEN}"}


def test_two_named_installations_read_one_owner_each(bench: Bench, private_key: str):
    app_server(bench.server, {"acme": 56, "beta": 57})
    apps = [{"app_id": 12, "private_key": private_key, "installation_id": number} for number in (57, 56)]
    client = bench.client(auth=apps, repositories={"include": ["acme/*", "beta/*"]})
    assert [client.of(owner).get("/x").data for owner in ("acme", "beta")] == [["token ghs_56"], ["token ghs_57"]]


def test_an_owner_without_any_installation_is_named(bench: Bench, private_key: str):
    app_server(bench.server, {"acme": 34})
    with pytest.raises(AuthFailed, match="App 12: not installed at beta"):
        bench.client(auth={"app_id": 12, "private_key": private_key}, repositories={"include": ["acme/*", "beta/*"]})


def test_a_suspended_installation_is_told_before_anything_is_read(bench: Bench, private_key: str):
    app_server(bench.server, {"acme": 34}, suspended="acme")
    with pytest.raises(AuthFailed, match="suspended at acme"):
        bench.client(auth={"app_id": 12, "private_key": private_key})


def test_without_bound_credentials_owners_are_not_told_apart(bench: Bench):
    client = bench.client(tokens=[TOKEN])
    assert client.of("acme") is client.of("beta") is client


def test_a_removed_installation_is_a_refused_credential(bench: Bench, private_key: str):
    bench.server.answer = lambda _: Reply({"message": "Not Found"}, 404)
    with pytest.raises(Refused, match="installation 56 was refused"):
        bench.client(auth={"app_id": 12, "private_key": private_key, "installation_id": 56}).get("/x")


def test_a_key_that_is_no_key_is_told_without_showing_it(bench: Bench):
    with pytest.raises(AuthFailed, match="no RSA key in PEM form") as caught:
        bench.client(auth={"app_id": 12, "private_key": "not-a-key"})
    assert "not-a-key" not in str(caught.value)
