"""What the evals connector can be told: folders and buckets of result files, and the threshold that a store's runs are held to.

Credentials of buckets are no option: fsspec's drivers take them from the environment, where cloud tools look for them.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Kind = Literal["inspect", "lm_eval", "promptfoo", "jsonl"]


class EvalStore(BaseModel):
    """One `[[sources.evals]]`: a folder or bucket prefix that holds result files of one tool."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    """Which tool wrote the files."""
    path: str = Field(min_length=1)
    """Folder (`evals/inspect`) or any fsspec URL (`s3://acme-evals/inspect/`); every folder below it is read too."""
    threshold: float | None = None
    """What a run's leading metric must reach, where neither the run nor its envelope says."""

    @property
    def root(self) -> str:
        """The path without a trailing slash."""
        return self.path.rstrip("/") or self.path

    @property
    def partition(self) -> str:
        """The store's name in cursors and journals."""
        return f"evals:{self.kind}:{self.root}"


class EvalsOptions(BaseModel):
    """All configured stores."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stores: tuple[EvalStore, ...]
    """Stores in the order of the configuration."""

    @model_validator(mode="after")
    def _stores_apart(self) -> "EvalsOptions":
        """Refuse a store inside another one: each file must belong to exactly one partition."""
        for index, store in enumerate(self.stores):
            for other in self.stores[index + 1 :]:
                if f"{store.root}/".startswith(f"{other.root}/") or f"{other.root}/".startswith(f"{store.root}/"):
                    raise ValueError(f"stores {store.path!r} and {other.path!r} overlap: give every tool a folder of its own")
        return self
