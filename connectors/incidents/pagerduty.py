"""What PagerDuty's answers mean in the terms of the tables: pure functions."""

from dataclasses import dataclass
from typing import Any

from connectors.contract import Record
from connectors.incidents.answers import UNREAD_LOG, Entry, from_log, moment, needed_moment, objects, read_log, responders
from connectors.incidents.source import Json, Schedule, Terms, Told

ACTIONS = {
    "acknowledge_log_entry": "acknowledged",
    "resolve_log_entry": "resolved",
    "reopen_log_entry": "reopened",
    "assign_log_entry": "assigned",
    "delegate_log_entry": "assigned",
    "escalate_log_entry": "assigned",
}
"""Entries that say what somebody did; notifications, snoozes and notes are no response by themselves."""
TEXTS = ("body", "description", "first_trigger_log_entry")
"""What was written about the incident is kept nowhere; its title names it."""


@dataclass(frozen=True)
class PagerDuty:
    """A PagerDuty account."""

    kind: str = "pagerduty"

    def is_open(self, answer: Json) -> bool:  # noqa: D102 - as in the protocol, here and below
        return answer.get("status") != "resolved"

    def mark(self, answer: Json) -> str:  # noqa: D102
        return f"{answer.get('status')}|{answer.get('updated_at')}|{answer.get('last_status_change_at')}|{answer.get('title')}"

    def told(self, answer: Json, history: list[Any] | None, terms: Terms) -> Told:  # noqa: D102, ARG002 - all names come along
        native_id, service = str(answer["id"]), _object(answer, "service")
        incident_id, url = f"pagerduty:{native_id}", str(answer.get("html_url") or answer.get("self") or "")
        priority = _object(answer, "priority")
        record: Record = {
            "incident_id": incident_id,
            "kind": self.kind,
            "native_id": native_id,
            "number": str(answer["incident_number"]) if answer.get("incident_number") is not None else None,
            "title": answer.get("title") or answer.get("summary"),
            "status": answer.get("status"),
            "severity": priority.get("name") or priority.get("summary"),
            "urgency": answer.get("urgency"),
            "service_id": service.get("id"),
            "service": service.get("summary") or service.get("name"),
            "started_at": None,
            "created_at": needed_moment(answer, "created_at"),
            "customer_impact": None,
            "eval_attributable": None,
            "causes": [],
            "labels": [],
            "links": _links(answer),
            "_raw": {name: value for name, value in answer.items() if name not in TEXTS},
            "_source_url": url,
        }
        entries, faults = read_log(history or [], lambda found: _entry(found, url))
        record |= UNREAD_LOG if history is None else from_log(entries)
        return Told(record, responders(self.kind, incident_id, entries), faults)

    def user(self, answer: Json) -> Record:  # noqa: D102
        url = str(answer.get("html_url") or answer.get("self") or "")
        about = {"kind": self.kind, "account": str(answer["id"]), "name": answer.get("name"), "email": answer.get("email")}
        return about | {"_raw": {name: answer.get(name) for name in ("id", "type", "html_url", "role")}, "_source_url": url}

    def shift(self, schedule: Schedule, answer: Json) -> Record | None:  # noqa: D102
        user = _object(answer, "user")
        if not user.get("id"):
            return None
        return {
            "schedule_id": f"pagerduty:{schedule.native_id}",
            "kind": self.kind,
            "schedule": schedule.name,
            "account": str(user["id"]),
            "started_at": needed_moment(answer, "start"),
            "ended_at": moment(answer, "end"),
            "_raw": {"start": answer.get("start"), "user": user.get("id")},
            "_source_url": str(user.get("html_url") or user.get("self") or ""),
        }


def _entry(found: Json, url: str) -> Entry | None:
    action = ACTIONS.get(str(found["type"]))
    if not action:
        return None
    people = objects(found.get("assignees")) if action == "assigned" else [_object(found, "agent")]
    accounts = tuple(str(one["id"]) for one in people if str(one.get("type", "")).startswith("user") and one.get("id"))
    raw = {"id": found["id"], "type": found["type"], "created_at": found.get("created_at"), "accounts": list(accounts)}
    return Entry(str(found["id"]), action, needed_moment(found, "created_at"), accounts, raw, str(found.get("html_url") or url))


def _links(answer: Json) -> list[str]:
    found = [value for one in objects(answer.get("external_references")) for value in (one.get("external_id"), one.get("external_url"))]
    return list(dict.fromkeys(str(value) for value in found if value))


def _object(answer: Json, name: str) -> Json:
    value = answer.get(name)
    return value if isinstance(value, dict) else {}
