"""Which slice and failure mode a sample belongs to, by the keys that people use for them in its metadata."""

from typing import Any

from connectors.evals.shape import text

SLICE_KEYS = ("slice", "category")
FAILURE_MODE_KEYS = ("failure_mode",)
LONGEST_LABEL = 80
"""A longer `category` is a sentence of the sample, not a name."""


def slice_of(metadata: Any) -> str | None:
    """The slice that metadata names."""
    return _label(metadata, SLICE_KEYS)


def failure_mode_of(metadata: Any) -> str | None:
    """The failure mode that metadata names."""
    return _label(metadata, FAILURE_MODE_KEYS)


def _label(metadata: Any, keys: tuple[str, ...]) -> str | None:
    values = (text(metadata, key) for key in keys)
    return next((value for value in values if value and len(value) <= LONGEST_LABEL and "\n" not in value), None)
