"""The only place that asks PagerDuty and Opsgenie; what their answers mean is not decided here."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import tenacity

from connectors.contract import Meter
from connectors.errors import ContractBroken
from connectors.incidents.options import OpsgenieStore, PagerDutyStore
from connectors.incidents.source import Json, Schedule
from connectors.json_api import JsonApi, Site

PAGE = 100
"""Both refuse more."""
PAGERDUTY_DEPTH = 10_000
"""PagerDuty answers no page that ends beyond this many items; a span of time with more is asked for in halves."""
PAGERDUTY_SPAN = timedelta(days=150)
"""PagerDuty refuses to list incidents of more than six months at once."""
SCHEDULE_SPAN = timedelta(days=28)
"""Schedules are rendered for some weeks at a time."""
OPSGENIE_DEPTH = 20_000


class PagerDutyClient:
    """PagerDuty's REST API; its errors are those of `JsonApi`."""

    def __init__(self, store: PagerDutyStore, meter: Meter, sleep: Callable[[float], None] = tenacity.nap.sleep) -> None:
        site = Site(
            "incidents",
            "PagerDuty",
            store.url,
            store.token,
            prefix="Token token=",
            key_hint="is it a REST API key of this region, and still valid?",
            role_hint="a read-only API key of the account sees all of it; a user's key what the user may see",
            also={"Accept": "application/vnd.pagerduty+json;version=2"},
            timeout_seconds=store.timeout_seconds,
        )
        self._api = JsonApi(site, meter, sleep)

    def incidents(self, since: datetime, until: datetime) -> Iterator[list[Any]]:  # noqa: D102 - as in the protocol, here and below
        for start, end in _spans(since, until, PAGERDUTY_SPAN):
            yield from self._incidents(start, end)

    def incident(self, native_id: str) -> Json:  # noqa: D102
        asked: dict[str, int | str] = {"include[]": "external_references"}
        return self._api.get(f"incidents/{native_id}", f"incident {native_id}", "incident", **asked)["incident"]

    def history(self, native_id: str) -> list[Any]:  # noqa: D102
        pages = self._pages(f"incidents/{native_id}/log_entries", "log_entries", f"the log of incident {native_id}", {})
        return [entry for page in pages for entry in page]

    def users(self) -> Iterator[list[Any]]:  # noqa: D102
        return self._pages("users", "users", "the users", {})

    def services(self) -> dict[str, str]:  # noqa: D102
        return {}

    def schedules(self, since: datetime, until: datetime) -> Iterator[Schedule]:  # noqa: D102
        for page in self._pages("schedules", "schedules", "the schedules", {}):
            for schedule in page:
                if not isinstance(schedule, dict) or not schedule.get("id"):
                    raise ContractBroken("incidents", "the schedules", f"expected a schedule with its id, got {schedule!r:.80}")
                for start, end in _spans(since, until, SCHEDULE_SPAN):
                    yield self._rendered(str(schedule["id"]), start, end)

    def _incidents(self, since: datetime, until: datetime) -> Iterator[list[Any]]:
        what = f"incidents created from {since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M} UTC"
        asked = {"since": since.isoformat(), "until": until.isoformat(), "sort_by": "created_at:asc", "include[]": "external_references"}
        counted = self._api.get("incidents", what, "incidents", **asked, limit=1, offset=0, total="true")
        if int(counted.get("total") or 0) > PAGERDUTY_DEPTH:
            middle = since + (until - since) / 2
            if until - since < timedelta(minutes=2):
                raise ContractBroken("incidents", what, f"{counted['total']} incidents within two minutes cannot be paged through")
            yield from self._incidents(since, middle)
            yield from self._incidents(middle, until)
            return
        if counted["incidents"]:
            yield from self._pages("incidents", "incidents", what, asked)

    def _rendered(self, native_id: str, since: datetime, until: datetime) -> Schedule:
        what = f"schedule {native_id}"
        # With overflow, shifts keep their whole length where they pass the bounds.
        asked = {"since": since.isoformat(), "until": until.isoformat(), "overflow": "true", "time_zone": "UTC"}
        found = self._api.get(f"schedules/{native_id}", what, "schedule", **asked)["schedule"]
        shifts = (found.get("final_schedule") or {}).get("rendered_schedule_entries") if isinstance(found, dict) else None
        if not isinstance(shifts, list):
            raise ContractBroken("incidents", what, "expected a list in 'final_schedule.rendered_schedule_entries'")
        return Schedule(native_id, found.get("name") or found.get("summary"), since, shifts)

    def _pages(self, path: str, items: str, what: str, asked: dict[str, str]) -> Iterator[list[Any]]:
        offset = 0
        while True:
            page = self._api.get(path, what, items, **asked, limit=PAGE, offset=offset)
            yield _listed(page[items], items, what)
            if not page.get("more"):
                return
            offset += PAGE
            if not page[items] or offset + PAGE > PAGERDUTY_DEPTH:
                raise ContractBroken("incidents", what, f"the page at offset {offset} is said to follow, and cannot be asked for")


