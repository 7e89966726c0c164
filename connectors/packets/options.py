"""What the packets connector can be told: folders of packets, and how the artifacts are called that they may name."""

from pydantic import BaseModel, ConfigDict, Field, model_validator

from connectors.folder import names_apart, without_login

HEADINGS = ("acknowledg", "built on", "thanks", "with the help of")
"""Beginnings of the headings under which people acknowledge the work of others."""


class PacketFolder(BaseModel):
    """One `[[sources.packets]]`: a folder whose Markdown and JSON files are packets, one person's each."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[A-Za-z0-9][\w.-]*$")
    """What rows, messages and cursors call the folder."""
    path: str = Field(min_length=1)
    """A file or folder; anything fsspec opens."""
    headings: tuple[str, ...] = HEADINGS
    """Beginnings of headings, in any letter case: what stands under one of them is an acknowledgement."""

    @property
    def partition(self) -> str:
        """Name of the folder in cursors and journals."""
        return f"packets:{self.name}"

    @property
    def place(self) -> str:
        """The path without whatever stands before an `@` in the address."""
        return without_login(self.path)


class NamedArtifact(BaseModel):
    """An artifact and everything that it is called."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1)
    names: tuple[str, ...] = ()


class PacketsOptions(BaseModel):
    """All folders of packets, and all artifacts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    folders: tuple[PacketFolder, ...] = ()
    artifacts: tuple[NamedArtifact, ...] = ()

    @model_validator(mode="after")
    def _names_apart(self) -> "PacketsOptions":
        names_apart([one.name for one in self.folders], "packets")
        return self
