"""Sprints and epics: fields that each site numbers and names as it likes, found by their schema, and the forms of their values."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

SPRINT, EPIC_LINK, EPIC_NAME = (f"com.pyxis.greenhopper.jira:gh-{kind}" for kind in ("sprint", "epic-link", "epic-label"))
PARENT_ITEMS = frozenset({"issueparentassociation", "parent", "parent issue"})
"""How changelogs name a change of the parent: on Cloud, of a sub-task, of a sub-task that is moved. Never translated."""
PLAIN_ITEMS = {"key": "key", "project": "project", "status": "status"}
_PROPERTIES = (
    "id|rapidViewId|state|name|goal|startDate|endDate|completeDate|activatedDate|sequence|synced|autoStartStop"
    "|incompleteIssuesDestinationId"
)
_TEXT_FORM = re.compile(r"^[\w.]*Sprint@[0-9a-f]+\[(?P<properties>.*)\]$", re.DOTALL)
_NEXT_PROPERTY = re.compile(rf",(?=(?:{_PROPERTIES})=)")
_ID_IN_TEXT = re.compile(r"[\[,]id=([0-9]+)(?=[,\]])")


@dataclass(frozen=True)
class AgileFields:
    """Ids and names, lower case, of the site's fields of each kind; empty where the site has none."""

    sprint: tuple[tuple[str, str], ...] = ()
    epic_link: tuple[tuple[str, str], ...] = ()
    epic_name: tuple[tuple[str, str], ...] = ()

    def subject(self, item: Json) -> str | None:
        """What a changelog item is about in any language: sprint, epic, parent, key, project or status; null for anything else."""
        name, field_id = str(item.get("field") or "").casefold(), str(item.get("fieldId") or "")
        is_custom = item.get("fieldtype") == "custom"
        for subject, fields, usual in (("sprint", self.sprint, "sprint"), ("epic", self.epic_link, "epic link")):
            # Server gives no id, and in old entries the name that the field had then: most likely the one it came with.
            names = {known_name for _, known_name in fields} | {usual}
            if field_id in dict(fields) or (fields and is_custom and not field_id and name in names):
                return subject
        if is_custom:
            return None
        return "parent" if name in PARENT_ITEMS else PLAIN_ITEMS.get(name)


def agile_fields(fields: Sequence[Json]) -> AgileFields:
    """The fields of sprints and epics among a site's fields."""

    def of(kind: str) -> tuple[tuple[str, str], ...]:
        found = [field for field in fields if (field.get("schema") or {}).get("custom") == kind]
        return tuple(sorted((str(field.get("id")), str(field.get("name", "")).casefold()) for field in found))

    return AgileFields(of(SPRINT), of(EPIC_LINK), of(EPIC_NAME))


@dataclass(frozen=True)
class Sprint:
    """A sprint as an issue names it.

    Attributes:
        sprint_id: null where the value does not even tell that.
        value: its properties under the names of Cloud; empty where they cannot be read.
        problem: what is wrong with the value; empty when nothing is.
        given: the value as it came, where something is wrong with it.
    """

    sprint_id: str | None
    value: Json
    problem: str = ""
    given: Any = None


def sprints_of(fields: Json, agile: AgileFields) -> Iterator[Sprint]:
    """Every sprint that an issue is or was in when the sprint ended, whichever form the site gives it in."""
    for field_id, _ in agile.sprint:
        values = fields.get(field_id)
        yield from map(_sprint, values if isinstance(values, list) else [] if values is None else [values])


def sprint_ids(found: Sequence[Sprint], agile: AgileFields) -> list[str] | None:
    """Ids in a fixed order; null on a site without sprints."""
    known = {sprint.sprint_id for sprint in found if sprint.sprint_id}
    return sorted(known, key=lambda number: (len(number), number)) if agile.sprint else None


def epic_of(fields: Json, agile: AgileFields) -> tuple[str | None, str | None]:
    """Id and key of the epic: the parent if it stands above ordinary issues, else what the epic link names, by key only."""
    parent = fields.get("parent")
    if isinstance(parent, dict) and (level := hierarchy_level(parent.get("fields"))) is not None and level > 0:
        return str(parent["id"]) if parent.get("id") else None, parent.get("key")
    linked = next((fields[field_id] for field_id, _ in agile.epic_link if isinstance(fields.get(field_id), str)), None)
    return None, linked


def is_epic(fields: Json, agile: AgileFields) -> bool | None:
    """Whether an issue stands above ordinary ones: by its type's level on Cloud, by having an epic's name on Server; null: not told."""
    level = hierarchy_level(fields)
    if level is not None:
        return level > 0
    return any(fields.get(field_id) for field_id, _ in agile.epic_name) if agile.epic_name else None


def hierarchy_level(fields: Any) -> int | None:
    """-1 for a sub-task, 0 for an ordinary issue, 1 and up for epics and what is above them; null on Server."""
    kind = fields.get("issuetype") if isinstance(fields, dict) else None
    level = kind.get("hierarchyLevel") if isinstance(kind, dict) else None
    return level if isinstance(level, int) else None


def _sprint(value: Any) -> Sprint:
    if isinstance(value, dict) and value.get("id") is not None:
        return Sprint(str(value["id"]), value)
    if isinstance(value, str) and "Sprint@" in value:
        return _from_text(value)
    return Sprint(None, {}, "is neither an object with an id nor Server's text of a sprint", value)


def _from_text(text: str) -> Sprint:
    """Server's `...Sprint@1f[id=3,rapidViewId=7,state=CLOSED,name=Week 3, second half,...]`, whose names may hold commas and brackets."""
    whole, stated = _TEXT_FORM.match(text), _ID_IN_TEXT.search(text)
    sprint_id = stated[1] if stated else None
    if whole is None or sprint_id is None:
        return Sprint(sprint_id, {}, "is cut short: expected `...Sprint@<hash>[id=<number>,...]`", text)
    pairs = (part.partition("=") for part in _NEXT_PROPERTY.split(whole["properties"]))
    told = {name: value for name, _, value in pairs if value not in {"", "<null>"}}
    board = {"boardId": told.pop("rapidViewId")} if "rapidViewId" in told else {}
    return Sprint(sprint_id, {**told, **board})
