"""Raw tables as assets: one factory over the connector registry, one step per source, one asset and two checks per table."""

from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

import dagster as dg

from assets.checks import contract_result, ingest_checks, reconciliation_result
from assets.keys import OWNERS, WRITER_POOL, journal_keys, raw_key
from assets.resources import Fulcrum
from connectors import registry
from connectors.contract import Connector, Table
from connectors.errors import Terminal
from pipelines import load, outcomes, privacy, reconcile, sources, warehouse
from pipelines.statistics import experiments, labels


def ingest_assets() -> list[dg.AssetsDefinition]:
    """Every connector's raw tables."""
    return [_source_assets(registry.get(name)) for name in registry.MODULES]


def _source_assets(connector: Connector) -> dg.AssetsDefinition:
    """One step that reads a source and yields a result for each of its tables."""
    upstream = [raw_key(registry.get(name), table.name) for name in connector.reads_from for table in registry.get(name).tables]

    @dg.multi_asset(
        name=connector.dataset,
        specs=[_spec(connector, table, upstream) for table in connector.tables],
        check_specs=list(ingest_checks(connector)),
        pool=WRITER_POOL,
    )
    def extract_and_load(context: dg.AssetExecutionContext, fulcrum: Fulcrum) -> Iterator[Any]:
        options = sources.options_of(fulcrum.settings, connector.name)
        with fulcrum.writing(context) as run:
            if options is None:
                context.log.warning(f"{connector.name} is not configured: its tables stay empty and its evidence is gap rows")
                result = load.SourceResult(connector.name)
            else:
                result = _read(connector, options, run)
            yield from _results(connector, result, fulcrum)

    return extract_and_load


def _spec(connector: Connector, table: Table, upstream: Sequence[dg.AssetKey]) -> dg.AssetSpec:
    return dg.AssetSpec(
        raw_key(connector, table.name),
        deps=upstream,
        description=f"{connector.title}: {table.grain}.",
        group_name=connector.dataset,
        kinds={"dlt", "duckdb", "python"},
        owners=[table.owner],
        metadata={"key": list(table.key), "retention": table.retention, "personal_data": list(table.pii)},
    )


def _read(connector: Connector, options: Any, run: Any) -> load.SourceResult:
    """Read and load; what asking again cannot mend is not retried."""
    try:
        return load.sync_source(connector, options, run)
    except Terminal as error:
        raise dg.Failure(str(error), metadata={"source": connector.name, "hint": error.hint}, allow_retries=False) from error


def _results(connector: Connector, result: load.SourceResult, fulcrum: Fulcrum) -> Iterator[Any]:
    by_table = {outcome.table_name: outcome for outcome in result.outcomes if outcome.step == "load"}
    with warehouse.connect(fulcrum.home.warehouse) as connection:
        held_back = reconcile.held_back(connection, connector.name)
        counts = {table.name: len(warehouse.rows(connection, connector.dataset, table.name, table.key[:1])) for table in connector.tables}
    for table in connector.tables:
        outcome = by_table.get(table.name, outcomes.Outcome("", "load", connector.name, table.name))
        yield dg.MaterializeResult(
            asset_key=raw_key(connector, table.name),
            metadata={
                "dagster/row_count": counts[table.name],
                "rows_seen": outcome.rows_seen,
                "rows_changed": outcome.rows_changed,
                "rows_quarantined": outcome.rows_quarantined,
                "rows_tombstoned": outcome.rows_tombstoned,
                "requests_made": result.meter.made,
                "requests_saved": result.meter.saved,
                "load_id": outcome.run_id,
                "partitions_failed": [str(failure) for failure in result.failures],
            },
            check_results=[
                contract_result(connector, table, outcome),
                reconciliation_result(connector, table, held_back, bool(result.failures)),
            ],
        )


@dg.multi_asset(
    name="raw_config",
    specs=[
        dg.AssetSpec(key, group_name="raw_config", kinds={"duckdb", "toml"}, owners=OWNERS, description="Written from fulcrum.toml.")
        for key in journal_keys("raw_config")
        if key.path[-1] != "pseudonyms"
    ],
    pool=WRITER_POOL,
)
def configuration_tables(context: dg.AssetExecutionContext, fulcrum: Fulcrum) -> Iterator[dg.MaterializeResult[Any]]:
    """What the models read of the configuration."""
    with fulcrum.writing(context):
        for key in context.selected_asset_keys:
            yield dg.MaterializeResult(asset_key=key)


def statistics_assets(name: str, arithmetic: ModuleType, sources: Sequence[str], description: str) -> dg.AssetsDefinition:
    """The tables of one module of `pipelines.statistics` that is computed from raw tables."""
    keys = {table: dg.AssetKey(["raw_statistics", table]) for table in arithmetic.TABLES}
    connectors = [registry.get(source) for source in sources]

    @dg.multi_asset(
        specs=[
            dg.AssetSpec(
                key,
                deps=[raw_key(connector, each.name) for connector in connectors for each in connector.tables],
                group_name="raw_statistics",
                kinds={"duckdb", "python"},
                owners=OWNERS,
                description=description,
            )
            for key in keys.values()
        ],
        name=name,
        pool=WRITER_POOL,
    )
    def computed(context: dg.AssetExecutionContext, fulcrum: Fulcrum) -> Iterator[dg.MaterializeResult[Any]]:
        with fulcrum.writing(context), warehouse.connect(fulcrum.home.warehouse) as connection:
            arithmetic.recompute(connection)
            for table, key in keys.items():
                rows = warehouse.row_count(connection, "raw_statistics", table)
                yield dg.MaterializeResult(asset_key=key, metadata={"dagster/row_count": rows})

    return computed


def derived_assets() -> list[dg.AssetsDefinition]:
    """Tables computed from raw ones by libraries rather than SQL: statistics and pseudonyms."""
    of_experiments = "Effects recomputed from counts and moments beside the vendor's, every check, and what launches did."
    of_labels = "Agreement among raters, and of automatic judges with them."
    people = registry.get("people")

    @dg.asset(
        key=dg.AssetKey(["raw_config", "pseudonyms"]),
        deps=[raw_key(people, "people")],
        group_name="raw_config",
        kinds={"duckdb", "python"},
        owners=OWNERS,
        pool=WRITER_POOL,
    )
    def pseudonyms(context: dg.AssetExecutionContext, fulcrum: Fulcrum) -> None:
        """A pseudonym for every declared person, for the analysts' snapshot."""
        with fulcrum.writing(context), warehouse.connect(fulcrum.home.warehouse) as connection:
            privacy.write_pseudonyms(connection, fulcrum.home)

    return [
        configuration_tables,
        statistics_assets("experiment_statistics", experiments, ["experiments"], of_experiments),
        statistics_assets("label_statistics", labels, ["labels", "evals"], of_labels),
        pseudonyms,
    ]
