"""GitHub over HTTP: the only file that knows PyGithub.

PyGithub brings authentication, connections and retries; pages come through its requester, because its objects cost 2.5 times
the CPU and cannot be asked for conditionally. What it does not survive - an answer cut short, a page of HTML with status 200 - is
tried again here. Rate limits are waited for here and not inside the retry, so that another credential may go on meanwhile.
"""

import logging
import time
from collections.abc import Callable, Mapping
from threading import BoundedSemaphore, Lock
from threading import Event as Flag
from typing import Any, TypeVar
from urllib.parse import urlsplit

import orjson
import requests
from github import Auth, Github
from github.GithubException import GithubException, RateLimitExceededExceedsMaxWait, RateLimitExceededException
from github.GithubRetry import GithubRetry
from github.Requester import Requester
from jwt.exceptions import PyJWTError
from requests.utils import parse_header_links
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from connectors.contract import Meter
from connectors.errors import AuthFailed, ContractBroken, NotFound, RateLimited, SourceError, Unavailable
from connectors.github import failures, headers, installations
from connectors.github.limits import SECONDARY_WAIT, Credential, Limited, Pool, Wanted, asked_wait
from connectors.github.listing import PER_PAGE, address
from connectors.github.options import AppAuth, GithubOptions
from connectors.github.owners import OfOwner
from connectors.github.protocol import SOURCE, Answer, Client, CredentialState, Graph
from connectors.github.records import dig

Result = TypeVar("Result")
API_VERSION = "2022-11-28"
_LONGEST_BACKOFF = 60
_ACCEPT = {"Accept": "application/vnd.github+json"}
_WITH_COST = "{ rateLimit { cost }"
"""Put in place of the first brace of a query: what it cost by the source's own account."""
# It tells of each redirect that it follows, which a former name in the configuration makes one in every reading.
logging.getLogger("github.Requester").setLevel(logging.WARNING)