class OpsgenieClient:
    """Opsgenie's REST API; its errors are those of `JsonApi`."""

    def __init__(self, store: OpsgenieStore, meter: Meter, sleep: Callable[[float], None] = tenacity.nap.sleep) -> None:
        site = Site(
            "incidents",
            "Opsgenie",
            store.url,
            store.token,
            prefix="GenieKey ",
            key_hint="is it the key of an API integration of this region, and still valid?",
            role_hint="the API integration needs read and configuration access, not restricted to a team",
            timeout_seconds=store.timeout_seconds,
        )
        self._api = JsonApi(site, meter, sleep)

    def incidents(self, since: datetime, until: datetime) -> Iterator[list[Any]]:  # noqa: D102
        what = f"incidents created since {since:%Y-%m-%d %H:%M} UTC"
        # Newest first: an incident opened meanwhile shifts others onto the next page, where they are seen twice, never skipped.
        for page in self._pages("v1/incidents", what, {"sort": "createdAt", "order": "desc"}):
            moments = [_moment(incident) for incident in page]
            yield [incident for incident, at in zip(page, moments, strict=True) if at is None or since <= at < until]
            if any(at is not None and at < since for at in moments):
                return

    def incident(self, native_id: str) -> Json:  # noqa: D102
        return self._api.get(f"v1/incidents/{native_id}", f"incident {native_id}", "data", identifierType="id")["data"]

    def history(self, native_id: str) -> list[Any]:  # noqa: D102
        what, asked, entries = f"the timeline of incident {native_id}", {"limit": PAGE, "order": "asc"}, list[Any]()
        following: dict[str, str] = {}
        while True:
            data = self._api.get(f"v2/incident-timelines/{native_id}/entries", what, "data", **asked, **following)["data"]
            found = _listed(data.get("entries") if isinstance(data, dict) else None, "entries", what)
            entries += found
            offset = str(data.get("nextOffset") or "")
            if not offset or not found or following.get("offset") == offset:
                return entries
            following = {"offset": offset}

    def users(self) -> Iterator[list[Any]]:  # noqa: D102
        return self._pages("v2/users", "the users", {})

    def services(self) -> dict[str, str]:  # noqa: D102
        pages = self._pages("v1/services", "the services", {})
        return {str(found.get("id")): str(found.get("name")) for page in pages for found in page if isinstance(found, dict)}

    def schedules(self, since: datetime, until: datetime) -> Iterator[Schedule]:  # noqa: D102
        what = "the schedules"
        for schedule in _listed(self._api.get("v2/schedules", what, "data")["data"], "data", what):
            if not isinstance(schedule, dict) or not schedule.get("id"):
                raise ContractBroken("incidents", what, f"expected a schedule with its id, got {schedule!r:.80}")
            for start, end in _spans(since, until, SCHEDULE_SPAN):
                yield self._rendered(schedule, start, end)

    def _rendered(self, schedule: Json, since: datetime, until: datetime) -> Schedule:
        native_id = str(schedule["id"])
        what, days = f"the timeline of schedule {schedule.get('name') or native_id}", -((since - until) // timedelta(days=1))
        asked: dict[str, int | str] = {"identifierType": "id", "date": since.isoformat(), "interval": days, "intervalUnit": "days"}
        data = self._api.get(f"v2/schedules/{native_id}/timeline", what, "data", **asked)["data"]
        rotations = (data.get("finalTimeline") or {}).get("rotations") if isinstance(data, dict) else None
        found = _listed(rotations, "finalTimeline.rotations", what)
        return Schedule(native_id, schedule.get("name"), since, [period for one in found for period in one.get("periods") or ()])

    def _pages(self, path: str, what: str, asked: dict[str, str]) -> Iterator[list[Any]]:
        offset = 0
        while True:
            page = self._api.get(path, what, "data", **asked, limit=PAGE, offset=offset)
            yield _listed(page["data"], "data", what)
            if not (page.get("paging") or {}).get("next"):
                return
            offset += PAGE
            if not page["data"] or offset + PAGE > OPSGENIE_DEPTH:
                why = f"the page at offset {offset} is said to follow, and cannot be asked for"
                raise ContractBroken("incidents", what, why, "set `since` to a later day")


def _spans(since: datetime, until: datetime, longest: timedelta) -> Iterator[tuple[datetime, datetime]]:
    while since < until:
        yield since, min(since + longest, until)
        since += longest


def _listed(found: Any, name: str, what: str) -> list[Any]:
    if not isinstance(found, list):
        raise ContractBroken("incidents", what, f"expected a list in {name!r}, got {type(found).__name__}")
    return found  # type: ignore[reportUnknownVariableType] - JSON


def _moment(incident: Any) -> datetime | None:
    """When an incident was opened; None where it does not say, which its reader tells."""
    try:
        return datetime.fromisoformat(incident["createdAt"])
    except (TypeError, KeyError, ValueError):
        return None
