"""What an MLflow server keeps beside its runs: versions of registered prompts, and datasets for evaluations.

Texts of prompts and items of datasets are hashed where they come in, and forgotten.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from connectors.contract import Record
from connectors.errors import ContractBroken, NotFound, Unavailable
from connectors.evals.content import Content, Items
from connectors.evals.digest import kept, sha_of_content, sha_of_prompt
from connectors.evals.envelope import declared
from connectors.evals.labels import failure_mode_of, slice_of
from connectors.evals.mlflow_pages import listed, searched, told_pages
from connectors.evals.mlflow_prompts import CHAT, IS_PROMPT, TEXT, TYPE, moment_of, pairs
from connectors.evals.shape import Json, UnreadableLog, integer, listing, mapping, objects, parse, text
from connectors.evals.store import SOURCE
from connectors.json_api import JsonApi

ARE_PROMPTS = f"tags.`{IS_PROMPT}` = 'true'"
PROMPTS_PAGE, DATASETS_PAGE, RECORDS_PAGE = 1_000, 50, 1_000
EXPERIMENTS_AT_ONCE = 50
WITHOUT_DATABASE = "not supported with FileStore"


class MlflowRegistry:
    """Prompts and datasets of one server; errors are those of `JsonApi`.

    Args:
        root: the server's address, which rows name and links begin with.
    """

    def __init__(self, api: JsonApi, root: str) -> None:
        self._api, self._root = api, root

    def prompt_versions(self) -> Iterator[Record]:
        """Every version of every registered prompt, whether a run used it or not."""
        prompts = {str(one.get("name")): one for one in self._of_prompts("registered-models", "registered_models")}
        for one in self._of_prompts("model-versions", "model_versions"):
            yield self._prompt_version(one, prompts.get(str(one.get("name")), {}))

    def _of_prompts(self, of: str, items: str) -> Iterator[Json]:
        return listed(self._api, f"2.0/mlflow/{of}/search", f"the {of} of prompts", items, filter=ARE_PROMPTS, max_results=PROMPTS_PAGE)

    def _prompt_version(self, told: Json, prompt: Json) -> Record:
        name, version, registered_at = text(told, "name"), integer(told, "version"), moment_of(told, "creation_timestamp")
        tags = pairs(listing(told, "tags"))
        said = declared(tags, {"project": pairs(listing(prompt, "tags")).get("project")})
        aliases = sorted(str(one.get("alias")) for one in objects(prompt, "aliases") if integer(one, "version") == version)
        kind = CHAT if tags.get(TYPE) == CHAT else "text"
        return {
            "store": self._root,
            "name": name,
            "version": version,
            "kind": "mlflow",
            "prompt_type": kind,
            "text_sha": None if TEXT not in tags else _sha_of_messages(tags[TEXT]) if kind == CHAT else sha_of_prompt(tags[TEXT]),
            "registered_at": registered_at,
            "created_by_raw": text(told, "user_id") or text(said, "created_by") or text(tags, "mlflow.user"),
            "project_raw": text(said, "project"),
            "message_length": len(text(told, "description") or ""),
            "aliases": aliases,
            "_raw": kept({"name": name, "version": version, "creation_timestamp": told.get("creation_timestamp"), "aliases": aliases}),
            "_source_url": f"{self._root}/#/prompts/{quote(str(name), safe='')}",
        }

    def dataset_versions(self, experiments: Sequence[str], is_known: Callable[[str, datetime], bool]) -> Iterator[Record]:
        """The datasets of some experiments as they are now.

        Args:
            experiments: ids of the experiments.
            is_known: whether a dataset of this id was read as it was at its last change; its items are not asked for again.
        """
        seen = set[str]()
        for dataset in self._datasets(experiments):
            identity, changed_at = text(dataset, "dataset_id"), moment_of(dataset, "last_update_time")
            if identity is None or changed_at is None:
                raise ContractBroken(SOURCE, "the list of datasets", f"one came without its id or time: {str(dataset)[:200]!r}")
            # One dataset may belong to several experiments.
            if identity in seen or is_known(identity, changed_at):
                continue
            seen.add(identity)
            content = self._content(identity, f"the items of dataset {dataset.get('name')}")
            if content is not None:
                yield self._dataset_version(dataset, identity, changed_at, content)

    def _datasets(self, experiments: Sequence[str]) -> Iterator[Json]:
        for start in range(0, len(experiments), EXPERIMENTS_AT_ONCE):
            asked = {"experiment_ids": experiments[start : start + EXPERIMENTS_AT_ONCE], "max_results": DATASETS_PAGE}
            try:
                yield from searched(self._api, "3.0/mlflow/datasets/search", "the list of datasets", "datasets", asked)
            except Unavailable as error:
                # A server that keeps its runs in files says so with the status of a breakdown.
                raise NotFound(SOURCE, error.what, error.why) if WITHOUT_DATABASE in error.why else error from error

    def _content(self, identity: str, what: str) -> Content | None:
        items = Items()
        for page in told_pages(self._api, f"3.0/mlflow/datasets/{identity}/records", what, max_results=RECORDS_PAGE):
            for record in _list_of(page.get("records"), what):
                tags, expectations = mapping(record, "tags"), mapping(record, "expectations")
                target_sha = sha_of_content(expectations) if expectations else None
                items.add(sha_of_content(record.get("inputs")), target_sha, slice_of(tags), failure_mode_of(tags))
        return items.content()

    def _dataset_version(self, dataset: Json, identity: str, changed_at: datetime, content: Content) -> Record:
        name = text(dataset, "name") or identity
        about = {key: dataset.get(key) for key in ("dataset_id", "name", "digest", "created_time", "last_update_time")}
        return {
            "dataset_version_id": content.version_id(name),
            "dataset_name": name,
            "kind": "mlflow",
            "version_label": text(dataset, "digest"),
            "first_run_id": None,
            "native_id": identity,
            "created_by_raw": text(dataset, "created_by"),
            "version_at": changed_at,
            "_raw": kept(about),
            "_source_url": f"{self._root}/api/3.0/mlflow/datasets/{identity}",
        } | content.columns()


def _sha_of_messages(told: str) -> str | None:
    """Hash of a list of messages, however it is spaced."""
    try:
        return sha_of_content(parse(told.encode()))
    except UnreadableLog:
        return None


def _list_of(told: Any, what: str) -> Iterator[Json]:
    """The items of a page, which MLflow writes as JSON into a text; none where a page is empty.

    Raises:
        ContractBroken: when it is no such text.
    """
    try:
        found = parse(str(told or "[]").encode())
    except UnreadableLog as error:
        raise ContractBroken(SOURCE, what, error.reason) from None
    if not isinstance(found, list):
        raise ContractBroken(SOURCE, what, f"expected a list of records, got {type(found).__name__}")
    return (one for one in found if isinstance(one, dict))
