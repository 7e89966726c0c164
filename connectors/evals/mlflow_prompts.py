"""Versions of prompts in an MLflow server's registry that its runs used: by name, version, and the hash of the text.

A run names them in one of its tags; the text is asked for once a reading, hashed, and forgotten.
"""

from datetime import UTC, datetime
from typing import Any

from connectors.errors import AuthFailed, NotFound
from connectors.evals.digest import sha_of_prompt
from connectors.evals.shape import Json, UnreadableLog, integer, listing, mapping, parse, text
from connectors.json_api import JsonApi

LINKED = "mlflow.linkedPrompts"
"""Tag of a run: a JSON list of `name` and `version`, filled by MLflow whenever a prompt is loaded in the run."""
TEXT, TYPE = "mlflow.prompt.text", "_mlflow_prompt_type"
CHAT = "chat"
IS_PROMPT = "mlflow.prompt.is_prompt"
"""MLflow keeps prompts among the models of its registry, and tells them apart by this tag."""


def pairs(told: list[Any]) -> dict[str, str]:
    """Tags or parameters, which MLflow tells as a list of keys and values."""
    return {str(one["key"]): str(one.get("value", "")) for one in told if isinstance(one, dict) and "key" in one}


def moment_of(told: Json, key: str) -> datetime | None:
    """An instant, which MLflow tells in milliseconds."""
    milliseconds = integer(told, key)
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)


class LinkedPrompts:
    """What the runs of one server say that they used; errors are those of `JsonApi`, but for prompts that are gone or hidden."""

    def __init__(self, api: JsonApi) -> None:
        self._api = api
        self._hashed: dict[tuple[str, str], Json] = {}

    def of(self, run: Json) -> list[Json]:
        """`name`, `version` and `sha` of each prompt that a run used; without a `sha` there is the reason, `why`."""
        told = pairs(listing(run, "data", "tags")).get(LINKED)
        return [] if told is None else [self._linked(one) for one in _list_of(told)]

    def _linked(self, link: Any) -> Json:
        name, version = text(link, "name"), text(link, "version")
        if name is None or version is None:
            return {"name": name, "version": version, "sha": None, "why": f"the tag {LINKED} names no prompt and version"}
        if (name, version) not in self._hashed:
            self._hashed[name, version] = self._hash(name, version)
        return {"name": name, "version": version, **self._hashed[name, version]}

    def _hash(self, name: str, version: str) -> Json:
        what = f"version {version} of prompt {name}"
        try:
            answer = self._api.get("2.0/mlflow/model-versions/get", what, "model_version", name=name, version=version)
        except NotFound:
            return {"sha": None, "why": "deleted"}
        except AuthFailed:
            return {"sha": None, "why": "the account may not read it"}
        tags = pairs(listing(mapping(answer, "model_version"), "tags"))
        if tags.get(TYPE) == CHAT:
            return {"sha": None, "why": "a prompt of messages is no file"}
        return {"sha": sha_of_prompt(tags[TEXT])} if TEXT in tags else {"sha": None, "why": "the registry holds no text of it"}


def _list_of(told: str) -> list[Any]:
    """The links of a tag; one that is none where the tag is no list."""
    try:
        found = parse(told.encode())
    except UnreadableLog:
        found = None
    return found if isinstance(found, list) else [None]
