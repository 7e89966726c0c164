"""Published snapshots as assets: the end of the graph, reached only when every blocking check before it holds."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from assets.keys import OWNERS, WRITER_POOL, snapshot_keys
from assets.resources import Fulcrum
from pipelines import status, sync


def snapshot_assets(models: dg.AssetsDefinition) -> dg.AssetsDefinition:
    """The snapshots of every audience, after all public models."""
    public = [key for key in models.keys if key.path[0] in {"core", "evidence", "kpi", "ops"}]

    @dg.multi_asset(
        name="published",
        specs=[
            dg.AssetSpec(
                key, deps=public, group_name="published", kinds={"duckdb"}, owners=OWNERS, description="What this audience opens read-only."
            )
            for key in snapshot_keys()
        ],
        pool=WRITER_POOL,
    )
    def snapshots(context: dg.AssetExecutionContext, fulcrum: Fulcrum) -> Iterator[dg.MaterializeResult[Any]]:
        with fulcrum.writing(context) as run:
            links = sync.publish_build(fulcrum.settings, run)
            status.write(fulcrum.home)
        for key in context.selected_asset_keys:
            yield dg.MaterializeResult(asset_key=key, metadata={"path": dg.MetadataValue.path(str(links[key.path[-1]].resolve()))})

    return snapshots
