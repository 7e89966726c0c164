"""Leverage is computed anew where something changed and nowhere else, and in a closed period by an approved correction alone."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines import transform, warehouse
from pipelines.warehouse import Home
from tests.conftest import Demo

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo"), pytest.mark.filterwarnings("ignore")]

CHAIN = (
    "int_evidence_judged",
    "int_leverage_bounded",
    "int_leverage_direct",
    "int_leverage_indirect",
    "int_leverage_reached",
    "int_leverage_people",
    "int_leverage_shares",
)
RETRACT_IMPORTS = "update raw_git.imports set _deleted_at = now() where artifact_id = 'judge-kit'"
RETRACT_MANIFESTS = "update raw_git.manifest_declarations set _deleted_at = now() where package = 'acme-prompts'"
LEVERAGE = "path:models/intermediate/leverage"
Rows = list[tuple[Any, ...]]


class Leverage:
    """A copy of the demo's home, of which only leverage is built again."""

    def __init__(self, home: Home) -> None:
        self.home = home

    def change(self, statement: str) -> None:
        with warehouse.connect(self.home.warehouse) as connection:
            connection.execute(statement)

    def build(self, full_refresh: bool = False) -> None:
        facts = transform.Facts("Europe/Berlin", datetime.now(UTC), "test")
        transform.refuse_failures(
            transform.run(self.home, facts, select=["dim_artifacts", LEVERAGE, "leverage_states"], full_refresh=full_refresh)
        )

    def rows(self, query: str) -> Rows:
        with warehouse.connect(self.home.warehouse) as connection:
            return connection.execute(query).fetchall()

    def computed_since(self, moment: datetime) -> set[tuple[str, str]]:
        states = self.rows("select artifact_id, period_id, computed_at from intermediate.int_leverage_states")
        return {(artifact, period) for artifact, period, computed_at in states if computed_at > moment}

    def last_computed(self) -> datetime:
        return self.rows("select max(computed_at) from intermediate.int_leverage_states")[0][0]

    def chain(self) -> dict[str, Rows]:
        return {model: self._exact(model) for model in CHAIN}

    def of_period(self, period: str) -> Rows:
        return self.rows(f"select * from intermediate.int_leverage_people where period_id = '{period}' order by all")

    def _exact(self, model: str) -> Rows:
        """Sums differ in their last digit from one run to the next."""
        found = self.rows(f"select * from intermediate.{model}")
        return sorted((tuple(round(value, 9) if isinstance(value, float) else value for value in row) for row in found), key=repr)


@pytest.fixture
def leverage(demo: Demo, tmp_path: Path) -> Leverage:
    root = tmp_path / "home"
    shutil.copytree(demo.home.root, root, ignore=shutil.ignore_patterns("organisation", "landing", "published"))
    return Leverage(Home(root))


def test_nothing_is_computed_where_nothing_changed(leverage: Leverage):
    before, moment = leverage.chain(), leverage.last_computed()
    leverage.build()
    assert leverage.computed_since(moment) == set()
    assert leverage.chain() == before


def test_what_was_retracted_is_computed_anew_for_its_artifact_alone_and_as_if_it_had_never_been(leverage: Leverage):
    before, moment = leverage.chain(), leverage.last_computed()
    leverage.change(RETRACT_IMPORTS)
    leverage.build()
    computed = leverage.computed_since(moment)
    assert {artifact for artifact, _ in computed} == {"judge-kit"}
    assert "2026H1" in {period for _, period in computed}
    assert "2025H2" not in {period for _, period in computed}
    after = leverage.chain()
    assert after != before
    leverage.build(full_refresh=True)
    assert leverage.chain() == after


def test_an_artifact_that_is_configured_no_more_leaves_no_rows(leverage: Leverage):
    leverage.change("delete from raw_config.artifacts where artifact_id = 'judge-kit'")
    leverage.build()
    for model in (*CHAIN, "int_leverage_states"):
        assert leverage.rows(f"select count(*) from intermediate.{model} where artifact_id = 'judge-kit'") == [(0,)]
    assert leverage.rows("select count(*) > 0 from intermediate.int_leverage_people where artifact_id = 'eval-harness'") == [(True,)]


def test_a_closed_period_stays_as_its_closing_found_it_until_a_correction_is_approved(leverage: Leverage):
    leverage.change("insert into raw_config.closed_periods values ('2026H1', 'hugo', '2026-08-01', 'the cycle is decided')")
    leverage.build()
    closed = leverage.of_period("2026H1")
    leverage.change(RETRACT_MANIFESTS)
    leverage.build()
    leverage.build(full_refresh=True)
    assert leverage.of_period("2026H1") == closed
    states = "select closed_on is not null, has_changed_since from ops.leverage_states where period_id = '2026H1'"
    assert leverage.rows(states + " and artifact_id = 'prompt-library'") == [(True, True)]
    leverage.change("insert into raw_config.period_corrections values ('2026H1', 'prompt-library', 'hugo', '2026-09-01', 'never used')")
    leverage.build()
    corrected = leverage.of_period("2026H1")
    assert corrected != closed
    assert [row for row in corrected if row[0] != "prompt-library"] == [row for row in closed if row[0] != "prompt-library"]


def test_a_build_that_stopped_half_way_leaves_its_keys_due(leverage: Leverage):
    leverage.change(RETRACT_MANIFESTS)
    facts = transform.Facts("Europe/Berlin", datetime.now(UTC), "test")
    unbuilt = ["int_leverage_people", "int_leverage_states"]
    transform.refuse_failures(transform.run(leverage.home, facts, select=[LEVERAGE], exclude=unbuilt))
    leverage.build()
    after = leverage.chain()
    leverage.build(full_refresh=True)
    assert leverage.chain() == after
