"""A whole packet against a ledger: every sentence with its claims, what they came to, and what is to be said of its words."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.packets import claims, language
from pipelines.packets.claims import Claim
from pipelines.packets.language import Finding, Judged
from pipelines.packets.ledger import Ledger
from pipelines.packets.outcome import Outcome, Verdict
from pipelines.packets.reading import Sentence
from pipelines.packets.verdicts import Reading, judge

VERDICTS: tuple[Verdict, ...] = ("supported", "contradicted", "no_record", "not_checkable")


@dataclass(frozen=True)
class Checked:
    """One sentence of the packet."""

    sentence: Sentence
    claims: Sequence[tuple[Claim, Outcome]]
    findings: Sequence[Finding]


@dataclass(frozen=True)
class Report:
    """A packet, checked."""

    sentences: Sequence[Checked]

    @property
    def counts(self) -> dict[Verdict, int]:
        """Claims by verdict; each verdict is there, if only with 0."""
        counted = Counter(outcome.verdict for checked in self.sentences for _, outcome in checked.claims)
        return {verdict: counted[verdict] for verdict in VERDICTS}

    @property
    def n_findings(self) -> int:
        """Findings about words."""
        return sum(len(checked.findings) for checked in self.sentences)


def check(sentences: Sequence[Sentence], ledger: Ledger) -> Report:
    """Hold sentences against a ledger. The verdict of a claim depends on its own sentence and the rows only."""
    judged = [judge_sentence(sentence.text, ledger) for sentence in sentences]
    paragraphs: dict[int, set[str]] = defaultdict(set)
    for sentence, result in zip(sentences, judged, strict=True):
        paragraphs[sentence.paragraph] |= {claim.kind for claim, _ in result.claims}
        paragraphs[sentence.paragraph] |= {"hold"} if language.says_hold(sentence.text) else set()
    return Report(
        [
            Checked(sentence, result.claims, language.findings(result, frozenset(paragraphs[sentence.paragraph])))
            for sentence, result in zip(sentences, judged, strict=True)
        ]
    )


def judge_sentence(text: str, ledger: Ledger) -> Judged:
    """The claims of one sentence and what they come to."""
    reading = Reading(text, ledger)
    return Judged(reading, [(claim, judge(claim, reading)) for claim in claims.find(text)])
