"""`fulcrum people link|unlink|exclude|include`: what is said, what is written, and what is refused."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from filelock import FileLock
from typer.testing import CliRunner, Result

from pipelines import identity
from pipelines.cli.app import app

PEOPLE = """person,name,emails,logins,team,manager,level,from,to,kind
ana,Ana Sol,ana@acme.example,ana,search,,L5,2024-01-01,,
ana2,A. Sol,,,search,,L5,2024-01-01,,
ben,Ben Roe,,ben,search,,L5,2024-01-01,,
shipper,Shipper,,shipper,,,,,,bot
"""
ACCOUNTS = [
    ("ana", "git", "ana@acme.example", None, "human", "directory_email"),
    ("ana", "github", "11", "ana", "human", "directory_login"),
    ("ana2", "git", "sol@old.example", None, "human", "directory_email"),
    ("ben", "github", "13", "ben", "human", "directory_login"),
    ("ben", "jira", "ben", None, "human", "directory_account"),
    ("ben", "github", "login:benroe", "benroe", "human", "directory_only"),
]
UNRESOLVED = [
    ("github", "10137", "ghost", "ghost"),
    ("github", "99", "stranger", "no_rule"),
    ("git", "pair@acme.example", None, "conflict"),
    ("git", "s@x.example", None, "no_rule"),
]


@dataclass
class Office:
    """A configuration with people, and a published snapshot."""

    root: Path

    @property
    def journal(self) -> Path:
        return self.root / "people-decisions.jsonl"

    def run(self, *arguments: str) -> Result:
        places = ["--config", str(self.root / "fulcrum.toml"), "--home", str(self.root / "home"), "--json"]
        return CliRunner().invoke(app, [*places, "people", *arguments])

    def decide(self, *arguments: str) -> dict[str, Any]:
        done = self.run(*arguments, "--reason", "asked her", "--by", "lea")
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    def refused(self, *arguments: str) -> tuple[int, str]:
        before = self.journal.read_bytes() if self.journal.exists() else None
        done = self.run(*arguments, "--reason", "asked her", "--by", "lea")
        assert (self.journal.read_bytes() if self.journal.exists() else None) == before
        return done.exit_code, done.stderr


@pytest.fixture
def office(tmp_path: Path) -> Office:
    (tmp_path / "fulcrum.toml").write_text('organisation = "Acme"\n', encoding="utf-8")
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    published = tmp_path / "home" / "published"
    published.mkdir(parents=True)
    with duckdb.connect(str(published / "restricted.duckdb")) as connection:
        connection.execute("create schema core; create schema ops")
        connection.execute("create table core.dim_people (person_id varchar, display_name varchar, kind varchar)")
        names = [
            ("ana", "Ana Sol", "human"),
            ("ana2", "A. Sol", "human"),
            ("ben", "Ben Roe", "human"),
            ("bot:renovate[bot]", "Renovate", "bot"),
        ]
        connection.executemany("insert into core.dim_people values (?, ?, ?)", names)
        columns = "person_id varchar, system varchar, account varchar, account_login varchar, kind varchar, rule varchar"
        connection.execute(f"create table core.bridge_people_accounts ({columns})")
        connection.executemany("insert into core.bridge_people_accounts values (?, ?, ?, ?, ?, ?)", ACCOUNTS)
        connection.execute("create table ops.identity_unresolved (system varchar, account varchar, account_login varchar, reason varchar)")
        connection.executemany("insert into ops.identity_unresolved values (?, ?, ?, ?)", UNRESOLVED)
    return Office(tmp_path)


def test_a_link_says_what_changes_and_is_appended_with_who_when_and_why(office: Office):
    done = office.decide("link", "stranger", "ben")
    assert done["change"] == "github:99 (stranger) counts for nobody; from the next sync on it counts for ben"
    (line,) = office.journal.read_text(encoding="utf-8").splitlines()
    assert json.loads(line) == done["decision"]
    assert {name: value for name, value in done["decision"].items() if name != "at"} == {
        "by": "lea",
        "decision": "link",
        "account": "github:99",
        "login": "stranger",
        "person": "ben",
        "reason": "asked her",
    }
    office.decide("unlink", "github:99", "Ben Roe")
    assert len(office.journal.read_text(encoding="utf-8").splitlines()) == 2


def test_a_dry_run_writes_nothing(office: Office):
    assert office.decide("exclude", "s@x.example", "--dry-run")["written"] is None
    assert not office.journal.exists()


def test_a_line_without_an_end_is_not_joined_by_the_next(office: Office):
    office.decide("exclude", "s@x.example")
    office.journal.write_text(office.journal.read_text(encoding="utf-8").rstrip("\n"), encoding="utf-8")
    office.decide("exclude", "git:pair@acme.example")
    assert [json.loads(line)["account"] for line in office.journal.read_text(encoding="utf-8").splitlines()] == [
        "git:s@x.example",
        "git:pair@acme.example",
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("link", "nobody@x.example", "ben"), 2, "no record shows an account 'nobody@x.example'"),
        (("link", "github:login:benroe", "ben"), 2, "no record shows an account"),
        (("exclude", "ben"), 2, "'ben' may be any of 2 accounts; write one as system:account:\n  github:13 (ben)\n  jira:ben"),
        (("link", "github:99", "zed"), 2, "nobody answers to 'zed'"),
        (("link", "github:99", "bot:renovate[bot]"), 2, "'bot:renovate[bot]' is no person of people.csv"),
        (("link", "github:11", "ana"), 4, "github:11 (ana) counts for ana by rule directory_login; nothing would change"),
        (("unlink", "github:11", "ben"), 4, "github:11 (ana) counts for ana by rule directory_login, not for ben"),
        (("unlink", "github:99", "ben"), 4, "github:99 (stranger) counts for nobody, not for ben; there is nothing to take back"),
        (("link", "github:10137", "ben"), 4, "what deleted accounts have left"),
        (("include", "github:99"), 4, "only an exclusion can be ended"),
        (("link", "ana", "ana"), 4, "ana cannot count as ana: they are one person_id"),
        (("link", "shipper", "ben"), 4, "'shipper' is bot and 'ben' is human; only two of a kind can be the same"),
        (("unlink", "ana2", "ana"), 4, "ana2 does not count as ana; there is nothing to take back"),
    ],
)
def test_what_names_nothing_or_contradicts_what_holds_is_refused(office: Office, arguments: tuple[str, ...], code: int, said: str):
    ended, told = office.refused(*arguments)
    assert said in told
    assert ended == code


def test_a_decision_that_stands_has_to_be_taken_back_before_another(office: Office):
    office.decide("link", "github:99", "ben")
    assert "run `fulcrum people unlink github:99 ben` first" in office.refused("link", "github:99", "ana")[1]
    assert "run `fulcrum people unlink github:99 ben` first" in office.refused("exclude", "github:99")[1]
    assert "counts for ben (decided by lea on" in office.refused("link", "github:99", "ben")[1]
    office.decide("unlink", "github:99", "ben")
    office.decide("exclude", "github:99")
    assert "run `fulcrum people include github:99` first" in office.refused("link", "github:99", "ana")[1]
    assert office.refused("exclude", "github:99")[0] == 4
    office.decide("include", "github:99")
    assert office.decide("link", "github:99", "ana")["change"].startswith("github:99 (stranger) counts for nobody")


def test_two_people_who_are_one_and_two_again(office: Office):
    assert "ana2 has 1 account; from the next sync on what ana2 has counts for ana" in office.decide("link", "ana2", "ana")["change"]
    assert "ana2 counts as ana (decided by lea on" in office.refused("link", "ana2", "ben")[1]
    assert "name ana" in office.refused("link", "github:99", "ana2")[1]
    assert "'ana' cannot" not in office.refused("link", "ana", "ana2")[1]
    assert office.refused("link", "ana", "ana2")[0] == 4
    assert office.decide("unlink", "sol@old.example", "ana")["change"].startswith(
        "git:sol@old.example counts for ana by rule directory_email"
    )
    office.decide("unlink", "ana2", "ana")
    assert office.decide("link", "ana2", "ben")["decision"]["duplicate"] == "ana2"


def test_an_address_of_two_people_may_be_taken_from_one(office: Office):
    assert office.decide("unlink", "pair@acme.example", "ben")["decision"]["account"] == "git:pair@acme.example"


def test_a_journal_from_the_future_is_refused(office: Office):
    office.decide("link", "github:99", "ben")
    office.journal.write_text(office.journal.read_text(encoding="utf-8").replace('"at": "20', '"at": "90'), encoding="utf-8")
    code, said = office.refused("unlink", "github:99", "ben")
    assert code == 4
    assert "check the clock" in said


def test_git_says_who_decides_unless_somebody_is_named(office: Office, monkeypatch: pytest.MonkeyPatch):
    subprocess.run(["git", "init", "-q"], cwd=office.root, check=True)
    subprocess.run(["git", "config", "user.email", "lea@acme.example"], cwd=office.root, check=True)
    done = office.run("exclude", "s@x.example", "--reason", "a mailing list")
    assert json.loads(done.stdout)["decision"]["by"] == "lea@acme.example"


def test_a_reason_is_asked_for(office: Office):
    assert office.run("exclude", "s@x.example").exit_code == 2
    assert "say why" in office.run("exclude", "s@x.example", "--reason", " ").stderr
    assert not office.journal.exists()


def test_two_who_decide_at_once_do_not_both_have_their_way(office: Office):
    places = ["--config", str(office.root / "fulcrum.toml"), "--home", str(office.root / "home"), "people"]
    command = [sys.executable, "-c", "from pipelines.cli import main; main()", *places, "link", "github:99"]
    both = [subprocess.Popen([*command, who, "--reason", "asked", "--by", who], stderr=subprocess.DEVNULL) for who in ("ana", "ben")]
    assert sorted(one.wait(60) for one in both) == [0, 4]
    assert len(office.journal.read_text(encoding="utf-8").splitlines()) == 1


def test_a_journal_that_somebody_is_writing_is_waited_for_and_then_refused(office: Office, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(identity, "LONGEST_WAIT", 0)
    with FileLock(office.root / ".people-decisions.jsonl.lock"):
        code, said = office.refused("link", "github:99", "ben")
        assert (code, "another process has been writing a decision" in said) == (4, True)
        assert office.decide("link", "github:99", "ben", "--dry-run")["written"] is None
    office.decide("link", "github:99", "ben")
