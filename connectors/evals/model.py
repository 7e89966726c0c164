"""What the formats have in common: every format turns its files into these, and `records.py` turns these into rows.

A format reads one log (a file with its parts) and gives one `Run` for each task, model and prompt in it. Samples are streamed:
a log may hold more of them than memory.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Literal, Protocol

from connectors.evals.shape import Json

Status = Literal["success", "error", "cancelled", "partial"]
JudgeKind = Literal["human", "llm", "code"]


@dataclass(frozen=True)
class OpenPart:
    """One file of a log: its name, its bytes from the start, and their hash."""

    name: str
    size: int
    body: BinaryIO
    sha: str


@dataclass(frozen=True)
class OpenLog:
    """A log that is being read: its main file and the files that belong to it."""

    main: OpenPart
    parts: Sequence[OpenPart] = ()


@dataclass(frozen=True)
class Judge:
    """Who scored: people, a model, or code, None where the log does not say; a model with its name and the hash of what it was told."""

    kind: JudgeKind | None = "code"
    name: str | None = None
    prompt_sha: str | None = None


@dataclass(slots=True)
class Score:
    """What one scorer said of one sample; `number` is None for unscored.

    Not frozen, as samples are not: making a frozen one takes three times as long, and a log holds millions.
    """

    scorer: str
    number: float | None
    raw: str | None = None
    passed: bool | None = None
    unscored_reason: str | None = None
    judge: Judge = Judge()
    rationale_sha: str | None = None
    is_edited: bool = False


@dataclass(slots=True)
class Sample:
    """One sample in one epoch, without any of its texts.

    Attributes:
        answered_models: models as the answers themselves name them: what a vendor put behind the name that was asked for.
    """

    key: str
    epoch: int
    scores: Sequence[Score]
    input_sha: str | None = None
    target_sha: str | None = None
    output_sha: str | None = None
    slice: str | None = None
    failure_mode: str | None = None
    error_kind: str | None = None
    cost_usd: float | None = None
    latency_ms: float | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    answered_models: Sequence[str] = ()
    raw: Json = field(default_factory=dict)


@dataclass(frozen=True)
class BadSample:
    """A sample that could not be read, by its place in the log.

    Attributes:
        identity: member of an archive, or file and line.
        raw: what is kept of a line that is set aside by itself; None where only its file is.
    """

    identity: str
    reason: str
    raw: Json | None = None


@dataclass(frozen=True)
class Scorer:
    """What is known of a scorer before any of its scores."""

    judge: Judge = Judge()
    higher_is_better: bool | None = None


@dataclass(frozen=True)
class Metric:
    """One number that the tool itself reports."""

    scorer: str
    metric: str
    value: float | None
    slice: str = ""
    variant: str = ""
    stderr: float | None = None
    n: int | None = None
    higher_is_better: bool | None = None
    judge: Judge = Judge()
    reducer: str | None = None


@dataclass(frozen=True)
class Planned:
    """Counts that the tool itself reports; None where it is silent and samples are counted instead."""

    samples: int | None = None
    completed: int | None = None
    unscored: int | None = None
    epochs: int = 1


@dataclass(frozen=True)
class Run:
    """One run, ready to be written down.

    Attributes:
        columns: contract columns of `runs` that come straight from the log.
        primary: scorer, metric and variant of the leading metric.
        slice_metrics: by scorer, the name of the metric that is the mean of its scores.
        is_whole: the log holds every sample of the dataset, so it can tell the dataset's version.
        version_label: version of the dataset that the run states.
        declared: what the run's own tags and metadata say about where it belongs.
        raw: the log's header, without samples and texts.
        adds_up: the tool reports no totals of its own: the means over all samples, cost and tokens are taken from the samples.
        scorers: judges and directions, where the log states them apart from its metrics.
        content_sha: hash of what the file says of this run, where it holds many and grows; None for the file's.
    """

    native_id: str
    status: Status
    columns: Json
    metrics: Sequence[Metric]
    samples: Iterable[Sample | BadSample]
    planned: Planned
    dataset_name: str
    primary: tuple[str, str, str] | None
    slice_metrics: Mapping[str, str]
    is_whole: bool
    declared: Json
    raw: Json
    version_label: str | None = None
    adds_up: bool = False
    scorers: Mapping[str, Scorer] = field(default_factory=dict[str, Scorer])
    content_sha: str | None = None


@dataclass(frozen=True)
class Place:
    """What a file is in its log: parts and main file share a key.

    Attributes:
        is_shared: a part of every log with its key, and of no interest where there is none.
    """

    is_main: bool
    key: str
    is_shared: bool = False


class Format(Protocol):
    """How one tool's files are told apart, grouped, and read."""

    kind: str
    expected: str
    """What a log of this tool is, in words, for the reason of a rejection."""

    def place(self, name: str) -> Place | None:
        """What a file is, judged by its name alone; None for what is none of the tool's results."""
        ...

    def read(self, log: OpenLog) -> Iterator[Run]:
        """The runs of a log.

        Raises:
            UnreadableLog: when it is no log of this tool.
        """
        ...
