"""What the evals connector can be told: folders and buckets of result files, servers (`served_options.py`), and the threshold of runs.

Credentials of buckets are no option: fsspec's drivers take them from the environment, where cloud tools look for them.
"""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from connectors.evals.served_options import BraintrustStore, LangfuseStore, LangsmithStore, MlflowStore, PhoenixStore

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


AnyStore = Annotated[EvalStore | MlflowStore | PhoenixStore | BraintrustStore | LangfuseStore | LangsmithStore, Field(discriminator="kind")]
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
