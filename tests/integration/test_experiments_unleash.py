"""Flag changes out of a real Unleash server, filled through its own admin API: what was done, to whom it reaches, and who did it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import tenacity
from pydantic import SecretStr

from connectors.contract import Counted, Event, Failed, Finished, Meter, Page, ReadContext, Record
from connectors.errors import AuthFailed
from connectors.experiments.options import ExperimentsOptions, UnleashStore
from connectors.experiments.resources import CONNECTOR, ExperimentsReader, Openers
from connectors.experiments.unleash_client import UnleashClient
from pipelines.gates import check_records
from tests.contract.npm import npm_folder
from tests.integration.postgres import free_port, running

pytestmark = [pytest.mark.slow, pytest.mark.node, pytest.mark.xdist_group("postgres")]
VERSION = "7.5.1"
TOKEN = "*:*.unleash-very-secret"
SWITCHES = {
    "DATABASE_SSL": "false",
    "CHECK_VERSION": "false",
    "SEND_TELEMETRY": "false",
    "LOG_LEVEL": "warn",
    "INIT_ADMIN_API_TOKENS": TOKEN,
}


@dataclass
class Unleash:
    """A running server."""

    url: str

    def do(self, method: str, path: str, body: Any = None) -> Any:
        answer = requests.request(method, f"{self.url}/api/admin/projects/{path}", json=body, headers={"Authorization": TOKEN}, timeout=30)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def flag(self, name: str) -> None:
        self.do("POST", "default/features", {"name": name, "description": "for ana@acme.example"})


@pytest.fixture(scope="module")
def unleash(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Unleash]:
    folder, port, log = npm_folder("unleash-server", VERSION), free_port(), tmp_path_factory.mktemp("unleash") / "log"
    program = folder / "node_modules" / "unleash-server" / "dist" / "server.js"
    with running() as postgres, log.open("w") as out:
        database = f"postgres://postgres@127.0.0.1:{postgres.port}/postgres"
        environment = {"PATH": os.environ["PATH"], "DATABASE_URL": database, "PORT": str(port), "HOST": "127.0.0.1", **SWITCHES}
        node = subprocess.Popen([str(shutil.which("node")), str(program)], env=environment, cwd=folder, stdout=out, stderr=out)
        try:
            made = Unleash(f"http://127.0.0.1:{port}")
            _await_start(made.url, node, log)
            yield made
        finally:
            node.kill()
            node.wait()


def _await_start(url: str, node: "subprocess.Popen[bytes]", log: Path) -> None:
    @tenacity.retry(
        stop=tenacity.stop_after_delay(120), wait=tenacity.wait_fixed(0.2), retry=tenacity.retry_if_exception_type(OSError), reraise=True
    )
    def ask() -> None:
        assert node.poll() is None, log.read_text()
        requests.get(f"{url}/health", timeout=5).raise_for_status()

    ask()


def read(server: Unleash, cursor: dict[str, Any] | None = None, **options: Any) -> list[Event]:
    store = UnleashStore(kind="unleash", url=server.url, token=SecretStr(options.pop("token", TOKEN)), **options)
    openers = Openers(vendor=lambda found, meter: UnleashClient(found, meter, lambda _: None))
    reader = ExperimentsReader(ExperimentsOptions(stores=(store,)), openers)
    return list(reader.read(ReadContext(now=datetime.now(UTC), cursors={store.partition: cursor} if cursor else {}, meter=Meter())))


def changes(events: list[Event], flag: str) -> list[Record]:
    found = [record for event in events if isinstance(event, Page) for record in event.records]
    return sorted((record for record in found if record["flag_key"] == flag), key=lambda record: int(record["native_id"]))


def test_a_ramp_is_told_step_by_step_with_environment_and_actor(unleash: Unleash):
    unleash.flag("ramp")
    production = "default/features/ramp/environments/production"
    rollout = {"name": "flexibleRollout", "parameters": {"rollout": "10", "stickiness": "default", "groupId": "ramp"}}
    made = unleash.do(
        "POST", f"{production}/strategies", rollout | {"constraints": [{"contextName": "userId", "operator": "IN", "values": ["u-secret"]}]}
    )
    unleash.do("POST", f"{production}/on")
    unleash.do("PUT", f"{production}/strategies/{made['id']}", rollout | {"parameters": rollout["parameters"] | {"rollout": "50"}})
    # Its last strategy takes the flag off in the environment, too.
    unleash.do("DELETE", f"{production}/strategies/{made['id']}")
    unleash.do("DELETE", "default/features/ramp")
    events = read(unleash, repositories={"default": "acme/search"})
    told = changes(events, "ramp")
    assert [(one["change"], one["environment"], one["reach_before"], one["reach_after"]) for one in told] == [
        ("created", None, None, None),
        ("targeting", "production", None, 0.1),
        ("enabled", "production", None, None),
        ("targeting", "production", 0.1, 0.5),
        ("disabled", "production", None, None),
        ("targeting", "production", 0.5, None),
        ("archived", None, None, None),
    ]
    assert {one["environment_type"] for one in told} == {"production", None}
    assert {one["repository_raw"] for one in told} == {"acme/search"}
    assert all(one["actor_raw"] for one in told)
    assert told[0]["_source_url"] == f"{unleash.url}/projects/default/features/ramp"
    assert "secret" not in repr(told), "whom a strategy names is not kept"
    assert "ana@" not in repr(told), "nor what a description says"
    assert check_records(told, CONNECTOR.table("flag_changes")).quarantined == []
    assert [event.count for event in events if isinstance(event, Counted)] == [
        len([r for e in events if isinstance(e, Page) for r in e.records])
    ]


def test_what_reaches_nobody_or_everybody_is_told_as_such(unleash: Unleash):
    unleash.flag("reach")
    strategies = "default/features/reach/environments/development/strategies"
    unleash.do("POST", strategies, {"name": "default"})
    unleash.do("POST", strategies, {"name": "flexibleRollout", "parameters": {"rollout": "70", "stickiness": "default"}, "disabled": True})
    unleash.do("POST", strategies, {"name": "remoteAddress", "parameters": {"IPs": "10.0.0.1"}})
    told = [(one["change"], one["reach_after"]) for one in changes(read(unleash), "reach") if one["change"] != "enabled"]
    assert told == [("created", None), ("targeting", 1.0), ("targeting", 0.0), ("targeting", None)]


def test_what_does_not_change_whom_a_flag_reaches_is_not_asked_for(unleash: Unleash):
    unleash.flag("quiet")
    unleash.do("PATCH", "default/features/quiet", [{"op": "replace", "path": "/description", "value": "other words"}])
    unleash.do("PATCH", "default/features/quiet", [{"op": "replace", "path": "/stale", "value": True}])
    assert [one["change"] for one in changes(read(unleash), "quiet")] == ["created"]


def test_the_next_reading_asks_from_the_day_before_the_newest_event(unleash: Unleash):
    unleash.flag("later")
    finished = next(event for event in read(unleash) if isinstance(event, Finished))
    assert finished.tables == (), "a log that was swept undoes nothing"
    assert [one["flag_key"] for one in changes(read(unleash, finished.cursor), "later")] == ["later"]
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    assert changes(read(unleash, finished.cursor | {"newest": tomorrow}), "later") == []
    assert changes(read(unleash, finished.cursor | {"newest": tomorrow}, repositories={"default": "acme/x"}), "later"), (
        "other repositories: all of it again"
    )
    assert changes(read(unleash, projects=("elsewhere",)), "later") == []


def test_a_wrong_token_is_refused_in_words_without_it(unleash: Unleash):
    [failed] = read(unleash, token="*:*.no-such-secret")
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, AuthFailed)
    assert "personal access token" in str(failed.error)
    assert "no-such-secret" not in repr(failed)
