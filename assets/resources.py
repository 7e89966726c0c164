"""What every asset works with: the configuration, the home, and the run that it belongs to. No asset logic in here."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import dagster as dg

from pipelines import config, sync
from pipelines.config import Settings
from pipelines.landing import Run
from pipelines.warehouse import Home


class Fulcrum(dg.ConfigurableResource["Fulcrum"]):
    """One organisation's configuration and data directory."""

    config_path: str
    home_path: str

    @cached_property
    def settings(self) -> Settings:
        """The configuration, read once per process."""
        return config.load(Path(self.config_path))

    @property
    def home(self) -> Home:
        """The data directory."""
        return Home(Path(self.home_path).resolve())

    @contextmanager
    def writing(self, context: dg.AssetExecutionContext) -> Generator[Run]:
        """Hold the warehouse for one step; all steps of a Dagster run belong to one sync run, in whichever process they are."""
        record = context.instance.get_run_record_by_id(context.run.run_id)
        now = record.create_timestamp if record else datetime.now(UTC)
        run = Run(self.home, f"{now:%Y%m%dT%H%M%SZ}-{context.run.run_id[:6]}", now.astimezone(UTC), progress=context.log.info)
        with self.home.writing():
            sync.prepare(self.settings, self.home)
            yield run
