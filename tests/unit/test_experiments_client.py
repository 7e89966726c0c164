"""The GrowthBook client over real HTTP on loopback: paging, limits, refusals, broken answers, and a key that stays unseen."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from connectors.contract import Meter
from connectors.errors import AuthFailed, ContractBroken, NotFound, RateLimited, Unavailable
from connectors.experiments.__main__ import main
from connectors.experiments.growthbook_client import GrowthBookClient
from connectors.experiments.options import GrowthBookStore
from tests.unit.scripted_site import Answer, Site, always, first_then, serving

TOKEN = "secret_very"


@pytest.fixture
def site() -> Iterator[Site]:
    yield from serving("/api/v1/")


def client(site: Site, waits: list[float] | None = None, meter: Meter | None = None) -> GrowthBookClient:
    noted: list[float] = [] if waits is None else waits
    store = GrowthBookStore(kind="growthbook", url=site.url, token=SecretStr(TOKEN))
    return GrowthBookClient(store, meter or Meter(), noted.append)


def page(start: int, total: int, name: str = "experiments") -> Answer:
    shown = [{"id": f"exp_{number}"} for number in range(start, min(start + 100, total))]
    following = start + 100 if start + 100 < total else None
    return Answer({name: shown, "total": total, "hasMore": following is not None, "nextOffset": following})


def test_lists_are_paged_by_offset_with_the_key_as_bearer(site: Site):
    site.script = lambda path, parameters: page(int(parameters["offset"]), 230)
    meter = Meter()
    pages = list(client(site, meter=meter).experiments())
    assert [len(one.experiments) for one in pages] == [100, 100, 30]
    assert {one.total for one in pages} == {230}
    assert [parameters for _, parameters, _ in site.requests] == [{"limit": "100", "offset": str(offset)} for offset in (0, 100, 200)]
    assert {headers["authorization"] for _, _, headers in site.requests} == {f"Bearer {TOKEN}"}
    assert meter.made == 3


def test_metrics_of_both_sorts_and_settings(site: Site):
    site.script = lambda path, _: {
        "metrics": page(0, 2, "metrics"),
        "fact-metrics": page(0, 1, "factMetrics"),
        "settings": Answer({"settings": {"a": 1}}),
    }[path]
    source = client(site)
    assert (len(source.metrics()), len(source.fact_metrics()), source.settings()) == (2, 1, {"a": 1})


@pytest.mark.parametrize("status", [400, 404])
def test_an_experiment_never_analysed_has_no_results(site: Site, status: int):
    site.script = always(Answer({"message": "No results found for that experiment"}, status))
    assert client(site).results("exp_1", 2) is None
    assert site.requests[-1][:2] == ("experiments/exp_1/results", {"phase": "2"})


def test_another_refusal_of_results_is_told(site: Site):
    site.script = always(Answer({"message": "Unknown experiment"}, 400))
    with pytest.raises(ContractBroken, match="results of experiment exp_1, phase 0: status 400: Unknown experiment"):
        client(site).results("exp_1", 0)
    site.script = always(Answer({"message": "Could not find experiment"}, 404))
    with pytest.raises(NotFound, match="Could not find experiment"):
        client(site).results("exp_1", 0)


@pytest.mark.parametrize(
    ("status", "said"),
    [(401, "GrowthBook does not accept the token"), (403, "the key may not see it: bad key")],
)
def test_a_refused_key_is_told_plainly_and_not_tried_again(site: Site, status: int, said: str, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    site.script = always(Answer({"message": "bad key"}, status))
    with pytest.raises(AuthFailed, match=said) as caught:
        next(client(site).experiments())
    assert len(site.requests) == 1
    assert TOKEN not in repr(caught.value) + caplog.text


def test_a_key_that_the_site_repeats_is_blacked_out(site: Site):
    site.script = always(Answer({"message": f"not for {TOKEN}"}, 403))
    with pytest.raises(AuthFailed, match=r"not for \*\*\*") as caught:
        client(site).settings()
    assert TOKEN not in repr(caught.value)


def test_a_login_of_the_same_host_in_netrc_does_not_replace_the_key(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    site.script = always(Answer({"settings": {}}))
    client(site).settings()
    assert site.requests[-1][2]["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_passing_fault_is_waited_out_and_a_lasting_one_given_up(site: Site, status: int):
    site.script = first_then(Answer("oops", status), Answer({"settings": {"a": 1}}))
    waits: list[float] = []
    meter = Meter()
    assert client(site, waits, meter).settings() == {"a": 1}
    assert len(waits) == 1
    assert meter.waited_seconds == pytest.approx(sum(waits))
    site.requests.clear()
    site.script = always(Answer("oops", status))
    with pytest.raises(Unavailable, match=f"the settings: status {status}: oops"):
        client(site).settings()
    assert len(site.requests) == 5


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"Retry-After": "17"}, 17), ({"RateLimit-Reset": "31"}, 31), ({}, 60), ({"Retry-After": "soon"}, 60)],
)
def test_a_limit_is_waited_for_as_long_as_the_site_says_or_a_minute(site: Site, headers: dict[str, str], seconds: int):
    site.script = first_then(Answer({"message": "Too many requests, limit to 60 per minute"}, 429, headers), Answer({"settings": {}}))
    waits: list[float] = []
    client(site, waits).settings()
    assert waits == [pytest.approx(seconds, abs=2)]


def test_a_wait_too_long_ends_the_reading_saying_until_when(site: Site):
    site.script = always(Answer({"message": "later"}, 429, {"Retry-After": "3600"}))
    waits: list[float] = []
    with pytest.raises(RateLimited) as caught:
        client(site, waits).settings()
    assert waits == []
    assert caught.value.retry_at is not None
    assert caught.value.retry_at - datetime.now(UTC) > timedelta(minutes=55)


@pytest.mark.parametrize(
    "answer",
    [Answer("<html>Log in</html>", 200), Answer('{"settings": {', 200), Answer({"settings": {}}, 200, is_cut_short=True), Answer("", 200)],
    ids=["web page", "broken JSON", "cut short", "empty"],
)
def test_an_answer_that_is_no_json_is_unavailable(site: Site, answer: Answer):
    site.script = always(answer)
    with pytest.raises(Unavailable):
        client(site).settings()
    assert len(site.requests) == 5


@pytest.mark.parametrize(
    "body", [{"experiment": []}, [1], {"experiments": {"id": "x"}}, {"experiments": [], "hasMore": True, "nextOffset": 0}]
)
def test_an_answer_of_another_shape_is_told_as_such(site: Site, body: Any):
    site.script = always(Answer(body))
    with pytest.raises(ContractBroken, match="the list of experiments"):
        list(client(site).experiments())


def test_a_site_that_is_not_there_is_unavailable_without_hanging():
    waits: list[float] = []
    with pytest.raises(Unavailable, match="no answer"):
        client(Site("http://127.0.0.1:1", always(Answer({}))), waits).settings()
    assert len(waits) == 4


def test_the_smoke_run_over_http(site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    site.script = lambda path, _: (
        Answer({"settings": {}}) if path == "settings" else page(0, 1, {"fact-metrics": "factMetrics"}.get(path, path))
    )
    monkeypatch.setenv("GROWTHBOOK_TOKEN", TOKEN)
    assert main(["--growthbook", site.url]) == 0
    captured = capsys.readouterr()
    assert "experiments\t1" in captured.out
    assert "the source counts 1" in captured.err
    assert f"{len(site.requests)} requests" in captured.err
    site.script = always(Answer({"message": "no"}, 401))
    assert main(["--growthbook", site.url]) == 1
    assert TOKEN not in captured.out + captured.err + capsys.readouterr().err
    monkeypatch.delenv("GROWTHBOOK_TOKEN")
    with pytest.raises(SystemExit, match="2"):
        main(["--growthbook", site.url])
