"""What the registers connector can be told: kept files, each of one kind, and how their columns are called."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from connectors.folder import without_login
from connectors.registers.entries import ENTRIES, columns_of

Kind = Literal["slices", "traffic", "prices", "spend", "surveys", "contexts", "self_reports", "checkpoints"]


class Register(BaseModel):
    """One `[[sources.registers]]`: a file or folder whose rows are all of one kind."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[A-Za-z0-9][\w.-]*$")
    """What rows, messages and cursors call the register."""
    kind: Kind
    """What its rows are."""
    path: str = Field(min_length=1)
    """A file or folder; anything fsspec opens."""
    columns: Mapping[str, str] = {}
    """What the files call a column, by our name; the files' other columns are passed over then."""
    values: Mapping[str, str] = {}
    """Values of columns that the files do not have, the same for every row."""

    @model_validator(mode="after")
    def _known_columns(self) -> "Register":
        known = columns_of(ENTRIES[self.kind])
        unknown = sorted({*self.columns, *self.values} - set(known))
        if unknown:
            raise ValueError(f"rows of {self.kind} have no column {', '.join(unknown)}; their columns are {', '.join(known)}")
        return self

    @property
    def partition(self) -> str:
        """Name of the register in cursors and journals."""
        return f"registers:{self.name}"

    @property
    def place(self) -> str:
        """The path without whatever stands before an `@` in the address."""
        return without_login(self.path)


class RegistersOptions(BaseModel):
    """All registers of the organisation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    registers: tuple[Register, ...] = ()

    @model_validator(mode="after")
    def _names_apart(self) -> "RegistersOptions":
        names = [one.name for one in self.registers]
        double = sorted({name for name in names if names.count(name) > 1})
        if double:
            raise ValueError(f"several registers are called {', '.join(double)}; give each a name of its own")
        return self
