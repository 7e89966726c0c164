"""Custom fields: which of this site's fields the configuration means, and what their values say in plain text."""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connectors.errors import ContractBroken
from connectors.jira.options import IncidentOptions


@dataclass(frozen=True)
class IncidentFields:
    """Ids of the configured fields on this site; null where none is configured."""

    severity: str | None = None
    impact_start: str | None = None
    customer_impact: str | None = None
    eval_attributable: str | None = None
    cause: str | None = None
    impact_start_type: str = "datetime"


def resolve_fields(options: IncidentOptions, fields: Sequence[dict[str, Any]]) -> IncidentFields:
    """Find the configured fields among the site's.

    Raises:
        ContractBroken: for a name that no field has, with the nearest, or that several have, with their ids.
    """
    start = _resolve("impact_start_field", options.impact_start_field, fields)
    return IncidentFields(
        severity=_id(_resolve("severity_field", options.severity_field, fields)),
        impact_start=_id(start),
        customer_impact=_id(_resolve("customer_impact_field", options.customer_impact_field, fields)),
        eval_attributable=_id(_resolve("eval_attributable_field", options.eval_attributable_field, fields)),
        cause=_id(_resolve("cause_field", options.cause_field, fields)),
        impact_start_type=str((start or {}).get("schema", {}).get("type", "datetime")),
    )


def _id(field: dict[str, Any] | None) -> str | None:
    return None if field is None else str(field["id"])


def _resolve(option: str, wanted: str | None, fields: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    if wanted is None:
        return None
    by_id = [field for field in fields if field.get("id") == wanted]
    matches = by_id or [field for field in fields if str(field.get("name", "")).casefold() == wanted.casefold()]
    if len(matches) == 1:
        return matches[0]
    what = f"the field {wanted!r} of incidents.{option}"
    if matches:
        ids = ", ".join(sorted(str(field.get("id")) for field in matches))
        raise ContractBroken("jira", what, f"{len(matches)} fields of this site have that name: {ids}", "give the id instead of the name")
    nearest = difflib.get_close_matches(wanted, [str(field.get("name", "")) for field in fields], 3)
    raise ContractBroken("jira", what, "this site has no such field", f"nearest: {', '.join(nearest)}" if nearest else "give its id")


def plain(value: Any) -> str | None:
    """A custom field's value as text: an option's value, a cascade's values, a list's items, a document's text."""
    match value:
        case None | "" | []:
            return None
        case str():
            return value
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(text for text in map(plain, value) if text) or None
        case {"type": "doc"}:
            return " ".join(" ".join(_document_text(value)).split()) or None
        case {"value": str(option), "child": dict(child)}:
            return f"{option} - {plain(child)}"
        case {"value": option} | {"name": option} | {"displayName": option}:
            return plain(option)
        case dict():
            return None
        case _:
            return str(value)


def _document_text(node: Any) -> Iterator[str]:
    """Every piece of text of a document in Atlassian's format, in reading order."""
    if not isinstance(node, dict):
        return
    attributes: dict[str, Any] = node["attrs"] if isinstance(node.get("attrs"), dict) else {}
    # Mentions, states and emoji say what they show, cards where they lead, expands have a title.
    told = (node.get("text"), *(attributes.get(name) for name in ("text", "title", "url")))
    yield from (text for text in told if isinstance(text, str))
    if node.get("type") == "date":
        yield _day(attributes.get("timestamp"))
    content = node.get("content")
    for child in content if isinstance(content, list) else ():
        yield from _document_text(child)


def _day(milliseconds: Any) -> str:
    """The day of a document's date, which is given in epoch milliseconds at midnight UTC; empty when it is none."""
    try:
        return f"{datetime.fromtimestamp(int(milliseconds) / 1000, UTC):%Y-%m-%d}"
    except (TypeError, ValueError, OverflowError):
        return ""


def instant(value: Any) -> Any:
    """A field's value if it is an instant; a bare day is none, since it would put an incident hours off its start."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value  # kept as it came: the contract says what is wrong with it
    return value if moment.tzinfo else None
