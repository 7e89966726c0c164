"""Contracts of the people tables, and the columns of `people.csv` itself."""

import pandera.polars as pa
import polars as pl

from connectors.contract import Table, boolean, day, integer, number, text, timestamp

SHARED_MAILBOX = "shared_mailbox"
KINDS = ("human", "bot", "ai_agent", SHARED_MAILBOX)
SYSTEMS = ("github", "git", "jira", "pagerduty", "opsgenie", "incidents", "evals", "experiments", "labels", "registers", "packets")

REQUIRED_COLUMNS = ("person", "name", "emails", "logins", "team", "manager", "level", "from", "to")
OPTIONAL_COLUMNS = ("kind",)

ENDS_AFTER_START = pa.Check(
    lambda data: data.lazyframe.select((pl.col("valid_to") > pl.col("valid_from")).fill_null(True)),
    error="valid_to is after valid_from",
)

PEOPLE = Table(
    name="people",
    grain="one person, bot, AI agent or shared mailbox that people.csv or the identity provider names",
    key=("person_id",),
    columns={
        "person_id": text(
            null=False,
            about="Our durable id of the person, as in people.csv; a provider's user is otherwise its externalId, else its userName.",
        ),
        "name": text(about="Name to show, from the person's latest line."),
        "kind": text(null=False, one_of=KINDS, about="human, bot, ai_agent, or shared_mailbox, which is nobody."),
    },
    census=True,
    pii=("name",),
    retention="identity",
)

ACCOUNTS = Table(
    name="accounts",
    grain="one account of one system that people.csv or the identity provider gives to a person",
    key=("person_id", "system", "account"),
    columns={
        "person_id": text(null=False, about="Whose account it is."),
        "system": text(null=False, one_of=SYSTEMS, about="Where the account exists; e-mails are `git`."),
        "account": text(null=False, about="Login or account id as written; e-mail addresses in lower case."),
        "valid_from": day(about="First day of the earliest line that lists the account; null: since ever."),
        "valid_to": day(about="End (exclusive) of the latest line that lists the account; null: open."),
        "stated_by": text(
            null=False, one_of=("directory", "scim"), about="people.csv (directory), or the identity provider's export (scim)."
        ),
    },
    census=True,
    checks=(ENDS_AFTER_START,),
    pii=("account",),
    retention="identity",
)

SPELLS = Table(
    name="spells",
    grain="one person's time in one team, under one manager, at one level",
    key=("person_id", "valid_from"),
    columns={
        "person_id": text(null=False, about="Whose time it is."),
        "valid_from": day(null=False, about="First day."),
        "valid_to": day(about="First day after it; null: it goes on."),
        "team": text(about="Team, as written."),
        "manager_id": text(about="person_id of the manager, as written."),
        "level": text(about="Level, as written."),
        "stated_by": text(
            null=False,
            one_of=("directory", "scim"),
            about="people.csv (directory), or the identity provider's exports (scim): changes are dated by when they were seen.",
        ),
    },
    census=True,
    checks=(ENDS_AFTER_START,),
    pii=("team", "manager_id", "level"),
    retention="identity",
)

DECISIONS = Table(
    name="decisions",
    grain="one decision of the decisions journal: who is who, and which accounts count for nobody",
    key=("decision_id",),
    columns={
        "decision_id": text(null=False, about="Hash of all that the decision says."),
        "decided_at": timestamp(null=False, about="When it was decided."),
        "decided_by": text(null=False, about="Who decided."),
        "decision": text(null=False, one_of=("link", "unlink", "exclude", "include"), about="What was decided; include ends an exclusion."),
        "system": text(one_of=SYSTEMS, about="System of the account; null where the decision is about a person."),
        "account": text(about="Account: the numeric id on GitHub, lower case in git, evals and experiments."),
        "account_login": text(about="Login at the time, for readers."),
        "duplicate_id": text(about="person_id that is another's duplicate; null where the decision is about an account."),
        "person_id": text(about="person_id that the decision names; null for exclusions."),
        "counts_for_id": text(about="person_id that counts for the named one after all merges; null when people.csv does not list it."),
        "reason": text(null=False, about="Why, in the words of whoever decided."),
        "is_standing": boolean(null=False, about="Nothing later goes before it, and nothing contradicts it."),
        "overruled_by": text(about="decision_id of the later decision that goes before it."),
    },
    census=True,
    pii=("account", "account_login", "decided_by", "reason"),
    retention="identity",
)

SPLITS = Table(
    name="splits",
    grain="one person's share in one signed split of an artifact or a pull request",
    key=("split_id", "person_id"),
    columns={
        "split_id": text(null=False, about="Hash of what is split and of the first day."),
        "artifact_id": text(about="The artifact; null where a pull request is split."),
        "repository": text(about="Repository of the pull request, as written; null where an artifact is split."),
        "pull_request_number": integer(about="Number of the pull request; null where an artifact is split."),
        "valid_from": day(null=False, about="First day; it holds until the next split of the same that everybody signed."),
        "person_id": text(null=False, about="Whose share it is."),
        "share": number(null=False, at_least=0, at_most=1, about="Their share; the shares of a split sum to 1."),
        "signed_at": timestamp(about="When this person signed; null: not yet."),
        "is_signed_by_all": boolean(null=False, about="Everyone named in the split has signed: only then it counts."),
    },
    census=True,
    retention="identity",
)

TABLES = (PEOPLE, ACCOUNTS, SPELLS, DECISIONS, SPLITS)
