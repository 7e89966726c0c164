"""Names of assets: one word in four places. Raw schema = dlt dataset = dbt source = first part of the asset key."""

import dagster as dg

from connectors.contract import Connector
from pipelines.publish import AUDIENCES
from pipelines.raw_tables import JOURNALS

OWNERS = ("team:platform",)
WRITER_POOL = "duckdb_writer"
"""One DuckDB file has one writer: every asset that writes takes this pool, whose limit is 1 (dagster.yaml)."""


def raw_key(connector: Connector, table: str) -> dg.AssetKey:
    """`raw_github/pull_requests`."""
    return dg.AssetKey([connector.dataset, table])


def journal_keys(schema: str) -> list[dg.AssetKey]:
    """Tables that the pipelines write themselves, such as `raw_config/artifacts`."""
    return [dg.AssetKey([schema, table]) for table in JOURNALS[schema]]


def snapshot_keys() -> list[dg.AssetKey]:
    """`published/analyst`, `published/restricted`."""
    return [dg.AssetKey(["published", audience]) for audience in AUDIENCES]
