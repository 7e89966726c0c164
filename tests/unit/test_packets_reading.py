"""Packets as their authors write them: who is acknowledged, what may be quoted, and what is set aside while the rest goes on."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.contract import Counted, Event, Failed, Finished, Page, ReadContext, Record, Rejected
from connectors.packets.__main__ import main
from connectors.packets.options import PacketsOptions
from connectors.packets.resources import CONNECTOR
from pipelines.gates import check_records

HEADER = "person: Ines@Acme.example\nperiod: 2026H1\nproject: acme/support-agent\nconsent: quote\ndate: 2026-06-28\n"
ARTIFACTS = [
    {"id": "eval-harness", "names": ["Acme Eval Harness", "acme-evals"]},
    {"id": "prompt-library", "names": ["Acme Prompt Library"]},
]


def markdown(body: str, header: str = HEADER) -> str:
    return f"---\n{header}---\n{body}"


def read(folder: Path, **files: str | bytes) -> list[Event]:
    for name, content in files.items():
        path = folder / name.replace("__", ".")
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    given = {"folders": [{"name": "packets", "path": str(folder)}], "artifacts": ARTIFACTS}
    return list(CONNECTOR.open(PacketsOptions.model_validate(given)).read(ReadContext(now=datetime(2026, 11, 21, tzinfo=UTC))))


def rows(events: list[Event], table: str) -> list[Record]:
    return [record for event in events if isinstance(event, Page) and event.table == table for record in event.records]


def said(events: list[Event], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in rows(events, "statements")]


def reasons(events: list[Event]) -> list[str]:
    return [event.reason for event in events if isinstance(event, Rejected)]


def listed(events: list[Event]) -> tuple[str, ...]:
    return next(event.tables for event in events if isinstance(event, Finished))


def test_what_stands_under_a_heading_of_acknowledgement_is_one_and_a_name_elsewhere_a_mention(tmp_path: Path) -> None:
    body = (
        "# My half\n\nI moved Acme Eval Harness\nto one gate.\n\n## Acknowledgements\n\nThe **Acme Prompt Library** gave us the prompts.\n\n"
        "### Tools\n\n- `acme-evals` stopped two changes.\n- Coffee.\n\n## Next\n\nMore of acme-evals.\n"
    )
    events = read(tmp_path, ines__md=markdown(body))
    assert said(events, "artifact_id", "kind", "line", "quote") == [
        ("eval-harness", "mention", 10, "I moved Acme Eval Harness to one gate."),
        ("prompt-library", "acknowledgement", 15, "The Acme Prompt Library gave us the prompts."),
        ("eval-harness", "acknowledgement", 19, "acme-evals stopped two changes."),
        ("eval-harness", "mention", 24, "More of acme-evals."),
    ]
    [packet] = rows(events, "packets")
    told = {name: packet[name] for name in ("author", "period", "project", "consent", "written_on", "n_acknowledgements", "n_mentions")}
    assert told == {
        "author": "ines@acme.example",
        "period": "2026H1",
        "project": "acme/support-agent",
        "consent": "quote",
        "written_on": date(2026, 6, 28),
        "n_acknowledgements": 2,
        "n_mentions": 2,
    }
    assert listed(events) == ("packets", "statements")
    assert [event.count for event in events if isinstance(event, Counted)] == [1]


def test_a_json_packet_says_the_same(tmp_path: Path) -> None:
    packet = {
        "person": "lev",
        "period": "2026Q2",
        "project": "acme/safety",
        "acknowledgements": [
            {"artifact": "acme eval harness", "text": "It holds our gate."},
            {"artifact": "prompt-library", "text": "Its judge prompts.", "project": "acme/other"},
        ],
        "text": "## Work\n\nThe acme-evals move.\n\n## Thanks\n\nPrompt-Library again.",
    }
    events = read(tmp_path, lev__json=json.dumps(packet | {"consent": "quote"}))
    assert said(events, "artifact_id", "kind", "line", "project", "quote") == [
        ("eval-harness", "acknowledgement", None, "acme/safety", "It holds our gate."),
        ("prompt-library", "acknowledgement", None, "acme/other", "Its judge prompts."),
        ("eval-harness", "mention", None, "acme/safety", "The acme-evals move."),
        ("prompt-library", "acknowledgement", None, "acme/safety", "Prompt-Library again."),
    ]


@pytest.mark.parametrize("consent", ["consent: existence\n", "consent: none\n", ""])
def test_without_leave_no_word_of_a_packet_is_kept(tmp_path: Path, consent: str) -> None:
    header = HEADER.replace("consent: quote\n", consent)
    secret = "Acme Eval Harness saved the Kestrel deal."
    events = read(tmp_path, ines__md=markdown(f"## Thanks\n\n- {secret}\n", header), kestrel__md="Kestrel, without a header")
    assert said(events, "kind", "quote") == [("acknowledgement", None)]
    kept = [event for event in events if not isinstance(event, Rejected)]
    assert "Kestrel" not in repr(kept)
    assert "Kestrel" not in repr([event.raw for event in events if isinstance(event, Rejected)])


def test_names_count_whole(tmp_path: Path) -> None:
    body = "## Thanks\n\n- eval-harness-lite\n- our-acme-evals\n- (Acme Eval Harness)\n- see acme-evals.\n"
    assert said(read(tmp_path, a__md=markdown(body)), "quote") == [("(Acme Eval Harness)",), ("see acme-evals.",)]


def test_code_and_comments_say_nothing_and_long_paragraphs_are_cut(tmp_path: Path) -> None:
    body = f"## Thanks\n\n```\nacme-evals\n```\n\n<!-- acme-evals -->\n\nacme-evals {'x' * 2000}\n"
    [(quote,)] = said(read(tmp_path, a__md=markdown(body)), "quote")
    assert len(quote) == 1_000
    assert quote.endswith("…")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.md", "# No header\n", "a.md: no front matter; begin the file with `---`, person, period, project and consent, and `---` again"),
        ("a.md", "---\nperson: [\n---\n", "a.md: front matter is no YAML (while parsing a flow node)"),
        ("a.md", "---\n- one\n---\n", "a.md: front matter is no mapping; expected lines such as `person: ana@example.com`"),
        ("a.md", markdown("", "person: a\nperiod: spring\n"), "a.md: period: String should match pattern"),
        ("a.md", markdown("", "period: 2026H1\nconsent: maybe\n"), "a.md: person: Field required; consent: Input should be 'quote'"),
        ("a.md", b"---\nperson: \xff\n", "a.md: not UTF-8 at byte 12; save it as UTF-8"),
        ("a.json", "{", "a.json: file: Invalid JSON"),
        (
            "a.json",
            json.dumps({"person": "a", "period": "2026H1", "acknowledgements": [{"text": "x"}]}),
            "acknowledgements.0.artifact: Field",
        ),
    ],
)
def test_what_is_no_packet_is_set_aside_and_the_others_go_on(tmp_path: Path, name: str, content: str | bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    events = read(tmp_path, good__md=markdown("## Thanks\n\n- acme-evals\n"))
    [found] = reasons(events)
    assert reason in found
    assert len(rows(events, "packets")) == len(rows(events, "statements")) == 1
    # What could not be read may say what it said before: nothing is taken for gone.
    assert listed(events) == ()


def test_an_acknowledgement_of_something_unknown_is_set_aside_by_itself(tmp_path: Path) -> None:
    entries = [{"artifact": "evil-harness", "text": "x"}, {"artifact": "eval-harness", "text": "y"}]
    events = read(tmp_path, a__json=json.dumps({"person": "a", "period": "2026H1", "acknowledgements": entries}))
    assert reasons(events) == ["a.json: acknowledgements: no artifact is called 'evil-harness'; known: eval-harness, prompt-library"]
    assert said(events, "artifact_id") == [("eval-harness",)]


def test_the_same_packet_gives_the_same_rows_and_meets_the_contract(tmp_path: Path) -> None:
    events = [read(tmp_path, a__md=markdown("## Thanks\n\n- acme-evals\n- acme-evals\n")) for _ in range(2)]
    assert rows(events[0], "statements") == rows(events[1], "statements")
    assert len(rows(events[0], "statements")) == 1
    for table in CONNECTOR.tables:
        assert not check_records(rows(events[0], table.name), table).quarantined


def test_an_empty_folder_says_what_to_do_and_keeps_no_other(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a.md").write_text(markdown(""))
    folders = [{"name": name, "path": str(tmp_path / name)} for name in ("empty", "full")]
    reader = CONNECTOR.open(PacketsOptions.model_validate({"folders": folders}))
    events = list(reader.read(ReadContext(now=datetime(2026, 11, 21, tzinfo=UTC))))
    [failed] = [event for event in events if isinstance(event, Failed)]
    assert "put packets there" in str(failed.error)
    assert len(rows(events, "packets")) == 1
    assert [(finding.name, finding.state) for finding in reader.probe()] == [("packets empty", "fail"), ("packets full", "ok")]


def test_two_folders_of_one_name_are_refused() -> None:
    with pytest.raises(ValidationError, match="several folders of packets are called kept; give each a name of its own"):
        PacketsOptions.model_validate({"folders": [{"name": "kept", "path": "a"}, {"name": "kept", "path": "b"}]})


def test_the_smoke_run_prints_what_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.md").write_text(markdown("## Thanks\n\n- Acme Eval Harness\n"))
    assert main([str(tmp_path), "eval-harness", "Acme Eval Harness"]) == 0
    said = "acknowledgement\tines@acme.example\t2026H1\tacme/support-agent\tAcme Eval Harness"
    assert capsys.readouterr().out.splitlines() == [said, "packets\t1", "statements\t1"]
