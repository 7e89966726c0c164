"""Reading every configured store: list it, read what is new or changed, say what could not be read, go on.

A store is a partition. Its `files` are listed whole every time; a log is opened only when a file of it, or the envelope beside
it, differs from the last complete reading.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from connectors.contract import Connector, Event, Failed, Finding, Meter, ReadContext, Reader
from connectors.errors import SourceError
from connectors.evals.deepeval_runs import DeepEvalRuns
from connectors.evals.inspect_logs import InspectLogs
from connectors.evals.jsonl_runs import JsonlRuns
from connectors.evals.ledger import Ledger
from connectors.evals.lm_eval_results import LmEvalResults
from connectors.evals.model import Format
from connectors.evals.openai_evals_logs import OpenAIEvalsLogs
from connectors.evals.options import AnyStore, EvalsOptions, EvalStore
from connectors.evals.promptfoo_results import PromptfooResults
from connectors.evals.ragas_experiments import RagasExperiments
from connectors.evals.schema import TABLES
from connectors.evals.served import KINDS, opened
from connectors.evals.served_options import ServedStore
from connectors.evals.store import FsspecStore, Store
from connectors.evals.units import sorted_out
from connectors.evals.visit import DatasetVersions, StoreVisit

_TOOLS: tuple[Format, ...] = (
    InspectLogs(),
    LmEvalResults(),
    PromptfooResults(),
    DeepEvalRuns(),
    OpenAIEvalsLogs(),
    RagasExperiments(),
    JsonlRuns(),
)
FORMATS: dict[str, Format] = {tool.kind: tool for tool in _TOOLS}
"""How each kind is read where the store is given no options of its kind."""


@dataclass(frozen=True)
class EvalsReader:
    """Opened stores; each is reached for only when its turn comes."""

    stores: tuple[AnyStore, ...]
    reach: Callable[[str], Store]
    serve: Callable[[ServedStore, Meter, datetime], Store] = opened

    def read(self, context: ReadContext) -> Iterator[Event]:
        """Runs, metrics, samples, dataset versions and files of every store; a store that fails does not keep the others."""
        ledger, versions = Ledger(context), DatasetVersions.known(context)
        for options in self.stores:
            try:
                store = self._opened(options, context.meter, context.now)
                visit = StoreVisit(options, store, _format(options), ledger, versions, context)
                yield from visit.events()
            except SourceError as error:
                yield Failed(options.partition, error)

    def _opened(self, options: AnyStore, meter: Meter, now: datetime) -> Store:
        return self.serve(options, meter, now) if isinstance(options, ServedStore) else self.reach(options.path)

    def probe(self) -> Iterator[Finding]:
        """Whether each store can be listed, and how many logs it holds."""
        for options in self.stores:
            name = f"evals {options.kind}"
            try:
                listing = sorted_out(self._opened(options, Meter(), datetime.now(UTC)).entries(), _format(options))
            except SourceError as error:
                yield Finding(name, "fail", f"{options.path}: {error.why}", error.hint)
                continue
            if listing.units:
                yield Finding(name, "ok", f"{options.path}: {len(listing.units)} logs in {len(list(listing.files))} files")
            else:
                fix = f"expected {_format(options).expected}"
                yield Finding(name, "warn", f"{options.path}: no log", fix)


def _format(options: AnyStore) -> Format:
    match options:
        case EvalStore(kind="deepeval"):
            return DeepEvalRuns(options.zone)
        case EvalStore(kind="ragas"):
            return RagasExperiments(options.metrics)
        case EvalStore():
            return FORMATS[options.kind]
        case _:
            return KINDS[options.kind].format(options)


def open_evals(options: EvalsOptions) -> Reader:
    """A reader of the configured stores."""
    return EvalsReader(options.stores, FsspecStore)


CONNECTOR = Connector(name="evals", title="Eval runs", tables=TABLES, open=open_evals)