class GithubClient:
    """Keeps `protocol.Client` over HTTP; safe to use from many threads."""

    def __init__(
        self,
        options: GithubOptions,
        meter: Meter,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], bool] | None = None,
    ) -> None:
        """`sleep` waits some seconds and says whether it was broken off; the client's own one is, when it is closed."""
        self._options, self._meter, self._clock = options, meter, clock
        self._closed = Flag()
        self._sleep = sleep or self._closed.wait
        self._slots = BoundedSemaphore(options.concurrency)
        self._prefix = urlsplit(options.base_url).path
        self._pool = Pool([], meter, options.max_wait, clock, self._sleep)
        self._pool.credentials = self._credentials()
        self._bound: dict[str, OfOwner] = {}

    def get(self, path: str, parameters: Mapping[str, Any] | None = None, etag: str | None = None, owner: str = "") -> Answer:
        """One page below the API's root."""
        url = address(path, parameters or {})
        what = path.partition("?")[0]
        wanted = Wanted("core", what, what if etag is not None else None, owner)
        return self._patiently(lambda: self._ask(wanted, lambda credential: self._get(credential, url, etag, what)))

    def graphql(self, what: str, query: str, variables: Mapping[str, Any], owner: str = "") -> Graph:
        """One GraphQL request."""
        question = {"query": query.replace("{", _WITH_COST, 1), "variables": dict(variables)}
        wanted = Wanted("graphql", what, owner=owner)
        return self._patiently(lambda: self._ask(wanted, lambda credential: self._graph(credential, question, what)))

    def of(self, owner: str) -> Client:
        """This client where every credential may read every owner; else one that asks with those that may read this one."""
        if all(credential.owner is None for credential in self._pool.credentials):
            return self
        return self._bound.setdefault(owner.lower(), OfOwner(self, owner.lower()))

    def credentials(self) -> list[CredentialState]:
        """The state of every credential."""
        return [self._state(credential) for credential in self._pool.credentials]

    def clone_token(self, owner: str) -> str:
        """A token that may clone an owner's repositories, valid now: the first personal one, else that of an App's installation.

        Raises:
            SourceError: when the App's token cannot be renewed.
        """
        return self._once(self._pool.of(owner)[0], "a token for git", lambda one: one.requester.auth.token)

    def close(self) -> None:
        """Close connections and wake whoever waits."""
        self._closed.set()
        for credential in self._pool.credentials:
            credential.requester.close()

    # One question, with everything that may come in between

    def _patiently(self, ask: Callable[[], Result]) -> Result:
        """Ask again where the answer came whole by its status but not by its body; other failures were retried already."""
        attempts = Retrying(
            retry=retry_if_exception(lambda error: isinstance(error, _Garbled)),
            stop=stop_after_attempt(self._options.retries + 1),
            wait=wait_exponential(multiplier=self._options.retry_wait, max=_LONGEST_BACKOFF),
            sleep=self._pause,
            reraise=True,
        )
        try:
            return attempts(ask)
        except _Garbled as error:
            raise error.named from None

    def _pause(self, seconds: float) -> None:
        self._sleep(seconds)

    def _ask(self, wanted: Wanted, ask: Callable[[Credential], Result]) -> Result:
        """Ask with a free credential, and with the next one where it turns out to be limited."""
        for _ in range((self._options.retries + 1) * len(self._pool.credentials)):
            credential = self._pool.take(wanted)
            try:
                return self._once(credential, wanted.what, ask)
            except Limited as limit:
                self._pool.put_aside(credential, wanted.resource, SECONDARY_WAIT if limit.wait is None else limit.wait)
        raise RateLimited(SOURCE, wanted.what, "the rate limit was still in force after each wait that GitHub asked for")

    def _once(self, credential: Credential, what: str, ask: Callable[[Credential], Result]) -> Result:
        """One request; whatever the libraries raise gets its name, without secrets and without their context."""
        try:
            with self._slots:
                if self._closed.is_set():
                    raise Unavailable(SOURCE, what, "the reading was given up")
                self._meter.ask()
                return ask(credential)
        except RateLimitExceededException as error:
            raise Limited(getattr(error, "wait", None)) from None
        except GithubException as error:
            # 404 is raised only where an App's token is renewed: the installation is gone.
            status = 401 if error.status == 404 else error.status
            raise failures.from_status(status, error.data, error.headers or {}, what, credential.name) from None
        except (requests.exceptions.ContentDecodingError, requests.exceptions.ChunkedEncodingError):
            raise _Garbled(Unavailable(SOURCE, what, "the connection ended before the answer did", "sync again later")) from None
        except requests.RequestException as error:
            raise self._unreachable(what, error) from None
        except RuntimeError as error:  # PyGithub's word for a redirect to another host or scheme
            raise ContractBroken(SOURCE, what, str(error)[:200], "set api_url to the address that it names") from None

    def _unreachable(self, what: str, error: requests.RequestException) -> Unavailable:
        if isinstance(error, requests.exceptions.RetryError):
            why = f"GitHub answered with an error {self._options.retries + 1} times"
        elif isinstance(error, requests.exceptions.Timeout):
            why = f"no answer within {self._options.timeout} s"
        else:
            why = f"no connection to {self._options.base_url} ({type(error).__name__})"
        return Unavailable(SOURCE, what, why, "is api_url right, and can this machine reach it?")

    # What the answers say

    def _get(self, credential: Credential, url: str, etag: str | None, what: str) -> Answer:
        conditional = {"If-None-Match": etag} if etag else {}
        status, found, body = credential.requester.requestJson("GET", url, headers=_ACCEPT | conditional)
        self._pool.note(credential, found)
        if status == 304:
            self._meter.free()
            return Answer(None, found.get("etag", etag or ""), is_unchanged=True)
        data = self._parsed(status, found, body, what, credential)
        links = {link.get("rel"): link["url"] for link in parse_header_links(found.get("link", ""))}
        return Answer(data, found.get("etag", ""), self._relative(links.get("next", "")), headers.page_of(links.get("last", "")))

    def _graph(self, credential: Credential, question: dict[str, Any], what: str) -> Graph:
        requester = credential.requester
        status, found, body = requester.requestJson("POST", requester.graphql_url, input=question)
        self._pool.note(credential, found)
        data = self._parsed(status, found, body, what, credential)
        self._meter.count(points=dig(data, "data", "rateLimit", "cost") or 0)
        errors = failures.graph_errors(data)
        if failures.is_limit(errors):
            raise Limited(asked_wait(found, self._clock()))
        useless = failures.from_graph(data, errors, what)
        if useless:
            raise useless
        return Graph(data["data"], errors)

    @staticmethod
    def _parsed(status: int, found: Mapping[str, str], body: str, what: str, credential: Credential) -> Any:
        try:
            data = orjson.loads(body) if body or status == 200 else None
        except orjson.JSONDecodeError:
            if status < 300:
                raise _Garbled(failures.garbled(what, body, found.get("content-type", ""))) from None
            data = None
        if status >= 300:
            raise failures.from_status(status, data, found, what, credential.name)
        return data

    def _relative(self, url: str) -> str:
        """Path and query below the API's root, so that a cursor holds no host."""
        parts = urlsplit(url)
        path = parts.path.removeprefix(self._prefix)
        return f"{path}?{parts.query}" if parts.query else path

    def _state(self, credential: Credential) -> CredentialState:
        what = "/rate_limit"
        try:
            status, found, body = self._once(credential, what, lambda one: one.requester.requestJson("GET", what))
            data = self._parsed(status, found, body, what, credential)
        except NotFound:
            return CredentialState(credential.name)  # GitHub Enterprise with limits switched off
        except Limited as limit:
            return CredentialState(credential.name, error=f"limited for another {limit.wait or SECONDARY_WAIT:.0f} s")
        except _Garbled as error:
            return CredentialState(credential.name, error=error.named.why)
        except SourceError as error:
            return CredentialState(credential.name, error=error.why)
        remaining, limit = (
            {name: int(dig(data, "resources", name, key) or 0) for name in ("core", "graphql")} for key in ("remaining", "limit")
        )
        return CredentialState(credential.name, headers.scopes(found), remaining, limit, headers.date(found))

    # Credentials

    def _credentials(self) -> list[Credential]:
        tokens = [token.get_secret_value() for token in self._options.tokens]
        by_token = [
            Credential(f"token {n} of {len(tokens)}" if len(tokens) > 1 else "the token", self._requesters(Auth.Token(token)))
            for n, token in enumerate(tokens, start=1)
        ]
        found = [*by_token, *(credential for app in self._options.auth for credential in self._app(app))]
        without = [owner for owner in self._owners() if not any(credential.owner in (None, owner) for credential in found)]
        if without:
            names = ", ".join(f"App {app.app_id}" for app in self._options.auth)
            raise AuthFailed(SOURCE, names, f"not installed at {', '.join(without)}", "install it there, or correct repositories.include")
        return found

    def _owners(self) -> list[str]:
        """Owners of the repositories, in lower case."""
        return sorted({pattern.partition("/")[0].lower() for pattern in self._options.repositories.include})

    def _requesters(self, auth: Auth.Auth) -> "_Requesters":
        return _Requesters(auth, lambda: self._requester(auth))

    def _requester(self, auth: Auth.Auth) -> Requester:
        options = self._options
        retry = _Patience(
            self._meter,
            self._clock,
            total=options.retries,
            backoff_factor=options.retry_wait,
            backoff_max=_LONGEST_BACKOFF,
            status_forcelist=[429, *range(500, 600)],
            secondary_rate_wait=SECONDARY_WAIT,
            max_rate_limit_wait=0,
            retry_after_max=int(min(options.max_wait, _LONGEST_BACKOFF)),
        )
        return Github(
            auth=auth,
            base_url=options.base_url,
            timeout=options.timeout,
            per_page=PER_PAGE,
            pool_size=1,
            retry=retry,
            user_agent="fulcrum-evidence",
            seconds_between_requests=0,
            seconds_between_writes=0,
            lazy=True,
            api_version=API_VERSION,
        ).requester

    def _app(self, app: AppAuth) -> list[Credential]:
        """A GitHub App's installations; PyGithub renews their tokens, which live for an hour."""
        auth = Auth.AppAuth(app.app_id, app.private_key.get_secret_value())
        try:
            auth.create_jwt()
        except (PyJWTError, ValueError, TypeError):
            raise AuthFailed(SOURCE, f"App {app.app_id}", "its private_key is no RSA key in PEM form", "give the whole .pem text") from None
        as_app = Credential(f"App {app.app_id}", self._requesters(auth))
        found = installations.of_app(app, self._owners(), lambda url: self._as_app(as_app, url))
        return [self._installation(app, auth, one) for one in found]

    def _installation(self, app: AppAuth, auth: Auth.AppAuth, found: installations.Installation) -> Credential:
        number = found.installation_id
        token = _SharedToken(auth.get_installation_auth(number, requester=self._requester(auth)))
        return Credential(f"App {app.app_id}, installation {number}", self._requesters(token), found.owner)

    def _as_app(self, app: Credential, url: str) -> Answer:
        what = url.partition("?")[0]
        return self._patiently(lambda: self._once(app, what, lambda one: self._get(one, url, None, what)))


