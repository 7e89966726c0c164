"""The model that an answer itself names: in a vendor's answer that a task hands on whole, or in what people noted beside it.

What was asked for stands in many places, and is never taken for it.
"""

from collections.abc import Iterator
from typing import Any

from connectors.evals.envelope import ANSWERED_MODEL
from connectors.evals.shape import Json, listing, mapping, text

OBJECTS = frozenset({"chat.completion", "chat.completion.chunk", "text_completion", "response"})
"""What OpenAI calls its answers, and everybody who speaks as it does."""
DEEPEST = 12
"""Chains nest their messages; what lies deeper is no answer of theirs."""


def models_in(answer: Any, *noted: Json) -> list[str]:
    """The models that an answer names; where it names none, the one that tags or metadata beside it do."""
    told = sorted(set(_named(answer, DEEPEST)))
    said = (name for beside in noted for key in ANSWERED_MODEL if (name := text(beside, key)))
    return told or [*said][:1]


def _named(value: Any, depth: int) -> Iterator[str]:
    name = _own(value) if isinstance(value, dict) else None
    if name is not None:
        yield name
    elif depth:
        parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        for part in parts:
            yield from _named(part, depth - 1)


def _own(value: Json) -> str | None:
    """The model of an object that is an answer of OpenAI, Anthropic or Google, or a message of LangChain; None of any other."""
    if value.get("object") in OBJECTS or (value.get("role") == "assistant" and "stop_reason" in value):
        return text(value, "model")
    if listing(value, "candidates"):
        return text(value, "modelVersion") or text(value, "model_version")
    beside = mapping(value, "response_metadata")
    return text(beside, "model_name") or text(beside, "model")
