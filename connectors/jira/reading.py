"""Reading Jira project by project: what changed since the last reading, or everything when something seems to be gone.

Jira says nothing about deleted issues. When it counts fewer issues in a project than the warehouse holds, the project is read
whole, and what is not listed any more is tombstoned.
"""

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from connectors.contract import Counted, Cursor, Event, Failed, Finished, Gone, Page, ReadContext, Record, Rejected
from connectors.errors import AuthFailed, NotFound, SourceError
from connectors.jira import records
from connectors.jira.agile import Sprint, sprints_of
from connectors.jira.known import LINK_KEYS, Known
from connectors.jira.options import JiraOptions
from connectors.jira.records import Site
from connectors.jira.source import JiraSource, Json

ISSUE_TABLES = ("issues", "issue_changes", "issue_links", "issue_comments", "remote_links", "worklogs")
SITE = "jira:site"
"""Partition of what belongs to no project."""
WHEREABOUTS_AT_MOST = 50
"""Issues that are gone from one project and looked for one by one; more at once were hardly moved by hand."""


@dataclass
class Tally:
    """What one reading of a project has seen so far."""

    latest_ms: int
    seen: set[str] = field(default_factory=set[str])
    users: dict[str, Json] = field(default_factory=dict[str, Json])
    sprints: dict[str, Json] = field(default_factory=dict[str, Json])
    odd_sprints: set[str] = field(default_factory=set[str])
    is_whole: bool = False
    """Every issue of the project came, and came with its fields."""
    has_odd_links: bool = False

    def meet(self, users: Iterator[Json]) -> None:
        """Note accounts: the same one comes with more or less of itself, and whatever is told anywhere counts."""
        for user in users:
            account = str(records.account_id(user))
            self.users[account] = self.users.get(account, {}) | {name: value for name, value in user.items() if value is not None}


