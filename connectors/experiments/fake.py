"""Experiment stores in memory, for tests: the protocols of `source.py`."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from connectors.errors import SourceError
from connectors.experiments.source import Json, ListPage


@dataclass
class FakeGrowthBook:
    """Experiments in the API's own shape; results by `<experiment id>/<phase>`."""

    stored: list[Any] = field(default_factory=list[Any])
    results_by_phase: dict[str, Any] = field(default_factory=dict[str, Any])
    stored_metrics: list[Json] = field(default_factory=list[Json])
    stored_fact_metrics: list[Json] = field(default_factory=list[Json])
    stored_settings: Json = field(default_factory=dict[str, Any])
    failing: dict[str, SourceError] = field(default_factory=dict[str, SourceError])
    """Method name, or `<experiment id>/<phase>`, to the error it ends with."""
    page_size: int = 100
    asked: list[str] = field(default_factory=list[str])
    """Results asked for, in order."""

    def experiments(self) -> Iterator[ListPage]:
        """All experiments, by pages."""
        self._fail("experiments")
        for start in range(0, max(len(self.stored), 1), self.page_size):
            yield ListPage(self.stored[start : start + self.page_size], len(self.stored))

    def results(self, native_id: str, phase: int) -> Json | None:
        """Results of one phase."""
        self.asked.append(f"{native_id}/{phase}")
        self._fail(f"{native_id}/{phase}")
        return self.results_by_phase.get(f"{native_id}/{phase}")

    def metrics(self) -> list[Json]:
        """Metrics of the older kind."""
        self._fail("metrics")
        return self.stored_metrics

    def fact_metrics(self) -> list[Json]:
        """Metrics over fact tables."""
        self._fail("fact_metrics")
        return self.stored_fact_metrics

    def settings(self) -> Json:
        """The organisation's settings."""
        self._fail("settings")
        return self.stored_settings

    def _fail(self, name: str) -> None:
        if name in self.failing:
            raise self.failing[name]
