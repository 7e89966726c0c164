"""What the labels connector can be told: exports of labelling tools, each a label set, and which judge it calibrates."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from connectors.folder import without_login

Kind = Literal["label_studio", "argilla", "records"]
Scale = Literal["nominal", "ordinal", "interval"]


class Judged(BaseModel):
    """Which verdicts of an automatic judge are held against a label set: those on the same items, by their ids."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: str = Field(min_length=1)
    """Name of the eval task whose samples are the labelled items."""
    scorer: str = Field(min_length=1)
    """The scorer whose verdicts are compared."""


class LabelSet(BaseModel):
    """One `[[sources.labels]]`: the labels that people gave to one set of items."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[A-Za-z0-9][\w.-]*$")
    """What rows, messages and cursors call the set."""
    kind: Kind
    """Which tool wrote the export; `records` is the documented format."""
    path: str = Field(min_length=1)
    """A file or folder; anything fsspec opens."""
    item: str = ""
    """Field of an item's data that holds its id; empty: the tool's own id of the item."""
    scale: Scale = "nominal"
    """How far apart two labels are: only equal or not, ordered, or by their difference."""
    passing: tuple[str, ...] = ()
    """Labels that mean the item passes, for comparing with a judge that passes or fails."""
    judge: Judged | None = None

    @model_validator(mode="after")
    def _comparable(self) -> "LabelSet":
        if self.judge and self.scale != "interval" and not self.passing:
            raise ValueError("a judge's verdicts pass or fail: `passing` has to say which labels mean that an item passes")
        return self

    @property
    def partition(self) -> str:
        """Name of the set in cursors and journals."""
        return f"labels:{self.name}"

    @property
    def place(self) -> str:
        """The path without whatever stands before an `@` in the address."""
        return without_login(self.path)


class LabelsOptions(BaseModel):
    """All label sets of the organisation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sets: tuple[LabelSet, ...] = ()

    @model_validator(mode="after")
    def _names_apart(self) -> "LabelsOptions":
        names = [one.name for one in self.sets]
        double = sorted({name for name in names if names.count(name) > 1})
        if double:
            raise ValueError(f"several label sets are called {', '.join(double)}; give each a name of its own")
        return self
