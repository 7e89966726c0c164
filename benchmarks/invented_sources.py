"""Invented records of each source that `reading.py` measures: as files, and as a vendor would serve them, from their number alone."""

import hashlib
import http.server
import itertools
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

AT = "2026-11-20T09:00:00Z"
Json = dict[str, Any]


def label(number: int) -> str:
    """Two labels of each item, of three raters."""
    return f"sample-{number // 2},rater{number % 3}@acme.example,{('good', 'bad')[number % 7 == 0]},verdict{number % 2},{AT}"


def incident(number: int) -> str:
    return f"{number},Search answers nothing {number},resolved,SEV{number % 3 + 1},{AT},2026-11-20T11:{number % 60:02}:00Z,ana@acme.example"


def task(number: int) -> Json:
    """A task of Label Studio that two raters labelled."""
    annotations = [
        {"id": 2 * number + rater, "completed_by": rater, "was_cancelled": False, "ground_truth": False, "updated_at": AT, "lead_time": 8.5}
        | {"result": [{"type": "choices", "from_name": "verdict", "value": {"choices": [("good", "bad")[number % 7 == rater]]}}]}
        for rater in range(2)
    ]
    return {"id": number, "data": {"text": "x" * 120}, "annotations": annotations, "predictions": [], "created_at": AT}


def record(number: int) -> Json:
    """A record of Argilla that two raters labelled."""
    given = [{"value": ("good", "bad")[number % 7 == rater], "user_id": f"u{rater}"} for rater in range(2)]
    told = {"id": f"r{number}", "fields": {"text": "x" * 120}, "metadata": {}, "suggestions": {}, "responses": {"verdict": given}}
    return told | {"vectors": {}, "status": "completed", "_server_id": str(number)}


def reported(number: int) -> Json:
    """An incident of a file of JSON with a responder."""
    told = {"native_id": number, "title": f"Search answers nothing {number}", "status": "resolved", "severity": f"SEV{number % 3 + 1}"}
    return told | {"created_at": AT, "resolved_at": f"2026-11-20T11:{number % 60:02}:00Z", "responders": ["ana@acme.example"]}


def event(number: int) -> Json:
    """A root span of Braintrust with two scores."""
    identity = hashlib.sha256(str(number).encode()).hexdigest()[:32]
    told = {"id": identity, "span_id": identity, "root_span_id": identity, "is_root": True, "created": AT, "input": f"question {number}"}
    scores = {"exact": float(number % 7 != 0), "tone": number % 11 / 10}
    return told | {"expected": f"answer {number % 97}", "output": "x" * 120, "scores": scores, "metrics": {"tokens": 100}, "metadata": {}}


def item(number: int) -> Json:
    """An item of an experiment of Langfuse with two scores."""
    score = {"projectId": "P1", "dataType": "NUMERIC", "source": "API", "timestamp": AT, "createdAt": AT, "updatedAt": AT}
    scores = [
        score | {"id": f"{name}{number}", "name": name, "value": value} for name, value in (("exact", 1.0), ("tone", number % 11 / 10))
    ]
    told = {
        "id": f"I{number}",
        "traceId": f"t{number}",
        "experimentItemId": f"X{number}",
        "input": f"question {number}",
        "output": "x" * 120,
    }
    return told | {"expectedOutput": f"answer {number % 97}", "experimentItemMetadata": {"slice": f"s{number % 5}"}, "scores": scores}


def trace(number: int) -> Json:
    """What Langfuse before version 4 tells of an item: its trace with two scores."""
    told = item(number)
    scores = [score | {"traceId": told["traceId"]} for score in told["scores"]]
    return {"id": told["traceId"], "timestamp": AT, "output": told["output"], "latency": 1.5, "totalCost": 0.25, "scores": scores}


HEADERS = {
    "labels": "item,rater,value,question,labelled_at",
    "incidents": "native_id,title,status,severity,created_at,resolved_at,responders",
}
RECORDS: dict[str, Callable[[int], Json]] = {
    "label_studio": task,
    "argilla": record,
    "incidents_json": reported,
    "braintrust": event,
    "langfuse": item,
    "langfuse_3": trace,
}
KINDS = (*HEADERS, *RECORDS)
DOCUMENTS = {"label_studio": "[%s]", "argilla": "[%s]", "incidents_json": '{"incidents": [%s]}'}
"""What stands around the records of a source whose files are one JSON document."""


