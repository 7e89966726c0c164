"""The demo's GrowthBook: limit/offset paging to the end, results by phase, its ways to refuse."""

import pytest
import requests

from pipelines.demo.servers.limits import Limits
from pipelines.demo.servers.serving import Settings, serve
from tests.contract.demo_world import TOKEN


@pytest.fixture(scope="module")
def url(served):
    return served.growthbook_url


def ask(url, path, token=TOKEN):
    return requests.get(f"{url}/api/v1{path}", headers={"Authorization": f"Bearer {token}"}, timeout=30)


def test_experiments_are_paged_to_the_end(url):
    names, offset = [], 0
    while offset is not None:
        page = ask(url, f"/experiments?limit=10&offset={offset}").json()
        assert (page["total"], page["count"], page["hasMore"]) == (23, len(page["experiments"]), page["nextOffset"] is not None)
        names += [experiment["id"] for experiment in page["experiments"]]
        offset = page["nextOffset"]
        assert page["experiments"], "an empty page that has more would be asked for ever"
    assert names == [f"exp_{number:02}" for number in range(23)]


def test_ten_unless_asked_and_no_more_than_a_hundred(url):
    assert ask(url, "/experiments").json()["count"] == 10
    assert ask(url, "/experiments?limit=101").status_code == 400


def test_results_are_by_phase_and_missing_ones_are_a_bad_request(url):
    assert ask(url, "/experiments/exp_00/results?phase=0").json()["result"]["phase"] == "0"
    missing = ask(url, "/experiments/exp_00/results?phase=1")
    assert (missing.status_code, missing.json()) == (400, {"message": "No results found for that experiment"})
    assert ask(url, "/experiments/exp_00/results").status_code == 400
    assert ask(url, "/experiments/nope").status_code == 404


def test_metrics_and_settings_are_served(url):
    assert ask(url, "/metrics").json()["metrics"][0]["id"] == "met_hit"
    assert ask(url, "/fact-metrics").json()["factMetrics"] == []
    assert ask(url, "/settings").json()["settings"]["pValueThreshold"] == 0.05


def test_an_experiment_has_a_page_for_people(url):
    assert "Experiment 3" in requests.get(f"{url}/experiment/exp_03", timeout=30).text
    assert requests.get(f"{url}/experiment/nope", timeout=30).status_code == 404


def test_a_wrong_key_is_refused(url):
    assert ask(url, "/settings", token="wrong").status_code == 401
    assert requests.get(f"{url}/api/v1/settings", timeout=30).status_code == 401


def test_too_many_a_minute_are_refused(world, root):
    with serve(world, root, token=TOKEN, settings=Settings(limits=Limits(growthbook_per_minute=2))) as served:
        assert [ask(served.growthbook_url, "/settings").status_code for _ in range(3)] == [200, 200, 429]
