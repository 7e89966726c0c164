"""What the evals connector can be told of servers: where each is, which of its runs are evaluations, and how runs are judged."""

from abc import abstractmethod
from typing import Literal

from pydantic import BaseModel, Field, SecretStr


class ServedStore(BaseModel, frozen=True, extra="forbid"):
    """One `[[sources.evals]]` of a server."""

    kind: str
    """Which tool serves."""
    headline: str | None = None
    """Metric that leads, as the tool spells it; without it a run leads with its only metric, or with none."""
    threshold: float | None = None
    """What a run's leading metric must reach, where neither the run nor its envelope says."""
    timeout_seconds: float = Field(default=60.0, gt=0)

    @property
    @abstractmethod
    def path(self) -> str:
        """The server's address; runs are below it."""

    @property
    def root(self) -> str:
        """The address without a trailing slash."""
        return self.path.rstrip("/")

    @property
    def partition(self) -> str:
        """The store's name in cursors and journals."""
        return f"evals:{self.kind}:{self.root}"


class MlflowStore(ServedStore, frozen=True):
    """Runs of some of the experiments of an MLflow tracking server."""

    kind: Literal["mlflow"]
    tracking_uri: str = Field(pattern="^https?://[^@]+$")
    """Where the server is, such as `http://mlflow:5000`."""
    token: SecretStr | None = None
    """For servers behind a login that takes a bearer token; none: nothing is sent."""
    experiments: tuple[str, ...] = ("*",)
    """Names of experiments, as shell patterns: training runs are no evaluations, so say which are."""
    serving_aliases: tuple[str, ...] = ("champion", "production")
    """Aliases of the registry under which a version of a model answers users; none: its models are not asked for."""

    @property
    def path(self) -> str:
        """The server's address; runs are below it."""
        return self.tracking_uri


class PhoenixStore(ServedStore, frozen=True):
    """Experiments on some of the datasets of an Arize Phoenix server."""

    kind: Literal["phoenix"]
    url: str = Field(pattern="^https?://[^@]+$")
    """Where the server is, such as `http://phoenix:6006`."""
    token: SecretStr | None = None
    """An API key, for servers with authentication; none: nothing is sent."""
    datasets: tuple[str, ...] = ("*",)
    """Names of datasets, as shell patterns."""

    @property
    def path(self) -> str:
        """The server's address; experiments are below it."""
        return self.url


class BraintrustStore(ServedStore, frozen=True):
    """Experiments of some of the projects of a Braintrust organisation."""

    kind: Literal["braintrust"]
    token: SecretStr
    """An API key; it belongs to one organisation."""
    url: str = Field(default="https://api.braintrust.dev", pattern="^https?://[^@]+$")
    """The data plane's API, such as `https://api-eu.braintrust.dev`."""
    app_url: str = Field(default="https://www.braintrust.dev", pattern="^https?://[^@]+$")
    """Where people open experiments."""
    organisation: str | None = Field(default=None, min_length=1)
    """Its name: needed for links that people can open, and where several organisations are read."""
    projects: tuple[str, ...] = ("*",)
    """Names of projects, as shell patterns."""

    @property
    def path(self) -> str:
        """The API's address with the organisation; experiments are below it."""
        return f"{self.url.rstrip('/')}/{self.organisation}" if self.organisation else self.url


class LangfuseStore(ServedStore, frozen=True):
    """Experiments on some of the datasets of a Langfuse project."""

    kind: Literal["langfuse"]
    public_key: str = Field(min_length=1)
    """The project's public key, which starts with `pk-lf-`."""
    secret_key: SecretStr
    """The project's secret key."""
    url: str = Field(default="https://cloud.langfuse.com", pattern="^https?://[^@]+$")
    """Where Langfuse is; self-hosted: of version 3 or 4."""
    datasets: tuple[str, ...] = ("*",)
    """Names of datasets, as shell patterns; of experiments without one their own names."""

    @property
    def path(self) -> str:
        """The address with the key's public part, which stands for the project; experiments are below it."""
        return f"{self.url.rstrip('/')}/{self.public_key}"


class LangsmithStore(ServedStore, frozen=True):
    """Experiments on some of the datasets of a LangSmith workspace."""

    kind: Literal["langsmith"]
    token: SecretStr
    """An API key that may read the workspace."""
    url: str = Field(default="https://api.smith.langchain.com", pattern="^https?://[^@]+$")
    """The API, such as `https://eu.api.smith.langchain.com`, or your own LangSmith's address; `/api/v1` is added."""
    app_url: str = Field(default="https://smith.langchain.com", pattern="^https?://[^@]+$")
    """Where people open experiments."""
    workspace: str | None = Field(default=None, min_length=1)
    """Its id: needed where the key belongs to several workspaces, and where several are read."""
    datasets: tuple[str, ...] = ("*",)
    """Names of datasets, as shell patterns."""

    @property
    def path(self) -> str:
        """The API's address with the workspace; experiments are below it."""
        return f"{self.url.rstrip('/')}/{self.workspace}" if self.workspace else self.url
