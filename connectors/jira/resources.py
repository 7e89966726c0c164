"""An opened Jira site: what reading it needs to know beforehand, and what a look at it finds."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from connectors.contract import Connector, Event, Finding, Meter, ReadContext, Reader
from connectors.errors import SourceError
from connectors.jira import records
from connectors.jira.agile import agile_fields
from connectors.jira.fields import IncidentFields, resolve_fields
from connectors.jira.options import JiraOptions
from connectors.jira.reading import Known, Reading, interleaved
from connectors.jira.records import Site
from connectors.jira.schema import TABLES
from connectors.jira.source import JiraSource

Connect = Callable[[Meter], JiraSource]

PROJECTS_AT_ONCE = 4
"""Within a project pages follow one another; more at once than this meets Jira's burst limits."""
CLOCK_SKEW = timedelta(minutes=1)
"""More than this between Jira's clock and ours makes times of different sources hard to compare."""


@dataclass(frozen=True)
class JiraReader:
    """An opened site; `connect` makes a client that counts its requests on a meter."""

    options: JiraOptions
    connect: Connect

    def read(self, context: ReadContext) -> Iterator[Event]:
        """Every configured project, several at once, then what belongs to the site.

        Raises:
            AuthFailed: when the token is not accepted at all.
            ContractBroken: when a configured field is not one of the site's.
        """
        source = self.connect(context.meter)
        source.myself()
        fields = source.fields()
        site = Site(self.options.url, resolve_fields(self.options.incidents, fields), agile_fields(fields), self.options.worklogs)
        reading = Reading(source, site, self.options, context, Known.of(context.loaded))
        yield from interleaved([reading.project(key) for key in self.options.all_projects], PROJECTS_AT_ONCE)
        yield from reading.site_events()

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
