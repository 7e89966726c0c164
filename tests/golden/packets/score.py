"""Precision and recall of `fulcrum check` on the labelled sentences, by verdict. `python -m tests.golden.packets.score` prints them."""

import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from pipelines.packets import language
from pipelines.packets.check import VERDICTS, judge_sentence
from pipelines.packets.language import Judged
from tests.golden.packets.ledgers import ledger_of

PARTS = ("held_out", "development", "unseen")
WORDS = "words"


@dataclass
class Score:
    """Right, wrong and missed answers of one sort."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missed)


@dataclass
class Part:
    """One part of the labelled set, scored."""

    name: str
    n_sentences: int
    scores: dict[str, Score]
    misses: list[str] = field(default_factory=list)


def labels(part: str) -> list[dict[str, Any]]:
    return yaml.safe_load(Path(__file__).with_name(f"{part}.yaml").read_text())


def answers(judged: Judged) -> Counter[str]:
    """Kinds and verdicts of the claims, in the words of the labels."""
    return Counter("not_checkable" if claim.kind == "statement" else f"{claim.kind} {outcome.verdict}" for claim, outcome in judged.claims)


def score(part: str) -> Part:
    """A claim is right where its kind and its verdict are; a finding where its rule is."""
    found = Part(part, 0, {name: Score() for name in (*VERDICTS, WORDS)})
    for label in labels(part):
        judged = judge_sentence(label["text"], ledger_of(label["person"]))
        said = answers(judged) + Counter(f"finding {WORDS}:{finding.rule}" for finding in language.findings(judged))
        wanted = Counter(label["claims"]) + Counter(f"finding {WORDS}:{rule}" for rule in label["findings"])
        found.n_sentences += 1
        for answers_of, attribute in ((said & wanted, "right"), (said - wanted, "wrong"), (wanted - said, "missed")):
            for answer, n in answers_of.items():
                one = found.scores[answer.split()[-1].partition(":")[0]]
                setattr(one, attribute, getattr(one, attribute) + n)
        if said != wanted:
            found.misses.append(f"{label['person']}: {label['text']}\n    wanted {dict(wanted - said)}, said {dict(said - wanted)}")
    return found


def table(parts: list[Part]) -> str:
    """The figures as a Markdown table, as the documentation shows them."""
    head = ["| | " + " | ".join(f"{part.name} ({part.n_sentences} sentences)" for part in parts) + " |", "|---|" + "---|" * len(parts)]
    rows = []
    for name in (*VERDICTS, WORDS):
        cells = [
            f"{100 * one.precision:.0f} % / {100 * one.recall:.0f} % of {one.right + one.missed}"
            for one in (part.scores[name] for part in parts)
        ]
        rows.append(f"| {name.replace('_', ' ')} | " + " | ".join(cells) + " |")
    return "\n".join([*head, *rows])


if __name__ == "__main__":
    scored = [score(part) for part in PARTS]
    told = [f"\n{part.name}: {len(part.misses)} sentences with a miss\n" + "\n".join(part.misses) for part in scored]
    sys.stdout.write("\n".join([table(scored), *told]) + "\n")
