"""How the git connector is told what to read. No git here, only the shape of the configuration."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator


class ArtifactOptions(BaseModel):
    """What other repositories may cite: its own repository, and the names under which it appears in files."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1)
    repository: str | None = None
    packages: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    """What code imports, where that is not the package's name: `sklearn` of `scikit-learn`, `com.acme.evals` of a Java library."""
    names: tuple[str, ...] = ()
    path_globs: tuple[str, ...] = ()
    """Which files of its repository it consists of, in the manner of gitignore; empty means all of them."""


class GitOptions(BaseModel):
    """Everything that the git connector needs."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    mirrors: Path
    """Folder of the mirror clones; may be deleted, the next reading clones again."""
    remotes: tuple[str, ...]
    """Globs over the names of GitHub repositories that are already loaded (`acme/*`), or URLs and paths of any git repository."""
    prompts: tuple[str, ...] = ()
    """More prompt files than the well-known ones, in the manner of gitignore."""
    rubrics: tuple[str, ...] = ("**/judges/**", "**/rubrics/**")
    """Files that instruct a judge, in the manner of gitignore."""
    documents: tuple[str, ...] = ()
    """More documents than those in well-known folders (`rfcs`, `adr`, `postmortems`), in the manner of gitignore."""
    artifacts: tuple[ArtifactOptions, ...] = ()
    token: SecretStr | None = None
    """For https remotes on github.com and on the hosts of the loaded GitHub repositories; other hosts never see it."""
    token_now: Callable[[str], str] | None = Field(default=None, exclude=True, repr=False)
    """Gives a token for an owner's repositories that is valid now, where none lasts: a GitHub App's is renewed every hour."""
    concurrency: int = Field(default=4, ge=1, le=64)
    """Repositories read, and files blamed, at the same time."""
    timeout: float = Field(default=1800, gt=0)
    """Seconds after which one git command is given up."""

    @field_validator("remotes")
    @classmethod
    def _without_credentials(cls, remotes: tuple[str, ...]) -> tuple[str, ...]:
        for position, remote in enumerate(remotes, start=1):
            parts = urlsplit(remote)
            if parts.password or (parts.scheme in {"http", "https"} and parts.username):
                message = (
                    f"remote {position} ({parts.hostname}) holds a credential in its URL; put it into `token` and leave it out of the URL"
                )
                raise ValueError(message)
        return remotes
