"""The manager's page as Markdown, HTML or JSON. The wording of rows is theirs; nothing is computed here."""

import html
import json
from dataclasses import asdict
from typing import Any

from markdown_it import MarkdownIt

from pipelines.brief import changes, choice, peers
from pipelines.brief.expectations import Spoken
from pipelines.brief.page import Brief
from pipelines.evidence import render

MOST_LINKS = 3
RATING = "for the manager to fill in; nothing on this page computes or suggests one"
HTML_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem }}</style>
</head>
<body>
{body}</body>
</html>
"""


def markdown(brief: Brief) -> str:
    """The page, a section for each thing that a manager needs before the conversation."""
    chosen, level = brief.choice, _text(brief.level or "not in the directory")
    sections = [
        [
            f"# Brief for {_text(brief.name)}, {brief.period}",
            f"Level: {level}. Rating: ______ ({RATING}).",
        ],
        ["## Delivery", *_claim(chosen.delivery, "No row with a value of a delivery line")],
        ["## Impact or leverage", *_claim(chosen.impact, "No row with a value of an impact or leverage line")],
        ["## Uncertainty", *_uncertainty(brief)],
        ["## Project context", *_context(brief)],
        ["## What the projects changed", *_changes(brief)],
        ["## Recency", _recency(brief)],
        ["## Peers who could be asked", *_peers(brief)],
        ["## Level expectations", *_expectations(brief)],
        ["## How this page was made", choice.RULE, changes.RULE, peers.RULE, _footer(brief)],
    ]
    return "\n\n".join(paragraph for section in sections for paragraph in section) + "\n"


def page(brief: Brief) -> str:
    """The same as one HTML file that needs nothing else."""
    title = html.escape(f"Brief for {brief.name}, {brief.period}")
    return HTML_PAGE.format(title=title, body=MarkdownIt("commonmark", {"html": False}).render(markdown(brief)))


def as_json(brief: Brief) -> str:
    """The same as data; the rating is there to be filled in, and empty."""
    recency = asdict(brief.recency) | {"is_lopsided": brief.recency.is_lopsided}
    told = asdict(brief) | {"rating": None, "recency": recency, "rules": [choice.RULE, changes.RULE, peers.RULE]}
    return json.dumps(told, indent=2, default=render.json_value, ensure_ascii=False) + "\n"


def _claim(row: dict[str, Any] | None, otherwise: str) -> list[str]:
    if row is None:
        return [f"{otherwise}: not observed in this period, which does not mean that nothing was done."]
    links = " ".join(_link(number, url) for number, url in enumerate(render.proof(row)[:MOST_LINKS], 1))
    figures = f"{_text(row['measure'])}: {render.interval(row)}; share {render.share(row)}; proof {row['strength']} {links}".rstrip()
    return [
        _text(row["headline"]),
        f"- {figures}\n- How: {_text(row['method'])}\n- Limits: {_text(row['limits'])}\n- Evidence {_id(row)} ({row['review_line']})",
    ]


def _uncertainty(brief: Brief) -> list[str]:
    row, because = brief.choice.uncertainty, f"Shown because {brief.choice.uncertain_because}."
    if row is None:
        return ["No row has bounds that lie apart, and no line is without a record."]
    if row["state"] == "not_observed":
        return [_text(row["headline"]), f"- Evidence {_id(row)} ({row['review_line']})", because]
    return [*_claim(row, ""), because]


def _context(brief: Brief) -> list[str]:
    if not brief.context:
        return ["Not observed: the snapshot holds no row of the line project_context for this engineer and period."]
    return ["\n".join(f"- {_text(row['headline'])} {_id(row)}" for row in brief.context)]


def _changes(brief: Brief) -> list[str]:
    told = brief.changes
    items = [f"- {_text(pair['sentence'])} {_link(1, pair['source_url'])}" for pair in told.pairs]
    items += [f"- {told.n_more} more metric pair(s) in core.fct\\_metric\\_pairs"] if told.n_more else []
    items += [f"- {_text(name)}: {n} change(s) without a before/after pair; to have shipped is no impact" for name, n in told.without]
    if not items:
        return ["Not observed: no change of a prompt or model, experiment or deployment of these projects is on record in this period."]
    return ["\n".join(items)]


def _recency(brief: Brief) -> str:
    recency = brief.recency
    if not recency.n_dated:
        return "Not observed: no source record of this period's rows has a date."
    told = (
        f"{recency.n_late} of {recency.n_dated} dated source records of the rows are of the period's last quarter (from {recency.since})."
    )
    return f"**Warning: more than half of the evidence is recent.** {told} Look at the earlier months too." if recency.is_lopsided else told


def _peers(brief: Brief) -> list[str]:
    listed = "\n".join(f"- {_text(peer.name)} (`{peer.person_id}`): {', '.join(peer.reasons)}" for peer in brief.peers)
    notes = []
    if not brief.has_team:
        notes.append("The directory does not say which team the engineer was of, so that nobody could be left out as of the same one.")
    if len(brief.peers) < 3:
        notes.append("Fewer than three people outside the team have shared work on record; work that leaves no record does not show.")
    return [part for part in (listed, " ".join(notes)) if part]


def _expectations(brief: Brief) -> list[str]:
    if not brief.has_expectations:
        return ["Not observed: none are configured ([[policy.expectations]] in fulcrum.toml)."]
    if not brief.expectations:
        return [f"Not observed: none are configured for the level {_text(brief.level or 'of somebody who has none in the directory')}."]
    return [part for spoken in brief.expectations for part in _expectation(spoken)]


def _expectation(spoken: Spoken) -> list[str]:
    which = "the engineer's level" if spoken.is_own_level else "the next level"
    items = [f"- Evidence: {_text(row['headline'])} {_id(row)}" for row in spoken.rows]
    items += [f"- Gap: {_text(row['headline'])} {_id(row)}" for row in spoken.gaps]
    items += [f"- Gap: no row of the line {line} in this period" for line in spoken.without_rows]
    return [f"**{_text(spoken.level)}** ({which}): {_text(spoken.text)}", "\n".join(items)]


def _footer(brief: Brief) -> str:
    return (
        f"{render.accounts(brief.match_rates, brief.period)} Snapshot {brief.snapshot_id}. `fulcrum explain <evidence>` opens a row down "
        "to its source records. Pages of different people are not to be compared. Absence of evidence is not evidence of absence."
    )


def _link(number: int, url: str) -> str:
    """A link where a browser would follow it; the address of a file is shown, since pages may not link to those."""
    return f"[{number}](<{url}>)" if url.startswith(("https://", "http://")) else f"{number} `{url}`"


def _id(row: dict[str, Any]) -> str:
    return f"`{row['evidence_id'][:12]}`"


def _text(value: str) -> str:
    """Running text that Markdown must not read as markup."""
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>#|" else sign for sign in value.replace("\n", " "))
