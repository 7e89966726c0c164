"""The demo's Unleash: its log is searched as Unleash searches it, in the shapes that Unleash describes, and the connector reads it."""

import subprocess
from datetime import UTC, datetime

import orjson
import pytest
import requests
from pydantic import SecretStr

from connectors.contract import Finished, Meter, Page, ReadContext
from connectors.experiments.options import ExperimentsOptions, UnleashStore
from connectors.experiments.resources import CONNECTOR
from connectors.experiments.unleash_client import EVENT_TYPES
from pipelines.demo.servers.unleash import PATH
from tests.contract.demo_world import TOKEN, at
from tests.contract.npm import npm_folder

VERSION = "7.5.1"
SCRIPT = """
import { validateSchema } from './node_modules/unleash-server/dist/lib/openapi/validate.js';
const answers = JSON.parse(process.argv[2]);
const faults = Object.entries(answers).map(([name, answer]) => validateSchema(`#/components/schemas/${name}`, answer)?.errors ?? []);
console.log(JSON.stringify(faults.flat()));
process.exit(0);
"""


@pytest.fixture(scope="module")
def url(served):
    return f"{served.growthbook_url}{PATH}"


def ask(url, path, token=TOKEN, **asked):
    return requests.get(f"{url}/api/admin/{path}", params=asked, headers={"Authorization": token}, timeout=30)


def ids(answer):
    return [event["id"] for event in answer.json()["events"]]


def test_the_log_is_listed_newest_first_by_pages_with_its_total(url):
    first, second = ask(url, "search/events", limit=3), ask(url, "search/events", limit=3, offset=3)
    assert ids(first) + ids(second) == [4, 3, 2, 1]
    assert first.json()["total"] == second.json()["total"] == 4
    assert ids(ask(url, "search/events", limit=5000)) == [4, 3, 2, 1], "a limit out of range is the usual one"


def test_events_are_filtered_by_type_project_and_first_day(url):
    assert ids(ask(url, "search/events", type="IS_ANY_OF:feature-created,feature-archived")) == [4, 1]
    assert ids(ask(url, "search/events", project="IS:elsewhere")) == []
    assert ids(ask(url, "search/events", **{"from": f"IS:{at(24):%F}"})) == [4, 3]


def test_without_the_token_nothing_is_told(url):
    assert ask(url, "search/events", token="other").status_code == 401


@pytest.mark.node
@pytest.mark.slow
def test_answers_have_the_shapes_that_unleash_describes(url):
    answers = {"eventsSearchResponseSchema": ask(url, "search/events").json(), "environmentsSchema": ask(url, "environments").json()}
    folder = npm_folder("unleash-server", VERSION)
    script = folder / "validate.mjs"
    script.write_text(SCRIPT)
    command = ["node", script.name, orjson.dumps(answers).decode()]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert orjson.loads(done.stdout) == []


def test_the_connector_reads_the_life_of_a_flag(url):
    store = UnleashStore(kind="unleash", url=url, token=SecretStr(TOKEN), repositories={"search": "acme/harness"})
    events = list(CONNECTOR.open(ExperimentsOptions(stores=(store,))).read(ReadContext(now=datetime.now(UTC), meter=Meter())))
    found = [row for event in events if isinstance(event, Page) and event.table == "flag_changes" for row in event.records]
    told = [(row["change"], row["environment_type"], row["reach_before"], row["reach_after"], row["repository_raw"]) for row in found]
    assert told[::-1] == [
        ("created", None, None, None, "acme/harness"),
        ("targeting", "production", None, 0.25, "acme/harness"),
        ("enabled", "production", None, None, "acme/harness"),
        ("archived", None, None, None, "acme/harness"),
    ]
    assert {row["event_type"] for row in found} <= set(EVENT_TYPES)
    [finished] = [event for event in events if isinstance(event, Finished)]
    assert datetime.fromisoformat(finished.cursor["newest"]) == at(48), "by the instance's own clock, which need not be ours"
