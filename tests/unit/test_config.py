"""What a user is told about a faulty configuration: everything, at once, with where and what to do."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines import config, raw_tables, sources

GOOD = """
organisation = "Acme"
timezone = "Europe/Berlin"

[sources.github]
tokens = ["${TOKEN}"]
repositories = { include = ["acme/*"] }

[[artifacts]]
id = "eval-harness"
kind = "harness"
repository = "acme/eval-harness"
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "fulcrum.toml"
    path.write_text(text, encoding="utf-8")
    return path


def faults(tmp_path: Path, text: str, **environment: str) -> list[config.Fault]:
    with pytest.raises(config.BadConfiguration) as caught:
        config.load(written(tmp_path, text), environment)
    return caught.value.faults


def test_a_good_file_becomes_frozen_settings_with_its_secrets_hidden(tmp_path):
    settings = config.load(written(tmp_path, GOOD), {"TOKEN": "s3cret"})
    assert settings.sources.github.tokens[0].get_secret_value() == "s3cret"
    assert "s3cret" not in repr(settings)
    assert settings.people.directory == tmp_path / "people.csv"
    with pytest.raises(Exception, match="frozen"):
        settings.organisation = "Other"


def test_every_fault_is_named_at_once_with_line_value_and_nearest_spelling(tmp_path):
    text = GOOD.replace("timezone", "timezome").replace("kind =", "knd =").replace('id = "eval-harness"', 'id = "Eval Harness"')
    found = {fault.key: fault for fault in faults(tmp_path, text, TOKEN="x")}
    assert found["timezome"].line == 3
    assert found["timezome"].nearest == "timezone"
    assert "organisation" in found["timezome"].expected
    assert (found["artifacts[0].knd"].nearest, found["artifacts[0].knd"].line) == ("kind", 11)
    assert found["artifacts[0].kind"].problem == "missing"
    assert found["artifacts[0].id"].value == "'Eval Harness'"
    assert len(found) == 4


def test_an_unset_variable_is_named_once_and_no_stand_in_is_echoed(tmp_path):
    [fault] = faults(tmp_path, GOOD)
    assert fault.key == "sources.github.tokens[0]"
    assert "TOKEN is not set" in fault.problem
    assert fault.line == 6


def test_a_secret_written_into_the_file_is_refused_and_never_repeated(tmp_path):
    found = faults(tmp_path, GOOD.replace("${TOKEN}", "ghp_realsecret"))
    assert [fault.problem for fault in found] == ["a secret may not stand in the file"]
    assert "ghp_realsecret" not in str(config.BadConfiguration(found))


def test_a_secret_may_come_from_a_file(tmp_path):
    (tmp_path / "token").write_text("from-file\n")
    settings = config.load(written(tmp_path, GOOD.replace("${TOKEN}", f"${{file:{tmp_path}/token}}")), {})
    assert settings.sources.github.tokens[0].get_secret_value() == "from-file"
    [fault] = faults(tmp_path, GOOD.replace("${TOKEN}", "${file:/nowhere/token}"))
    assert "/nowhere/token cannot be read" in fault.problem


def test_a_dotenv_file_beside_the_configuration_is_read(tmp_path, monkeypatch):
    monkeypatch.delenv("TOKEN", raising=False)
    (tmp_path / ".env").write_text("TOKEN=from-dotenv\n")
    assert config.load(written(tmp_path, GOOD)).sources.github.tokens[0].get_secret_value() == "from-dotenv"


def test_the_environment_wins_over_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv("FULCRUM_TIMEZONE", "Asia/Tokyo")
    assert config.load(written(tmp_path, GOOD), {"TOKEN": "x"}).timezone == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('timezone = "Europe/Berlim"', "no such time zone: 'Europe/Berlim'"),
        ('timezone = "UTC"\nschedule = "at night"', "'at night' is no cron line"),
        ('timezone = "UTC"\npublishing = { keep = 0 }', "greater than or equal to 1"),
        ('timezone = "UTC"\n[[sources.evals]]\nkind = "inspekt"\npath = "x"', "did you mean 'inspect'?"),
    ],
)
def test_wrong_values_say_what_is_right(tmp_path, line, told):
    [fault] = faults(tmp_path, GOOD.replace('timezone = "Europe/Berlin"', line), TOKEN="x")
    assert told in str(fault)


