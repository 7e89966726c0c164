"""What a row of each kind of register says: pure models, and their faults in words."""

from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

DAY_LENGTH = len("2026-01-31")
SEPARATOR = ";"
"""Between several values of one cell."""


def _day(told: Any) -> Any:
    """Only a day as such, or as `2026-01-31`: pydantic would take a number for seconds since 1970."""
    if isinstance(told, datetime):
        told = told.date() if told.replace(tzinfo=None) == datetime.combine(told.date(), datetime.min.time()) else None
    if isinstance(told, str) and len(told) == DAY_LENGTH:
        try:
            return date.fromisoformat(told)
        except ValueError:
            pass
    if not isinstance(told, date):
        raise ValueError("expected a day such as 2026-01-31")
    return told


def _names(told: Any) -> Any:
    parts = told.split(SEPARATOR) if isinstance(told, str) else told
    return sorted({str(part).strip() for part in parts if str(part).strip()}) if isinstance(parts, list | tuple) else parts


def _upper(told: Any) -> Any:
    return told.upper() if isinstance(told, str) else told


Day = Annotated[date, BeforeValidator(_day)]
Name = Annotated[str, Field(min_length=1, max_length=300)]
Names = Annotated[tuple[Name, ...], BeforeValidator(_names)]
Currency = Annotated[str, BeforeValidator(_upper), Field(pattern=r"^[A-Z]{3}$")]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]
Number = Annotated[float, Field(allow_inf_nan=False)]


class Entry(BaseModel):
    """A row of a register; an unknown column is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, coerce_numbers_to_str=True)


class Dated(Entry):
    """A row that holds for a time, in `valid_from` and `valid_to`: an end that is not after its beginning is a fault."""

    @model_validator(mode="after")
    def _in_order(self) -> "Dated":
        start, end = getattr(self, "valid_from", None), getattr(self, "valid_to", None)
        if start and end and end <= start:
            raise ValueError(f"`to` is {end}, not after `from`, {start}; `to` is the day after the last one")
        return self


class Slice(Dated):
    """A slice of a product that somebody cares about, with its owner."""

    product: Name
    slice: Name
    tasks: Names = ()
    owner: Name | None = None
    importance: Literal["critical", "high", "normal", "low"] | None = None
    valid_from: Day | None = Field(default=None, alias="from")
    valid_to: Day | None = Field(default=None, alias="to")


class Traffic(Dated):
    """The share of a product's traffic that a slice has, for a time."""

    product: Name
    slice: Name
    share: Annotated[float, Field(ge=0, le=1)]
    basis: Literal["measured", "estimated"] | None = None
    valid_from: Day = Field(alias="from")
    valid_to: Day | None = Field(default=None, alias="to")


class Price(Dated):
    """What a million tokens of one kind cost, for a time."""

    provider: Name
    model: Name
    token_kind: Literal["input", "cached_input", "cache_write", "output"]
    per_million: Amount
    currency: Currency
    basis: Literal["published", "negotiated"]
    url: Name | None = None
    valid_from: Day = Field(alias="from")
    valid_to: Day | None = Field(default=None, alias="to")


class Spend(Entry):
    """What a provider says was used or charged on one day."""

    day: Day
    provider: Name
    project: Name | None = None
    model: Name | None = None
    line: Name | None = None
    tokens_in: Count | None = None
    tokens_cached: Count | None = None
    tokens_out: Count | None = None
    amount: Number | None = None
    currency: Currency | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "Spend":
        if self.amount is None and self.tokens_in is None and self.tokens_out is None:
            raise ValueError("it tells neither tokens nor an amount; a zero is written as 0")
        if self.amount is not None and self.currency is None:
            raise ValueError("the amount has no currency")
        return self


class Survey(Dated):
    """How many people of one group gave one answer to one question; nobody is named."""

    survey: Name
    wave: Name
    valid_from: Day | None = Field(default=None, alias="from")
    valid_to: Day | None = Field(default=None, alias="to")
    question: Name
    respondent_group: Name | None = Field(default=None, alias="group")
    scale_low: Number
    scale_high: Number
    answer: Number
    respondents: Count
    invited: Count | None = None

    @model_validator(mode="after")
    def _on_the_scale(self) -> "Survey":
        if not self.scale_low <= self.answer <= self.scale_high or self.scale_low == self.scale_high:
            raise ValueError(f"the answer {self.answer:g} is not on the scale from {self.scale_low:g} to {self.scale_high:g}")
        if self.invited is not None and self.respondents > self.invited:
            raise ValueError(f"{self.respondents} gave the answer, but only {self.invited} were invited")
        return self


class Context(Dated):
    """What a manager says of how hard a project was, for everybody in it or for one person, and why."""

    project: Name
    person: Name | None = None
    ambiguity: Literal["low", "medium", "high"] | None = None
    dependencies: Literal["few", "moderate", "many"] | None = None
    novelty: Literal["existing", "new", "greenfield"] | None = None
    reason: Name
    told_by: Name = Field(alias="by")
    valid_from: Day = Field(alias="from")
    valid_to: Day | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _says_something(self) -> "Context":
        if self.ambiguity is None and self.dependencies is None and self.novelty is None:
            raise ValueError("it tells neither ambiguity nor dependencies nor novelty")
        return self


class SelfReport(Entry):
    """What somebody says that a person did: the person themself, or a witness of the same report."""

    report: Name
    person: Name
    told_by: Name = Field(alias="by")
    day: Day
    hours: Annotated[float, Field(gt=0, le=2000)] | None = None
    about: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\n\r]*$")]
    url: Name | None = None


class Checkpoint(Dated):
    """A model of one's own that began to answer users: which weights, trained on what, by whom."""

    model: Name
    checkpoint: Name
    data_version: Name | None = None
    base_model: Name | None = None
    project: Name
    makers: Names
    url: Name | None = None
    valid_from: Day = Field(alias="from")
    valid_to: Day | None = Field(default=None, alias="to")


ENTRIES: dict[str, type[Entry]] = {
    "slices": Slice,
    "traffic": Traffic,
    "prices": Price,
    "spend": Spend,
    "surveys": Survey,
    "contexts": Context,
    "self_reports": SelfReport,
    "checkpoints": Checkpoint,
}


@cache
def columns_of(entry: type[Entry]) -> tuple[str, ...]:
    """Columns of a kind's files, in their order."""
    return tuple(field.alias or name for name, field in entry.model_fields.items())


def problem_of(error: ValidationError) -> str:
    """All faults of a row in a sentence; what stands in a column that is not known is not repeated."""
    return "; ".join(dict.fromkeys(_fault(one) for one in error.errors(include_url=False)))


def _fault(one: Any) -> str:
    column = str(one["loc"][0]) if one["loc"] else ""
    message = str(one["msg"]).removeprefix("Value error, ")
    match one["type"]:
        case "missing":
            return f"{column} is missing"
        case "extra_forbidden":
            return f"{column!r} is no column of this kind"
        case _:
            return f"{column} is {one['input']!r}: {message[:1].lower()}{message[1:]}" if column else message
