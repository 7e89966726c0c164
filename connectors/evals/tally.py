"""What a run's samples add up to, counted while they stream by: errors, missing scores, means, the dataset's content.

Nothing depends on the order in which samples come: sums are exact, and what is told of an item is told by its content.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from connectors.evals.content import Content, Items
from connectors.evals.model import Sample

_UNIT = 1074
"""The smallest double is 2**-1074: every double is a whole number of these."""


@dataclass
class ExactSum:
    """A sum of doubles that no order of adding changes."""

    whole: int = 0
    units: int = 0
    """The rest, in units of the smallest double."""
    count: int = 0

    def add(self, value: float) -> None:
        """Add one finite number."""
        self.count += 1
        if value.is_integer():
            self.whole += int(value)
            return
        numerator, denominator = value.as_integer_ratio()
        self.units += numerator << (_UNIT + 1 - denominator.bit_length())

    @property
    def total(self) -> float:
        """The double nearest to the sum."""
        return ((self.whole << _UNIT) + self.units) / (1 << _UNIT)

    @property
    def mean(self) -> float:
        """The double nearest to the mean; it exists only where there was something to add."""
        return ((self.whole << _UNIT) + self.units) / (self.count << _UNIT)

    def add_known(self, value: float | None) -> None:
        """Add a number, if there is one."""
        if value is not None:
            self.add(value)


@dataclass
class WholeSum:
    """A sum of whole numbers."""

    total: int = 0
    count: int = 0

    def add_known(self, value: int | None) -> None:
        """Add a number, if there is one."""
        if value is not None:
            self.total += value
            self.count += 1


@dataclass
class Mean:
    """A mean over samples; with epochs, of each sample's own mean, as the harnesses reduce them.

    Only with epochs are samples remembered one by one.
    """

    has_epochs: bool
    scores: ExactSum = field(default_factory=ExactSum)
    by_sample: dict[str, ExactSum] = field(default_factory=dict[str, ExactSum])

    def add(self, key: str, value: float) -> None:
        """Count one score of a sample."""
        (self.by_sample.setdefault(key, ExactSum()) if self.has_epochs else self.scores).add(value)

    @property
    def n(self) -> int:
        """Samples with at least one score."""
        return len(self.by_sample) if self.has_epochs else self.scores.count

    @property
    def value(self) -> float:
        """The mean; it exists only where there was something to add."""
        if not self.has_epochs:
            return self.scores.mean
        of_samples = ExactSum()
        for scores in self.by_sample.values():
            of_samples.add(scores.mean)
        return of_samples.mean


class Tally:
    """Adds up the samples of one run.

    Args:
        primary: scorer of the leading metric; samples that it left without a score are the run's unscored ones.
        slice_metrics: scorers whose scores have a mean worth taking, with the metric's name.
        epochs: repetitions of each sample.
        adds_up: take the means over all samples as well, under an empty slice, and their cost and tokens.
    """

    def __init__(self, primary: str | None, slice_metrics: Mapping[str, str], epochs: int, adds_up: bool = False) -> None:
        self.primary, self.slice_metrics, self.has_epochs, self.adds_up = primary, slice_metrics, epochs > 1, adds_up
        self.samples = self.errors = self.unscored = self.lost = 0
        self.means: dict[tuple[str, str], Mean] = {}
        self.answered_models: set[str] = set()
        self._cost, self._tokens_in, self._tokens_out = ExactSum(), WholeSum(), WholeSum()
        self._items = Items()

    def add(self, sample: Sample) -> None:
        """Count one sample."""
        self.samples += 1
        self.errors += sample.error_kind is not None
        self.answered_models.update(sample.answered_models)
        # Items are told apart by content: epochs, filters and scorers repeat them.
        self._items.add(sample.input_sha, sample.target_sha, sample.slice, sample.failure_mode)
        for score in sample.scores:
            if score.number is not None and score.scorer in self.slice_metrics:
                if sample.slice is not None:
                    self._mean(score.scorer, sample.slice).add(sample.key, score.number)
                if self.adds_up:
                    self._mean(score.scorer, "").add(sample.key, score.number)
            if score.number is None and sample.error_kind is None and score.scorer == (self.primary or score.scorer):
                self.unscored += 1
        if self.adds_up:
            self._cost.add_known(sample.cost_usd)
            self._tokens_in.add_known(sample.tokens_in)
            self._tokens_out.add_known(sample.tokens_out)

    def lose(self) -> None:
        """Count one sample that could not be read."""
        self.lost += 1

    def totals(self) -> dict[str, float | int | None]:
        """Cost and tokens of all samples; None where some do not tell, or were lost."""
        sums = {"cost_usd": self._cost, "tokens_in": self._tokens_in, "tokens_out": self._tokens_out}
        is_known = self.samples > 0 and not self.lost
        return {name: summed.total if is_known and summed.count == self.samples else None for name, summed in sums.items()}

    @cached_property
    def content(self) -> Content | None:
        """The dataset, to be asked for after the last sample; None where no sample has an input."""
        return self._items.content()

    def _mean(self, scorer: str, slice_name: str) -> Mean:
        return self.means.get((scorer, slice_name)) or self.means.setdefault((scorer, slice_name), Mean(self.has_epochs))
