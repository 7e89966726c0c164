"""The SQL experiment store on a real PostgreSQL: refused logins, a cursor that the server keeps, bounded memory, equal sums.

The server is Debian's package, which `.ci/run` installs; it listens on loopback alone, in a folder of the test's own.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from connectors.contract import Failed, Page, ReadContext, Rejected
from connectors.experiments.options import ExperimentsOptions, SqlStore
from connectors.experiments.resources import ExperimentsReader, Openers

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("postgres")]
PASSWORD = "hush/%hush"
UNITS = 200_000
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Postgres:
    """A running server."""

    port: int
    run: Any

    def dsn(self, user: str = "reader", password: str = "hush%2F%25hush") -> SecretStr:
        return SecretStr(f"postgresql://{user}:{password}@127.0.0.1:{self.port}/postgres")

    def execute(self, sql: str) -> str:
        return self.run("psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-v", "ON_ERROR_STOP=1", "-Atc", sql, "postgres")


def programs() -> Path:
    """Folder of the newest server's programs; Debian keeps them out of the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        on_path = shutil.which("initdb")
        if on_path is None:
            pytest.skip("PostgreSQL's server is not on this machine; `.ci/run` installs it (apt-get install postgresql)")
        return Path(on_path).resolve().parent
    return found[-1].parent


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Not among pytest's folders, which no other account may enter."""
    with tempfile.TemporaryDirectory(prefix="fulcrum-postgres-") as name:
        yield Path(name)


@pytest.fixture(scope="module")
def postgres(folder: Path) -> Iterator[Postgres]:
    bin_folder = programs()
    owner: dict[str, Any] = {}
    if os.getuid() == 0:
        # The server refuses to run as root; its package makes this account.
        shutil.chown(folder, "postgres", "postgres")
        owner = {"user": "postgres", "group": "postgres", "extra_groups": []}

    def run(program: str, *arguments: str) -> str:
        environment = {"PATH": os.environ["PATH"], "PGPASSWORD": "", "LC_ALL": "C.UTF-8"}
        command = [str(bin_folder / program), *arguments]
        # Not by pipes: the server would hold them open.
        with (folder / "out").open("w+") as out:
            done = subprocess.run(command, stdout=out, stderr=out, env=environment, cwd=folder, **owner)
            out.seek(0)
            said = out.read()
        assert done.returncode == 0, f"{program}: {said}"
        return said.strip()

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = folder / "data"
    run("initdb", "-D", str(data), "-U", "postgres", "--auth=trust", "--no-sync")
    login = "host all reader 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n"
    (data / "pg_hba.conf").write_text(login)
    listening = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories='' -c fsync=off"
    run("pg_ctl", "-D", str(data), "-o", listening, "-l", str(folder / "log"), "-w", "start")
    try:
        made = Postgres(port, run)
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
    finally:
        run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")


def store(folder: Path, dsn: SecretStr, query: str, rows: str = "units") -> ExperimentsOptions:
    (folder / "experiments.sql").write_text(query, encoding="utf-8")
    made = SqlStore.model_validate({"kind": "sql", "name": "pg", "dsn": dsn, "query": folder / "experiments.sql", "rows": rows})
    return ExperimentsOptions(stores=(made,))


QUERY = """select experiment as native_id, 'spent' as metric_key, arm as variant_key, unit, spent as value, spent_before as covariate
from units where unit like '%'"""


def test_units_of_postgres_give_the_sums_that_postgres_itself_finds(postgres: Postgres, tmp_path: Path):
    options = store(tmp_path, postgres.dsn(), QUERY)
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
    store(folder, postgres.dsn(), query)
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
        "dsn": postgres.dsn().get_secret_value(),
        "query": str(folder / "experiments.sql"),
        "rows": "units",
    }
    command = [sys.executable, "-c", program, json.dumps({"stores": [told]})]
    return int(subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout)
