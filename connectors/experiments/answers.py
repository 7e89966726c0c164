"""Single fields of vendors' answers: by either spelling, null kept apart from zero, numbers that are none refused by name."""

import math
import re
from datetime import UTC, datetime
from typing import Any

from connectors.experiments.source import Json

MILLISECONDS = 1e11
"""Numbers of time above this are milliseconds: as seconds they would be past the year 5000."""
PERCENT_TOLERANCE = 0.02
"""A percentage is ours when it differs by less than this share of it, as the vendor rounds."""


def told(answer: Json, name: str) -> Any:
    """A field by its name of today, or as older answers spell it (`pValue`, `p_value`); null where neither is there."""
    return answer.get(name, answer.get(re.sub(r"(?<=[a-z])[A-Z]+|^[A-Z]+|(?<!^)[A-Z]", lambda match: f"_{match.group()}", name).lower()))


def number(answer: Json, name: str) -> float | None:
    """A number; null and absent stay null, a true 0 stays 0.

    Raises:
        ValueError: for anything else.
    """
    value = told(answer, name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"{name} is {value!r}; expected a number")
    try:
        found = float(value)
    except ValueError:
        raise ValueError(f"{name} is {value!r}; expected a number") from None
    if not math.isfinite(found):
        raise ValueError(f"{name} is {value!r}; expected a finite number")
    return found


def moment(value: Any) -> datetime | str | None:
    """A time: epoch milliseconds or seconds, or text as it stands; null for none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value or None if isinstance(value, str) else None
    return datetime.fromtimestamp(value / 1000 if value > MILLISECONDS else value, UTC) if value > 0 else None
