"""How far raters agree, by statsmodels where it can and by Krippendorff's alpha, which it has not.

Alpha: K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011). It takes any number of raters, of whom each has seen some
of the items, and the distance of the scale. Its interval is a bootstrap of items, with a fixed seed: the same labels give the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LEVEL = 0.95
DRAWS = 1_000
SEED = 20_260_101
MOST_VALUES = 200
"""Distinct labels beyond which an answer is no label but a text of its own."""

Units = Mapping[str, Sequence[Any]]
"""The answers about each item, each of another rater: numbers for an interval scale, else labels in the order of the scale."""


@dataclass(frozen=True)
class Agreement:
    """One coefficient with its interval; `not_observed` with the reason where the labels cannot tell.

    Attributes:
        n_items: items with two answers or more: nothing else says anything about agreement.
        raw_agreement: share of pairs of answers about one item that are equal.
    """

    state: str = "not_observed"
    reason: str | None = None
    low: float | None = None
    mid: float | None = None
    high: float | None = None
    n_items: int = 0
    raw_agreement: float | None = None
    method: str = ""


def alpha(units: Units, scale: str) -> Agreement:
    """Krippendorff's alpha, from -1 to 1.

    Args:
        units: answers by item.
        scale: nominal, ordinal or interval.
    """
    import numpy as np

    paired = [list(given) for _, given in sorted(units.items()) if len(given) > 1]
    values = sorted({value for given in paired for value in given})
    method = f"Krippendorff's alpha, {scale}; bootstrap of {DRAWS} draws of items"
    reason = _too_little(len(paired), len(values))
    if reason:
        return Agreement(reason=reason, n_items=len(paired), method=method)
    place = {value: position for position, value in enumerate(values)}
    counts = np.zeros((len(paired), len(values)))
    for row, given in enumerate(paired):
        for value in given:
            counts[row, place[value]] += 1
    shares = counts / (counts.sum(axis=1) - 1)[:, None]

    def coincidences(weights: Any) -> Any:
        """How often each two values meet about one item, which never takes more memory than the answers."""
        return counts.T @ (shares * weights[:, None]) - np.diag(weights @ shares)

    drawn = np.random.default_rng(SEED).multinomial(len(paired), np.full(len(paired), 1 / len(paired)), size=DRAWS)
    found = [_alpha(coincidences(weights), values, scale) for weights in drawn]
    told = np.array([each for each in found if each is not None])
    whole = coincidences(np.ones(len(paired)))
    low, high = np.quantile(told, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    mid = _alpha(whole, values, scale)
    assert mid is not None, "several values came, so that agreement by chance is less than whole"
    equal = float(np.trace(whole) / whole.sum())
    return Agreement("value", None, min(float(low), mid), mid, max(float(high), mid), len(paired), equal, method)


def _alpha(observed: Any, values: Sequence[Any], scale: str) -> float | None:
    """Alpha of a coincidence matrix; None where all values in it are the same, so that chance alone agrees wholly."""
    import numpy as np

    totals = observed.sum(axis=1)
    n = totals.sum()
    distance = _distance(totals, values, scale)
    expected = (np.outer(totals, totals) * distance).sum() / (n - 1)
    return None if expected == 0 else float(1 - (observed * distance).sum() / expected)


def _distance(totals: Any, values: Sequence[Any], scale: str) -> Any:
    """Squared distances between the values, as the scale has them."""
    import numpy as np

    if scale == "nominal":
        return 1 - np.eye(len(values))
    if scale == "interval":
        return np.subtract.outer(np.array(values, dtype=float), np.array(values, dtype=float)) ** 2
    # Ordinal: how many answers lie between two values, half of those at either end.
    reached = np.cumsum(totals) - totals / 2
    return np.subtract.outer(reached, reached) ** 2


def kappa(pairs: Sequence[tuple[Any, Any]]) -> Agreement:
    """Cohen's kappa of two raters over the same items, with the interval of its asymptotic standard error."""
    from statsmodels.stats.inter_rater import cohens_kappa, to_table

    method = "Cohen's kappa; interval by its asymptotic standard error"
    values = sorted({value for pair in pairs for value in pair}, key=str)
    reason = _too_little(len(pairs), len(values))
    if reason:
        return Agreement(reason=reason, n_items=len(pairs), method=method)
    place = {value: position for position, value in enumerate(values)}
    table, _ = to_table([[place[one], place[other]] for one, other in pairs], bins=len(values))
    found: Any = cohens_kappa(table, return_results=True)
    mid = float(found.kappa)
    equal = sum(one == other for one, other in pairs) / len(pairs)
    low, high = (float(end) for end in (found.kappa_low, found.kappa_upp))
    return Agreement("value", None, min(max(low, -1.0), mid), mid, max(min(high, 1.0), mid), len(pairs), equal, method)


def _too_little(n_items: int, n_values: int) -> str | None:
    if n_items < 2:
        return "fewer_than_two_items_with_two_answers"
    if n_values < 2:
        return "no_variation"
    return "too_many_distinct_answers" if n_values > MOST_VALUES else None
