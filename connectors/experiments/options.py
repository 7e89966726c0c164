"""What the experiments connector can be told: a list of stores; tokens and database addresses are secrets and stay so."""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, field_validator

from connectors.folder import without_login


class FilesStore(BaseModel):
    """A folder or file of experiments in the documented shape."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["files"]
    path: str = Field(min_length=1)
    """A path or an address that fsspec opens, such as `s3://acme-experiments/`; credentials come from the environment."""

    @property
    def partition(self) -> str:
        """Name of the store in cursors and messages, without whatever stands before an `@` in the address."""
        return f"files:{without_login(self.path)}"


class _Site(BaseModel):
    """What every vendor's API is reached by."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    token: SecretStr
    timeout_seconds: float = Field(default=60.0, gt=0)


SITE = "^https?://[^@/]+$"
"""An address without path, user or password."""


class GrowthBookStore(_Site):
    """A GrowthBook organisation, by its REST API."""

    kind: Literal["growthbook"]
    url: str
    """Where the API is, such as `https://api.growthbook.io`."""
    app_url: str | None = None
    """Where people open experiments; by default the API's address, on GrowthBook's own cloud its `app.` host."""

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


class StatsigStore(_Site):
    """A Statsig project, by its Console API."""

    kind: Literal["statsig"]
    token: SecretStr
    """A Console API key that may read."""
    url: str = Field(default="https://statsigapi.net", pattern=SITE)
    app_url: str = Field(default="https://console.statsig.com", pattern="^https?://")
    """Where people open experiments."""
    project: str | None = None
    """Statsig's name of the project, for messages and where people open experiments; needed where several projects are read."""

    @property
    def partition(self) -> str:
        """Name of the store in cursors and messages."""
        return f"statsig:{self.project or urlsplit(self.url).netloc}"

    def experiment_url(self, native_id: str) -> str:
        """Where a reader opens an experiment."""
        return f"{self.app_url.rstrip('/')}/{self.project}/experiments/{native_id}" if self.project else self.app_url


class EppoStore(_Site):
    """An Eppo organisation, by its REST API."""

    kind: Literal["eppo"]
    token: SecretStr
    """A REST API key, not an SDK key."""
    url: str = Field(default="https://eppo.cloud", pattern=SITE)

    @property
    def partition(self) -> str:
        """Name of the store in cursors and messages."""
        return f"eppo:{urlsplit(self.url).netloc}"

    def experiment_url(self, native_id: str) -> str:
        """Where a reader opens an experiment."""
        return f"{self.url}/experiments/{native_id}"


class OptimizelyStore(_Site):
    """One Optimizely project, by its REST API."""

    kind: Literal["optimizely"]
    token: SecretStr
    """A personal access token."""
    project: int = Field(ge=1)
    """Number of the project, as its address shows it."""
    url: str = Field(default="https://api.optimizely.com", pattern=SITE)
    app_url: str = Field(default="https://app.optimizely.com", pattern=SITE)
    """Where people open experiments."""

    @property
    def partition(self) -> str:
        """Name of the store in cursors and messages."""
        return f"optimizely:{self.project}"

    def experiment_url(self, native_id: str) -> str:
        """Where a reader opens an experiment."""
        return f"{self.app_url}/v2/projects/{self.project}/experiments/{native_id}"


class LaunchDarklyStore(_Site):
    """Experiments of one environment of a LaunchDarkly project, as they are configured; its API tells no results."""

    kind: Literal["launchdarkly"]
    token: SecretStr
    """An access token with the role Reader, not an SDK key."""
    project: str = Field(pattern=r"^[\w.-]+$")
    environment: str = Field(default="production", pattern=r"^[\w.-]+$")
    url: str = Field(default="https://app.launchdarkly.com", pattern=SITE)

    @property
    def partition(self) -> str:
        """Name of the store in cursors and messages."""
        return f"launchdarkly:{self.project}/{self.environment}"

    def experiment_url(self, native_id: str) -> str:
        """The experiment's own address, which a browser that is logged in opens."""
        return f"{self.url}/api/v2/projects/{self.project}/environments/{self.environment}/experiments/{native_id}"


class UnleashStore(_Site):
    """An Unleash instance: what was done to its feature flags, and when."""

    kind: Literal["unleash"]
    token: SecretStr
    """A personal access token, or a service account's, that may read the projects."""
    url: str = Field(pattern="^https?://[^@]+$")
    """Where Unleash is, such as `https://unleash.acme.example` or `https://eu.app.unleash-hosted.com/acme`."""
    projects: tuple[str, ...] = ()
    """Ids of the projects to read; none: all that the token may see."""
    repositories: dict[str, str] = Field(default_factory=dict[str, str])
    """Whose flags a project holds: its id to the repository, owner/name."""

    @property
    def partition(self) -> str:
        """Name of the store in cursors and messages."""
        return f"unleash:{self.url.partition('://')[2].rstrip('/')}"

    def flag_url(self, project: str, flag: str) -> str:
        """Where a reader opens a flag."""
        return f"{self.url.rstrip('/')}/projects/{project}/features/{quote(flag)}"


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
    configured_in: str | None = Field(default=None, pattern=r"^[\w.-]+/[\w.-]+$")
    """`project/environment` of a LaunchDarkly store: rows whose native_id is the key of one of its experiments are that one's numbers."""
    url: str | None = Field(default=None, pattern="^https?://")
    """What a reader can open to see where the numbers are from; by default the database without its credentials."""

    @property
    def partition(self) -> str:
        """Name of the store in cursors and messages."""
        return f"sql:{self.name}"


VendorOptions = EppoStore | GrowthBookStore | LaunchDarklyStore | OptimizelyStore | StatsigStore | UnleashStore
Store = Annotated[FilesStore | SqlStore | VendorOptions, Field(discriminator="kind")]


def _configurations_are_read(stores: tuple[Store, ...]) -> tuple[Store, ...]:
    known = [f"{store.project}/{store.environment}" for store in stores if isinstance(store, LaunchDarklyStore)]
    for store in stores:
        if isinstance(store, SqlStore) and store.configured_in not in (None, *known):
            told = f"expected one of {', '.join(known)}" if known else "no store of the kind launchdarkly is configured"
            raise ValueError(f"configured_in of {store.name!r} is {store.configured_in!r}; {told}")
    return stores


Stores = Annotated[tuple[Store, ...], AfterValidator(_configurations_are_read)]
"""Stores that may refer to one another."""


class ExperimentsOptions(BaseModel):
    """All experiment stores of the organisation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stores: Stores = ()
