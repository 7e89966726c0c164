"""dbt models as assets: keys, owners and kinds from the manifest, checks from its tests, runs through the in-process runner."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, dbt_assets

from assets.keys import OWNERS, WRITER_POOL
from assets.resources import Fulcrum
from pipelines import sync, transform, warehouse
from pipelines.transform import NodeResult
from pipelines.warehouse import Home

UNIQUE_ID = "dagster_dbt/unique_id"


class Translator(DagsterDbtTranslator):
    """Our names for dbt's nodes; sources keep `raw_x/table`, which is what ingestion calls them."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """`<schema>/<model>`; a source's key is its raw table's."""
        if dbt_resource_props["resource_type"] == "source":
            return dg.AssetKey([dbt_resource_props["source_name"], dbt_resource_props["name"]])
        return dg.AssetKey([dbt_resource_props["schema"], dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The schema: staging, intermediate, core, evidence, ops."""
        return dbt_resource_props["schema"]

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:  # noqa: ARG002 - the library's signature
        """The platform team answers for every model."""
        return list(OWNERS)


def model_assets(home: Home) -> dg.AssetsDefinition:
    """Every dbt model, seed and test."""
    manifest = json.loads(transform.manifest(home).read_text())

    @dbt_assets(manifest=manifest, dagster_dbt_translator=Translator(), name="dbt", pool=WRITER_POOL)
    def models(context: dg.AssetExecutionContext, fulcrum: Fulcrum) -> Iterator[Any]:
        with fulcrum.writing(context) as run:
            facts = transform.Facts(fulcrum.settings.timezone, run.now, run.run_id)
            chosen = _selection(context, manifest)
            # A part of the models is built on the statistics of gates as they stand.
            nodes = transform.run(fulcrum.home, facts, select=chosen, progress=run.progress) if chosen else sync.build_models(run, facts)
            counts = _row_counts(fulcrum.home, manifest, nodes)
        yield from _events(context, manifest, nodes, counts)
        transform.refuse_failures(nodes)

    return models


def _selection(context: dg.AssetExecutionContext, manifest: Mapping[str, Any]) -> list[str]:
    """Names of the selected models; nothing where all are."""
    keys = context.selected_asset_keys
    own = [node for node in manifest["nodes"].values() if node["resource_type"] in {"model", "seed"}]
    chosen = [node["name"] for node in own if dg.AssetKey([node["schema"], node["name"]]) in keys]
    return [] if len(chosen) == len(own) else sorted(chosen)


def _events(
    context: dg.AssetExecutionContext, manifest: Mapping[str, Any], nodes: list[NodeResult], counts: Mapping[str, int]
) -> Iterator[Any]:
    """What Dagster is told: a materialization for each model that was built, a check result for each test that ran."""
    checks = {str(spec.metadata.get(UNIQUE_ID)): spec for spec in context.assets_def.check_specs if spec.metadata}
    for node in nodes:
        if node.kind in {"model", "seed"} and not node.is_bad and node.state != "skipped":
            props = manifest["nodes"][node.unique_id]
            key = dg.AssetKey([props["schema"], props["name"]])
            metadata = {"seconds": node.seconds} | ({"dagster/row_count": counts[node.unique_id]} if node.unique_id in counts else {})
            yield dg.MaterializeResult(asset_key=key, metadata=metadata)
    for node in nodes:
        if node.unique_id in checks and node.state != "skipped":
            spec = checks[node.unique_id]
            yield dg.AssetCheckResult(
                asset_key=spec.asset_key, check_name=spec.name, passed=not node.is_bad, metadata={"message": node.message or ""}
            )


def _row_counts(home: Home, manifest: Mapping[str, Any], nodes: list[NodeResult]) -> dict[str, int]:
    """Rows of every table built, by our own query: dagster-dbt's keeps the write lock of the file."""
    counts: dict[str, int] = {}
    with warehouse.connect(home.warehouse) as connection:
        for node in nodes:
            props = manifest["nodes"].get(node.unique_id, {})
            if not node.is_bad and node.state != "skipped" and props.get("config", {}).get("materialized") == "table":
                counts[node.unique_id] = warehouse.row_count(connection, props["schema"], props["alias"])
    return counts
