"""Samples of lm-evaluation-harness: one line for each document and filter, each with several metrics."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from connectors.evals.digest import kept, sha_of_content
from connectors.evals.labels import failure_mode_of, slice_of
from connectors.evals.model import BadSample, OpenPart, Sample, Score
from connectors.evals.shape import Json, UnreadableLog, listing, mapping, number, parse, text

DEFAULT_FILTER = "none"
KEPT_KEYS = ("doc_id", "filter", "metrics", "doc_hash", "prompt_hash", "target_hash")


def samples_of(parts: Mapping[str, OpenPart], is_group: bool) -> Iterator[Sample | BadSample]:
    """Samples of every task, line by line; in a group the task tells samples with the same number apart."""
    for task, part in parts.items():
        part.body.seek(0)
        for number_of_line, line in enumerate(part.body, start=1):
            if not line.strip():
                continue
            try:
                document = parse(line)
            except UnreadableLog as error:
                yield BadSample(f"{part.name}#{number_of_line}", error.reason)
                continue
            if isinstance(document, dict):
                sample = _sample(document)
                yield replace(sample, key=f"{task}/{sample.key}", slice=sample.slice or task) if is_group else sample
            else:
                yield BadSample(f"{part.name}#{number_of_line}", f"a sample is a JSON object, this is {type(document).__name__}")


def _sample(line: Json) -> Sample:
    """A document as seen through one filter; its hashes are the tool's own where it gives them."""
    doc = mapping(line, "doc")
    labels = doc | mapping(doc, "metadata")
    return Sample(
        key=text(line, "doc_id") or text(line, "doc_hash") or sha_of_content(doc) or "",
        epoch=1,
        scores=tuple(_scores(line)),
        input_sha=text(line, "doc_hash") or sha_of_content(line.get("doc")),
        target_sha=text(line, "target_hash") or sha_of_content(line.get("target")),
        output_sha=sha_of_content(line.get("resps")),
        slice=slice_of(labels),
        failure_mode=failure_mode_of(labels),
        raw=kept({key: line[key] for key in KEPT_KEYS if key in line}),
    )


def _scores(line: Json) -> Iterator[Score]:
    """One score for each metric that is a single number; those that are pairs or lists only mean something in aggregate."""
    filter_name = text(line, "filter") or DEFAULT_FILTER
    for metric in listing(line, "metrics"):
        if not isinstance(metric, str) or isinstance(line.get(metric), list | dict):
            continue
        yield _score(scorer_name(metric, filter_name), line.get(metric))


def scorer_name(metric: str, filter_name: str) -> str:
    """A metric by one filter scores for itself: answers cut differently out of one output get different scores."""
    return metric if filter_name == DEFAULT_FILTER else f"{metric},{filter_name}"


def _score(scorer: str, value: Any) -> Score:
    found = float(value) if isinstance(value, bool) else number(value)
    if found is None:
        return Score(scorer, None, unscored_reason="no_value" if value is None else "nan")
    return Score(scorer, found, raw=str(value), passed={1.0: True, 0.0: False}.get(found))
