"""What earlier readings found out about file versions, kept beside the mirror: contents never change, so neither do the answers.

Deleting these files costs time and nothing else; a full reading does not look at them.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Memory:
    """Answers by key, as JSON values. Answers made under other rules, or in a damaged file, are simply not there."""

    file: Path
    rules: str
    _answers: dict[str, Any] = field(default_factory=dict)
    _used: set[str] = field(default_factory=set)

    @classmethod
    def opened(cls, file: Path, rules: str, is_fresh: bool = False) -> "Memory":
        """What an earlier reading left under the same rules; nothing if a fresh start is wanted."""
        try:
            kept = {} if is_fresh else json.loads(file.read_text("utf-8"))
        except (OSError, ValueError):
            kept = {}
        is_usable = isinstance(kept, dict) and kept.get("rules") == rules and isinstance(kept.get("answers"), dict)
        return cls(file, rules, kept["answers"] if is_usable else {})

    def __contains__(self, key: str) -> bool:
        return key in self._answers

    def __getitem__(self, key: str) -> Any:
        self._used.add(key)
        return self._answers[key]

    def __setitem__(self, key: str, answer: Any) -> None:
        self._answers[key] = answer

    def save(self) -> None:
        """Keep what this reading used; written beside and renamed, so that a killed process leaves the old file."""
        answers = {key: self._answers[key] for key in sorted(self._used)}
        unfinished = self.file.with_suffix(".part")
        unfinished.write_text(json.dumps({"rules": self.rules, "answers": answers}), "utf-8")
        unfinished.replace(self.file)
