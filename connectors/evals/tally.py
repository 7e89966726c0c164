"""What a run's samples add up to, counted while they stream by: errors, missing scores, means by slice, the dataset's content."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.evals.model import Sample


@dataclass
class Mean:
    """A mean over samples; with epochs, of each sample's own mean, as the harnesses reduce them.

    Only with epochs are samples remembered one by one.
    """

    has_epochs: bool
    total: float = 0.0
    count: int = 0
    by_sample: dict[str, tuple[float, int]] = field(default_factory=dict)

    def add(self, key: str, value: float) -> None:
        """Count one score of a sample."""
        if not self.has_epochs:
            self.total, self.count = self.total + value, self.count + 1
            return
        total, count = self.by_sample.get(key, (0.0, 0))
        self.by_sample[key] = (total + value, count + 1)

    @property
    def n(self) -> int:
        """Samples with at least one score."""
        return len(self.by_sample) if self.has_epochs else self.count

    @property
    def value(self) -> float:
        """The mean; it exists only where there was something to add."""
        total = sum(total / count for total, count in self.by_sample.values()) if self.has_epochs else self.total
        return total / self.n


class Tally:
    """Adds up the samples of one run.

    Args:
        primary: scorer of the leading metric; samples that it left without a score are the run's unscored ones.
        slice_metrics: scorers whose scores have a mean worth taking, with the metric's name.
        epochs: repetitions of each sample.
    """

    def __init__(self, primary: str | None, slice_metrics: Mapping[str, str], epochs: int) -> None:
        self.primary, self.slice_metrics, self.has_epochs = primary, slice_metrics, epochs > 1
        self.samples = self.errors = self.unscored = 0
        self.means: dict[tuple[str, str], Mean] = {}
        self.slices: Counter[str] = Counter()
        self.failure_modes: Counter[str] = Counter()
        self.items: set[str] = set()

    def add(self, sample: Sample) -> None:
        """Count one sample."""
        self.samples += 1
        self.errors += sample.error_kind is not None
        self._count_item(sample)
        for score in sample.scores:
            if score.number is not None and sample.slice is not None and score.scorer in self.slice_metrics:
                self.means.setdefault((score.scorer, sample.slice), Mean(self.has_epochs)).add(sample.key, score.number)
            if score.number is None and sample.error_kind is None and score.scorer == (self.primary or score.scorer):
                self.unscored += 1

    @property
    def content_sha(self) -> str | None:
        """Hash of the dataset's content: of the sorted pairs of input and target hashes; None where no sample has an input."""
        if not self.items:
            return None
        digest = hashlib.sha256()
        for item in sorted(self.items):
            digest.update(f"{item}\n".encode())
        return digest.hexdigest()

    def _count_item(self, sample: Sample) -> None:
        """Items are told apart by content: epochs, filters and scorers repeat them."""
        if sample.input_sha is None:
            return
        item = f"{sample.input_sha}:{sample.target_sha or ''}"
        if item in self.items:
            return
        self.items.add(item)
        if sample.slice is not None:
            self.slices[sample.slice] += 1
        if sample.failure_mode is not None:
            self.failure_modes[sample.failure_mode] += 1
