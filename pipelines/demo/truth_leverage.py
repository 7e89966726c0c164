"""What counts as use of an artifact and what does not, and the leverage that follows, reckoned in plain Python from the story's facts.

Rules: strongest proof per project and period, bounds by rung, outsiders' acceptance only, authors' own part taken off.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any

from pipelines.demo.story.facts import Use, gate_outcomes, uses
from pipelines.demo.truth_indirect import Way, inherited
from pipelines.demo.truth_people import HALVES, NOBODY, PERIODS, Company, Kind, Period, Shares, utc_day
from pipelines.demo.world import World
from pipelines.demo.world_packets import Packet, Statement

DECLARED = ("dep_manifest", "uses_decl", "import")
BOUNDS = {1: (0.0, 0.10), 2: (0.0, 0.50), 3: (0.25, 1.0), 4: (0.60, 1.0)}
RUNGS = {
    **{"gate_catch": 4, "run_reusable": 3, "eval_run": 3},
    **dict.fromkeys((*DECLARED, "vendored", "ack"), 2),
    **dict.fromkeys(("doc_mention", "xref", "packet_mention"), 1),
}
"""An acknowledgement says that an artifact is used, and is worth as much as running it; with a machine's proof beside it, relying on it."""
FEWEST_RUN_DAYS = 4
Row = dict[str, Any]


@dataclass(frozen=True)
class Item:
    """One checkable fact: somebody accepted a use of an artifact in a project, for a span of days or on one."""

    artifact: str
    project: str
    channel: str
    path: str
    first_seen_at: datetime
    accepted_by: str | None
    accepted_kind: Kind
    until: date | None = None
    """First day on which it held no more; none: it still holds."""
    excluded: str = ""
    n_items: int = 1
    commit: str = ""
    is_reciprocal: bool = False

    @property
    def start(self) -> date:
        """First day on which it held."""
        return utc_day(self.first_seen_at)

    @property
    def is_declared(self) -> bool:
        """Whether it holds over days, not on one day only."""
        return self.channel in (*DECLARED, "vendored", "doc_mention")

    def days_in(self, period: Period) -> int:
        """Days of a period on which it held."""
        return max(0, (min(self.until or period.end, period.end) - max(self.start, period.start)).days)

    def speaks_for(self, period: Period) -> bool:
        """Whether the period has to say if it counts."""
        return self.start < period.end and (self.is_declared or self.start >= period.start)


def items(company: Company) -> list[Item]:
    """Every fact of a world."""
    world = company.world
    found = [_declared(company, use) for use in uses(world)]
    return [*found, *_runs(company), *_eval_runs(company), *_catches(company), *_tickets(company), *_packets(company)]


def _item(company: Company, artifact: str, project: str, channel: str, at: datetime, accepted_by: str, **more: Any) -> Item:
    person = company.person(accepted_by)
    return Item(artifact, project, channel, more.pop("path", ""), at, person, company.kind(accepted_by), **more)


def _declared(company: Company, use: Use) -> Item:
    excluded = use.reason or _excluded(company.world, use)
    until = utc_day(use.end) if use.end else None
    return _item(
        company,
        use.artifact,
        use.project,
        use.channel,
        use.start,
        use.accepted_by,
        path=use.path,
        until=until,
        excluded=excluded,
        n_items=use.n_items,
        commit=use.commit,
    )