def lines(kind: str, rows: int) -> Iterator[str]:
    """The source's records, one a line."""
    if kind in RECORDS:
        return (orjson.dumps(RECORDS[kind](number)).decode() for number in range(rows))
    return itertools.chain([HEADERS[kind]], map({"labels": label, "incidents": incident}[kind], range(rows)))


def write(kind: str, rows: int, path: Path) -> None:
    """A file of the source's records, one a line."""
    with path.open("w", encoding="utf-8") as out:
        out.writelines(f"{line}\n" for line in lines(kind, rows))


def write_document(kind: str, rows: int, path: Path) -> None:
    """A file of the source's records as its tool writes it."""
    before, _, after = DOCUMENTS[kind].partition("%s")
    with path.open("w", encoding="utf-8") as out:
        out.write(before)
        out.writelines(f"{',' * (number > 0)}{line}" for number, line in enumerate(lines(kind, rows)))
        out.write(after)


def page(rows: int, size: int, cursor: str | None, made: Callable[[int], Json]) -> tuple[list[Json], str | None]:
    """A page of records after a cursor, and the next cursor."""
    start = int(cursor or 0)
    end = min(start + size, rows)
    return [made(number) for number in range(start, end)], str(end) if end < rows else None


def braintrust(path: str, asked: Json, rows: int) -> Json:
    """One project with one experiment."""
    if path.endswith("/fetch"):
        events, cursor = page(rows, int(asked["limit"]), asked.get("cursor"), event)
        return {"events": events, "cursor": cursor}
    found = {"project": [{"id": "p", "name": "support"}], "experiment": [{"id": "e", "name": "run", "project_id": "p", "created": AT}]}
    return {"objects": found.get(path.rpartition("/")[2], [])}


def langfuse(path: str, asked: Json, rows: int) -> Json:
    """One project with one experiment on one dataset."""
    match path.rpartition("/")[2]:
        case "projects":
            return {"data": [{"id": "P1", "name": "support"}]}
        case "datasets":
            return {"data": [{"id": "D1", "name": "tickets"}], "meta": {"page": 1, "totalPages": 1}}
        case "experiments":
            told = {"id": "E1", "name": "run", "startTime": AT, "endTime": AT, "itemCount": rows, "datasetId": "D1", "metadata": {}}
            return {"data": [told | {"scores": []}], "meta": {}}
        case _:
            items, cursor = page(rows, int(asked["limit"]), asked.get("cursor"), item)
            return {"data": items, "meta": {"cursor": cursor} if cursor else {}}


def dataset_item(number: int) -> Json:
    told = item(number)
    return {"id": f"X{number}", "metadata": told["experimentItemMetadata"]} | {name: told[name] for name in ("input", "expectedOutput")}


def link(number: int) -> Json:
    """From a run of a dataset to an item and its trace."""
    return {"id": f"I{number}", "datasetRunId": "R1", "datasetItemId": f"X{number}", "traceId": f"t{number}", "observationId": None}


def langfuse_3(path: str, asked: Json, rows: int) -> Json | None:
    """The same before version 4: one run of one dataset, told in items, links and traces; experiments are not known."""
    *_, kind, name = path.split("/")
    if kind == "traces":
        return trace(int(name.removeprefix("t")))
    match name:
        case "projects" | "datasets":
            return langfuse(path, asked, rows)
        case "runs":
            told = {"id": "R1", "name": "run", "datasetId": "D1", "datasetName": "tickets", "createdAt": AT, "metadata": {}}
            return {"data": [told], "meta": {"totalPages": 1}}
        case "dataset-items" | "dataset-run-items":
            size, made = int(asked["limit"]), dataset_item if name == "dataset-items" else link
            found, _ = page(rows, size, str(size * (int(asked["page"]) - 1)), made)
            return {"data": found, "meta": {"totalPages": -(-rows // size)}}
        case "scores":
            return {"data": [], "meta": {"totalPages": 1}}
        case _:
            return None


SERVED: dict[str, Callable[[str, Json, int], Json | None]] = {"braintrust": braintrust, "langfuse": langfuse, "langfuse_3": langfuse_3}


def serve(kind: str, rows: int) -> None:
    """Answer on a free port, which is the first line of output, until the process is ended."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked: Json = {name: values[0] for name, values in parse_qs(parts.query).items()}
            length = int(self.headers.get("Content-Length") or 0)
            asked |= json.loads(self.rfile.read(length)) if length else {}
            answer = SERVED[kind](parts.path, asked, rows)
            body = orjson.dumps(answer)
            self.send_response(404 if answer is None else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - the server's name

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
