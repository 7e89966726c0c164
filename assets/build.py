"""One way to assemble the definitions, for the server, for tests and for special deployments alike."""

from pathlib import Path

import dagster as dg

from assets.automation import nightly
from assets.evidence import snapshot_assets
from assets.ingest import derived_assets, ingest_assets
from assets.resources import Fulcrum
from assets.transform import model_assets
from pipelines import config
from pipelines.warehouse import Home


def build_defs(config_path: Path, home_path: Path) -> dg.Definitions:
    """All assets, checks, the nightly job and its schedule for one organisation.

    The same keys everywhere: a source that is not configured has its assets too, and they stay empty.

    Raises:
        BadConfiguration: when the file has faults; all are named.
    """
    settings = config.load(config_path)
    models = model_assets(Home(home_path.resolve()))
    job, schedule = nightly(settings)
    return dg.Definitions(
        assets=[*ingest_assets(), *derived_assets(), models, snapshot_assets(models)],
        jobs=[job],
        schedules=[schedule],
        resources={"fulcrum": Fulcrum(config_path=str(config_path), home_path=str(home_path))},
        executor=dg.in_process_executor,
    )
