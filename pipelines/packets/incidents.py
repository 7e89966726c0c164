"""Claims on incidents, recomputed from the incidents of the period and of as long a time before it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.packets import wording
from pipelines.packets.claims import Claim
from pipelines.packets.facts import Fact
from pipelines.packets.ledger import Ledger
from pipelines.packets.outcome import Outcome

BY_EVALS = re.compile(r"\b(?:regressions?|eval\w*|quality)\b", re.IGNORECASE)
CUSTOMERS = re.compile(r"\bcustomers?\b", re.IGNORECASE)
NOT_READ = "no store of incidents was read, so none is no zero; connect one (`[sources.jira] incidents` or `[sources.incidents]`)"


def no_incident(text: str, ledger: Ledger, subjects: frozenset[str], counts: Sequence[Fact]) -> Outcome:
    """No incidents: counts of incidents that rows of the named subject hold, else the list of the period."""
    told = [fact for fact in counts if fact.subject_id in subjects and "incident" in fact.nouns]
    if told:
        verdict = "supported" if all(fact.mid == 0 for fact in told) else "contradicted"
        return Outcome(verdict, f"rows say: {wording.figures(told)}", wording.ids(told), tuple(told))
    if not ledger.knows_incidents:
        return Outcome("no_record", NOT_READ)
    found = _meant(text, ledger.incidents_between(ledger.period.start, ledger.period.end))
    listed = _listed(found)
    if subjects and found:
        return Outcome("no_record", f"no row tells which incidents concern the subject; in {ledger.period.name} there were {listed}")
    if found:
        return Outcome("contradicted", f"{ledger.period.name} has {listed}")
    return Outcome("supported", f"incident stores were read and hold none of this sort that was detected in {ledger.period.name}")


def incident_change(claim: Claim, text: str, ledger: Ledger) -> Outcome:
    """Incidents reduced by so many percent: both counts, both windows."""
    if not ledger.knows_incidents or claim.quantity is None:
        return Outcome("no_record", NOT_READ)
    start, end = ledger.period.start, ledger.period.end
    before_start = start - (end - start)
    before = len(_meant(text, ledger.incidents_between(before_start, start)))
    after = len(_meant(text, ledger.incidents_between(start, end)))
    sort = "attributable to what an eval can see" if BY_EVALS.search(text) else "of all sorts"
    counted = f"{before} incident(s) {sort} detected from {before_start} to before {start}, {after} from {start} to before {end}"
    if before == 0:
        return Outcome("no_record", f"{counted}: no change can be given as a percentage of none")
    change = 100 * (after - before) / before
    told = -claim.quantity.low if claim.sign <= 0 else claim.quantity.low
    same = abs(change - told) <= max(claim.quantity.tolerance, 0.5)
    return Outcome(
        "supported" if same else "contradicted", f"{counted}: {change:+.0f} % ({after - before:+d} of {before}), in the whole organisation"
    )


def _meant(text: str, incidents: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Incidents of the sort that a sentence speaks of; unknown impact or cause is not taken for it."""
    if BY_EVALS.search(text):
        incidents = [incident for incident in incidents if incident["eval_attributable"] == "yes"]
    if CUSTOMERS.search(text):
        incidents = [incident for incident in incidents if str(incident["customer_impact"]).lower() not in {"no", "none", "false"}]
    return list(incidents)


def _listed(incidents: Sequence[Mapping[str, Any]], most: int = 5) -> str:
    names = [f"{incident['issue_key'] or incident['incident_id']} ({incident['detected_on']})" for incident in incidents]
    return f"{len(names)} incident(s): {', '.join(names[:most])}" + (f" and {len(names) - most} more" if len(names) > most else "")