def test_a_file_that_is_no_toml_names_its_line(tmp_path):
    [fault] = faults(tmp_path, "organisation = Acme\n")
    assert fault.line == 1
    assert "not valid TOML" in fault.problem


def test_a_file_names_the_same_places_from_wherever_it_is_read(tmp_path, monkeypatch):
    stores = '[[sources.evals]]\nkind = "inspect"\npath = "evals"\n[sources.git]\nmirrors = "mirrors"\n'
    path = written(tmp_path, GOOD + stores)
    absolute = config.load(path, {"TOKEN": "x"})
    monkeypatch.chdir(tmp_path)
    assert config.load(Path(path.name), {"TOKEN": "x"}) == absolute
    monkeypatch.chdir(tmp_path.parent)
    assert config.load(Path(tmp_path.name, path.name), {"TOKEN": "x"}) == absolute


def test_a_missing_file_says_what_to_do(tmp_path):
    with pytest.raises(config.BadConfiguration, match="fulcrum init"):
        config.load(tmp_path / "none.toml", {})


def test_the_template_of_init_is_a_good_configuration():
    template = Path(config.__file__).parent / "templates" / "fulcrum.toml"
    assert config.load(template, {}).sources.github is None


SQL_STORE = '\n[[sources.experiments]]\nkind = "sql"\nname = "w"\ndsn = "{}"\nquery = "q.sql"\nrows = "units"\n'


def test_the_address_of_a_database_is_a_secret_and_its_query_lies_beside_the_file(tmp_path):
    known = {"TOKEN": "x", "DSN": "postgresql://reader:hush@db/none"}
    [store] = config.load(written(tmp_path, GOOD + SQL_STORE.format("${DSN}")), known).sources.experiments
    assert store.query == tmp_path / "q.sql"
    assert "hush" not in repr(store)
    [fault] = faults(tmp_path, GOOD + SQL_STORE.format(known["DSN"]), TOKEN="x")
    assert (fault.key, fault.problem) == ("sources.experiments[0].dsn", "a secret may not stand in the file")


def test_a_store_that_refers_to_one_that_is_not_configured_is_a_fault_of_the_file(tmp_path):
    text = GOOD + SQL_STORE.format("${DSN}") + 'configured_in = "search/production"\n'
    [fault] = faults(tmp_path, text, TOKEN="x", DSN="sqlite://")
    assert fault.key == "sources.experiments"
    assert "'search/production'; no store of the kind launchdarkly is configured" in fault.problem
    assert "sqlite" not in str(fault)
    assert "hush" not in str(fault)


INCIDENTS = """
[[services]]
name = "Search API"
repositories = ["acme/search", "acme/index"]
"""


def test_what_is_an_incident_and_what_a_service_is_built_from_reach_the_models(tmp_path):
    labels = 'incidents = { labels = ["Incident", "incident"], severity = { "Sev-1*" = "SEV1" }, repositories = ["acme/s*"] }'
    text = GOOD.replace('repositories = { include = ["acme/*"] }', f'repositories = {{ include = ["acme/*"] }}\n{labels}') + INCIDENTS
    settings = config.load(written(tmp_path, text), {"TOKEN": "x"})
    with duckdb.connect() as connection:
        raw_tables.ensure_tables(connection, [])
        sources.write_config(connection, settings)
        told = connection.execute("select * from raw_config.incident_labels").fetchall()
        assert told == [("incident", "incident", None), ("severity", "sev-1*", "SEV1")]
        services = connection.execute("select * from raw_config.services").fetchall()
        assert services == [("Search API", "acme/search"), ("Search API", "acme/index")]
        values = dict(connection.execute("select key, value from raw_config.settings").fetchall())
    assert (values["incident_repositories"], values["eval_attributable_labels"]) == ('["acme/s*"]', '["eval-gap", "eval-attributable"]')


DISMISSED = '[[dismissed_neighbours]]\nlaunch = "exp"\nkind = "flag"\nneighbour = "ramp"\nby = "ben"\non = 2026-03-12\nreason = "{}"\n'


