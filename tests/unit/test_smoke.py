"""`python -m connectors.<source>` on files: what is there is counted or shown, what is not is said with exit code 1."""

from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.documents.__main__ import main as documents
from connectors.incidents.__main__ import main as incidents
from connectors.labels.__main__ import main as labels
from connectors.registers.__main__ import main as registers

Main = Callable[[list[str]], int]
INCIDENT = "native_id,status,created_at\n7,resolved,2026-03-01T09:00:00Z\n8,snoozed,2026-03-01T09:00:00Z\n"
PRICES = "provider,model,token_kind,per_million,currency,basis,from\nacme,big,input,1.25,USD,published,2026-01-01\n"
READINGS = [
    (documents, [], "a.md", "# RFC-7: Index\n\nWords.\n", ["\tRFC-7\t-\ta.md\t", "documents\t1"], ""),
    (incidents, ["--files"], "a.csv", INCIDENT, ["incidents\t1"], "status is 'snoozed'"),
    (labels, ["records"], "a.csv", "item,rater,value\ns1,ana,good\ns1,ben,\n", ["label_sets\t1", "labels\t1"], "line 3: value is missing"),
    (registers, ["prices"], "a.csv", PRICES, ["model_prices\t1", "files\t1"], ""),
]


@pytest.mark.parametrize(("main", "before", "name", "content", "printed", "set_aside"), READINGS)
def test_files_are_counted_and_what_is_wrong_in_them_is_told(
    main: Main,
    before: list[str],
    name: str,
    content: str,
    printed: list[str],
    set_aside: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
):
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert main([*before, str(tmp_path)]) == 0
    said = capsys.readouterr()
    assert [line for line in printed if line not in said.out] == [], said.out
    assert set_aside in said.err
    assert ("set aside: " in said.err) == bool(set_aside)


@pytest.mark.parametrize(("main", "before"), [(main, before) for main, before, *_ in READINGS])
def test_a_folder_that_is_not_there_is_an_error(main: Main, before: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main([*before, str(tmp_path / "none")]) == 1
    assert "there is no such folder" in capsys.readouterr().err


def test_a_store_that_cannot_be_configured_is_wrong_usage(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PAGERDUTY_TOKEN", "hush")
    with pytest.raises(SystemExit, match="2"):
        incidents(["--pagerduty", "--since", "yesterday"])
    said = capsys.readouterr().err
    assert "stores.0.pagerduty.since: Input should be a valid date" in said
    assert "hush" not in said
