"""An MLflow tracking server as a store: each run of the chosen experiments is an entry, its content the answers about it.

Only runs of `mlflow.genai.evaluate` have traces; when they are asked for is in `waiting.py`.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import tenacity

from connectors.contract import Meter, Record
from connectors.errors import ContractBroken
from connectors.evals.aliases import AliasSightings
from connectors.evals.cursors import is_chosen
from connectors.evals.mlflow_models import MlflowModels
from connectors.evals.mlflow_pages import searched
from connectors.evals.mlflow_prompts import LinkedPrompts
from connectors.evals.mlflow_registry import EXPERIMENTS_AT_ONCE, MlflowRegistry
from connectors.evals.mlflow_runs import is_evaluation
from connectors.evals.served_options import MlflowStore
from connectors.evals.shape import Json, integer, mapping, text
from connectors.evals.store import SOURCE, Entry, Fetched
from connectors.evals.waiting import Answers
from connectors.json_api import JsonApi, Site

PAGE = 1_000
TRACES_PAGE = 500
"""MLflow gives no more traces at once."""


class MlflowServer:
    """The runs of one tracking server; its errors are those of `JsonApi`."""

    meters_itself = True

    def __init__(self, options: MlflowStore, meter: Meter, now: datetime, sleep: Callable[[float], None] = tenacity.nap.sleep) -> None:
        site = Site(
            SOURCE,
            "MLflow",
            f"{options.root}/api",
            options.token,
            prefix="Bearer ",
            key_hint="is it the token of an account of this server, and still valid?",
            role_hint="its account needs to read the experiments",
            timeout_seconds=options.timeout_seconds,
        )
        self._options, self._api = options, JsonApi(site, meter, sleep)
        self._answers, self._prompts = Answers(self._traces, now), LinkedPrompts(self._api)
        self._registry, self._chosen = MlflowRegistry(self._api, options.root), list[str]()
        self._models = MlflowModels(self._api, options.root)

    def entries(self) -> list[Entry]:
        """Every run of the chosen experiments, in the order of their names."""
        names = {str(one["experiment_id"]): str(one["name"]) for one in self._experiments()}
        chosen = {identity: name for identity, name in names.items() if is_chosen(name, self._options.experiments)}
        self._chosen = identities = sorted(chosen)
        found = [
            self._entry(run, chosen)
            for start in range(0, len(identities), EXPERIMENTS_AT_ONCE)
            for run in self._runs(identities[start : start + EXPERIMENTS_AT_ONCE])
        ]
        return sorted(found, key=lambda entry: entry.name)

    def fetch(self, entry: Entry) -> Fetched:
        """The answers about a run, one a line: the run, then its traces."""
        return self._answers.fetch(entry.name)

    def url(self, entry: Entry) -> str:
        """The run's page."""
        experiment, _, run = entry.name.partition("/")
        return f"{self._options.root}/#/experiments/{experiment}/runs/{run}"

    def prompt_versions(self) -> Iterator[Record]:
        """Every version of every prompt in the registry, which belongs to no experiment."""
        return self._registry.prompt_versions()

    def models(self, sightings: AliasSightings) -> tuple[list[Record], list[Record]]:
        """Every version of every model in the registry, and what this reading sees of their aliases."""
        if not self._options.serving_aliases:
            return [], []
        versions, pointings = self._models.versions()
        return versions, list(sightings.seen(pointings, self._options.serving_aliases))

    def dataset_versions(self, is_known: Callable[[str, datetime], bool]) -> Iterator[Record]:
        """The datasets of the chosen experiments, which `entries` has found."""
        return self._registry.dataset_versions(self._chosen, is_known)

    def _entry(self, run: Json, experiments: dict[str, str]) -> Entry:
        experiment, identity = str(mapping(run, "info").get("experiment_id")), text(run, "info", "run_id")
        if identity is None:
            raise ContractBroken(SOURCE, "the list of runs", f"a run came without its run_id: {str(run)[:200]!r}")
        name = f"{experiment}/{identity}"
        moment = integer(run, "info", "end_time") or integer(run, "info", "start_time")
        modified_at = None if moment is None else datetime.fromtimestamp(moment / 1000, UTC)
        told: Json = {"experiment": experiments.get(experiment), "run": run, "prompts": self._prompts.of(run)}
        return self._answers.entry(name, f"{self._options.root}/{name}", told, modified_at)

    def _experiments(self) -> Iterator[Json]:
        return searched(self._api, "2.0/mlflow/experiments/search", "the list of experiments", "experiments", {"max_results": PAGE})

    def _runs(self, experiments: list[str]) -> Iterator[Json]:
        asked = {"experiment_ids": experiments, "max_results": PAGE, "run_view_type": "ACTIVE_ONLY"}
        return searched(self._api, "2.0/mlflow/runs/search", "the list of runs", "runs", asked)

    def _traces(self, told: Json) -> Iterator[Json]:
        """Traces of an evaluation, oldest first; other runs have no samples."""
        if not is_evaluation(told):
            return
        run = mapping(told, "run", "info")
        asked = {
            "locations": [{"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": str(run.get("experiment_id"))}}],
            "filter": f"attributes.run_id = '{run.get('run_id')}'",
            "max_results": TRACES_PAGE,
            "order_by": ["attributes.timestamp_ms ASC"],
        }
        yield from searched(self._api, "3.0/mlflow/traces/search", f"the traces of run {run.get('run_id')}", "traces", asked)
