"""Splits of pull requests: what both have signed is the share everywhere, what waits for a signature changes nothing."""

import pytest

pytestmark = pytest.mark.xdist_group("demo")


@pytest.fixture
def planted(demo):
    return {f"{split['repository']}#{split['pull_request']}": split for split in demo.truth["pull_request_splits"]}


def test_what_became_of_each_planted_split_is_told(demo, planted):
    rows = demo.query("select repository || '#' || pull_request_number, state from ops.pull_request_splits")
    assert dict(rows) == {name: split["state"] for name, split in planted.items()}
    assert {split["state"] for split in planted.values()} == {"counts", "waiting"}


def test_only_what_all_have_signed_is_the_share_of_the_change_and_of_the_lines_that_tell_of_it(demo, planted):
    signed = {
        (name, person): share for name, split in planted.items() if split["state"] == "counts" for person, share in split["shares"].items()
    }
    of_pull_requests = demo.query(
        """select s.repository || '#' || s.pull_request_number, a.person_id, round(a.share, 6)
           from ops.pull_request_splits s join core.bridge_pull_request_authors a using (pull_request_id) where a.basis = 'signed'"""
    )
    assert {(name, person): share for name, person, share in of_pull_requests} == signed
    for line in ("prompt_provenance", "difficulty"):
        told = demo.query(
            f"""select s.repository || '#' || s.pull_request_number, e.person_id, e.share_low, e.share_high
                from ops.pull_request_splits s join core.fct_prompt_changes c using (pull_request_id)
                join evidence.evidence_{line} e using (prompt_change_id) where s.state = 'counts' and e.period_id = '2026H1'"""
        )
        assert told, line
        assert {(name, person): (low, high) for name, person, low, high in told} == {at: (share, share) for at, share in signed.items()}


def test_the_signed_lines_can_be_opened_from_the_evidence(demo):
    rows = demo.query(
        """select distinct e.person_id, list_contains(list_transform(list_filter(e.sources, s -> s.kind = 'splits'), s -> split_part(s.id, '|', 2)), e.person_id)
           from evidence.evidence_prompt_provenance e where e.method like '%as signed by everybody named%'"""
    )
    assert sorted(rows) == [("gita", True), ("ines", True)]