def test_what_is_set_aside_beside_a_launch_says_who_when_and_why(tmp_path):
    settings = config.load(written(tmp_path, GOOD + DISMISSED.format("another page")), {"TOKEN": "x"})
    with duckdb.connect() as connection:
        raw_tables.ensure_tables(connection, [])
        sources.write_config(connection, settings)
        [row] = connection.execute("select * from raw_config.dismissed_neighbours").fetchall()
    assert row == ("exp", "flag", "ramp", "ben", date(2026, 3, 12), "another page")
    [fault] = faults(tmp_path, GOOD + DISMISSED.format(""), TOKEN="x")
    assert fault.key == "dismissed_neighbours[0].reason"
    [fault] = faults(tmp_path, GOOD + DISMISSED.format("x").replace('"flag"', '"flags"'), TOKEN="x")
    assert "did you mean 'flag'?" in str(fault)


CLOSED = '[[closed_periods]]\nperiod = "2025H2"\nby = "hugo"\non = 2026-01-01\nreason = "decided"\n'
CORRECTED = '[[period_corrections]]\nperiod = "{}"\nartifact = "{}"\nby = "hugo"\non = 2026-03-02\nreason = "accounts linked"\n'


def test_a_period_is_closed_after_its_end_and_corrected_only_where_it_is_closed(tmp_path):
    artifact = '[[artifacts]]\nid = "harness"\nkind = "harness"\nname = "Harness"\nrepository = "acme/harness"\n'
    settings = config.load(written(tmp_path, GOOD + artifact + CLOSED + CORRECTED.format("2025H2", "harness")), {"TOKEN": "x"})
    with duckdb.connect() as connection:
        raw_tables.ensure_tables(connection, [])
        sources.write_config(connection, settings)
        assert connection.execute("select * from raw_config.closed_periods").fetchall() == [("2025H2", "hugo", date(2026, 1, 1), "decided")]
        corrections = connection.execute("select * from raw_config.period_corrections").fetchall()
    assert corrections == [("2025H2", "harness", "hugo", date(2026, 3, 2), "accounts linked")]
    [fault] = faults(tmp_path, GOOD + CLOSED.replace("2026-01-01", "2025-12-31"), TOKEN="x")
    assert "2025H2 can be closed from 2026-01-01 on" in str(fault)
    [fault] = faults(tmp_path, GOOD + artifact + CLOSED + CORRECTED.format("2026Q1", "harness"), TOKEN="x")
    assert "2026Q1 is not closed" in str(fault)
    [fault] = faults(tmp_path, GOOD + artifact + CLOSED + CORRECTED.format("2025H2", "router"), TOKEN="x")
    assert "no artifact is called 'router'" in str(fault)
    for period, day in (("2025Q3", "2025-10-01"), ("2025Q4", "2026-01-01"), ("2026H1", "2026-07-01")):
        config.load(written(tmp_path, GOOD + CLOSED.replace("2025H2", period).replace("2026-01-01", day)), {"TOKEN": "x"})


def test_owners_and_targets_of_kpis_reach_the_models_and_unknown_kpis_are_named(tmp_path):
    kpis = '[policy.kpis]\nowners = { K01 = "platform-evals" }\ntargets = { K12 = 5 }\nsafety_pattern = "harm"\n'
    settings = config.load(written(tmp_path, GOOD + kpis), {"TOKEN": "x"})
    with duckdb.connect() as connection:
        raw_tables.ensure_tables(connection, [])
        sources.write_config(connection, settings)
        values = dict(connection.execute("select key, value from raw_config.settings").fetchall())
    assert (values["kpi_owners"], values["kpi_targets"], values["safety_pattern"]) == ('{"K01": "platform-evals"}', '{"K12": 5.0}', "harm")
    assert "injection_pattern" not in values
    [fault] = faults(tmp_path, GOOD + kpis.replace("K12", "K24"), TOKEN="x")
    assert "K24" in str(fault)


def test_a_service_without_repositories_says_so(tmp_path):
    [fault] = faults(tmp_path, GOOD + '[[services]]\nname = "Search API"\n', TOKEN="x")
    assert (fault.key, fault.problem) == ("services[0].repositories", "missing")
