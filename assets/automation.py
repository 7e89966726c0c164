"""When things run: the nightly job and its schedule."""

from typing import Any

import dagster as dg

from pipelines.config import Settings

RETRIES = dg.RetryPolicy(max_retries=3, delay=30, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)
"""Steps are retried, runs are not: both at once would multiply."""


def nightly(settings: Settings) -> tuple[Any, dg.ScheduleDefinition]:
    """The whole graph in one process, on the configured schedule in the configured time zone.

    One process because each step of Dagster's multiprocess executor costs about four CPU seconds of imports, and one file has one
    writer anyway; the parallelism is in the connectors' threads.
    """
    job = dg.define_asset_job(
        "nightly",
        selection=dg.AssetSelection.all(),
        executor_def=dg.in_process_executor,
        op_retry_policy=RETRIES,
        description="Extract, load, reconcile, build and publish everything.",
    )
    schedule = dg.ScheduleDefinition(
        name="nightly",
        job=job,
        cron_schedule=settings.schedule,
        execution_timezone=settings.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
    return job, schedule
