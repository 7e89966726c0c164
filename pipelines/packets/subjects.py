"""Which artifact, suite, prompt or experiment a sentence speaks of: by its name, by a part that no other name has, by what it is."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal

from pipelines.packets.words import tokens

How = Literal["name", "kind", "none"]

GENERIC = frozenset(
    tokens(
        """the and for with from into against present new old prior over model models eval evals evaluation test tests data dataset prompt
        prompts system query queries search searches context long short routing router regression regressions quality safety content summary
        summaries message messages answers answered user users hints rubrics rubric service agent support code source main config latency
        version metric metrics score change changes release launch project team company experiment language feature training library toolkit
        platform pipeline second first opinion between before after results result response responses examples"""
    )
)
"""Words too common in this field to name one thing by themselves."""
_THIS = r"\b(?:the|my|our|this|that)\s+(?:[\w-]+\s+){0,2}?"
KINDS = {
    kind: re.compile(rf"{_THIS}(?:{forms})\b", re.IGNORECASE)
    for kind, forms in {
        "eval_suite": "suite|eval set|golden set",
        "experiment": "experiment|a/b test",
        "prompt": r"prompt(?!\s+librar)",
        "rubric": "rubric",
    }.items()
}
"""What a thing is called by what it is; only with an article, as "an experiment platform" is no experiment."""
KIND_WORDS = frozenset(tokens("harness library kit judge gate dashboard router set"))
"""Words that tell an artifact by what it is, where the person has one such."""
SHORTEST = 5


@dataclass
class Subjects:
    """The names by which the subjects of some rows answer."""

    phrases: dict[tuple[str, ...], set[str]] = field(default_factory=lambda: defaultdict(set))
    """Two words and more, of a name."""
    words: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Single words that are in the names of one subject only."""
    kinds: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    names: dict[str, str] = field(default_factory=dict)

    def find(self, text: str) -> tuple[frozenset[str], How]:
        """The subjects that a sentence names, and how."""
        said = tokens(text)
        pairs = {subject for start in range(len(said) - 1) for subject in self.phrases.get((said[start], said[start + 1]), ())}
        named = pairs | {subject for word in said for subject in self.words.get(word, ())}
        if named:
            return frozenset(self._closest(named, set(said))), "name"
        by_kind = {subject for kind, form in KINDS.items() if form.search(text) for subject in self.kinds.get(kind, ())}
        return frozenset(by_kind), "kind" if by_kind else "none"

    def _closest(self, named: set[str], said: set[str]) -> set[str]:
        """Of several that share words, those with the most of their name in the sentence."""
        if len(named) == 1:
            return named
        shared = {subject: len(said & set(tokens(self.names[subject]))) for subject in named}
        contained = {
            s for s in named if any(s != t and set(tokens(self.names[s])) & said < set(tokens(self.names[t])) & said for t in named)
        }
        return (named - contained) or {subject for subject in named if shared[subject] == max(shared.values())}


def of_rows(rows: Iterable[Mapping[str, Any]]) -> Subjects:
    """The names of the subjects of observed rows."""
    found = Subjects()
    names: dict[str, set[str]] = defaultdict(set)
    kinds: dict[str, str] = {}
    for row in rows:
        # A deployment answers by its repository's name, which other subjects mean too.
        if row["state"] == "not_observed" or row["subject_kind"] == "deployment":
            continue
        names[row["subject_id"]] |= _aliases(row)
        kinds[row["subject_id"]] = row["subject_kind"]
        found.kinds[row["subject_kind"]].add(row["subject_id"])
        found.names.setdefault(row["subject_id"], str(row["subject_name"]))
    holders: dict[str, set[str]] = defaultdict(set)
    for subject, aliases in names.items():
        for alias in aliases:
            _enter(found, holders, subject, tokens(alias), is_artifact=kinds[subject] == "artifact")
    for word, subjects in holders.items():
        if len(subjects) == 1:
            found.words[word] |= subjects
    return found


def _enter(found: Subjects, holders: dict[str, set[str]], subject: str, parts: Sequence[str], *, is_artifact: bool) -> None:
    for pair in pairwise(parts):
        if not any(part.isdigit() for part in pair):
            found.phrases[pair].add(subject)
    for part in parts:
        if (len(part) >= SHORTEST and part not in GENERIC and not part.isdigit()) or (is_artifact and part in KIND_WORDS):
            holders[part].add(subject)


def _aliases(row: Mapping[str, Any]) -> set[str]:
    """The names of a row's subject; paths without what says only that they are files."""
    alias = {str(row["subject_name"]), str(row.get("experiment_name") or ""), str(row.get("grown_slice") or "")}
    if row["subject_kind"] not in {"experiment"}:
        alias.add(str(row["subject_id"]).split(":")[-1])
    return {_without_path(name) for name in alias if name}


def _without_path(name: str) -> str:
    """`src/search_ranker/rewrite.py (QUERY_SYSTEM_PROMPT)` without `src`, `.py` and the like."""
    folders = {"src", "py", "md", "txt", "yaml", "yml", "json", "prompt", "prompts", "rubrics", "evals", "acme"}
    return " ".join(part for part in tokens(name) if part not in folders) or name
