"""What the incidents connector can be told: a list of stores; keys are secrets and stay so."""

from datetime import date
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from connectors.folder import without_login

EARLIEST = date(2020, 1, 1)
"""What a first reading goes back to, where nothing is said."""


class _Site(BaseModel):
    """What both vendors are told alike."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    token: SecretStr
    """A key that may read."""
    since: date = EARLIEST
    """Incidents created and shifts that ended before this day are not read."""
    lookback_days: int = Field(default=35, ge=1)
    """How far back incidents that were closed already are looked at again: for re-openings, and for late notes of who did what."""
    timeout_seconds: float = Field(default=60.0, gt=0)


class PagerDutyStore(_Site):
    """A PagerDuty account, by its REST API (v2)."""

    kind: Literal["pagerduty"]
    url: str = Field(default="https://api.pagerduty.com", pattern="^https?://[^@/]+$")
    """`https://api.eu.pagerduty.com` for accounts of the EU region."""
    account: str | None = Field(default=None, pattern=r"^[\w.-]+$")
    """What messages and cursors call the account; needed where several of one region are read."""

    @property
    def partition(self) -> str:
        """Name of the store in cursors and messages."""
        return f"pagerduty:{self.account or urlsplit(self.url).netloc}"


class OpsgenieStore(_Site):
    """An Opsgenie account, by its REST API."""

    kind: Literal["opsgenie"]
    url: str = Field(default="https://api.opsgenie.com", pattern="^https?://[^@/]+$")
    """`https://api.eu.opsgenie.com` for accounts of the EU region."""
    account: str | None = Field(default=None, pattern=r"^[\w.-]+$")
    """What messages and cursors call the account; needed where several of one region are read."""

    @property
    def partition(self) -> str:
        """Name of the store in cursors and messages."""
        return f"opsgenie:{self.account or urlsplit(self.url).netloc}"


class IncidentFiles(BaseModel):
    """A folder or file of incidents and shifts in the documented shape, exported from any tool."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["files"]
    path: str = Field(min_length=1)
    """A path or an address that fsspec opens, such as `s3://acme-incidents/`; credentials come from the environment."""

    @property
    def partition(self) -> str:
        """Name of the store in cursors and messages."""
        return f"files:{without_login(self.path)}"


VendorStore = PagerDutyStore | OpsgenieStore
IncidentStore = Annotated[IncidentFiles | OpsgenieStore | PagerDutyStore, Field(discriminator="kind")]


class IncidentsOptions(BaseModel):
    """All incident stores of the organisation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stores: tuple[IncidentStore, ...] = ()
