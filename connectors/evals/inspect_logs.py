"""Inspect's logs: `.eval` (a zip whose members are Zstandard-compressed) and `.json`, finished or not.

A log that is still being written, or whose writer was killed, has no `header.json`: its `_journal/start.json` says what was
started. Its samples are in `inspect_samples.py`, its header's numbers in `inspect_header.py`.
"""

import zipfile
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import IO, Any

import zipfile_zstd
import zstandard

from connectors.evals.inspect_header import InspectHeader
from connectors.evals.inspect_samples import SampleReader
from connectors.evals.model import BadSample, OpenLog, Place, Run, Sample
from connectors.evals.shape import Json, UnreadableLog, mapping, parse

ZIP_START = b"PK\x03\x04"
HEADER, START, SAMPLES = "header.json", "_journal/start.json", "samples/"
LISTINGS = frozenset({"logs.json", "listing.json", "eval-set.json"})
"""What Inspect itself writes beside logs, and what holds no run."""
BROKEN_MEMBER = (zipfile.BadZipFile, zstandard.ZstdError, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
"""What reading a damaged member of a zip can raise, from wrong checksums to unknown compressions."""


class InspectLogs:
    """Reads the logs of Inspect, from its first zip logs to 0.3.285."""

    kind = "inspect"
    expected = "an Inspect log: a .eval zip with header.json, or JSON with `eval` and `samples`"

    def place(self, name: str) -> Place | None:
        """Every `.eval`, and every `.json` that Inspect does not use for something else."""
        file = PurePosixPath(name).name
        return Place(True, name) if file.endswith(".eval") or (file.endswith(".json") and file not in LISTINGS) else None

    def read(self, log: OpenLog) -> Iterator[Run]:
        """The one run of a log.

        Raises:
            UnreadableLog: for a damaged zip, broken JSON, or JSON of something else.
        """
        body = log.main.body
        is_zip = body.read(len(ZIP_START)) == ZIP_START
        body.seek(0)
        yield _run_of_zip(body) if is_zip else _run_of_json(body.read())


def _run_of_json(body: bytes) -> Run:
    document = parse(body)
    if not isinstance(document, dict) or not mapping(document, "eval"):
        raise UnreadableLog(f"JSON without `eval`: {_shown_keys(document)}")
    samples = document.pop("samples", None)
    header = InspectHeader(document)
    reader = SampleReader(header.scorers, header.result_names)
    found = [sample for sample in samples if isinstance(sample, dict)] if isinstance(samples, list) else []
    return header.run(reader.read(sample) for sample in found)


def _run_of_zip(body: IO[bytes]) -> Run:
    try:
        # Importing zipfile_zstd teaches zipfile the compression that Inspect uses; Python 3.11 does not know it.
        archive: zipfile.ZipFile = zipfile_zstd.ZipFile(body)
    except BROKEN_MEMBER as error:
        raise UnreadableLog(
            f"a zip that cannot be opened ({error}); most likely it was cut short while being written or uploaded"
        ) from None
    members = {info.filename: info for info in archive.infolist()}
    name = next((name for name in (HEADER, START) if name in members), None)
    if name is None:
        raise UnreadableLog(f"a zip without {HEADER} and {START}: {', '.join(sorted(members)[:5]) or 'empty'}")
    try:
        document = parse(archive.read(name))
    except BROKEN_MEMBER as error:
        raise UnreadableLog(f"{name} in the zip is damaged: {error}") from None
    if not isinstance(document, dict) or not mapping(document, "eval"):
        raise UnreadableLog(f"{name} in the zip has no `eval`: {_shown_keys(document)}")
    header = InspectHeader(document)
    return header.run(_samples_of_zip(archive, members, header))


def _samples_of_zip(archive: zipfile.ZipFile, members: Mapping[str, Any], header: InspectHeader) -> Iterator[Sample | BadSample]:
    """Samples one by one, so that memory holds one of them; members written twice count once, the last time."""
    reader = SampleReader(header.scorers, header.result_names)
    for name in members:
        if not name.startswith(SAMPLES) or not name.endswith(".json"):
            continue
        try:
            sample = parse(archive.read(name))
        except UnreadableLog as error:
            yield BadSample(name, error.reason)
            continue
        except BROKEN_MEMBER as error:
            yield BadSample(name, f"damaged in the zip: {error}")
            continue
        if isinstance(sample, dict):
            yield reader.read(sample)
        else:
            yield BadSample(name, f"a sample is a JSON object, this is {type(sample).__name__}")


def _shown_keys(document: Any) -> str:
    """What a document is instead, for the reason of a rejection: its keys, never its values."""
    if not isinstance(document, dict):
        return f"the document is {type(document).__name__}"
    found: Json = document
    return f"its keys are {', '.join(sorted(found)[:6]) or 'none'}"
