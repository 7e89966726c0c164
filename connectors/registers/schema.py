"""Contracts of the registers: each row of a file by what it says, so that the same row in two files is one."""

from collections.abc import Mapping

import pandera.polars as pa

from connectors.contract import Table, day, integer, number, text


def _table(name: str, grain: str, columns: Mapping[str, pa.Column], pii: tuple[str, ...] = ()) -> Table:
    every = {
        "entry_id": text(null=False, about="sha256 of the register's name and all that the row says."),
        "register": text(null=False, about="Name of the register, from the configuration."),
    }
    return Table(name=name, grain=grain, key=("entry_id",), columns={**every, **columns}, census=True, pii=pii)


def _bounds(null: bool) -> dict[str, pa.Column]:
    return {
        "valid_from": day(null=null, about="First day that it holds."),
        "valid_to": day(about="Day after the last; null: it still holds."),
    }


PRODUCT_SLICE = {
    "product": text(null=False, about="Product whose traffic it is."),
    "slice": text(null=False, about="Name of the slice, as the eval sets spell it."),
}

SLICES = _table(
    "slices",
    "one thing that a register says of a slice of a product",
    PRODUCT_SLICE
    | {
        "tasks": text(about="JSON list of eval tasks that should cover the slice."),
        "owner": text(about="Owner as the register names them: an e-mail address, else a login."),
        "importance": text(one_of=("critical", "high", "normal", "low"), about="How much it matters."),
    }
    | _bounds(null=True),
    pii=("owner",),
)

TRAFFIC = _table(
    "slice_traffic",
    "one share of a product's traffic that a slice has for a time",
    PRODUCT_SLICE
    | {
        "share": number(null=False, at_least=0, at_most=1, about="Share of the product's traffic, 0 to 1."),
        "basis": text(one_of=("measured", "estimated"), about="Where the share is from; null: not told."),
    }
    | _bounds(null=False),
)

PRICES = _table(
    "model_prices",
    "one price of a kind of tokens of a model for a time",
    {
        "provider": text(null=False, about="Who sells it."),
        "model": text(null=False, about="Model."),
        "token_kind": text(null=False, one_of=("input", "cached_input", "cache_write", "output"), about="Which tokens."),
        "per_million": number(null=False, at_least=0, about="Price of a million tokens."),
        "currency": text(null=False, pattern=r"^[A-Z]{3}$", about="Currency, ISO 4217."),
        "basis": text(null=False, one_of=("published", "negotiated"), about="The provider's list, or the organisation's contract."),
        "url": text(about="Where the price stands."),
    }
    | _bounds(null=False),
)

SPEND = _table(
    "model_spend",
    "one line of a provider's usage export",
    {
        "day": day(null=False, about="Day of use."),
        "provider": text(null=False, about="Who charges it."),
        "project": text(about="Project as the provider names it."),
        "model": text(about="Model; null: the line is of no single one."),
        "line": text(about="What tells lines of one day, project and model apart."),
        "tokens_in": integer(at_least=0, about="Tokens read, cached ones included; null: not told."),
        "tokens_cached": integer(at_least=0, about="Of these, read from a cache; null: not told."),
        "tokens_out": integer(at_least=0, about="Tokens written; null: not told."),
        "amount": number(about="Amount charged, a credit being negative; null: not told."),
        "currency": text(pattern=r"^[A-Z]{3}$", about="Currency of the amount, ISO 4217."),
    },
)

SURVEYS = _table(
    "survey_answers",
    "how many people of one group gave one answer to one question of a wave",
    {
        "survey": text(null=False, about="Survey."),
        "wave": text(null=False, about="Wave of the survey."),
        **_bounds(null=True),
        "question": text(null=False, about="What was asked."),
        "respondent_group": text(about="Group of people who were asked; null: everybody."),
        "scale_low": number(null=False, about="Lowest answer that could be given."),
        "scale_high": number(null=False, about="Highest answer that could be given."),
        "answer": number(null=False, about="The answer."),
        "respondents": integer(null=False, at_least=0, about="People who gave it."),
        "invited": integer(at_least=0, about="People of the group who were asked; null: not told."),
    },
)

CONTEXTS = _table(
    "project_contexts",
    "one thing that a manager says of how hard a project was for a time",
    {
        "project": text(null=False, about="Project: its id, its name, or a repository of it."),
        "person": text(about="Whom it is said of: an e-mail address, else a login; null: everybody in the project."),
        "ambiguity": text(one_of=("low", "medium", "high"), about="How unclear it was what to do; null: not told."),
        "dependencies": text(one_of=("few", "moderate", "many"), about="How much hung on others; null: not told."),
        "novelty": text(one_of=("existing", "new", "greenfield"), about="How much was there before; null: not told."),
        "reason": text(null=False, about="Why, in the manager's words."),
        "told_by": text(null=False, about="Who says so: an e-mail address, else a login."),
    }
    | _bounds(null=False),
    pii=("person", "told_by"),
)

SELF_REPORTS = _table(
    "self_reports",
    "one thing that somebody says that a person did, themself or as a witness",
    {
        "report": text(null=False, about="What tells reports of one register apart; a witness names the same."),
        "person": text(null=False, about="Whose work it is: an e-mail address, else a login."),
        "told_by": text(null=False, about="Who says so: the person, or a witness."),
        "day": day(null=False, about="Day of the work, or its last one."),
        "hours": number(at_least=0, about="Hours that it took; null: not told."),
        "about": text(null=False, about="What it was, in one line."),
        "url": text(about="Where something of it can be seen."),
    },
    pii=("person", "told_by"),
)

CHECKPOINTS = _table(
    "checkpoints",
    "one checkpoint of a model of one's own that answered users for a time",
    {
        "model": text(null=False, about="Model."),
        "checkpoint": text(null=False, about="Its weights: an id, a version in a registry, or a commit."),
        "data_version": text(about="Version of the data that it was trained on; null: not told."),
        "base_model": text(about="Model that it was trained from; null: not told."),
        "project": text(null=False, about="Project that it answers in: its id, its name, or a repository of it."),
        "makers": text(null=False, about="JSON list of who made it, as the register names them: e-mail addresses, else logins."),
        "url": text(about="Where it can be seen."),
    }
    | _bounds(null=False),
    pii=("makers",),
)

FILES = Table(
    name="files",
    grain="one file of a register",
    key=("register", "path"),
    columns={
        "register": text(null=False, about="Name of the register, from the configuration."),
        "path": text(null=False, about="Path below the register's folder."),
        "kind": text(null=False, about="What its rows are."),
        "state": text(null=False, one_of=("read", "partly_read", "unreadable"), about="How far it could be read."),
        "reason": text(about="What was wrong with the file as such."),
        "n_rows": integer(null=False, at_least=0, about="Rows of the file, as far as it could be read."),
        "n_set_aside": integer(null=False, at_least=0, about="Of these, set aside."),
    },
    census=True,
)

BY_KIND = {
    "slices": SLICES,
    "traffic": TRAFFIC,
    "prices": PRICES,
    "spend": SPEND,
    "surveys": SURVEYS,
    "contexts": CONTEXTS,
    "self_reports": SELF_REPORTS,
    "checkpoints": CHECKPOINTS,
}
TABLES = (FILES, *BY_KIND.values())
