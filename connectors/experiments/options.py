"""What the experiments connector can be told: a list of stores; tokens are secrets and stay so."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator


class FilesStore(BaseModel):
    """A folder or file of experiments in the documented shape."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["files"]
    path: str = Field(min_length=1)
    """A path or an address that fsspec opens, such as `s3://acme-experiments/`; credentials come from the environment."""

    @property
    def partition(self) -> str:
        """Name of the store in cursors and messages, without whatever stands before an `@` in the address."""
        scheme, separator, rest = self.path.partition("://")
        return f"files:{scheme}{separator}{rest.rpartition('@')[2]}" if separator else f"files:{self.path}"


class GrowthBookStore(BaseModel):
    """A GrowthBook organisation, by its REST API."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["growthbook"]
    url: str
    """Where the API is, such as `https://api.growthbook.io`."""
    token: SecretStr
    app_url: str | None = None
    """Where people open experiments; by default the API's address, on GrowthBook's own cloud its `app.` host."""
    timeout_seconds: float = Field(default=60.0, gt=0)

    @field_validator("url", "app_url")
    @classmethod
    def _is_plain(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"{url!r} is no address; expected one like https://api.growthbook.io")
        if parts.username or parts.password:
            raise ValueError("the address holds a user or password; give the key as token")
        return url.rstrip("/").removesuffix("/api/v1").removesuffix("/api")

    @property
    def partition(self) -> str:
        """Name of the store in cursors and messages."""
        return f"growthbook:{urlsplit(self.url).netloc}"

    def experiment_url(self, native_id: str) -> str:
        """Where a reader opens an experiment."""
        site = self.app_url or self.url.replace("://api.growthbook.io", "://app.growthbook.io")
        return f"{site}/experiment/{native_id}"


Store = Annotated[FilesStore | GrowthBookStore, Field(discriminator="kind")]


class ExperimentsOptions(BaseModel):
    """All experiment stores of the organisation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stores: tuple[Store, ...] = ()
