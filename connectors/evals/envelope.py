"""Where a run belongs, in the words of those who ran it: an `evidence.json` beside the file, and the run's own tags and metadata.

Nothing is resolved or believed here. The envelope is kept whole; what a run declares itself is brought under one set of keys.
"""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, TypeVar

from connectors.evals.digest import kept
from connectors.evals.shape import Json, UnreadableLog, integer, number, parse, text

T = TypeVar("T")
FOLDER_ENVELOPE = "evidence.json"
FILE_ENVELOPE_SUFFIX = ".evidence.json"
SCHEMA = 1
ANSWERED_MODEL = ("answered_model", "response_model", "gen_ai.response.model")
"""How people, and the conventions of OpenTelemetry, call the model that an answer names."""
_KEYS: dict[str, tuple[str, ...]] = {
    "project": ("project",),
    "repository": ("repository", "repo"),
    "head_sha": ("head_sha", "git_sha", "git_commit", "commit_sha", "langfuse.git_sha"),
    "repo_id": ("repo_id", "repository_id"),
    "ci_run_id": ("ci_run_id", "github_run_id"),
    "ci_run_attempt": ("ci_run_attempt", "github_run_attempt"),
    "pr": ("pr", "pull_request", "pull_request_number"),
    "created_by": ("created_by", "author", "user", "langfuse.actor"),
    "harness": ("harness",),
    "harness_version": ("harness_version",),
    "dataset": ("dataset",),
    "dataset_version": ("dataset_version",),
    "threshold": ("threshold",),
    "answered_model": ANSWERED_MODEL,
}
"""What a run may say of itself in its tags or metadata, and the spellings in use; those of `langfuse.` are its GitHub action's."""


def is_envelope(name: str) -> bool:
    """Whether a file is an envelope, by its name."""
    return PurePosixPath(name).name == FOLDER_ENVELOPE or name.endswith(FILE_ENVELOPE_SUFFIX)


def envelope_names(log_name: str) -> tuple[str, str]:
    """Where the envelope of a log may lie: its own first, then its folder's."""
    return f"{log_name}{FILE_ENVELOPE_SUFFIX}", str(PurePosixPath(log_name).with_name(FOLDER_ENVELOPE))


def read_envelope(body: bytes) -> Json:
    """An envelope as it was written, long texts and credentials excepted.

    Raises:
        UnreadableLog: when it is no JSON object, or of a schema that is not known here.
    """
    document = parse(body)
    if not isinstance(document, dict):
        raise UnreadableLog(f"an envelope is a JSON object, this is {type(document).__name__}")
    if integer(document, "schema") != SCHEMA:
        raise UnreadableLog(f'an envelope says "schema": {SCHEMA}, this one says {document.get("schema")!r}')
    return kept(document)


def declared(*sources: Mapping[str, Any]) -> Json:
    """What a run says of itself, from its tags and metadata; the first source that says something wins."""
    found: Json = {}
    for key, spellings in _KEYS.items():
        values = (_plain(source.get(spelling)) for source in sources for spelling in spellings)
        value = next((value for value in values if value is not None), None)
        if value is not None:
            found[key] = value
    return found


def belonging(envelope: Json | None, said: Json, columns: Json) -> Json:
    """The columns of `runs` that say where it belongs: the tool's own word, then the run's, then the envelope's.

    The envelope comes last because it is kept whole beside these columns: whoever believes it first still can, and sees
    whether the tool saw another commit.
    """
    sealed = envelope or {}
    return {
        "project_raw": text(said, "project") or text(sealed, "project"),
        "repository_raw": text(columns, "repository_raw") or text(said, "repository") or text(sealed, "repository"),
        "git_sha_raw": text(columns, "git_sha_raw") or text(said, "head_sha") or text(sealed, "head_sha"),
        "ci_repository_id": _first(integer(said, "repo_id"), integer(sealed, "repo_id")),
        "ci_run_id": _first(integer(said, "ci_run_id"), integer(sealed, "run_id")),
        "ci_run_attempt": _first(integer(said, "ci_run_attempt"), integer(sealed, "run_attempt")),
        "pull_request_number": _first(integer(said, "pr"), integer(sealed, "pr")),
        "created_by_raw": text(columns, "created_by_raw") or text(said, "created_by"),
        "envelope": envelope,
    } | _harness(sealed, said, columns)


def threshold_of(envelope: Json | None, said: Json, default: float | None) -> float | None:
    """What the leading metric is held to: the envelope's word, then the run's, then the store's."""
    return _first(number(envelope, "threshold"), number(said, "threshold"), default)


def _harness(*sources: Mapping[str, Any]) -> Json:
    """Name and version from one and the same source: a name from here with a version from there would be a third thing."""
    columns = sources[-1]
    spelled = [(text(source, "harness"), text(source, "harness_version")) for source in sources[:-1]]
    spelled.append((text(columns, "harness_name"), text(columns, "harness_version")))
    name, version = next((pair for pair in spelled if pair[0]), (None, None))
    return {"harness_name": name, "harness_version": version}


def _plain(value: Any) -> Any:
    """A single value of a tag; lists and objects are no tag."""
    return kept(value) if isinstance(value, str | int | float) and not isinstance(value, bool) and text(value) else None


def _first(*values: T | None) -> T | None:
    return next((value for value in values if value is not None), None)
