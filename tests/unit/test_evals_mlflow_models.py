"""Models in an MLflow server's registry, over real HTTP on loopback: their versions, and since when an alias is seen to point at one."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.contract import Event, Failed, ReadContext, Record
from connectors.evals.resources import CONNECTOR, EvalsReader
from connectors.evals.served_options import MlflowStore
from connectors.evals.store import FsspecStore
from pipelines.gates import check_records
from tests.unit.scripted_site import Answer, Script, Site, serving
from tests.unit.test_evals_mlflow_registry import MODELS, VERSIONS, patiently, rows, script, tags

REGISTERED_AT = datetime(2026, 11, 1, tzinfo=UTC)
MONDAY = datetime(2026, 11, 9, tzinfo=UTC)
TUESDAY, WEDNESDAY, THURSDAY = (MONDAY + timedelta(days=days) for days in (1, 2, 3))


@pytest.fixture
def site() -> Iterator[Site]:
    yield from serving("/api/")


def version(number: int, **changes: Any) -> dict[str, Any]:
    told = {"name": "ranker", "version": str(number), "run_id": f"run-{number}", "source": "/home/ana/model", "description": "secret words"}
    created = int(REGISTERED_AT.timestamp() * 1000)
    return told | {"creation_timestamp": created, "last_updated_timestamp": created, "status": "READY"} | changes


def registry(*versions: dict[str, Any], **aliases: int) -> Script:
    """A registry with one model, whose aliases point at these versions."""
    told = [{"alias": alias, "version": str(number)} for alias, number in aliases.items()]
    models = Answer({"registered_models": [{"name": "ranker", "aliases": told, "tags": tags(project="search")}]})
    return script(all_registered_models=models, all_model_versions=Answer({"model_versions": list(versions)}))


def read(site: Site, now: datetime, before: list[Record] | None = None, **options: Any) -> list[Event]:
    def loaded(dataset: str, table: str, columns: Sequence[str]) -> list[tuple[Any, ...]]:
        known = before or [] if (dataset, table) == ("raw_evals", "model_aliases") else []
        return [tuple(row[name] for name in columns) for row in known]

    store = MlflowStore(kind="mlflow", tracking_uri=site.url, **options)
    return list(EvalsReader((store,), FsspecStore, patiently).read(ReadContext(now=now, loaded=loaded)))


def kept(before: list[Record], events: list[Event]) -> list[Record]:
    """Rows of `model_aliases` as loading leaves them."""
    key = CONNECTOR.table("model_aliases").key
    return list({tuple(row[name] for name in key): row for row in [*before, *rows(events, "model_aliases")]}.values())


def seen(before: list[Record]) -> list[tuple[Any, ...]]:
    return [(row["alias"], row["version"], row["not_before"], row["first_seen_at"], row["last_seen_at"]) for row in before]


def test_a_version_says_when_it_was_registered_by_whom_and_from_what(site: Site):
    made = tags(author="Ana", data_version="clicks-2026-04", base_model="acme/ranker")
    site.script = registry(version(1, user_id="ben"), version(2, tags=made), champion=2)
    events = read(site, MONDAY)
    first, second = rows(events, "model_versions")
    assert (first["created_by_raw"], first["registered_at"], first["project_raw"], first["run_id_raw"]) == (
        "ben",
        REGISTERED_AT,
        "search",
        "run-1",
    )
    assert (first["data_version"], first["base_model"], first["aliases"]) == (None, None, []), "nothing is guessed"
    assert (second["created_by_raw"], second["data_version"], second["base_model"]) == ("Ana", "clicks-2026-04", "acme/ranker")
    assert second["_source_url"] == f"{site.url}/#/models/ranker/versions/2"
    assert not any(words in repr(events) for words in ("secret words", "/home/ana"))
    for table in ("model_versions", "model_aliases"):
        assert check_records(rows(events, table), CONNECTOR.table(table)).quarantined == [], table


def test_an_alias_was_moved_between_the_reading_that_saw_it_here_and_the_one_before(site: Site):
    site.script = registry(version(1), version(2), champion=1, candidate=2)
    first = kept([], read(site, MONDAY))
    assert seen(first) == [("champion", 1, REGISTERED_AT, MONDAY, MONDAY), ("candidate", 2, REGISTERED_AT, MONDAY, MONDAY)]
    assert {row["alias"]: row["is_serving"] for row in first} == {"champion": True, "candidate": False}
    site.script = registry(version(1), version(2), champion=1, candidate=2)
    second = kept(first, read(site, TUESDAY, first))
    assert seen(second) == [("champion", 1, REGISTERED_AT, MONDAY, TUESDAY), ("candidate", 2, REGISTERED_AT, MONDAY, TUESDAY)]
    site.script = registry(version(1), version(2), champion=2)
    third = kept(second, read(site, WEDNESDAY, second))
    assert seen(third)[2:] == [("champion", 2, TUESDAY, WEDNESDAY, WEDNESDAY)]
    assert seen(third)[:2] == seen(second), "what is no longer seen stays as it was seen last"


def test_an_alias_that_comes_back_is_seen_anew_and_a_new_version_was_not_there_before_it_was_registered(site: Site):
    site.script = registry(version(1), version(2), champion=1)
    before = kept([], read(site, MONDAY))
    site.script = registry(version(1), version(2), champion=2)
    before = kept(before, read(site, TUESDAY, before))
    site.script = registry(version(1), version(2), champion=1)
    before = kept(before, read(site, WEDNESDAY, before[::-1]))
    assert seen(before)[2] == ("champion", 1, TUESDAY, WEDNESDAY, WEDNESDAY)
    late = WEDNESDAY + timedelta(hours=6)
    site.script = registry(version(1), version(3, creation_timestamp=int(late.timestamp() * 1000)), champion=3)
    before = kept(before, read(site, THURSDAY, before))
    assert seen(before)[3] == ("champion", 3, late, THURSDAY, THURSDAY)


def test_an_alias_that_was_taken_away_for_a_time_is_seen_anew_at_the_same_version(site: Site):
    before: list[Record] = []
    for day, aliases in ((MONDAY, {"champion": 1, "spare": 1}), (TUESDAY, {"spare": 1}), (WEDNESDAY, {"champion": 1, "spare": 1})):
        site.script = registry(version(1), **aliases)
        before = kept(before, read(site, day, before))
    assert [row for row in seen(before) if row[0] == "champion"] == [
        ("champion", 1, REGISTERED_AT, MONDAY, MONDAY),
        ("champion", 1, TUESDAY, WEDNESDAY, WEDNESDAY),
    ]


def test_which_aliases_serve_is_configured_and_without_any_nothing_is_asked(site: Site):
    site.script = registry(version(1), champion=1, live=1)
    told = {row["alias"]: row["is_serving"] for row in rows(read(site, MONDAY, serving_aliases=("live",)), "model_aliases")}
    assert told == {"champion": False, "live": True}
    asked = len([path for path in site.paths() if path in {MODELS, VERSIONS}])
    assert rows(read(site, MONDAY, serving_aliases=()), "model_versions") == []
    assert len([path for path in site.paths() if path in {MODELS, VERSIONS}]) == asked + 2, "of prompts alone"


def test_prompts_that_an_older_server_gives_with_its_models_are_none(site: Site):
    site.script = registry(version(1, tags=tags(mlflow__prompt__is_prompt="true")), version(2))
    assert [row["version"] for row in rows(read(site, MONDAY), "model_versions")] == [2]


def test_a_version_without_its_time_is_no_success(site: Site):
    site.script = registry(version(1, creation_timestamp=None))
    [failure] = [str(event.error) for event in read(site, MONDAY) if isinstance(event, Failed)]
    assert "one came without its name, number or time" in failure