@dataclass(frozen=True)
class Reading:
    """One reading of one site; `known` is what the warehouse holds of it."""

    source: JiraSource
    site: Site
    options: JiraOptions
    context: ReadContext
    known: Known
    sprints_seen: set[str] = field(default_factory=set[str])

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

    def site_events(self) -> Iterator[Event]:
        """Statuses, sprints that went on while none of their issues changed, and deleted work logs; after all projects."""
        cursor = self.context.cursor(SITE)
        try:
            yield Page("statuses", SITE, [records.status_record(self.site, status) for status in self.source.statuses()])
            for sprint_id in sorted(self.known.open_sprints - self.sprints_seen):
                yield self._sprint_event(sprint_id)
            if self.options.worklogs:
                since = int(cursor.get("worklogs_ms") or self.context.now.timestamp() * 1000)
                deleted, until = self.source.deleted_worklogs(since)
                yield Gone("worklogs", SITE, [(worklog_id,) for worklog_id in deleted], "deleted")
                cursor = {"worklogs_ms": until}
        except SourceError as error:
            yield Failed(SITE, error)
            return
        yield Finished(SITE, cursor)

    def _sprint_event(self, sprint_id: str) -> Event:
        try:
            return Page("sprints", SITE, [records.sprint_record(self.site, self.source.sprint(sprint_id))])
        except NotFound:
            return Gone("sprints", SITE, [(sprint_id,)], "deleted, or its board is not shown to the account")

    def _project(self, project: Json, partition: str) -> Iterator[Event]:
        project_id, cursor = str(project["id"]), self.context.cursor(partition)
        yield Page("projects", partition, [records.project_record(self.site, project)])
        tally = Tally(int(cursor.get("updated_ms", 0)))
        before, how = self.source.count(project_id)
        since = self._since(cursor)
        yield from self._issues(project, partition, since, tally)
        after, _ = self.source.count(project_id)
        known = self.known.issues.get(project_id, set())
        if since is not None and after < len(known | tally.seen):
            self.context.progress(
                f"jira: {project.get('key')} has {after} issues, {len(known | tally.seen)} are known; "
                "reading all of it to find what is gone"
            )
            yield from self._issues(project, partition, None, tally)
        if tally.is_whole:
            yield from self._moved_away(partition, sorted(known - tally.seen))
        yield Page("users", partition, [records.user_record(self.site, user) for user in tally.users.values()])
        yield Page("sprints", partition, [records.sprint_record(self.site, sprint) for sprint in tally.sprints.values()])
        if before == after:
            # A project that changed meanwhile has no one number to compare with; the next sync has.
            yield Counted("issues", partition, after, how)
        yield Finished(partition, {"updated_ms": tally.latest_ms, "fields": self._fingerprint()}, self._complete(tally))

    def _complete(self, tally: Tally) -> tuple[str, ...]:
        """Tables that were listed to their end."""
        if not tally.is_whole:
            return ("projects",)
        unread = {"remote_links": not self.options.remote_links or tally.has_odd_links, "worklogs": not self.options.worklogs}
        return ("projects", *(table for table in ISSUE_TABLES if not unread.get(table)))

    def _moved_away(self, partition: str, missing: Sequence[str]) -> Iterator[Event]:
        """Where issues went that are gone from a project: to one that is not read; of all others the listing says it."""
        for issue_id in missing if len(missing) <= WHEREABOUTS_AT_MOST else ():
            try:
                found = self.source.whereabouts(issue_id)
            except NotFound:
                continue
            home = (found.get("fields") or {}).get("project") or {}
            if home.get("key") and not {home["key"], str(home.get("id"))} & set(self.options.all_projects):
                reason = f"moved to project {home['key']}, which is not read, as {found.get('key')}"
                yield Gone("issues", partition, [(issue_id,)], reason)

    def _issues(self, project: Json, partition: str, since: int | None, tally: Tally) -> Iterator[Event]:
        tally.is_whole, tally.has_odd_links = since is None, False
        for page in self.source.issues(str(project["id"]), since):
            yield from self._page_events(page, project, partition, tally)
        self.context.progress(f"jira: {project.get('key')}: {len(tally.seen)} issues read")

    def _since(self, cursor: Cursor) -> int | None:
        """From which epoch millisecond to read; null for everything."""
        if cursor.get("fields") != self._fingerprint() or not cursor.get("updated_ms"):
            return int(self.context.since.timestamp() * 1000) if self.context.since else None
        return int(cursor["updated_ms"] - timedelta(hours=self.options.overlap_hours) / timedelta(milliseconds=1))

    def _fingerprint(self) -> str:
        """Changes when more or something else is asked of each issue: those read before must be read again for it."""
        asked = (self.site.fields, self.site.agile, self.options.remote_links, self.options.worklogs)
        return hashlib.sha256(repr(asked).encode()).hexdigest()[:12]

    def _page_events(self, page: Sequence[Json], project: Json, partition: str, tally: Tally) -> Iterator[Event]:
        """One search page as pages of each table; issues without fields are set aside."""
        found: dict[str, list[Record]] = {table: [] for table in ISSUE_TABLES}
        for issue in page:
            if not _is_object(issue) or not isinstance(issue.get("fields"), dict) or not issue.get("id"):
                tally.is_whole = False
                yield _without_fields(self.site, issue, project, partition)
                continue
            yield from self._read_issue(issue, project, partition, tally, found)
        yield from (Page(table, partition, rows) for table, rows in found.items())

    def _read_issue(self, issue: Json, project: Json, partition: str, tally: Tally, found: dict[str, list[Record]]) -> Iterator[Event]:
        """Put one issue's records into `found`; what cannot be read of it, and what it has no more, is told at once."""
        tally.seen.add(str(issue["id"]))
        tally.latest_ms = max(tally.latest_ms, records.updated_ms(issue))
        histories, comments, worklogs = self._histories(issue), self._comments(issue), self._worklogs(issue)
        sprints = list(sprints_of(issue["fields"], self.site.agile))
        found["issues"].append(records.issue_record(self.site, issue, project, sprints))
        found["issue_changes"] += records.change_records(self.site, issue, histories)
        found["issue_comments"] += records.comment_records(self.site, issue, comments)
        found["worklogs"] += records.worklog_records(self.site, issue, worklogs)
        tally.meet(records.users_of(issue, histories, comments, worklogs))
        yield from self._sprints(issue, sprints, partition, tally)
        listed = {"issue_links": list(records.link_records(self.site, issue))}
        if self._may_have_remote_links(issue, histories):
            links = self.source.remote_links(str(issue["id"]))
            yield from self._odd_links(issue, links, partition, tally)
            listed["remote_links"] = [records.remote_link_record(self.site, issue, link) for link in links if _has_page(link)]
        for table, rows in listed.items():
            found[table] += rows
            yield from self._unlinked(table, str(issue["id"]), rows, partition)

    def _sprints(self, issue: Json, sprints: Sequence[Sprint], partition: str, tally: Tally) -> Iterator[Event]:
        for sprint in sprints:
            if not sprint.problem:
                tally.sprints[str(sprint.sprint_id)] = sprint.value
                self.sprints_seen.add(str(sprint.sprint_id))
                continue
            identity = sprint.sprint_id or f"issue {issue['id']}"
            if identity not in tally.odd_sprints:
                tally.odd_sprints.add(identity)
                reason = f"a sprint of issue {issue.get('key')} {sprint.problem}; the issue is read without what it tells"
                yield Rejected("sprints", partition, identity, reason, sprint.given, self.site.issue_url(issue))

    def _odd_links(self, issue: Json, links: Sequence[Json], partition: str, tally: Tally) -> Iterator[Event]:
        for link in links:
            if not _has_page(link):
                tally.has_odd_links = True
                identity = str(link.get("id")) if _is_object(link) and link.get("id") else f"issue {issue['id']}"
                reason = f"remote link {identity} of issue {issue.get('key')} came without its `object`; expected one with url and title"
                yield Rejected("remote_links", partition, identity, reason, link, self.site.issue_url(issue))

    def _unlinked(self, table: str, issue_id: str, rows: Sequence[Record], partition: str) -> Iterator[Event]:
        """Links that the warehouse has of an issue and the issue has no more."""
        listed = {tuple(str(row[name]) for name in LINK_KEYS[table]) for row in rows}
        if gone := sorted(self.known.links.get((table, issue_id), set()) - listed):
            yield Gone(table, partition, gone, "no longer a link of its issue")

    def _may_have_remote_links(self, issue: Json, histories: Sequence[Json]) -> bool:
        """Whether to ask for links: of incidents, and of issues whose history names one or of which one is known."""
        if not self.options.remote_links:
            return False
        incidents = self.options.incidents
        known = ("remote_links", str(issue["id"])) in self.known.links
        is_incident = records.is_one_of(issue, incidents.issue_types, incidents.projects)
        return known or is_incident or records.names_remote_link(histories)

    def _histories(self, issue: Json) -> list[Json]:
        histories, is_whole = records.embedded_histories(issue)
        return histories if is_whole else self.source.histories(str(issue["id"]))

    def _comments(self, issue: Json) -> list[Json]:
        comments, are_all = records.embedded_comments(issue)
        return comments if are_all else self.source.comments(str(issue["id"]))

    def _worklogs(self, issue: Json) -> list[Json]:
        if not self.options.worklogs:
            return []
        worklogs, are_all = records.embedded_worklogs(issue)
        return worklogs if are_all else self.source.worklogs(str(issue["id"]))


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
    raw = records.as_kept(known, keeps_time=False) if known else {"answer": repr(issue)}
    return Rejected("issues", partition, identity, reason, raw, site.issue_url(known))


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _has_page(link: Any) -> bool:
    return _is_object(link) and _is_object(link.get("object"))