class _Requesters:
    """PyGithub requesters of one credential, each lent to one request at a time.

    A requester keeps the request under way on its connection: threads that shared one would now and then get one another's answers.
    """

    def __init__(self, auth: Auth.Auth, make: Callable[[], Requester]) -> None:
        self.auth, self._make, self._lock = auth, make, Lock()
        self._all = [make()]
        self._idle = list(self._all)
        self.graphql_url = self._all[0].graphql_url

    def requestJson(self, *question: Any, **named: Any) -> tuple[int, dict[str, Any], str]:  # noqa: N802 - PyGithub's name
        """Status, headers and body of one request."""
        requester = self._taken()
        try:
            return requester.requestJson(*question, **named)
        finally:
            with self._lock:
                self._idle.append(requester)

    def _taken(self) -> Requester:
        with self._lock:
            if self._idle:
                return self._idle.pop()
            requester = self._make()
            self._all.append(requester)
            return requester

    def close(self) -> None:
        """Close every connection, also those in use."""
        with self._lock:
            for requester in self._all:
                requester.close()


class _SharedToken(Auth.Auth):
    """An installation's token for all its requesters: ETags are bound to it, and it is renewed by one thread at a time."""

    def __init__(self, installation: Auth.AppInstallationAuth) -> None:
        self._installation, self._lock = installation, Lock()

    @property
    def token_type(self) -> str:
        """As of the installation."""
        return self._installation.token_type

    @property
    def token(self) -> str:
        """The token, renewed when its hour ends."""
        with self._lock:
            return self._installation.token


class _Garbled(Exception):
    """An answer that may be whole when asked for again; `named` is what to raise in the end."""

    def __init__(self, named: Unavailable) -> None:
        super().__init__(named)
        self.named = named


class _Patience(GithubRetry):
    """PyGithub's retry, which counts what it sends and leaves every rate limit to the pool of credentials.

    Of itself it would sleep for any `Retry-After`, however long, and would not take a bare 429 for a limit.
    """

    def __init__(self, meter: Meter, clock: Callable[[], float], **options: Any) -> None:
        super().__init__(**options)
        self._meter, self._clock = meter, clock

    def new(self, **changes: Any) -> "_Patience":
        return super().new(meter=self._meter, clock=self._clock, **changes)

    def increment(self, method: Any = None, url: Any = None, response: Any = None, *rest: Any, **named: Any) -> Any:
        if response is not None and response.status in (403, 429):
            wait = asked_wait(response.headers, self._clock())
            if wait is not None or response.status == 429:
                response.drain_conn()
                raise RateLimitExceededExceedsMaxWait(response.status, None, dict(response.headers), wait=wait)
        following = super().increment(method, url, response, *rest, **named)
        self._meter.ask_again()
        return following
