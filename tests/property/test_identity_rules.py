"""The rules of identity on the real models: what each joins, how sure, and where it names nobody."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.property.identity_bench import NOW, Organisation

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("leverage")]
GHOST = "github:10137"


def at(month: int, day: int = 1) -> datetime:
    return datetime(2026, month, day, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def organisation():
    with Organisation() as made:
        made.decide()
        yield made


@pytest.fixture(autouse=True)
def _as_it_was(organisation: Organisation):
    organisation.connection.execute("begin")
    yield
    organisation.connection.execute("rollback")


def commit(organisation: Organisation, number: int, email: str, moment: datetime) -> None:
    sha = f"{number:040x}"
    values = {"sha": sha, "author_email": email, "author_name": "X", "co_authors": "[]", "committed_at": moment}
    organisation.put("raw_git.commits", repository_id="github:1", landed_at=moment, landed_sha=sha, **values)


def pull(organisation: Organisation, number: int, opener: int | None, login: str | None, read_at: datetime) -> None:
    opened = {"author_id": opener, "author_login": login, "author_type": opener and "User", "created_at": at(1)}
    organisation.put("raw_github.pull_requests", pull_request_id=number, repository_id=1, number=number, _extracted_at=read_at, **opened)


def says(organisation: Organisation, line: int, email: str, commit_email: str, **other: Any) -> None:
    """A line of the mailmap."""
    entry = {"path": ".mailmap", "email": email, "commit_email": commit_email, "commit_name": "", "line": line}
    at_commit = {"from_sha": "a" * 40, "last_sha": "a" * 40, "is_current": True}
    organisation.put("raw_git.mailmap_entries", repository_id="github:1", **(entry | at_commit | other))


def resolved(organisation: Organisation) -> dict[str, tuple[str | None, str]]:
    organisation.numbers()
    return organisation.owners()


def test_a_noreply_address_without_an_id_is_whose_login_it_was_then(organisation: Organisation):
    commit(organisation, 101, "ana@users.noreply.github.com", at(3))
    pull(organisation, 101, 11, "ana-sol", at(6))
    pull(organisation, 102, 99, "ana", at(7))
    organisation.connection.execute("update raw_github.pull_requests set _extracted_at = ? where author_id = 11 and number < 100", [at(4)])
    organisation.connection.execute(
        "update raw_github.pull_request_commits set _extracted_at = ? where author_user_id = 99 or author_login = 'ana'", [at(4)]
    )
    organisation.connection.execute("update raw_github.pull_requests set _extracted_at = ? where author_id = 99 and number < 100", [at(4)])
    # people.csv names the login, which two accounts have had: a decision says whose the first was.
    organisation.decide(
        '{"at": "2026-05-01T08:00:00Z", "by": "lea", "decision": "link", "account": "github:11", "person": "ana", "reason": "asked"}'
    )
    assert resolved(organisation)["git:ana@users.noreply.github.com"] == ("ana", "noreply_login")


def test_a_noreply_address_used_after_the_login_was_given_up_is_nobodys(organisation: Organisation):
    commit(organisation, 101, "ben@users.noreply.github.com", at(3))
    commit(organisation, 102, "ben@users.noreply.github.com", at(9))
    organisation.connection.execute("update raw_github.pull_requests set _extracted_at = ?", [at(4)])
    organisation.connection.execute("update raw_github.pull_request_commits set _extracted_at = ?", [at(4)])
    pull(organisation, 103, 13, "benroe", at(6))
    assert resolved(organisation)["git:ben@users.noreply.github.com"] == (None, "none")


def test_a_mailmap_joins_addresses_and_says_where_it_stands(organisation: Organisation):
    commit(organisation, 101, "ana@laptop.local", at(3))
    commit(organisation, 102, "root@localhost", at(3))
    commit(organisation, 103, "stale@laptop.local", at(3))
    says(organisation, 4, "ana@acme.example", "ana@laptop.local")
    says(organisation, 5, "ana@acme.example", "root@localhost", commit_name="Ana")
    says(organisation, 6, "ana@acme.example", "stale@laptop.local", is_current=False)
    owners = resolved(organisation)
    assert owners["git:ana@laptop.local"] == ("ana", "mailmap")
    assert owners["git:root@localhost"] == (None, "none"), "a name under a shared address says nothing of the address"
    assert owners["git:stale@laptop.local"] == (None, "none"), "a line that is gone from the file says nothing"
    query = "select evidence, confidence from core.bridge_people_accounts where account = 'ana@laptop.local'"
    ((evidence, confidence),) = organisation.connection.execute(query).fetchall()
    assert f".mailmap line 4 at commit {'a' * 40}" in evidence
    assert confidence == pytest.approx(0.85)


def test_mailmaps_that_disagree_name_nobody(organisation: Organisation):
    commit(organisation, 101, "pair@laptop.local", at(3))
    says(organisation, 1, "ana@acme.example", "pair@laptop.local")
    says(organisation, 2, "ben@acme.example", "pair@laptop.local")
    assert resolved(organisation)["git:pair@laptop.local"] == (None, "conflict")


def test_a_mailmap_takes_no_address_from_a_stronger_rule(organisation: Organisation):
    says(organisation, 1, "ben@acme.example", "ana@acme.example")
    assert resolved(organisation)["git:ana@acme.example"] == ("ana", "directory_email")


def test_what_deleted_accounts_have_left_is_nobodys_and_counted(organisation: Organisation):
    pull(organisation, 101, None, None, NOW)
    pull(organisation, 102, 10137, "ghost", NOW)
    people = "ana,Ana Sol,ana@acme.example,ana;ghost,search,,L5,2024-01-01,,\n"
    header = "person,name,emails,logins,team,manager,level,from,to,kind\n"
    link = '{"at": "2026-05-01T08:00:00Z", "by": "lea", "decision": "link", "account": "github:10137", "person": "ana", "reason": "hers"}'
    organisation.decide(link, people=header + people)
    assert resolved(organisation)[GHOST] == (None, "ghost")
    found = organisation.connection.execute("select reason, n_sightings from ops.identity_unresolved where account = '10137'").fetchall()
    assert found == [("ghost", 2)]
