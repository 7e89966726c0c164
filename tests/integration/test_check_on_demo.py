"""`fulcrum check` as a packet author calls it, on the synced demo organisation."""

import json

import pytest

from tests.integration.test_cli_on_demo import fulcrum

pytestmark = pytest.mark.xdist_group("demo")

STRONG = """# Reranker

The reranker shipped behind a flag with a **50/50 split** for three weeks against the prior model. Retrieval quality
improved by 8.2 points (Hit@1 from 62.7% to 70.9%) with N=2.3M queries, p < 0.001. Downstream conversion lifted
1.4 points in the same window. We held the reranker experiment open for an additional two weeks at 90/10.
"""
WEAK = "The new reranker improved retrieval quality. I own the AI quality story.\n\nreranker-v2 lifted Hit@1 by 9.4 points.\n"


@pytest.fixture
def packet(tmp_path):
    def write(content: str | bytes):
        path = tmp_path / "packet.md"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def test_a_true_packet_is_supported_claim_by_claim_and_each_leads_to_its_row(demo, packet):
    done = fulcrum(demo, "--json", "check", str(packet(STRONG)), "--person", "jonas", "--period", "2026H1")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    claims = [claim for sentence in report["sentences"] for claim in sentence["claims"] if claim["verdict"] != "not_checkable"]
    assert [(claim["kind"], claim["verdict"]) for claim in claims] == [
        (kind, "supported") for kind in ("split", "duration", "effect", "change", "sample_size", "p_value", "effect", "duration", "split")
    ]
    rows = {row["evidence_id"] for row in json.loads(fulcrum(demo, "--json", "evidence", "jonas", "--period", "2026H1").stdout)["rows"]}
    assert all(set(claim["evidence_ids"]) <= rows and claim["evidence_ids"] for claim in claims)
    lines = STRONG.splitlines()
    assert all(lines[claim["line"] - 1][claim["column"] - 1 :].startswith(claim["text"].split(" ")[0]) for claim in claims)
    assert not [finding for sentence in report["sentences"] for finding in sentence["findings"]]


def test_a_contradiction_ends_with_4_and_gives_the_right_figure_and_words_are_named(demo, packet):
    done = fulcrum(demo, "check", str(packet(WEAK)), "--person", "jonas", "--period", "2026H1")
    assert done.returncode == 4
    assert "contradicted" in done.stdout
    assert "8.2 points (8.079 to 8.321)" in " ".join(done.stdout.split())
    for rule in ("vague", "ownership_phrase", "ab_parts"):
        assert rule in done.stdout
    assert "1 contradicted" in done.stdout


def test_the_annotated_packet_holds_every_line_of_the_packet(demo, packet, tmp_path):
    out = tmp_path / "notes.md"
    path = packet(WEAK)
    done = fulcrum(demo, "check", str(path), "--person", "jonas", "--period", "2026H1", "--format", "md", "--out", str(out))
    assert (done.returncode, done.stdout) == (4, "")
    written = out.read_text().splitlines()
    assert [line for line in written if line and line in WEAK.splitlines()] == [line for line in WEAK.splitlines() if line]
    assert any(line.startswith("> - 3:29 **contradicted**") for line in written)


@pytest.mark.parametrize(
    ("content", "person", "says"),
    [
        ("I built it.\n", "nobody-at-all", "nobody answers to 'nobody-at-all'"),
        ("", "ana", "no sentence to check"),
        (b"PK\x03\x04\x00", "ana", "a binary file"),
    ],
)
def test_what_cannot_be_checked_ends_with_2_and_is_named(demo, packet, content, person, says):
    done = fulcrum(demo, "check", str(packet(content)), "--person", person)
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stdout == ""
