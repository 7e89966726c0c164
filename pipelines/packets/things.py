"""Claims on how many things somebody did of a kind: two features killed, three migrations led. Rows of a line are one each."""

from pipelines.packets import wording
from pipelines.packets.claims import Claim
from pipelines.packets.ledger import Ledger
from pipelines.packets.matching import EPSILON
from pipelines.packets.outcome import Outcome

LINES = {
    "kill": "kill_decision",
    "migration": "model_migration",
    "experiment": "experiment_impact",
    "suite": "eval_ownership",
    "prompt": "prompt_provenance",
}
"""Which review line has a row for each thing that a noun counts."""
FEATURES = {"killed": "kill_decision", "stopped": "kill_decision", "killing": "kill_decision"}
"""What a word beside "features" or "projects" makes of them."""


def count(claim: Claim, ledger: Ledger) -> Outcome | None:
    """The outcome of a count of things; None where the claim counts nothing of the sort.

    Rows that are missing contradict nothing: what is not connected has none. As many rows as are told, or more, support it.
    """
    line = LINES.get(claim.noun) or next((FEATURES[word] for word in sorted(claim.near) if word in FEATURES), None)
    if line is None or claim.kind != "count" or claim.quantity is None or claim.quantity.unit:
        return None
    rows = [row for row in ledger.rows if row["review_line"] == line and row["state"] == "value"]
    found = list({row["subject_id"]: row for row in rows}.values())
    names = ", ".join(f"{row['subject_name']} [{wording.short(row['evidence_id'])}]" for row in found[: wording.MOST])
    told = f"{len(found)} of the line {line} in {ledger.period.name}{': ' + names if names else ''}"
    if len(found) >= claim.quantity.low - EPSILON > 0:
        return Outcome("supported", f"rows name {told}", tuple(row["evidence_id"] for row in found))
    return Outcome(
        "no_record", f"rows name only {told}; what is not connected has no row" if found else f"looked for rows of the line {line}: none"
    )
