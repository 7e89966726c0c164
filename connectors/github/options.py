"""Options of `[sources.github]`: plain data, no PyGithub, so that configuration is checked without opening anything."""

import re
from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import AnyHttpUrl, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, field_validator, model_validator

_SPAN = re.compile(r"^\s*(\d+)\s*([smhdw])\s*$")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def _span(value: Any) -> Any:
    """`90s`, `30m`, `2h`, `7d` or `4w` as a timedelta; everything else is left to pydantic."""
    match = _SPAN.match(value) if isinstance(value, str) else None
    return timedelta(**{_UNITS[match[2]]: int(match[1])}) if match else value


Span = Annotated[timedelta, BeforeValidator(_span), Field(ge=timedelta(0))]
Token = Annotated[SecretStr, Field(min_length=1)]
Label = Annotated[str, Field(min_length=1)]


def _by_owner(patterns: tuple[str, ...]) -> tuple[str, ...]:
    for pattern in patterns:
        owner, slash, name = pattern.partition("/")
        if not (owner and slash and name) or "/" in name or set(owner) & set("*?["):
            raise ValueError(f"{pattern!r} is no repository pattern; expected owner/name or owner/* with a literal owner")
    return patterns


class _Frozen(BaseModel):
    # A complaint about one key must not print the tokens beside it.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class AppAuth(_Frozen):
    """A GitHub App; its installations at the owners of the repositories are found where none is named."""

    app_id: int = Field(gt=0)
    private_key: SecretStr = Field(min_length=1)
    """PEM text of the App's key."""
    installation_id: int | None = Field(default=None, gt=0)


class Repositories(_Frozen):
    """Which repositories: `owner/name` with shell-style wildcards in the name."""

    include: tuple[str, ...] = Field(min_length=1)
    exclude: tuple[str, ...] = ()

    @field_validator("include", "exclude")
    @classmethod
    def _named_by_owner(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        return _by_owner(patterns)


class IncidentIssues(_Frozen):
    """Which issues are incidents. Labels are compared without regard to letter case.

    Attributes:
        labels: an issue that carries one of them is an incident.
        repositories: only issues of these; left out: of every repository that is read.
        severity: label, or pattern of labels with `*`, to the severity that it stands for.
    """

    labels: tuple[Label, ...] = Field(min_length=1)
    repositories: tuple[str, ...] = ()
    severity: dict[Label, Label] = {}

    @field_validator("repositories")
    @classmethod
    def _named_by_owner(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        return _by_owner(patterns)


class GithubOptions(_Frozen):
    """What the connector needs to know of one GitHub.

    Attributes:
        tokens: personal access tokens; they and the Apps share the load.
        auth: a GitHub App, or several of them: each installation has a limit of its own.
        since: read nothing that was last updated (runs: created) before this day.
        prompts: globs of prompt files; used by the git connector.
        rubrics: globs of judge and rubric files; used by the git connector.
        incidents: which issues are incidents; left out: none.
        concurrency: requests in flight, and repositories read side by side.
        overlap: how far below the cursor updated pull requests and issues are read again.
        runs_overlap: how far below the newest run older runs are looked at again for new attempts. As GitHub allows a re-run for 30
            days and the newest run is the one that the last reading knew, that much finds every one.
        max_wait: seconds to wait for a rate limit at most; beyond that the reading ends as partial.
        retries: how often a failed request is tried again.
        retry_wait: seconds before the second try; doubles with each further one.
        timeout: seconds without an answer after which a request has failed.
    """

    api_url: AnyHttpUrl = AnyHttpUrl("https://api.github.com")
    tokens: tuple[Token, ...] = ()
    auth: tuple[AppAuth, ...] = ()
    repositories: Repositories
    since: date | None = None
    prompts: tuple[str, ...] = ()
    rubrics: tuple[str, ...] = ()
    incidents: IncidentIssues | None = None
    concurrency: int = Field(default=8, ge=1, le=50)
    overlap: Span = timedelta(hours=2)
    runs_overlap: Span = timedelta(days=30)
    max_wait: float = Field(default=900, ge=0)
    retries: int = Field(default=4, ge=0, le=10)
    retry_wait: float = Field(default=1.0, ge=0)
    timeout: int = Field(default=30, gt=0)

    @field_validator("auth", mode="before")
    @classmethod
    def _one_or_several(cls, value: Any) -> Any:
        return [value] if isinstance(value, dict | AppAuth) else value

    @model_validator(mode="after")
    def _some_credential(self) -> "GithubOptions":
        if not self.tokens and not self.auth:
            raise ValueError("give tokens = [...], auth = { app_id = ..., private_key = ... }, or both")
        return self

    @property
    def base_url(self) -> str:
        """`api_url` without a slash at its end."""
        return str(self.api_url).rstrip("/")
