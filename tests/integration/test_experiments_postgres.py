"""The SQL experiment store on a real PostgreSQL: refused logins, a cursor that the server keeps, bounded memory, equal sums."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from connectors.contract import Failed, Page, ReadContext, Rejected
from connectors.experiments.options import ExperimentsOptions, SqlStore
from connectors.experiments.resources import ExperimentsReader, Openers
from tests.integration.postgres import Postgres, running

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("postgres")]
PASSWORD, QUOTED = "hush/%hush", "hush%2F%25hush"
UNITS = 200_000
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with running("host all reader 127.0.0.1/32 scram-sha-256") as made:
        made.execute(f"create role reader login password '{PASSWORD}'")
        made.execute(
            "create table units as select 'ranker'::text as experiment, case when i % 2 = 0 then 'control' else 'treatment' end as arm,"
            " 'u' || i as unit, (i % 97)::numeric / 10 + (i % 2) * 0.3 as spent, (i % 89)::float8 as spent_before"
            f" from generate_series(1, {UNITS}) as i"
        )
        made.execute("insert into units values ('ranker', 'control', 'u1', 5, 1), ('ranker', 'control', 'nan', 'NaN', 1)")
        made.execute("create table closed as select 1 as n")
        made.execute("grant select on units to reader")
        yield made


def store(folder: Path, dsn: SecretStr, query: str, rows: str = "units") -> ExperimentsOptions:
    (folder / "experiments.sql").write_text(query, encoding="utf-8")
    made = SqlStore.model_validate({"kind": "sql", "name": "pg", "dsn": dsn, "query": folder / "experiments.sql", "rows": rows})
    return ExperimentsOptions(stores=(made,))


QUERY = """select experiment as native_id, 'spent' as metric_key, arm as variant_key, unit, spent as value, spent_before as covariate
from units where unit like '%'"""


def test_units_of_postgres_give_the_sums_that_postgres_itself_finds(postgres: Postgres, tmp_path: Path):
    options = store(tmp_path, postgres.dsn("reader", QUOTED), QUERY)
    events = list(ExperimentsReader(options, Openers()).read(ReadContext(now=datetime.now(UTC))))
    assert [event for event in events if isinstance(event, Failed)] == []
    [result] = [record for event in events if isinstance(event, Page) and event.table == "results" for record in event.records]
    sums = "count(*), avg(spent)::float8, stddev_samp(spent)::float8, covar_samp(spent::float8, spent_before)"
    for role, arm in (("variant", "treatment"), ("baseline", "control")):
        told = postgres.execute(f"select {sums} from units where arm = '{arm}' and unit not in ('u1', 'nan')").split("|")
        names = ("n", "mean", "sd", "covariate_covariance")
        assert [result[f"{name}_{role}"] for name in names] == pytest.approx([float(value) for value in told], rel=1e-9)
    reasons = [event.reason for event in events if isinstance(event, Rejected)]
    assert [words in reason for words, reason in zip(("1 units were seen in several", "1 units have a value"), reasons, strict=True)]


@pytest.mark.parametrize(
    ("user", "password", "query", "told"),
    [
        ("reader", "wrong-hush", QUERY, 'the database refuses: .*password authentication failed for user "reader"'),
        ("reader", "hush%2F%25hush", "select * from closed", "the database refuses: permission denied for table closed"),
        ("reader", "hush%2F%25hush", "select * from units where", "does not run experiments.sql: syntax error"),
        ("reader", "hush%2F%25hush", QUERY.replace("spent as", "spent / 0 as"), "does not run experiments.sql: division by zero"),
    ],
)
def test_what_postgres_refuses_is_told_without_the_password(
    postgres: Postgres, tmp_path: Path, user: str, password: str, query: str, told: str
):
    import re

    options = store(tmp_path, postgres.dsn(user, password), query)
    [failed] = [
        event for event in ExperimentsReader(options, Openers()).read(ReadContext(now=datetime.now(UTC))) if isinstance(event, Failed)
    ]
    assert re.search(told, str(failed.error)), str(failed.error)
    assert "hush" not in repr(failed)


def test_memory_stays_bounded_however_many_units_there_are(postgres: Postgres, tmp_path: Path):
    """Beyond the batches that a reading holds anyway, twice the rows take no more memory."""
    peaks = [_peak(postgres, tmp_path, f"{QUERY} and right(unit, 1) {some}") for some in ("< '5'", ">= '0'")]
    assert peaks[1] - peaks[0] < 12 * 1024, f"{peaks} KiB"


def _peak(postgres: Postgres, folder: Path, query: str) -> int:
    store(folder, postgres.dsn("reader", QUOTED), query)
    program = (
        "import json, resource, sys\n"
        "from datetime import UTC, datetime\n"
        "from connectors.contract import Failed, ReadContext\n"
        "from connectors.experiments.options import ExperimentsOptions\n"
        "from connectors.experiments.resources import CONNECTOR\n"
        "options = ExperimentsOptions.model_validate(json.loads(sys.argv[1]))\n"
        "events = list(CONNECTOR.open(options).read(ReadContext(now=datetime.now(UTC))))\n"
        "assert not [event for event in events if isinstance(event, Failed)], events\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )
    told = {
        "kind": "sql",
        "name": "pg",
        "dsn": postgres.dsn("reader", QUOTED).get_secret_value(),
        "query": str(folder / "experiments.sql"),
        "rows": "units",
    }
    command = [sys.executable, "-c", program, json.dumps({"stores": [told]})]
    return int(subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout)
