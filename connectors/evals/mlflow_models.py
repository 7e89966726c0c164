"""Models of one's own in an MLflow server's registry: their versions, and which of them each alias points at now.

MLflow notes neither when an alias was moved nor by whom; what is known of that is when it was seen, in `aliases.py`.
"""

from collections.abc import Iterator
from urllib.parse import quote

from connectors.contract import Record
from connectors.errors import ContractBroken
from connectors.evals.aliases import Pointing
from connectors.evals.digest import kept
from connectors.evals.envelope import declared
from connectors.evals.mlflow_pages import listed
from connectors.evals.mlflow_prompts import IS_PROMPT, moment_of, pairs
from connectors.evals.shape import Json, integer, listing, objects, text
from connectors.evals.store import SOURCE
from connectors.json_api import JsonApi

PAGE = 1_000


class MlflowModels:
    """The models of one server; errors are those of `JsonApi`.

    Args:
        root: the server's address, which rows name and links begin with.
    """

    def __init__(self, api: JsonApi, root: str) -> None:
        self._api, self._root = api, root

    def versions(self) -> tuple[list[Record], list[Pointing]]:
        """Every version of every model, and every alias that points at one."""
        models = {str(one.get("name")): one for one in self._listed("registered-models", "registered_models")}
        versions = [self._version(one, models.get(str(one.get("name")), {})) for one in self._listed("model-versions", "model_versions")]
        return versions, [Pointing(alias, version) for version in versions for alias in version["aliases"]]

    def _listed(self, of: str, items: str) -> Iterator[Json]:
        found = listed(self._api, f"2.0/mlflow/{of}/search", f"the {of}", items, max_results=PAGE)
        # Before 2.21 a server that is not asked for prompts gives them too.
        return (one for one in found if pairs(listing(one, "tags")).get(IS_PROMPT) != "true")

    def _version(self, told: Json, model: Json) -> Record:
        name, version, registered_at = text(told, "name"), integer(told, "version"), moment_of(told, "creation_timestamp")
        if name is None or version is None or registered_at is None:
            raise ContractBroken(SOURCE, "the model-versions", f"one came without its name, number or time: {str(told)[:200]!r}")
        tags = pairs(listing(told, "tags"))
        said = declared(tags, {"project": pairs(listing(model, "tags")).get("project")})
        aliases = sorted(str(one.get("alias")) for one in objects(model, "aliases") if integer(one, "version") == version)
        about = {key: told.get(key) for key in ("name", "version", "creation_timestamp", "last_updated_timestamp", "run_id", "status")}
        return {
            "store": self._root,
            "name": name,
            "version": version,
            "kind": "mlflow",
            "registered_at": registered_at,
            "changed_at": moment_of(told, "last_updated_timestamp"),
            "created_by_raw": text(told, "user_id") or text(said, "created_by") or text(tags, "mlflow.user"),
            "project_raw": text(said, "project"),
            "run_id_raw": text(told, "run_id"),
            "data_version": text(tags, "data_version") or text(said, "dataset_version"),
            "base_model": text(tags, "base_model"),
            "aliases": aliases,
            "_raw": kept(about | {"aliases": aliases}),
            "_source_url": f"{self._root}/#/models/{quote(name, safe='')}/versions/{version}",
        }
