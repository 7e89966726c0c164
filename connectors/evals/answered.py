"""What the formats of servers have in common: a run is a head line with what is told of it, and a line for each sample."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence

from connectors.evals.lines import lines
from connectors.evals.model import BadSample, OpenLog, Place, Run, Sample
from connectors.evals.shape import Json, UnreadableLog, mapping, parse, text
from connectors.seen import Seen

MEAN = "mean"
"""How a mean is called that is taken here, as the tool reports none."""


class AnsweredRuns:
    """Reads the runs of a server.

    Args:
        headline: the metric or score that leads; None: the only one, if there is one only.
    """

    kind: str
    expected: str
    identity: tuple[str, ...] = ("experiment", "id")
    """Where the head names the run."""

    def __init__(self, headline: str | None = None) -> None:
        self.headline = headline

    def place(self, name: str) -> Place | None:
        """Every entry of a server is a run."""
        return Place(True, name)

    def read(self, log: OpenLog) -> Iterator[Run]:
        """The one run of an entry.

        Raises:
            UnreadableLog: when it is none.
        """
        _, first = next(lines(log.main), (1, b""))
        head = mapping(parse(first)) if isinstance(first, bytes) else {}
        if text(head, *self.identity) is None:
            raise UnreadableLog(f"the answer holds no {'.'.join(self.identity)}; expected {self.expected}")
        yield self.run(log, head)

    @abstractmethod
    def run(self, log: OpenLog, head: Json) -> Run:
        """The run of a head; its samples are still to be read."""

    def leading(self, scorers: Sequence[str]) -> tuple[str, str, str] | None:
        """The mean that leads, as `Run.primary`."""
        name = self.headline if self.headline in scorers else scorers[0] if len(scorers) == 1 and self.headline is None else None
        return (name, MEAN, "") if name else None


def model_columns(model: str | None) -> Json:
    """The columns of a model that is named `provider/name`, or by its name alone."""
    provider, slash, name = str(model or "").partition("/")
    return {"model_raw": model, "model_provider": provider if slash else None, "model_name": name if slash else model}


def named_in(log: OpenLog, names: Callable[[Json], Iterable[str | None]]) -> list[str]:
    """Every name that the samples of a log have, in order."""
    told = (mapping(parse(line)) for _, line in lines(log.main, begin=2) if isinstance(line, bytes))
    return sorted({name for sample in told for name in names(sample) if name})


def samples_of(log: OpenLog, sample_of: Callable[[Json], Sample | str], is_counted: bool) -> Iterator[Sample | BadSample]:
    """The samples of a log. `sample_of` says in words why an answer is none; `is_counted`: a key that comes again is another epoch."""
    seen = Seen()
    for number_of_line, line in lines(log.main, begin=2):
        sample = line if isinstance(line, BadSample) else sample_of(mapping(parse(line)))
        if isinstance(sample, str):
            yield BadSample(f"{log.main.name}#{number_of_line}", sample)
            continue
        if isinstance(sample, Sample) and is_counted:
            sample.epoch, _ = seen.add(sample.key)
        yield sample
