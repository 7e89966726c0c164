"""What the evals connector can be told: folders and buckets of result files, servers, and the threshold that a store's runs are held to.

Credentials of buckets are no option: fsspec's drivers take them from the environment, where cloud tools look for them.
"""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

Kind = Literal["inspect", "lm_eval", "promptfoo", "deepeval", "openai_evals", "ragas", "jsonl"]

ONLY_FOR = {"timezone": "deepeval", "metrics": "ragas"}
"""Options that mean something for one kind alone."""


class EvalStore(BaseModel):
    """One `[[sources.evals]]`: a folder or bucket prefix that holds result files of one tool."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    """Which tool wrote the files."""
    path: str = Field(min_length=1)
    """Folder (`evals/inspect`) or any fsspec URL (`s3://acme-evals/inspect/`); every folder below it is read too."""
    threshold: float | None = None
    """What a run's leading metric must reach, where neither the run nor its envelope says."""
    timezone: str | None = None
    """IANA name (`Europe/Berlin`) of the clock by which DeepEval named its exports; without it their runs have no time."""

    metrics: tuple[str, ...] = ()
    """Columns of Ragas' experiments that are scores, the leading one first; without it those of nothing but numbers from 0 to 1."""

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str | None) -> str | None:
        """Refuse a zone that nobody knows."""
        try:
            return name and ZoneInfo(name).key
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"{name!r} is no time zone: give an IANA name such as 'Europe/Berlin' or 'UTC'") from None

    @model_validator(mode="after")
    def _options_of_the_kind(self) -> "EvalStore":
        """Refuse an option that would do nothing."""
        for option, kind in ONLY_FOR.items():
            if option in self.model_fields_set and self.kind != kind:
                raise ValueError(f"`{option}` is an option of kind = {kind!r}, this store is of kind {self.kind!r}: leave it out")
        return self

    @property
    def root(self) -> str:
        """The path without a trailing slash."""
        return self.path.rstrip("/") or self.path

    @property
    def zone(self) -> ZoneInfo | None:
        """The clock of the store's file names."""
        return ZoneInfo(self.timezone) if self.timezone else None

    @property
    def partition(self) -> str:
        """The store's name in cursors and journals."""
        return f"evals:{self.kind}:{self.root}"


class MlflowStore(BaseModel):
    """One `[[sources.evals]]` of an MLflow tracking server: runs of some of its experiments."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["mlflow"]
    tracking_uri: str = Field(pattern="^https?://[^@]+$")
    """Where the server is, such as `http://mlflow:5000`."""
    token: SecretStr | None = None
    """For servers behind a login that takes a bearer token; none: nothing is sent."""
    experiments: tuple[str, ...] = ("*",)
    """Names of experiments, as shell patterns: training runs are no evaluations, so say which are."""
    headline: str | None = None
    """Metric that leads, as MLflow spells it (`correctness/mean`); without it a run leads with its only metric, or with none."""
    threshold: float | None = None
    """What a run's leading metric must reach, where neither the run nor its envelope says."""
    timeout_seconds: float = Field(default=60.0, gt=0)

    @property
    def path(self) -> str:
        """The server's address; runs are below it."""
        return self.tracking_uri

    @property
    def root(self) -> str:
        """The address without a trailing slash."""
        return self.tracking_uri.rstrip("/")

    @property
    def partition(self) -> str:
        """The store's name in cursors and journals."""
        return f"evals:mlflow:{self.root}"


AnyStore = Annotated[EvalStore | MlflowStore, Field(discriminator="kind")]
"""A store of files, or a server."""


class EvalsOptions(BaseModel):
    """All configured stores."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stores: tuple[AnyStore, ...]
    """Stores in the order of the configuration."""

    @model_validator(mode="after")
    def _stores_apart(self) -> "EvalsOptions":
        """Refuse a store inside another one: each file must belong to exactly one partition."""
        for index, store in enumerate(self.stores):
            for other in self.stores[index + 1 :]:
                if f"{store.root}/".startswith(f"{other.root}/") or f"{other.root}/".startswith(f"{store.root}/"):
                    raise ValueError(f"stores {store.path!r} and {other.path!r} overlap: give every tool a folder of its own")
        return self
