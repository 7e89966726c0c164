"""Reading Jira project by project: what changed since the last reading, or everything when something seems to be gone.

Jira says nothing about deleted issues. When it counts fewer issues in a project than the warehouse holds, the project is read
whole, and what is not listed any more is tombstoned.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.contract import (
    Connector,
    Counted,
    Cursor,
    Event,
    Failed,
    Finding,
    Finished,
    Meter,
    Page,
    ReadContext,
    Reader,
    Record,
    Rejected,
)
from connectors.errors import AuthFailed, SourceError
from connectors.jira import records
from connectors.jira.fields import IncidentFields, resolve_fields
from connectors.jira.options import JiraOptions
from connectors.jira.records import Site
from connectors.jira.schema import TABLES
from connectors.jira.source import JiraSource, Json

Connect = Callable[[Meter], JiraSource]

PROJECTS_AT_ONCE = 4
"""Within a project pages follow one another; more at once than this meets Jira's burst limits."""
ISSUE_TABLES = ("issues", "issue_changes", "issue_links", "issue_comments")
CLOCK_SKEW = timedelta(minutes=1)
"""More than this between Jira's clock and ours makes times of different sources hard to compare."""


@dataclass(frozen=True)
class JiraReader:
    """An opened site; `connect` makes a client that counts its requests on a meter."""

    options: JiraOptions
    connect: Connect

    def read(self, context: ReadContext) -> Iterator[Event]:
        """Every configured project, several at once.

        Raises:
            AuthFailed: when the token is not accepted at all.
            ContractBroken: when a configured field is not one of the site's.
        """
        source = self.connect(context.meter)
        source.myself()
        site = Site(self.options.url, resolve_fields(self.options.incidents, self._fields(source)))
        known: dict[str, set[str]] = {}
        for project_id, issue_id in context.loaded("raw_jira", "issues", ["project_id", "issue_id"]):
            known.setdefault(str(project_id), set()).add(str(issue_id))
        reading = Reading(source, site, self.options, context, known)
        yield from interleaved([reading.project(key) for key in self.options.all_projects], PROJECTS_AT_ONCE)

    def probe(self) -> Iterator[Finding]:
        """Whether the site answers, as whom, with which projects and fields."""
        try:
            source = self.connect(Meter())
            yield from _site_findings(source, datetime.now(UTC))
            account = source.myself()
            yield Finding("jira account", "ok", f"{account.get('displayName')} ({records.account_id(account)})")
            yield from _field_findings(self.options, source)
        except SourceError as error:
            yield Finding("jira", "fail", f"{error.what}: {error.why}", error.hint)
            return
        yield from (_project_finding(source, key) for key in self.options.all_projects)

    def _fields(self, source: JiraSource) -> list[Json]:
        wanted = self.options.incidents.model_dump(
            include={name for name in type(self.options.incidents).model_fields if name.endswith("_field")}
        )
        return source.fields() if any(wanted.values()) else []


@dataclass
class Tally:
    """What one reading of a project has seen so far."""

    latest_ms: int
    seen: set[str] = field(default_factory=set[str])
    users: dict[str, Json] = field(default_factory=dict[str, Json])
    is_whole: bool = False
    """Every issue of the project came, and came with its fields."""


@dataclass(frozen=True)
class Reading:
    """One reading of one site; `known` are the ids of issues in the warehouse, by project."""

    source: JiraSource
    site: Site
    options: JiraOptions
    context: ReadContext
    known: Mapping[str, set[str]]

    def project(self, key: str) -> Iterator[Event]:
        """Events of one project; its failure is its own, unless the credential itself has failed."""
        partition = f"jira:{key}"
        try:
            project = self.source.project(key)
            partition = f"jira:{project['id']}"
            yield from self._project(project, partition)
        except AuthFailed as error:
            self.source.myself()  # raises when nothing is open to us any more; otherwise only this project is closed
            yield Failed(partition, error)
        except SourceError as error:
            yield Failed(partition, error)

    def _project(self, project: Json, partition: str) -> Iterator[Event]:
        project_id, cursor = str(project["id"]), self.context.cursor(partition)
        yield Page("projects", partition, [records.project_record(self.site, project)])
        tally = Tally(int(cursor.get("updated_ms", 0)))
        before, how = self.source.count(project_id)
        since = self._since(cursor)
        yield from self._issues(project, partition, since, tally)
        after, _ = self.source.count(project_id)
        expected = len(self.known.get(project_id, set()) | tally.seen)
        if since is not None and after < expected:
            self.context.progress(
                f"jira: {project.get('key')} has {after} issues, {expected} are known; reading all of it to find what is gone"
            )
            yield from self._issues(project, partition, None, tally)
        yield Page("users", partition, [records.user_record(self.site, user) for user in tally.users.values()])
        if before == after:
            # A project that changed meanwhile has no one number to compare with; the next sync has.
            yield Counted("issues", partition, after, how)
        complete = ("projects", *ISSUE_TABLES) if tally.is_whole else ("projects",)
        yield Finished(partition, {"updated_ms": tally.latest_ms, "fields": self._fingerprint()}, complete)

    def _issues(self, project: Json, partition: str, since: int | None, tally: Tally) -> Iterator[Event]:
        tally.is_whole = since is None
        for page in self.source.issues(str(project["id"]), since):
            yield from self._issue_events(page, project, partition, tally)
        self.context.progress(f"jira: {project.get('key')}: {len(tally.seen)} issues read")

    def _since(self, cursor: Cursor) -> int | None:
        """From which epoch millisecond to read; null for everything."""
        if cursor.get("fields") != self._fingerprint() or not cursor.get("updated_ms"):
            return int(self.context.since.timestamp() * 1000) if self.context.since else None
        return int(cursor["updated_ms"] - timedelta(hours=self.options.overlap_hours) / timedelta(milliseconds=1))

    def _fingerprint(self) -> str:
        """Changes when other custom fields are configured: issues read before must be read again for them."""
        return hashlib.sha256(repr(self.site.fields).encode()).hexdigest()[:12]

    def _issue_events(self, page: Sequence[Json], project: Json, partition: str, tally: Tally) -> Iterator[Event]:
        """One search page as pages of issues, changes, links and comments; issues without fields are set aside."""
        found: dict[str, list[Record]] = {table: [] for table in ISSUE_TABLES}
        for issue in page:
            if not _is_object(issue) or not isinstance(issue.get("fields"), dict) or not issue.get("id"):
                tally.is_whole = False
                yield _without_fields(self.site, issue, project, partition)
                continue
            tally.seen.add(str(issue["id"]))
            tally.latest_ms = max(tally.latest_ms, records.updated_ms(issue))
            histories, comments = self._histories(issue), self._comments(issue)
            found["issues"].append(records.issue_record(self.site, issue, project))
            found["issue_changes"] += records.change_records(self.site, issue, histories)
            found["issue_links"] += records.link_records(self.site, issue)
            found["issue_comments"] += records.comment_records(self.site, issue, comments)
            for user in records.users_of(issue, histories, comments):
                # The same account comes with more or less of itself; whatever is told anywhere counts.
                account = str(records.account_id(user))
                tally.users[account] = tally.users.get(account, {}) | {name: value for name, value in user.items() if value is not None}
        yield from (Page(table, partition, rows) for table, rows in found.items())

    def _histories(self, issue: Json) -> list[Json]:
        histories, is_whole = records.embedded_histories(issue)
        return histories if is_whole else self.source.histories(str(issue["id"]))

    def _comments(self, issue: Json) -> list[Json]:
        comments, are_all = records.embedded_comments(issue)
        return comments if are_all else self.source.comments(str(issue["id"]))


