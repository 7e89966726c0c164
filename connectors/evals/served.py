"""The kinds of servers: how each is opened as a store, and how its runs are read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.contract import Meter
from connectors.evals.braintrust_experiments import BraintrustExperiments
from connectors.evals.langfuse_experiments import LangfuseExperiments
from connectors.evals.langsmith_experiments import LangsmithExperiments
from connectors.evals.mlflow_runs import MlflowRuns
from connectors.evals.model import Format
from connectors.evals.phoenix_experiments import PhoenixExperiments
from connectors.evals.served_options import BraintrustStore, LangfuseStore, LangsmithStore, MlflowStore, PhoenixStore, ServedStore
from connectors.evals.store import Store


@dataclass(frozen=True)
class ServedKind:
    """One kind of server.

    Attributes:
        open: a store from its options, the meter of the reading, and the moment of it.
        format: how the runs of a store are read.
    """

    # Each takes the option model of its own kind, which a mapping by kind cannot say.
    open: Callable[[Any, Meter, datetime], Store]
    format: Callable[[Any], Format]


def _mlflow(options: MlflowStore, meter: Meter, now: datetime) -> Store:
    from connectors.evals.mlflow_server import MlflowServer

    return MlflowServer(options, meter, now)


def _phoenix(options: PhoenixStore, meter: Meter, now: datetime) -> Store:
    from connectors.evals.phoenix_server import PhoenixServer

    return PhoenixServer(options, meter, now)


def _braintrust(options: BraintrustStore, meter: Meter, now: datetime) -> Store:
    from connectors.evals.braintrust_server import BraintrustServer

    return BraintrustServer(options, meter, now)


def _langfuse(options: LangfuseStore, meter: Meter, now: datetime) -> Store:
    from connectors.evals.langfuse_server import LangfuseServer

    return LangfuseServer(options, meter, now)


def _langsmith(options: LangsmithStore, meter: Meter, now: datetime) -> Store:
    from connectors.evals.langsmith_server import LangsmithServer

    return LangsmithServer(options, meter, now)


KINDS: dict[str, ServedKind] = {
    "mlflow": ServedKind(_mlflow, lambda options: MlflowRuns(options.headline)),
    "phoenix": ServedKind(_phoenix, lambda options: PhoenixExperiments(options.headline)),
    "braintrust": ServedKind(_braintrust, lambda options: BraintrustExperiments(options.headline)),
    "langfuse": ServedKind(_langfuse, lambda options: LangfuseExperiments(options.headline)),
    "langsmith": ServedKind(_langsmith, lambda options: LangsmithExperiments(options.headline)),
}


def opened(options: ServedStore, meter: Meter, now: datetime) -> Store:
    """A server as a store; nothing is asked yet."""
    return KINDS[options.kind].open(options, meter, now)
