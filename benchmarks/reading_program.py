"""One reading of one source as a sync does it, up to where rows would be written: reader, then contract. Run as a module.

With `duckdb` it is DuckDB that reads the same records out of a file, one row a line, nothing checked.
"""

import json
import sys
from datetime import UTC, datetime
from typing import Any

from benchmarks.measuring import peak

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def options_of(kind: str, place: str) -> tuple[str, Any]:
    """The connector, and its options for one store."""
    match kind:
        case "labels" | "label_studio" | "argilla":
            return "labels", {"sets": [{"name": "qa", "kind": "records" if kind == "labels" else kind, "path": place}]}
        case "incidents" | "incidents_json":
            return "incidents", {"stores": [{"kind": "files", "path": place}]}
        case "braintrust":
            return "evals", {"stores": [{"kind": kind, "url": place, "token": "t"}]}
        case _:
            return "evals", {"stores": [{"kind": "langfuse", "url": place, "public_key": "pk", "secret_key": "s"}]}


def opened(name: str, told: Any) -> Any:
    from connectors.evals.options import EvalsOptions
    from connectors.incidents.options import IncidentsOptions
    from connectors.labels.options import LabelsOptions
    from connectors.registry import get

    models = {"labels": LabelsOptions, "incidents": IncidentsOptions, "evals": EvalsOptions}
    return get(name).open(models[name].model_validate(told))


def read(kind: str, place: str) -> dict[str, Any]:
    """Rows that kept their contract, and what was set aside or failed, of which there should be nothing."""
    from connectors.contract import Failed, Page, ReadContext, Rejected
    from connectors.registry import get
    from pipelines.gates import check_records

    name, told = options_of(kind, place)
    connector, reader, before = get(name), opened(name, told), peak()
    rows = faults = requests = 0
    context = ReadContext(now=NOW)
    for event in reader.read(context):
        faults += isinstance(event, Failed | Rejected)
        if isinstance(event, Page) and event.records:
            checked = check_records(event.records, connector.table(event.table))
            rows, faults = rows + checked.frame.height, faults + len(checked.quarantined)
        requests = context.meter.made
    return {"rows": rows, "faults": faults, "requests": requests, "before": before, "peak": peak()}


def duckdb_reads(path: str) -> dict[str, Any]:
    import duckdb

    connection = duckdb.connect()
    reader = "read_csv" if path.endswith(".csv") else "read_json"
    connection.execute(f"create table told as select * from {reader}(?)", [path])
    [rows] = connection.execute("select count(*) from told").fetchone() or (0,)
    return {"rows": rows, "faults": 0, "requests": 0, "peak": peak()}


if __name__ == "__main__":
    kind, place = sys.argv[1:]
    print(json.dumps(duckdb_reads(place) if kind == "duckdb" else read(kind, place)))
