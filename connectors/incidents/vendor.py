"""Reading a vendor's account: incidents that are new, open or not long closed, each with its log; shifts; accounts.

What the answers mean is the vendor's module's business.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from connectors.contract import Event, Finished, Page, ReadContext, Record, Rejected
from connectors.errors import AuthFailed, NotFound
from connectors.incidents.options import VendorStore
from connectors.incidents.source import Json, Terms, Told, Vendor, VendorClient


@dataclass
class VendorReading:
    """One reading of one account."""

    context: ReadContext
    store: VendorStore
    vendor: Vendor
    client: VendorClient
    _accounts: dict[str, str] = field(default_factory=dict[str, str], init=False)
    _marks: dict[str, str] = field(default_factory=dict[str, str], init=False)
    """Of incidents whose log was read: what they looked like then."""

    def events(self) -> Iterator[Event]:
        """Accounts, incidents with who responded, and shifts."""
        cursor = self.context.cursor(self.store.partition)
        yield from self._users()
        yield from self._incidents(cursor)
        yield from self._shifts(cursor)
        yield Finished(self.store.partition, {"read_at": self.context.now.isoformat(), "marks": self._marks})

    def _users(self) -> Iterator[Event]:
        """Accounts; what the key may not see leaves addresses unknown and stops nothing."""
        try:
            for page in self.client.users():
                yield from self._page("users", page, self.vendor.user)
        except (AuthFailed, NotFound) as error:
            self.context.progress(f"incidents: {error}; names and addresses of accounts stay unknown")

    def _page(self, table: str, answers: list[Any], read: Any) -> Iterator[Event]:
        records: list[Record] = []
        for answer in answers:
            try:
                records.append(read(_with_id(answer)))
            except ValueError as error:
                yield self._reject(table, _name(answer), f"{_name(answer)}: {error}", answer)
        self._accounts |= {str(record["email"]).lower(): record["account"] for record in records if record["email"]}
        if records:
            yield Page(table, self.store.partition, records)

    def _incidents(self, cursor: dict[str, Any]) -> Iterator[Event]:
        known: dict[str, str] = cursor.get("marks", {})
        terms, listed, count = self._terms(), set[str](), 0
        since = self._since(cursor)
        for page in self.client.incidents(since, self.context.now):
            listed |= {str(answer["id"]) for answer in page if isinstance(answer, dict) and answer.get("id")}
            yield from self._taken(page, known, terms)
            count += len(page)
            self.context.progress(f"incidents: {count} of {self.store.partition}")
        still_open = [native_id for native_id, mark in known.items() if mark.startswith("open ") and native_id not in listed]
        for native_id in still_open:
            try:
                yield from self._taken([self.client.incident(native_id)], known, terms)
            except NotFound as error:
                self.context.progress(f"incidents: {error}; it was open when it was last seen, and stays as it was")

    def _taken(self, answers: list[Any], known: dict[str, str], terms: Terms) -> Iterator[Event]:
        """Those of some incidents that have changed since their log was read."""
        told: list[Told] = []
        for answer in answers:
            name = _name(answer)
            try:
                mark = f"{'open' if self.vendor.is_open(_with_id(answer)) else 'closed'} {self.vendor.mark(answer)}"
                self._marks[name] = mark
                if known.get(name) == mark and mark.startswith("closed"):
                    self.context.meter.count(saved=1)
                    continue
                told.append(self.vendor.told(answer, self._history(name), terms))
            except ValueError as error:
                self._marks.pop(name, None)
                yield self._reject("incidents", f"{self.vendor.kind}:{name}", f"incident {name}: {error}", answer)
        incidents = [one.incident for one in told]
        responders = [record for one in told for record in one.responders]
        yield from (
            Page(table, self.store.partition, rows)
            for table, rows in (("incidents", incidents), ("incident_responders", responders))
            if rows
        )
        for one in told:
            incident_id = one.incident["incident_id"]
            for entry, why, raw in one.faults:
                yield self._reject(
                    "incident_responders", f"{incident_id}|{entry}", f"incident {incident_id}, entry {entry} of its log: {why}", raw
                )

    def _history(self, native_id: str) -> list[Any] | None:
        """The log of an incident; None where there is none to be read."""
        try:
            return self.client.history(native_id)
        except NotFound as error:
            self.context.progress(f"incidents: {error}; who did what in it is not observed")
            return None

    def _shifts(self, cursor: dict[str, Any]) -> Iterator[Event]:
        found: dict[tuple[str, str], list[Record]] = {}
        # Off the hour, at which shifts begin: what begins at a bound is then known to be cut off there.
        since = self._since(cursor) + timedelta(minutes=1, seconds=1)
        for schedule in self.client.schedules(since, self.context.now):
            for answer in schedule.shifts:
                try:
                    shift = self.vendor.shift(schedule, answer if isinstance(answer, dict) else {})
                except ValueError as error:
                    identity = f"{self.vendor.kind}:{schedule.native_id}|{answer!r:.120}"
                    yield self._reject("on_call_shifts", identity, f"schedule {schedule.name or schedule.native_id}: {error}", answer)
                    continue
                if shift and shift["started_at"] < self.context.now:
                    _join(found.setdefault((shift["schedule_id"], shift["account"]), []), shift, schedule.since)
        # What began before the first bound is known from an earlier reading, with its true start.
        shifts = [shift for of_one in found.values() for shift in of_one if not cursor or shift["started_at"] > since]
        if shifts:
            yield Page("on_call_shifts", self.store.partition, [self._so_far(shift) for shift in shifts])

    def _so_far(self, shift: Record) -> Record:
        """A shift without the end that is only planned: an override may still come before it."""
        ended_at = shift["ended_at"]
        return shift | {"ended_at": ended_at if ended_at and ended_at <= self.context.now else None}

    def _terms(self) -> Terms:
        try:
            return Terms(self.client.services(), self._accounts)
        except (AuthFailed, NotFound) as error:
            self.context.progress(f"incidents: {error}; names of services stay unknown")
            return Terms({}, self._accounts)

    def _since(self, cursor: dict[str, Any]) -> datetime:
        earliest = datetime.combine(self.store.since, time(), UTC)
        if self.context.since:
            earliest = max(earliest, self.context.since)
        if not cursor.get("read_at"):
            return earliest
        return max(earliest, datetime.fromisoformat(cursor["read_at"]) - timedelta(days=self.store.lookback_days))

    def _reject(self, table: str, identity: str, reason: str, raw: Any) -> Rejected:
        return Rejected(table, self.store.partition, identity, reason, raw, self.store.url)


def _join(known: list[Record], shift: Record, bound: datetime) -> None:
    """Add a shift to those of its account; one that was cut in two at the bound of what was asked for is one."""
    for one in known:
        is_rest = shift["started_at"] == bound == one["ended_at"]
        if is_rest or one["started_at"] == shift["started_at"]:
            one["ended_at"] = shift["ended_at"]
            return
    known.append(shift)


def _with_id(answer: Any) -> Json:
    if not isinstance(answer, dict) or not answer.get("id"):
        raise ValueError("expected an object with its id")
    return answer  # type: ignore[reportUnknownVariableType] - JSON


def _name(answer: Any) -> str:
    return str(answer["id"]) if isinstance(answer, dict) and answer.get("id") else f"without id: {answer!r:.80}"
