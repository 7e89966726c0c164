"""The statements of `.mailmap`: what joins addresses, since when, and what is set aside."""

from pathlib import Path

from tests.unit.git_repositories import Repository, at, read

MAILMAP = """# ours
Ana Ito <ana@acme.example>
Ana Ito <Ana@acme.example> <ana@LAPTOP.local>
<ben@acme.example> <ben@old.example> # since 2024
Cy Ro <cy@acme.example> root <root@localhost>
no address here
"""


def test_statements_with_their_place_and_the_landing_that_brought_them(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "acme" / "search.git")
    repository.commit("Names", {".mailmap": MAILMAP}, when=at("2026-01-05"))
    repository.commit("Less names (#7)", {".mailmap": MAILMAP.replace("<ben@acme.example> <ben@old.example> # since 2024\n", "")})
    found = read(tmp_path, repository.save())
    rows = {row["commit_email"]: row for row in found.tables["mailmap_entries"]}
    ana, ben, cy = rows["ana@laptop.local"], rows["ben@old.example"], rows["root@localhost"]
    assert (ana["email"], ana["name"], ana["commit_name"], ana["line"]) == ("ana@acme.example", "Ana Ito", "", 3)
    assert (ana["from_at"], ana["is_current"]) == (at("2026-01-05"), True)
    assert (ben["email"], ben["is_current"], ben["to_pull_request_number"]) == ("ben@acme.example", False, 7)
    assert (cy["email"], cy["commit_name"], cy["is_current"]) == ("cy@acme.example", "root", True)
    assert len(rows) == 3, "a line that only corrects a name joins nothing"


def test_a_line_of_no_known_form_is_named_and_stops_no_other(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "acme" / "search.git")
    repository.commit("Names", {".mailmap": MAILMAP})
    (fault,) = [event for event in read(tmp_path, repository.save()).rejected if event.table == "mailmap_entries"]
    assert ".mailmap line 6: expected `Name <address>`" in fault.reason
