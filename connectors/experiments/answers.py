"""Single fields of vendors' answers: by either spelling, null kept apart from zero, numbers that are none refused by name."""

import math
import re
from datetime import UTC, datetime
from typing import Any

from connectors.contract import Record
from connectors.experiments.source import Json

MILLISECONDS = 1e11
"""Numbers of time above this are milliseconds: as seconds they would be past the year 5000."""
PERCENT_TOLERANCE = 0.02
"""A percentage is ours when it differs by less than this share of it, as the vendor rounds."""
PULL_REQUEST = re.compile(r"https?://[^/\s]+/([\w.-]+/[\w.-]+)/pull/(\d+)")


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


def objects(value: Any) -> list[Json]:
    """The objects of a list; nothing where there is no list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def repository_of(experiment: Json) -> Record:
    """Repository and pull requests by tags (`repository:owner/name`, `pull:12`) and by links to pull requests in its texts."""
    summary: Json = experiment.get("resultSummary") or {}
    texts = (
        experiment.get("description"),
        experiment.get("hypothesis"),
        summary.get("conclusions"),
        *(experiment.get("customFields") or {}).values(),
    )
    links = [match for text in texts if isinstance(text, str) for match in PULL_REQUEST.findall(text)]
    tags = [str(tag) for tag in experiment.get("tags") or ()]
    tagged = [tag.partition(":")[2] for tag in tags if tag.startswith("repository:")]
    repository = tagged[0] if tagged else links[0][0] if links else None
    numbers = {int(number) for name, number in links if name == repository}
    numbers |= {int(number) for number in (tag.partition(":")[2] for tag in tags if tag.startswith("pull:")) if number.isdigit()}
    return {"repository_raw": repository, "pull_request_numbers": sorted(numbers)}
