"""A PostgreSQL server of a test's own, on loopback, for as long as the test needs it.

The server is Debian's package, which `.ci/run` installs.
"""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr


@dataclass
class Postgres:
    """A running server."""

    port: int
    run: Any

    def dsn(self, user: str, password: str) -> SecretStr:
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


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def running(*logins: str) -> Iterator[Postgres]:
    """A server that trusts its administrator; `logins` are lines of `pg_hba.conf` that go before that."""
    bin_folder = programs()
    # Not among pytest's folders, which no other account may enter.
    with tempfile.TemporaryDirectory(prefix="fulcrum-postgres-") as name:
        folder, owner = Path(name), dict[str, Any]()
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

        data, port = folder / "data", free_port()
        run("initdb", "-D", str(data), "-U", "postgres", "--auth=trust", "--no-sync")
        (data / "pg_hba.conf").write_text("\n".join((*logins, "host all all 127.0.0.1/32 trust", "")))
        listening = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories='' -c fsync=off"
        run("pg_ctl", "-D", str(data), "-o", listening, "-l", str(folder / "log"), "-w", "start")
        try:
            yield Postgres(port, run)
        finally:
            run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
