"""What is checked of raw tables before anything builds on them. Reports only: refusing is `pipelines/gates.py`'s and `load.py`'s part."""

from collections.abc import Iterator, Sequence

import dagster as dg

from assets.keys import raw_key
from connectors.contract import Connector, Table
from pipelines.outcomes import Outcome
from pipelines.reconcile import HeldBack

CONTRACT, RECONCILIATION = "contract", "reconciliation"
BROKEN_SHARE = 0.5
"""Above this share of quarantined records it is the contract that broke, not single records; downstream waits."""


def ingest_checks(connector: Connector) -> Iterator[dg.AssetCheckSpec]:
    """The checks of a source's tables. A reading that does not reconcile was not loaded: the table is whole, as of an earlier one."""
    for table in connector.tables:
        key = raw_key(connector, table.name)
        yield dg.AssetCheckSpec(
            CONTRACT, asset=key, blocking=True, description="Records keep the pandera contract; those that do not are in quarantine."
        )
        yield dg.AssetCheckSpec(
            RECONCILIATION, asset=key, description="No partition is held back for rows that the source says it has and did not give."
        )


def contract_result(connector: Connector, table: Table, outcome: Outcome) -> dg.AssetCheckResult:
    """Quarantined records are a warning; a table that mostly breaks its contract is an error."""
    bad, seen = outcome.rows_quarantined, outcome.rows_seen
    is_broken = bad > seen * BROKEN_SHARE
    return dg.AssetCheckResult(
        asset_key=raw_key(connector, table.name),
        check_name=CONTRACT,
        passed=bad == 0,
        severity=dg.AssetCheckSeverity.ERROR if is_broken else dg.AssetCheckSeverity.WARN,
        metadata={"rows_seen": seen, "rows_quarantined": bad},
        description=f"{bad} of {seen} records are in quarantine" if bad else "",
    )


def reconciliation_result(connector: Connector, table: Table, held_back: Sequence[HeldBack], is_partial: bool) -> dg.AssetCheckResult:
    """A partition held back is an error; one that could not be read at all is a warning, as the rest is whole."""
    own = [str(item) for item in held_back if item.difference.table == table.name]
    return dg.AssetCheckResult(
        asset_key=raw_key(connector, table.name),
        check_name=RECONCILIATION,
        passed=not own and not is_partial,
        severity=dg.AssetCheckSeverity.ERROR if own else dg.AssetCheckSeverity.WARN,
        metadata={"held_back": own, "is_partial": is_partial},
    )
