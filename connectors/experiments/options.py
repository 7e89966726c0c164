"""What the experiments connector can be told: a list of stores; tokens and database addresses are secrets and stay so."""

from pathlib import Path
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


class StatsigStore(BaseModel):
    """A Statsig project, by its Console API."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["statsig"]
    token: SecretStr
    """A Console API key that may read."""
    url: str = Field(default="https://statsigapi.net", pattern="^https?://[^@/]+$")
    app_url: str = Field(default="https://console.statsig.com", pattern="^https?://")
    """Where people open experiments."""
    project: str | None = None
    """Statsig's name of the project, for messages and where people open experiments; needed where several projects are read."""
    timeout_seconds: float = Field(default=60.0, gt=0)

    @property
    def partition(self) -> str:
        """Name of the store in cursors and messages."""
        return f"statsig:{self.project or urlsplit(self.url).netloc}"

    def experiment_url(self, native_id: str) -> str:
        """Where a reader opens an experiment."""
        return f"{self.app_url.rstrip('/')}/{self.project}/experiments/{native_id}" if self.project else self.app_url


class EppoStore(BaseModel):
    """An Eppo organisation, by its REST API."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["eppo"]
    token: SecretStr
    """A REST API key, not an SDK key."""
    url: str = Field(default="https://eppo.cloud", pattern="^https?://[^@/]+$")
    timeout_seconds: float = Field(default=60.0, gt=0)

    @property
    def partition(self) -> str:
        """Name of the store in cursors and messages."""
        return f"eppo:{urlsplit(self.url).netloc}"

    def experiment_url(self, native_id: str) -> str:
        """Where a reader opens an experiment."""
        return f"{self.url}/experiments/{native_id}"


class SqlStore(BaseModel):
    """Experiments that a query of a SQL database gives, as counts and moments of each arm or as one row for each unit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["sql"]
    name: str = Field(pattern=r"^[A-Za-z0-9][\w.-]*$")
    """What messages and cursors call the store, such as `warehouse`."""
    dsn: SecretStr
    """The database, as SQLAlchemy writes addresses: `postgresql://reader:secret@db.acme.example/experiments`."""
    query: Path
    """A file that holds one SELECT; its columns are the documented ones."""
    rows: Literal["arms", "units"]
    """What a row of the query is: an arm of one metric with its counts and moments, or one unit's value of one metric."""
    control: str = "control"
    """Key of the control, for experiments whose rows do not mark it by `is_control`."""
    url: str | None = Field(default=None, pattern="^https?://")
    """What a reader can open to see where the numbers are from; by default the database without its credentials."""

    @property
    def partition(self) -> str:
        """Name of the store in cursors and messages."""
        return f"sql:{self.name}"


Store = Annotated[EppoStore | FilesStore | GrowthBookStore | SqlStore | StatsigStore, Field(discriminator="kind")]


class ExperimentsOptions(BaseModel):
    """All experiment stores of the organisation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stores: tuple[Store, ...] = ()
