"""What the Jira connector can be told; the token is a secret and stays one."""

from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator


class IncidentOptions(BaseModel):
    """Which issues are incidents, and in which custom fields this site keeps what is asked about them.

    A field is named by its id (`customfield_10042`) or by its name as Jira shows it; ids differ from site to site.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    projects: tuple[str, ...] = ()
    issue_types: tuple[str, ...] = ()
    severity_field: str | None = None
    impact_start_field: str | None = None
    customer_impact_field: str | None = None
    eval_attributable_field: str | None = None
    cause_field: str | None = None
    """Where a review of the incident names the changes or tickets that caused it."""


class JiraOptions(BaseModel):
    """One Jira site."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    email: str | None = None
    """With an e-mail (or, on Server, a user name) the token is its password; without, the token is a personal access token."""
    token: SecretStr
    projects: tuple[str, ...] = Field(min_length=1)
    """Keys or numeric ids."""
    incidents: IncidentOptions = IncidentOptions()
    deployment: Literal["auto", "cloud", "server"] = "auto"
    """`auto` asks the site; say it for a site that answers nothing usable."""
    remote_links: bool = False
    """Links to pages outside Jira: one request for each incident, and for each other issue whose history names one."""
    worklogs: bool = False
    """Who spent how much time on which issue: personal data, left out of every answer unless asked for."""
    overlap_hours: float = Field(default=2.0, ge=0)
    """How far before the last issue read the next reading starts: Jira's search index lags, and its clock is not ours."""
    timeout_seconds: float = Field(default=60.0, gt=0)

    @field_validator("url")
    @classmethod
    def _is_plain(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"{url!r} is no address; expected one like https://acme.atlassian.net")
        if parts.username or parts.password:
            raise ValueError("the address holds a user or password; give them as email and token")
        return url.rstrip("/")

    @property
    def all_projects(self) -> tuple[str, ...]:
        """Every project to read: the listed ones and those of incidents."""
        return tuple(dict.fromkeys((*self.projects, *self.incidents.projects)))
