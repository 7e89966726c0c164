"""The stores as the resources see them; `client.py` speaks to real ones, `fake.py` keeps them in memory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

Json = dict[str, Any]


@dataclass(frozen=True)
class ListPage:
    """One page of experiments, and how many there are in all; a running total is that of the pages so far."""

    experiments: list[Any]
    total: int
    is_running_total: bool = False


class GrowthBookSource(Protocol):
    """What can be asked of GrowthBook. Every method fails with an error of `connectors.errors` that names what was asked for."""

    def experiments(self) -> Iterator[ListPage]:
        """All experiments, archived ones included, in the order of their creation."""
        ...

    def results(self, native_id: str, phase: int) -> Json | None:
        """The latest results of one phase; null when there are none yet."""
        ...

    def metrics(self) -> list[Json]:
        """All metrics of the older kind."""
        ...

    def fact_metrics(self) -> list[Json]:
        """All metrics over fact tables."""
        ...

    def settings(self) -> Json:
        """The organisation's settings."""
        ...


class StatsigSource(Protocol):
    """What can be asked of Statsig's console. Every method fails with an error of `connectors.errors` that names what was asked for."""

    def experiments(self) -> Iterator[ListPage]:
        """All experiments, with their groups and metrics."""
        ...

    def pulse(self, native_id: str, control: str, test: str) -> Json | None:
        """The latest results of one group against another, without CUPED, at 95 %; null when there are none yet."""
        ...


class EppoSource(Protocol):
    """What can be asked of Eppo. Every method fails with an error of `connectors.errors` that names what was asked for."""

    def experiments(self) -> Iterator[ListPage]:
        """All experiments; Eppo tells no total."""
        ...

    def experiment(self, native_id: str) -> Json:
        """One experiment with its calculated metrics."""
        ...

    def metric(self, metric_id: str) -> Json:
        """One metric."""
        ...


class OptimizelySource(Protocol):
    """What can be asked of Optimizely. Every method fails with an error of `connectors.errors` that names what was asked for."""

    def experiments(self) -> Iterator[ListPage]:
        """All experiments of the project; Optimizely tells no total."""
        ...

    def results(self, native_id: str, baseline: str) -> Json | None:
        """The latest results of an experiment against one of its variations; null when there are none yet."""
        ...


class LaunchDarklySource(Protocol):
    """What can be asked of LaunchDarkly. Every method fails with an error of `connectors.errors` that names what was asked for."""

    def experiments(self) -> Iterator[ListPage]:
        """All experiments of the environment with all their iterations, archived ones included."""
        ...


class UnleashSource(Protocol):
    """What can be asked of Unleash. Every method fails with an error of `connectors.errors` that names what was asked for."""

    def count(self) -> int:
        """How many changes of flags there are in all."""
        ...

    def events(self, since: date | None) -> Iterator[list[Any]]:
        """Changes of flags by pages, the newest first, from a day (UTC) on; null for all."""
        ...

    def environments(self) -> list[Json]:
        """All environments with their types."""
        ...


class QuerySource(Protocol):
    """What one query of a database gives. Every method fails with an error of `connectors.errors` that names the store."""

    def columns(self) -> Sequence[str]:
        """Names of the query's columns, in order, without reading a row."""
        ...

    def rows(self, order_by: Sequence[str], batch: int) -> Iterator[list[Sequence[Any]]]:
        """The query's rows in the order of some of its columns, by batches; only a batch at a time is held."""
        ...

    def url(self) -> str:
        """The database without user, password or options."""
        ...
