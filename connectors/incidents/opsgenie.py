"""What Opsgenie's answers mean in the terms of the tables: pure functions.

Which types of entries a timeline has is not documented: they are told by the words in their names, and what none of them names
says nothing about the incident.
"""

import re
from dataclasses import dataclass
from typing import Any

from connectors.contract import Record
from connectors.incidents.answers import UNREAD_LOG, Entry, from_log, moment, needed_moment, objects, read_log, responders
from connectors.incidents.source import Json, Schedule, Terms, Told

ACTIONS = {
    "reopened": re.compile(r"re-?open", re.IGNORECASE),
    "resolved": re.compile(r"(?<!un)resolved?$", re.IGNORECASE),
    "acknowledged": re.compile(r"(?<!un)ack(ed|nowledged?)?$", re.IGNORECASE),
    "assigned": re.compile(r"(responder|owner).*(add|assign)|assigned", re.IGNORECASE),
}


@dataclass(frozen=True)
class Opsgenie:
    """An Opsgenie account."""

    kind: str = "opsgenie"

    def is_open(self, answer: Json) -> bool:  # noqa: D102 - as in the protocol, here and below
        return answer.get("status") == "open"

    def mark(self, answer: Json) -> str:  # noqa: D102
        return f"{answer.get('status')}|{answer.get('updatedAt')}|{answer.get('impactEndDate')}"

    def told(self, answer: Json, history: list[Any] | None, terms: Terms) -> Told:  # noqa: D102
        native_id, links = str(answer["id"]), answer.get("links")
        incident_id, url = f"opsgenie:{native_id}", str(links.get("web") or "") if isinstance(links, dict) else ""
        affected = [str(service) for service in answer.get("impactedServices") or ()]
        extra = answer.get("extraProperties")
        record: Record = {
            "incident_id": incident_id,
            "kind": self.kind,
            "native_id": native_id,
            "number": answer.get("tinyId"),
            "title": answer.get("message"),
            "status": answer.get("status"),
            "severity": answer.get("priority"),
            "urgency": None,
            "service_id": affected[0] if affected else None,
            "service": terms.services.get(affected[0]) if affected else None,
            "started_at": moment(answer, "impactStartDate"),
            "created_at": needed_moment(answer, "createdAt"),
            "customer_impact": None,
            "eval_attributable": None,
            "causes": [],
            "labels": [str(tag) for tag in answer.get("tags") or ()],
            "links": [str(value) for value in extra.values()] if isinstance(extra, dict) else [],
            "_raw": {name: value for name, value in answer.items() if name != "description"},
            "_source_url": url,
        }
        entries, faults = read_log(history or [], lambda found: _entry(found, url, terms))
        record |= UNREAD_LOG if history is None else from_log(entries)
        if record["resolved_at"] is None and answer.get("status") != "open" and (ended := moment(answer, "impactEndDate")):
            record |= {"resolved_at": ended, "resolved_how": "reported"}
        return Told(record, responders(self.kind, incident_id, [*entries, *_assigned(answer, url)]), faults)

    def user(self, answer: Json) -> Record:  # noqa: D102
        username = answer.get("username")
        email = username if isinstance(username, str) and "@" in username else None
        about = {"kind": self.kind, "account": str(answer["id"]), "name": answer.get("fullName"), "email": email}
        return about | {"_raw": {name: answer.get(name) for name in ("id", "role", "verified")}, "_source_url": ""}

    def shift(self, schedule: Schedule, answer: Json) -> Record | None:  # noqa: D102
        recipient = answer.get("recipient")
        if not isinstance(recipient, dict) or recipient.get("type") != "user" or not recipient.get("id"):
            return None
        return {
            "schedule_id": f"opsgenie:{schedule.native_id}",
            "kind": self.kind,
            "schedule": schedule.name,
            "account": str(recipient["id"]),
            "started_at": needed_moment(answer, "startDate"),
            "ended_at": moment(answer, "endDate"),
            "_raw": {"startDate": answer.get("startDate"), "recipient": recipient["id"]},
            "_source_url": "",
        }


def _assigned(answer: Json, url: str) -> list[Entry]:
    """People among the responders that the incident lists; when they were added is not told."""
    people = [one for one in objects(answer.get("responders")) if one.get("type") == "user" and one.get("id")]
    return [Entry(f"responder:{one['id']}", "assigned", None, (str(one["id"]),), one, url) for one in people]


def _entry(found: Json, url: str, terms: Terms) -> Entry | None:
    action = next((action for action, pattern in ACTIONS.items() if pattern.search(str(found["type"]))), None)
    if not action:
        return None
    actor = found.get("actor")
    accounts: tuple[str, ...] = ()
    if isinstance(actor, dict) and actor.get("type") == "user" and actor.get("name"):
        # An actor is named by the user's name, which is an e-mail address.
        name = str(actor["name"]).lower()
        accounts = (terms.accounts.get(name, name),)
    raw = {"id": found["id"], "type": found["type"], "eventTime": found.get("eventTime"), "accounts": list(accounts)}
    return Entry(str(found["id"]), action, needed_moment(found, "eventTime"), accounts, raw, url)