def _excluded(world: World, use: Use) -> str:
    """Reasons that hold whatever the period."""
    repository = world.repositories[use.project]
    is_own = any(each["id"] == use.artifact and each["repository"] == use.project for each in world.artifacts)
    is_inherited = bool(repository.template) and use.channel == "uses_decl"
    reasons = {
        "own_repository": is_own,
        "fork": bool(repository.fork_of),
        "template_inherited": is_inherited,
        "archived": repository.is_archived,
        "vendored_copy": use.channel == "vendored",
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _runs(company: Company) -> Iterator[Item]:
    for run in company.world.runs:
        if run.attempts[0].referenced:
            executed = any(attempt.conclusion != "skipped" for attempt in run.attempts)
            actor = run.attempts[0].triggering.login
            excluded = "" if executed else "not_executed"
            yield _item(company, "eval-harness", run.repository, "run_reusable", run.created_at, actor, path=run.path, excluded=excluded)


def _eval_runs(company: Company) -> Iterator[Item]:
    for run in company.world.eval_runs:
        if run.harness_package == "acme-evals" and run.envelope and not run.is_truncated:
            yield _item(company, "eval-harness", run.repository, "eval_run", run.created_at, run.envelope["actor"])


def _catches(company: Company) -> Iterator[Item]:
    for row in gate_outcomes(company.world):
        if row.outcome in ("caught_confirmed", "caught_probable"):
            pull = next(each for each in company.merged[row.repository] if each.number == row.pull_request)
            if pull.merged_at and pull.merged_by:
                yield _item(company, "eval-harness", row.repository, "gate_catch", pull.merged_at, pull.merged_by.login)


def _tickets(company: Company) -> Iterator[Item]:
    """Jira tickets that name an artifact belong to no repository, hence to no project."""
    emails = {person.jira_id: person.emails[0] for person in company.world.people}
    for issue in company.world.jira_issues:
        for artifact in company.world.artifacts:
            if artifact["name"] in issue.summary:
                project = f"jira:{issue.key.split('-')[0]}"
                yield _item(company, artifact["id"], project, "xref", issue.created_at, emails[issue.reporter], excluded="project_unmapped")


def _packets(company: Company) -> Iterator[Item]:
    emails = {person.person_id: person.emails[0] for person in company.world.people}
    for packet, statement in packet_statements(company.world):
        at = datetime.combine(packet.speaks_on, time(), UTC)
        channel = "ack" if statement.is_acknowledgement else "packet_mention"
        yield _item(company, statement.artifact, packet.project, channel, at, emails[packet.author], is_reciprocal=statement.is_reciprocal)


def packet_statements(world: World) -> list[tuple[Packet, Statement]]:
    """What packets say of artifacts, without those whose authors gave no leave."""
    return [(packet, statement) for packet in world.packets if packet.consent != "none" for statement in packet.said]


def acknowledgements(company: Company) -> list[Row]:
    """One row per acknowledgement in a packet, with what may be told of it and whether it counts in its half-year."""
    halves = [period for period in PERIODS if period.grain == "half"]
    items = list(_packets(company))
    rows: list[Row] = []
    for (packet, statement), item in zip(packet_statements(company.world), items, strict=True):
        why = next(reason(company, item, period) for period in halves if item.speaks_for(period))
        if statement.is_acknowledgement:
            rows.append(
                {
                    "artifact": statement.artifact,
                    "project": packet.project,
                    "author": packet.author,
                    "said_on": packet.speaks_on,
                    "quote": statement.text if packet.consent == "quote" else None,
                    "consent": packet.consent or "not_said",
                    "is_reciprocal": statement.is_reciprocal,
                    "not_counted_reason": why or None,
                }
            )
    return rows


def reason(company: Company, item: Item, period: Period) -> str:
    """Why a fact does not count in a period; empty if it does."""
    if item.excluded:
        return item.excluded
    if item.is_declared and item.until and item.until <= period.start:
        return "removed_before_period"
    if not item.accepted_by:
        return "bot_accepted" if item.accepted_kind in ("bot", "ai_agent") else "unknown_acceptor"
    return "insider_accepted" if company.is_insider(item.accepted_by, item.artifact, period) else company.smallness(item.project, period)


def citations(company: Company) -> list[Row]:
    """One row per artifact, project, channel and, for declarations, path; it counts if it does in some half-year."""
    groups: dict[tuple[str, str, str, str], list[Item]] = defaultdict(list)
    for item in items(company):
        groups[item.artifact, item.project, item.channel, item.path if item.is_declared else ""].append(item)
    return [_citation(company, group) for _, group in sorted(groups.items())]


def _citation(company: Company, group: list[Item]) -> Row:
    group.sort(key=lambda item: item.first_seen_at)
    verdicts = [[reason(company, item, period) for period in HALVES if item.speaks_for(period)] for item in group]
    counted = [item for item, reasons in zip(group, verdicts, strict=True) if "" in reasons]
    # The earliest fact that counts stands for the group, else the earliest of all.
    shown = (counted or group)[0]
    return {
        "artifact": shown.artifact,
        "project": shown.project,
        "channel": shown.channel,
        "path": shown.path,
        "first_seen_at": group[0].first_seen_at,
        "sha": f"{{sha:{shown.commit}}}" if shown.commit else None,
        "removed_on": shown.until,
        "n_items": sum(item.n_items for item in group),
        "accepted_by": shown.accepted_by,
        "is_counted": bool(counted),
        "not_counted_reason": None if counted else verdicts[0][-1],
    }


@dataclass
class Reach:
    """How strongly one project used one artifact in one period; `way` leads to where it inherits from, if that is more than its own use."""

    project: str
    rung: int
    run_days: int
    low: float
    high: float
    way: tuple[str, ...] = ()

    @property
    def mid(self) -> float:
        """Halfway."""
        return (self.low + self.high) / 2


def reaches(company: Company, known: list[Item], artifact: str, period: Period) -> tuple[list[Reach], dict[str, str]]:
    """Projects that count with their bounds, and those that do not with the reason of the fact that came nearest."""
    groups: dict[str, list[tuple[Item, str]]] = defaultdict(list)
    for item in known:
        if item.artifact == artifact and item.speaks_for(period):
            groups[item.project].append((item, reason(company, item, period)))
    direct = {project: _reach(project, rows, period) for project, rows in groups.items() if any(not why for _, why in rows)}
    counted = _with_inherited(direct, inherited(company, {p: r.high for p, r in direct.items()}, artifact, period, BOUNDS[2][1]))
    missed = {project: max((why for _, why in rows), key=_ORDER.index) for project, rows in groups.items() if project not in counted}
    return [counted[project] for project in sorted(counted)], missed


def _with_inherited(direct: Mapping[str, Reach], ways: Mapping[str, Way]) -> dict[str, Reach]:
    """The high value of what is inherited where that is more; the low one is of direct use alone."""
    counted = dict(direct)
    for project, way in ways.items():
        own = direct.get(project) or Reach(project, 0, 0, 0.0, 0.0)
        counted[project] = replace(own, high=way.high, way=way.projects) if way.high > own.high else own
    return counted


_ORDER = (
    *("similar_name", "own_repository", "project_unmapped", "fork", "template_inherited", "archived", "vendored_copy"),
    *("removed_before_period", "not_executed", "bot_accepted", "unknown_acceptor", "insider_accepted", "single_contributor", "few_changes"),
)


def _reach(project: str, rows: list[tuple[Item, str]], period: Period) -> Reach:
    """The strongest proof at either bound."""
    good = [item for item, why in rows if not why]
    run_days = len({item.start for item in good if RUNGS[item.channel] == 3})
    declared = max((item.days_in(period) for item, _ in rows if item.channel in DECLARED), default=0)
    has_machine_proof = run_days >= FEWEST_RUN_DAYS or any(RUNGS[item.channel] == 4 for item in good)
    bounds = [_ack_bounds(item, has_machine_proof) if item.channel == "ack" else _bounds(item, period, run_days, declared) for item in good]
    return Reach(project, max(b[0] for b in bounds), run_days, max(b[1] for b in bounds), max(b[2] for b in bounds))


def _ack_bounds(item: Item, has_machine_proof: bool) -> tuple[int, float, float]:
    low, high = BOUNDS[4 if has_machine_proof and not item.is_reciprocal else 3]
    return RUNGS["ack"], low, high


def _bounds(item: Item, period: Period, run_days: int, declared: int) -> tuple[int, float, float]:
    rung = RUNGS[item.channel]
    if rung == 3 and run_days < FEWEST_RUN_DAYS:
        rung = 2
    low, high = BOUNDS[rung]
    if rung == 2:
        days = item.days_in(period) if item.is_declared else max(declared, run_days)
        high = max(BOUNDS[1][1], high * days / period.days)
    return rung, low, high


def leverage(company: Company) -> list[Row]:
    """Every artifact in every period: reach, and how it falls to people, to nobody and to the authors themselves."""
    known = items(company)
    return [_leverage(company, known, artifact["id"], period) for period in PERIODS for artifact in company.world.artifacts]


def _leverage(company: Company, known: list[Item], artifact: str, period: Period) -> Row:
    counted, missed = reaches(company, known, artifact, period)
    parts = {reach.project: company.own_part(reach.project, period) for reach in counted}
    return {
        "period": period.period_id,
        "artifact": artifact,
        "projects": [
            {"project": r.project, "rung": r.rung, "run_days": r.run_days, "way": r.way, **_three("u", [r.low, r.mid, r.high])}
            for r in counted
        ],
        "not_counted": dict(sorted(missed.items())),
        **shared_out(counted, company.shares(artifact, period), parts),
    }


def shared_out(counted: Sequence[Reach], shares: Mapping[str, Shares], parts: Mapping[str, Mapping[str, float]]) -> Row:
    """Reach by person, what is nobody's, and what the authors did for themselves; `parts` are people's fractions of the projects."""
    people = [
        {"person": who, **_three("share", [share.low, share.mid, share.high]), **_three("leverage", _by_bound(counted, who, share, parts))}
        for who, share in shares.items()
    ]
    own_use = [
        sum(s * u * parts[project].get(who, 0.0) for who, share in shares.items() for project, s, u in _pairs(counted, share, bound))
        for bound in range(3)
    ]
    return {
        "people": [row for row in people if row["person"] != NOBODY],
        "unattributed": next(row for row in people if row["person"] == NOBODY),
        "self_use": _three("leverage", own_use),
        "reach": _three("u", [sum(r.low for r in counted), sum(r.mid for r in counted), sum(r.high for r in counted)]),
    }


def _by_bound(counted: Sequence[Reach], who: str, share: Shares, parts: Mapping[str, Mapping[str, float]]) -> list[float]:
    return [sum(s * u * (1 - parts[project].get(who, 0.0)) for project, s, u in _pairs(counted, share, bound)) for bound in range(3)]


def _pairs(counted: Sequence[Reach], share: Shares, bound: int) -> Iterator[tuple[str, float, float]]:
    """Each project with the share and the use at one bound."""
    for reach in counted:
        yield reach.project, (share.low, share.mid, share.high)[bound], (reach.low, reach.mid, reach.high)[bound]


def _three(name: str, bounds: Sequence[float]) -> Row:
    return dict(zip((f"{name}_low", f"{name}_mid", f"{name}_high"), (round(value, 6) for value in bounds), strict=True))


def over_all(company: Company) -> list[Row]:
    """Per person and period: over all artifacts, a project counts at most once."""
    known = items(company)
    return [row for period in PERIODS for row in _over_all(company, known, period)]


def _over_all(company: Company, known: list[Item], period: Period) -> Iterator[Row]:
    totals: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(lambda: [0.0, 0.0, 0.0]))
    for artifact in company.world.artifacts:
        counted, _ = reaches(company, known, artifact["id"], period)
        for who, share in company.shares(artifact["id"], period).items():
            for bound in range(3):
                for project, s, u in _pairs(counted, share, bound):
                    totals[who][project][bound] += s * u * (1 - company.own_part(project, period).get(who, 0.0))
    for who, projects in sorted(totals.items()):
        if who != NOBODY:
            sums = [sum(min(1.0, row[bound]) for row in projects.values()) for bound in range(3)]
            yield {"period": period.period_id, "person": who, **_three("leverage", sums)}
