"""Evidence rows as a table for the terminal, Markdown, CSV or JSON. Nothing is computed here: every figure is a column."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

Format = Literal["table", "md", "csv", "json"]
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = ("Claim", "Low / mid / high", "Share", "Strength", "Proof", "Limits", "Evidence")


@dataclass(frozen=True)
class Sheet:
    """What stands around the rows: whose, when, from which snapshot."""

    person_id: str
    name: str
    period: str
    snapshot_id: str
    rows: Sequence[dict[str, Any]]
    match_rates: Sequence[dict[str, Any]] = ()
    """Of each system: accounts, those that belong to somebody, and those that nobody is known for."""

    @property
    def observed(self) -> list[dict[str, Any]]:
        """Rows with a value or an observed zero."""
        return [row for row in self.rows if row["state"] != "not_observed"]

    @property
    def gaps(self) -> list[dict[str, Any]]:
        """Rows that say what is missing."""
        return [row for row in self.rows if row["state"] == "not_observed"]


def number(value: float | None, unit: str | None) -> str:
    """A figure as people read it: shares of 1 as percent, else at most four significant digits."""
    if value is None:
        return "-"
    if unit in {"share", "fraction"}:
        return f"{100 * value:.1f} %"
    return f"{value:,.0f}" if abs(value) >= 1000 or float(value).is_integer() else f"{value:.3g}"


def interval(row: dict[str, Any]) -> str:
    """`0.8 / 1.5 / 2.3 projects`."""
    unit = row["unit"] or ""
    figures = " / ".join(number(row[f"value_{x}"], unit) for x in ("low", "mid", "high"))
    return f"{figures} {'' if unit in {'share', 'fraction'} else unit}".strip()


def share(row: dict[str, Any]) -> str:
    """This person's part of the subject, as percentages."""
    if row["share_mid"] is None:
        return "-"
    low, high = f"{100 * row['share_low']:.0f}", f"{100 * row['share_high']:.0f}"
    return f"{low} %" if low == high else f"{low}-{high} %"


def proof(row: dict[str, Any]) -> list[str]:
    """Addresses of the source rows, each once."""
    return list(dict.fromkeys(source["url"] for source in row["sources"] or [] if source["url"]))


def markdown(sheet: Sheet) -> str:
    """A GitHub-flavoured table, one section a sheet, gaps below, caveats at the foot."""
    lines = [f"## Evidence for {_cell(sheet.name)}, {sheet.period}", "", "| " + " | ".join(COLUMNS) + " |", "|" + " --- |" * len(COLUMNS)]
    for row in sheet.observed:
        urls = proof(row)
        links = " ".join(f"[{number}](<{url}>)" for number, url in enumerate(urls[:3], 1)) + (f" +{len(urls) - 3}" if len(urls) > 3 else "")
        cells = (row["headline"], interval(row), share(row), row["strength"], links, row["limits"], f"`{row['evidence_id'][:12]}`")
        lines.append("| " + " | ".join(cell if cell is links else _cell(cell) for cell in cells) + " |")
    if sheet.gaps:
        lines += ["", "Not observed:", ""] + [f"- {_cell(row['headline'])}" for row in sheet.gaps]
    return "\n".join([*lines, "", footer(sheet)]) + "\n"


def accounts(match_rates: Sequence[dict[str, Any]], period: str = "") -> str:
    """How much of what was seen could be given to people: what is missing here may be under an account that nobody is known for."""
    when = f" in {period}" if period else ""
    told = [f"{rate['system']} {rate['n_resolved']} of {rate['n_accounts']}" for rate in match_rates]
    if not told:
        return f"No account of any system was seen{when}."
    n_unresolved = sum(rate["n_unresolved"] for rate in match_rates)
    rest = f"the work of the other {n_unresolved} counts for nobody (`fulcrum people unresolved`)" if n_unresolved else "none is missing"
    return f"Accounts seen{when} that belong to somebody: {', '.join(told)}; {rest}."


def footer(sheet: Sheet) -> str:
    """What every sheet ends with."""
    return (
        f"{accounts(sheet.match_rates, sheet.period)} "
        f"Snapshot {sheet.snapshot_id}. Low / mid / high are bounds by the method of each row, not a rating; "
        "rows of different people are not to be ranked. `fulcrum explain <evidence>` opens a row down to its source records. "
        "Absence of evidence is not evidence of absence."
    )


def comma_separated(sheet: Sheet) -> str:
    """All columns as CSV, and how many accounts are resolved beside each row."""
    names = list(sheet.rows[0]) if sheet.rows else ["evidence_id"]
    seen = accounts(sheet.match_rates, sheet.period)
    return csv_text([*names, "accounts"], ([*(row[name] for name in names), seen] for row in sheet.rows))


def csv_text(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Rows as CSV; text that would run as a formula is disarmed with a quote."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_disarmed(value) for value in row] for row in rows)
    return out.getvalue()


def as_json(sheet: Sheet) -> str:
    """Everything, with nested sources."""
    document = {
        "person_id": sheet.person_id,
        "name": sheet.name,
        "period": sheet.period,
        "snapshot_id": sheet.snapshot_id,
        "match_rates": list(sheet.match_rates),
        "rows": list(sheet.rows),
    }
    return json.dumps(document, indent=2, default=json_value, ensure_ascii=False) + "\n"


def json_value(value: Any) -> Any:
    """Days and moments as text, for `json.dumps`."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form here")


def _disarmed(value: Any) -> Any:
    if isinstance(value, list | dict):
        return json.dumps(value, default=json_value, ensure_ascii=False)
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return "'" + value
    return value


def _cell(value: Any) -> str:
    return str("" if value is None else value).replace("|", "\\|").replace("\n", " ")
