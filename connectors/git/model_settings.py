"""Which model a configuration file or the front matter of a prompt asks for, and the rows of `model_settings`.

Read by lines, so that templates, several documents in one file and dotenv files are no obstacle. Tests, price lists and what
configures evaluations are left out: which model a judge uses is a ruler, not what customers are served.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from connectors.contract import Record
from connectors.git.facts import FactTable, Report, states
from connectors.git.intervals import Interval, Name, span
from connectors.git.paths import LOCKFILES, is_fixture, is_third_party
from connectors.git.remotes import Remote

TABLE = "model_settings"
SETTINGS = {".yaml", ".yml", ".json", ".toml", ".env", ".ini", ".cfg", ".properties"}
PROMPTS = {".md", ".prompt", ".prompty", ".mdx"}
_PLACE = re.compile(
    r"model|llm|prompt|agent|assistant|provider|inference|genai|config|settings|(^|[/._-])ai([/._-]|$)|\.env$", re.IGNORECASE
)
_NO_SURFACE = re.compile(
    r"(^|[/._-])(tests?|__tests__|specs?|examples?|evals?|evaluations?|judges?|graders?|rubrics?|benchmarks?|pric\w*|\.github)([/._-]|$)"
    r"|promptfooconfig",
    re.IGNORECASE,
)
_SETTING = re.compile(
    r"""^\s*(?:-\s+)?(?:export\s+)?["']?(?P<key>(?:\w+[_.-])?(?:model|model_name|model_id|deployment|deployment_id))["']?"""
    r"""\s*[:=]\s*["']?(?P<model>[A-Za-z][\w./:@-]*\w)["']?\s*,?\s*(?:\#.*)?$""",
    re.IGNORECASE | re.MULTILINE,
)
_IS_MODEL = re.compile(r"(?=.*[\d/])(?!.*\.(py|js|ts|json|ya?ml|toml|csv|sql|md|txt|pt|pkl|bin|onnx|gguf)$)(?!.*//)", re.IGNORECASE)
"""A model's id has a number or an owner in it, and is no file: `model: User` and `model: forecast.pkl` are something else."""
_FRONT_MATTER = re.compile(r"\A---\s*\n(.*?\n)---\s*$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Setting:
    """One model under one key; of several lines of one file the first."""

    key: str
    model: str
    line: int = field(compare=False)


def table() -> FactTable[Setting]:
    """The detector of one repository's model settings."""
    return FactTable(TABLE, Setting, reads, parse, record)


def reads(path: str) -> bool:
    """Whether the file may say which model is served."""
    suffix = PurePosixPath(path).suffix.lower() or PurePosixPath(path).name.lower()
    is_known = suffix in SETTINGS | PROMPTS and bool(_PLACE.search(path)) and not _NO_SURFACE.search(path)
    return is_known and not (is_third_party(path) or is_fixture(path) or LOCKFILES.match_file(path))


def parse(path: str, text: str, report: Report) -> Mapping[Name, Setting]:  # noqa: ARG001 - every parser has the same signature
    """Settings by key and model; a prompt's only from its front matter."""
    if PurePosixPath(path).suffix.lower() in PROMPTS:
        front = _FRONT_MATTER.match(text)
        text = front[0] if front else ""
    found: dict[Name, Setting] = {}
    for match in _SETTING.finditer(text):
        key, model = match["key"].lower(), match["model"]
        if _IS_MODEL.match(model):
            found.setdefault((key, model), Setting(key, model, text.count("\n", 0, match.start("key")) + 1))
    return found


def record(interval: Interval[Setting], remote: Remote) -> Record:
    """Everything as introduced."""
    first = interval.first
    return {
        **span(interval, remote, first.line),
        "key": first.key,
        "model": first.model,
        "_raw": states(interval, _described),
    }


def _described(setting: Setting) -> Record:
    return {"line": setting.line, "text": f"{setting.key}: {setting.model}"}
