"""What must hold before anything builds on a raw table. Reports only: refusing is `pipelines/gates.py`'s and `sync.py`'s part."""

from collections.abc import Iterator, Sequence

import dagster as dg

from assets.keys import raw_key
from connectors.contract import Connector, Table
from pipelines.outcomes import Outcome
from pipelines.reconcile import Difference

CONTRACT, RECONCILIATION = "contract", "reconciliation"
BROKEN_SHARE = 0.5
"""Above this share of quarantined records it is the contract that broke, not single records; downstream waits."""


def ingest_checks(connector: Connector) -> Iterator[dg.AssetCheckSpec]:
    """The blocking checks of a source's tables."""
    for table in connector.tables:
        key = raw_key(connector, table.name)
        yield dg.AssetCheckSpec(
            CONTRACT, asset=key, blocking=True, description="Records keep the pandera contract; those that do not are in quarantine."
        )
        yield dg.AssetCheckSpec(
            RECONCILIATION, asset=key, blocking=True, description="No row that the source says it has is missing from the warehouse."
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


def reconciliation_result(connector: Connector, table: Table, differences: Sequence[Difference], is_partial: bool) -> dg.AssetCheckResult:
    """Missing rows are an error; a partition that could not be read at all is a warning, as the rest is whole."""
    own = [str(item) for item in differences if item.table == table.name]
    return dg.AssetCheckResult(
        asset_key=raw_key(connector, table.name),
        check_name=RECONCILIATION,
        passed=not own and not is_partial,
        severity=dg.AssetCheckSeverity.ERROR if own else dg.AssetCheckSeverity.WARN,
        metadata={"differences": own, "is_partial": is_partial},
    )
