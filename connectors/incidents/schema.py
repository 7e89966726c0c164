"""Contracts of the incident tables: what a store says happened, never who is to blame."""

import pandera.polars as pa
import polars as pl

from connectors.contract import Table, boolean, integer, text, timestamp

KINDS = ("files", "opsgenie", "pagerduty")
STATUSES = ("triggered", "acknowledged", "open", "resolved", "closed")
ACTIONS = ("assigned", "acknowledged", "resolved", "reopened", "responded")


def _not_before(later: str, earlier: str) -> pa.Check:
    """A check of whole rows that only speaks where both moments are there."""
    expression = pl.col(later) >= pl.col(earlier)
    return pa.Check(lambda data: data.lazyframe.select(expression.fill_null(True)), error=f"{later} is not before {earlier}")


INCIDENTS = Table(
    name="incidents",
    grain="one incident",
    key=("incident_id",),
    columns={
        "incident_id": text(null=False, about="`<kind>:<native id>`."),
        "kind": text(null=False, one_of=KINDS, about="Which kind of store it is from."),
        "native_id": text(null=False, about="Its id in the store."),
        "number": text(about="What people call it: its number, where it has one."),
        "title": text(about="Title."),
        "status": text(null=False, one_of=STATUSES, about="As the store says."),
        "severity": text(about="Severity or priority as the store names it; null: none was given."),
        "urgency": text(about="Urgency as the store names it; null: it has none."),
        "service_id": text(about="Id of the service that it is about."),
        "service": text(about="Name of that service."),
        "started_at": timestamp(about="When the impact started; null: nobody said."),
        "created_at": timestamp(null=False, about="When the incident was opened."),
        "acknowledged_at": timestamp(about="First acknowledgement; null: none is known."),
        "resolved_at": timestamp(about="First resolution; later ones after re-opening do not move it."),
        "resolved_how": text(one_of=("history", "reported"), about="From its log, or the store's own field."),
        "n_reopened": integer(at_least=0, about="How often it was opened again; null: not observed."),
        "has_history": boolean(null=False, about="Its log was read; without it, who acknowledged when is not observed."),
        "customer_impact": text(about="Customer impact as recorded; null: unknown."),
        "eval_attributable": text(one_of=("yes", "no"), about="Whether an eval should have caught it, as a person recorded it."),
        "eval_attributable_by": text(about="Account of who recorded that; null: not told."),
        "causes": text(about="JSON list of what the record names as its cause: pull requests, commits, tickets; null: nothing is named."),
        "labels": text(about="JSON list."),
        "links": text(about="JSON list of addresses and keys of records in other systems that it names explicitly."),
    },
    census=True,
    checks=(
        _not_before("acknowledged_at", "created_at"),
        _not_before("resolved_at", "created_at"),
        _not_before("resolved_at", "started_at"),
    ),
    pii=("eval_attributable_by",),
)

RESPONDERS = Table(
    name="incident_responders",
    grain="one thing that an account did, or was assigned to do, in an incident",
    key=("incident_id", "entry_id", "account"),
    columns={
        "incident_id": text(null=False, about="Incident."),
        "entry_id": text(null=False, about="Id of the entry in the incident's log, or what stands for it."),
        "kind": text(null=False, one_of=KINDS, about="Which kind of store it is from."),
        "account": text(null=False, about="Account in the store: its user id; in files an e-mail address."),
        "action": text(null=False, one_of=ACTIONS, about="What it was."),
        "responded_at": timestamp(about="When; null: not told."),
    },
    census=True,
    pii=("account",),
)

SHIFTS = Table(
    name="on_call_shifts",
    grain="one time that one account was on call by one schedule, overrides applied",
    key=("schedule_id", "account", "started_at"),
    columns={
        "schedule_id": text(null=False, about="`<kind>:<native id>`."),
        "kind": text(null=False, one_of=KINDS, about="Which kind of store it is from."),
        "schedule": text(about="Its name."),
        "account": text(null=False, about="Account in the store: its user id; in files an e-mail address."),
        "started_at": timestamp(null=False, about="Start."),
        "ended_at": timestamp(about="End; null: it lasted when it was last read."),
    },
    census=True,
    checks=(_not_before("ended_at", "started_at"),),
    pii=("account",),
)

USERS = Table(
    name="users",
    grain="one account of a store",
    key=("kind", "account"),
    columns={
        "kind": text(null=False, one_of=KINDS, about="Which kind of store it is from."),
        "account": text(null=False, about="Its user id."),
        "name": text(about="Name as the store shows it."),
        "email": text(about="E-mail address as the store shows it."),
    },
    census=True,
    pii=("name", "email"),
    retention="identity",
)

TABLES = (INCIDENTS, RESPONDERS, SHIFTS, USERS)
