"""What the people connector can be told; no secret is among it."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict


class PeopleOptions(BaseModel):
    """Where the files about people lie."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    directory: Path
    """The directory of people as a CSV file, usually `people.csv`."""

    scim: Path | None = None
    """The users of an identity provider: SCIM 2.0 as JSON, or a CSV export; None where there is none."""

    decisions: Path | None = None
    """The journal of decisions about who is who, a JSON object a line; None where there is none."""

    splits: Path | None = None
    """Signed splits of artifacts and pull requests; None where there are none."""

    artifacts: tuple[str, ...] = ()
    """Ids of the artifacts that a split may be of."""
