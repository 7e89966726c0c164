"""What the documents connector can be told: folders of documents, and where people open them."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from connectors.folder import names_apart, without_login


class DocumentFolder(BaseModel):
    """One `[[sources.documents]]`: a folder whose Markdown files are documents."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[A-Za-z0-9][\w.-]*$")
    """What rows, messages and cursors call the folder."""
    path: str = Field(min_length=1)
    """A file or folder; anything fsspec opens."""
    url: str | None = Field(default=None, pattern=r"^https?://[^@]+$")
    """Where people open the folder: a document's address is this, a slash, and its path. Left out: the file itself."""
    kind: Literal["rfc", "decision", "design", "postmortem", "envelope", "document"] = "document"
    """What a document is that neither its front matter nor its folder says."""

    @property
    def partition(self) -> str:
        """Name of the folder in cursors and journals."""
        return f"documents:{self.name}"

    @property
    def place(self) -> str:
        """The path without whatever stands before an `@` in the address."""
        return without_login(self.path)


class DocumentsOptions(BaseModel):
    """All folders of documents."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    folders: tuple[DocumentFolder, ...] = ()

    @model_validator(mode="after")
    def _names_apart(self) -> "DocumentsOptions":
        names_apart([one.name for one in self.folders], "documents")
        return self
