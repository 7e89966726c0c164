"""One parse of the dbt project serves every home of an installation."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines import transform
from pipelines.warehouse import Home

ROOT = Path(__file__).resolve().parents[2]


def _parse_in_a_process_of_its_own(home: Home, installation: Path) -> None:
    """As the first build in a home does; the installation is told where it lies by Python's own prefix."""
    program = (
        f"import sys; sys.prefix = {str(installation)!r}\n"
        "from pathlib import Path; from pipelines import transform; from pipelines.warehouse import Home\n"
        f"transform.parse(Home(Path({str(home.root)!r})))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def _files_parsed(home: Home) -> int:
    return json.loads((home.target / "perf_info.json").read_text())["parsed_path_count"]


@pytest.mark.slow
def test_a_second_home_parses_nothing_again_and_a_manifest_that_was_cut_off_is_written_anew(tmp_path: Path) -> None:
    installation = tmp_path / "installation"
    shared = Home(installation / "share" / "fulcrum")
    first, second = Home(tmp_path / "first"), Home(tmp_path / "second")
    _parse_in_a_process_of_its_own(first, installation)
    assert _files_parsed(shared) > 0
    written = shared.manifest.stat().st_mtime_ns
    _parse_in_a_process_of_its_own(second, installation)
    assert _files_parsed(shared) == 0
    assert shared.manifest.stat().st_mtime_ns == written, "another home may be copying it"
    for home in (first, second):
        assert "model.fulcrum.evidence_all" in json.loads(transform.manifest(home).read_text())["nodes"]
    for home in (shared, second):
        # As a parse that was killed leaves it: the mark of its state goes before the manifest is touched.
        home.manifest.with_suffix(".state").unlink()
        home.manifest.write_bytes(home.manifest.read_bytes()[:1000])
    _parse_in_a_process_of_its_own(second, installation)
    for home in (shared, second):
        assert "model.fulcrum.evidence_all" in json.loads(home.manifest.read_text())["nodes"]


@pytest.mark.slow
def test_an_installation_that_cannot_be_written_to_leaves_the_parse_with_the_home(tmp_path: Path) -> None:
    occupied = tmp_path / "occupied"
    occupied.write_text("a file where the folder would be")
    home = Home(tmp_path / "home")
    _parse_in_a_process_of_its_own(home, occupied)
    assert _files_parsed(home) > 0
    _parse_in_a_process_of_its_own(home, occupied)
    assert _files_parsed(home) == 0