def interleaved(streams: Sequence[Iterator[Event]], at_once: int) -> Iterator[Event]:
    """Events of several streams, each advanced in a thread, one event of each ahead of the caller."""
    with ThreadPoolExecutor(at_once, thread_name_prefix="jira") as pool:
        pending: dict[Future[Event | None], Iterator[Event]] = {pool.submit(next, stream, None): stream for stream in streams}
        try:
            while pending:
                done, _ = wait(pending, return_when=FIRST_COMPLETED)
                for future in done:
                    stream = pending.pop(future)
                    event = future.result()
                    if event is not None:
                        pending[pool.submit(next, stream, None)] = stream
                        yield event
        finally:
            for future in pending:
                future.cancel()


def _without_fields(site: Site, issue: Any, project: Json, partition: str) -> Rejected:
    known: Json = issue if _is_object(issue) else {}
    identity = str(known.get("id") or known.get("key") or hashlib.sha256(repr(issue).encode()).hexdigest()[:12])
    reason = (
        f"issue {known.get('key') or '(without key)'} (id {known.get('id') or 'missing'}) of project {project.get('key')} came without its "
        "`fields`; expected an object with created, updated, status and the rest: if it looks whole in Jira, have the project re-indexed"
    )
    raw = records.without_comment_texts(known) if known else {"answer": repr(issue)}
    return Rejected("issues", partition, identity, reason, raw, site.issue_url(known))


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _site_findings(source: JiraSource, now: datetime) -> Iterator[Finding]:
    info = source.server_info()
    stated = info.get("deploymentType")
    kind = "Cloud" if source.is_cloud else "Server or Data Center"
    if stated:
        yield Finding("jira site", "ok", f"{kind}, version {info.get('version')}")
    else:
        yield Finding("jira site", "warn", f"taken for {kind}; it does not say", 'say it with deployment = "cloud" or "server"')
    with suppress(ValueError):
        skew = abs(datetime.fromisoformat(str(info.get("serverTime"))) - now)
        if skew > CLOCK_SKEW:
            yield Finding("jira clock", "warn", f"{skew.total_seconds():.0f} s away from ours", "set this machine's clock by NTP")


def _field_findings(options: JiraOptions, source: JiraSource) -> Iterator[Finding]:
    fields: IncidentFields = resolve_fields(options.incidents, source.fields())
    if fields.impact_start and fields.impact_start_type != "datetime":
        fix = "name a date-and-time field, or leave impact_start_field out: then the creation counts"
        yield Finding(
            "jira fields", "warn", f"{options.incidents.impact_start_field!r} holds {fields.impact_start_type}, not an instant", fix
        )
    else:
        yield Finding("jira fields", "ok", "every configured field exists")


def _project_finding(source: JiraSource, key: str) -> Finding:
    try:
        count, how = source.count(str(source.project(key)["id"]))
    except SourceError as error:
        return Finding(f"jira project {key}", "fail", error.why, error.hint)
    return Finding(f"jira project {key}", "ok", f"{count} issues ({how})")


def open_jira(options: JiraOptions) -> Reader:
    """A reader of the configured site; nothing is asked before reading starts."""

    def connect(meter: Meter) -> JiraSource:
        from connectors.jira.client import JiraClient

        return JiraClient(options, meter)

    return JiraReader(options, connect)


CONNECTOR = Connector(name="jira", title="Jira", tables=TABLES, open=open_jira)
