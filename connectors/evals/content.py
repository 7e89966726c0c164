"""What a dataset consists of, by its items: counted one by one in any order, told apart by content, in bounded memory."""

import hashlib
from collections import Counter
from dataclasses import dataclass
from itertools import groupby

import orjson

from connectors.evals.digest import sha_of_text
from connectors.evals.shape import Json
from connectors.evals.spill import SortedTexts


@dataclass(frozen=True)
class Content:
    """What a dataset consists of.

    Attributes:
        sha: hash of the sorted pairs of input and target hashes.
        slices, failure_modes: items of each.
    """

    sha: str
    n_items: int
    slices: Counter[str]
    failure_modes: Counter[str]

    def version_id(self, name: str | None) -> str:
        """What names the version of a dataset: its name and content."""
        return sha_of_text(f"{name}|{self.sha}")

    def columns(self) -> Json:
        """The columns of `dataset_versions` that the items alone decide."""
        return {
            "content_sha": self.sha,
            "n_items": self.n_items,
            "n_slices": len(self.slices),
            "slices": dict(sorted(self.slices.items())),
            "failure_modes": dict(sorted(self.failure_modes.items())),
        }


class Items:
    """The items of a dataset, each counted once however often it comes."""

    def __init__(self) -> None:
        self._items = SortedTexts()

    def add(self, input_sha: str | None, target_sha: str | None, slice_name: str | None, failure_mode: str | None) -> None:
        """Count an item, unless it has no input. Labels sort before their absence."""
        if input_sha is not None:
            labels = orjson.dumps([slice_name, failure_mode]).decode()
            self._items.add(f"{input_sha}:{target_sha or ''}\t{labels}")

    def content(self) -> Content | None:
        """The dataset, to be asked for after the last item; None where no item has an input."""
        digest, n_items, slices, failure_modes = hashlib.sha256(), 0, Counter[str](), Counter[str]()
        for item, told in groupby((text.split("\t", 1) for text in self._items), key=lambda parts: parts[0]):
            digest.update(f"{item}\n".encode())
            n_items += 1
            slice_name, failure_mode = orjson.loads(next(told)[1])
            slices.update([slice_name] if slice_name is not None else [])
            failure_modes.update([failure_mode] if failure_mode is not None else [])
        return Content(digest.hexdigest(), n_items, slices, failure_modes) if n_items else None
