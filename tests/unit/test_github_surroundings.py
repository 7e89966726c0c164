"""Rules with their history, bypasses, releases, deployments, packages, gaps and lifecycles, over the in-memory client."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from connectors.contract import Counted, Event, Failed, Gone
from connectors.github import fake_objects as make
from connectors.github import fake_surroundings as around
from connectors.github.fake import FakeGithub, FakeRepository
from connectors.github.protocol import Absent, Denied, Graph, GraphError
from tests.unit.test_github_reading import NOW, Warehouse, ids, of_type, rows, whole_tables

DAY = timedelta(days=1)


@pytest.fixture
def repository() -> FakeRepository:
    found = make.repository(1, "acme/search")
    found.around = around.everything(make.sha(1))
    found.rules = [around.rule("evals")]
    return found


@pytest.fixture
def github(repository: FakeRepository) -> FakeGithub:
    github = FakeGithub([repository])
    github.teams = [around.team()]
    return github


@pytest.fixture
def warehouse(github: FakeGithub) -> Warehouse:
    return Warehouse(github)


def states(events: list[Event]) -> list[tuple[int, str]]:
    return ids(events, "repository_lifecycle", "repository_id", "state")


def asked(warehouse: Warehouse, part: str) -> list[str]:
    return [one for one in warehouse.github.asked if part in one]


# Rules


def test_a_rule_that_changed_is_a_new_snapshot_and_an_unchanged_one_is_none(warehouse: Warehouse, repository: FakeRepository):
    (first,) = rows(warehouse.sync(), "branch_rule_snapshots")
    assert (first["rules_state"], first["classic_state"], first["observed_at"]) == ("read", "none", NOW.isoformat())
    assert rows(warehouse.sync(now=NOW + DAY), "branch_rule_snapshots") == []
    repository.rules = [around.rule("evals", "safety")]
    events = warehouse.sync(now=NOW + 2 * DAY)
    (second,) = rows(events, "branch_rule_snapshots")
    assert "safety" in second["rules"]
    assert second["observed_at"] == (NOW + 2 * DAY).isoformat()
    assert sorted(ids(events, "required_checks", "context")) == ["evals", "safety"]


def test_classic_protection_that_comes_and_goes_is_a_snapshot_each_time(warehouse: Warehouse, repository: FakeRepository):
    warehouse.sync()
    repository.classic = {"contexts": ["lint"], "checks": [{"context": "lint", "app_id": 9}]}
    # That there was none is remembered for some days: its 404 is never free.
    assert rows(warehouse.sync(now=NOW + DAY), "branch_rule_snapshots") == []
    events = warehouse.sync(now=NOW + 4 * DAY)
    assert [row["classic_state"] for row in rows(events, "branch_rule_snapshots")] == ["read"]
    assert sorted(ids(events, "required_checks", "context")) == ["evals", "lint"]
    repository.classic = None
    events = warehouse.sync(now=NOW + 5 * DAY)
    assert [row["classic_state"] for row in rows(events, "branch_rule_snapshots")] == ["none"]
    assert "required_checks" in whole_tables(events)


def test_a_changed_ruleset_brings_its_new_version_only(warehouse: Warehouse, repository: FakeRepository):
    assert ids(warehouse.sync(), "ruleset_versions", "ruleset_id", "version_id") == [(5, 51)]
    warehouse.sync()
    assert asked(warehouse, "/history") == []
    repository.around.rulesets[5].insert(0, around.version(52, "2026-06-10T00:00:00Z", "evals", "safety"))
    events = warehouse.sync(now=NOW + DAY)
    (version,) = rows(events, "ruleset_versions")
    assert (version["version_id"], version["updated_at"], version["enforcement"]) == (52, "2026-06-10T00:00:00Z", "active")
    assert "safety" in version["state"]


def test_a_bypass_comes_once_with_who_and_what_came_of_each_rule(warehouse: Warehouse, repository: FakeRepository):
    (suite,) = rows(warehouse.sync(), "rule_suites")
    assert (suite["actor_login"], suite["result"]) == ("ana", "bypass")
    assert '"result":"fail"' in suite["rule_evaluations"]
    repository.around.suites.append(around.suite(62, "2026-06-02T00:00:00Z"))
    assert ids(warehouse.sync(now=NOW + DAY), "rule_suites", "rule_suite_id") == [62]


def test_a_pause_longer_than_github_remembers_bypasses_is_a_gap_that_stays(warehouse: Warehouse):
    warehouse.sync()
    for later in (60, 61):
        gaps = rows(warehouse.sync(now=NOW + later * DAY), "access_gaps")
        assert [row["subject"] for row in gaps] == ["bypasses from 2026-11-21 to 2026-12-21"]


# Releases, deployments, environments, labels, packages, teams


def test_news_around_a_repository_come_and_what_did_not_change_does_not(warehouse: Warehouse, repository: FakeRepository):
    warehouse.sync()
    repository.around.releases.insert(0, around.release(9, "2026-07-01T00:00:00Z"))
    repository.around.deployments.insert(0, around.deployment(8, "2026-06-02T00:00:00Z", "FAILURE"))
    events = warehouse.sync(now=NOW + DAY)
    assert ids(events, "releases", "release_id") == [9, 3], "of the newest moment there may be others"
    assert ids(events, "deployments", "deployment_id", "state") == [(8, "failure"), (4, "success")], "older ones may still change"
    assert [rows(events, table) for table in ("environments", "labels", "dependency_packages", "teams")] == [[], [], [], []]


def test_a_label_that_is_gone_is_noticed(warehouse: Warehouse, repository: FakeRepository):
    assert "labels" in whole_tables(warehouse.sync())
    repository.around.labels.clear()
    events = warehouse.sync(now=NOW + DAY)
    assert rows(events, "labels") == []
    assert "labels" in whole_tables(events)


def test_packages_are_read_when_the_head_moved_with_what_came_and_went(warehouse: Warehouse, repository: FakeRepository):
    assert ids(warehouse.sync(), "dependency_packages", "package_url") == ["pkg:pypi/acme-evals@1.4.0"]
    repository.around.head, repository.around.packages = make.sha(2), [around.package("acme-evals", "1.5.0")]
    repository.around.changes = [around.package_change("numpy", "removed"), around.package_change("pandas", "added")]
    events = warehouse.sync(now=NOW + DAY)
    changes = ids(events, "dependency_changes", "base_sha", "head_sha", "name", "change_type")
    assert changes == [(make.sha(1), make.sha(2), "numpy", "removed"), (make.sha(1), make.sha(2), "pandas", "added")]
    assert "dependency_packages" in whole_tables(events)


def test_a_team_that_lost_its_member_is_listed_anew(warehouse: Warehouse, github: FakeGithub):
    assert ids(warehouse.sync(), "team_members", "team_id", "login", "role") == [(7, "ana", "maintainer")]
    assert "team_members" not in whole_tables(warehouse.sync(), "organisation:1")
    github.teams[0]["members"] = []
    events = warehouse.sync()
    assert (rows(events, "team_members"), ids(events, "teams", "team_id")) == ([], [7])
    assert "team_members" in whole_tables(events, "organisation:1")


# What may not be read


def test_each_refusal_names_the_right_and_empties_no_table(warehouse: Warehouse, github: FakeGithub):
    warehouse.sync()
    github.fail["/protection"] = Absent("protection", "404", needed="Administration: read", message="Not Found")
    github.fail["/rule-suites"] = Denied("suites", "403", needed="Administration: read")
    github.fail["/sbom"] = Denied("sbom", "403")
    warehouse.cursors["github:1"]["dependencies"] = {}
    events = warehouse.sync(now=NOW + 4 * DAY)
    missing = dict(ids(events, "access_gaps", "subject", "missing_permission"))
    assert missing == {
        "classic branch protection": "Administration: read",
        "rule suites": "Administration: read",
        "dependency graph": "Contents: read",
    }
    assert "dependency_packages" not in whole_tables(events), "what may not be read is not gone"
    assert of_type(events, Failed) == []


def test_deployments_that_may_not_be_read_do_not_hide_the_rest_of_the_survey(warehouse: Warehouse, github: FakeGithub):
    original = github.graphql

    def refusing(what: str, query: str, variables: Any) -> Graph:
        graph = original(what, query, variables)
        if what == "repository surroundings" and variables.get("deployments", True):
            path = ("nodes", 0, "deployments")
            return Graph({"nodes": [None]}, (GraphError("FORBIDDEN", "Resource not accessible", path),))
        return graph

    github.graphql = refusing  # type: ignore[method-assign]
    events = warehouse.sync()
    assert ids(events, "releases", "release_id") == [3]
    assert ids(events, "access_gaps", "subject", "status", "missing_permission") == [("deployments", 200, "Deployments: read")]


def test_teams_that_may_not_be_read_are_a_gap_of_the_organisation(warehouse: Warehouse, github: FakeGithub):
    github.fail["acme teams"] = Denied("teams", "FORBIDDEN", needed="Members: read")
    events = warehouse.sync()
    assert ids(events, "access_gaps", "repository_id", "subject") == [(0, "teams")]
    assert "teams" not in whole_tables(events, "organisation:1")


def test_a_team_that_may_not_be_read_is_a_gap_beside_the_others(warehouse: Warehouse, github: FakeGithub):
    github.teams.append(None)
    events = warehouse.sync()
    assert ids(events, "teams", "team_id") == [7]
    (gap,) = rows(events, "access_gaps")
    assert (gap["repository_id"], gap["subject"], gap["hint"].startswith("1 of 2 teams")) == (0, "some teams", True)
    assert [event.count for event in events if isinstance(event, Counted) and event.table == "teams"] == [1], "not a hole in what is read"
    github.teams[1] = None if github.teams[0] is None else {**github.teams[0], "databaseId": 8, "slug": "audit"}
    events = warehouse.sync()
    assert (ids(events, "teams", "team_id"), rows(events, "access_gaps")) == ([7, 8], [])


def test_a_team_that_is_missing_for_no_reason_makes_the_reading_partial(warehouse: Warehouse, github: FakeGithub):
    graphql = github.graphql

    def without_errors(what: str, query: str, variables: Mapping[str, Any]) -> Graph:
        return Graph(graphql(what, query, variables).data)

    github.teams.append(None)
    github.graphql = without_errors  # type: ignore[method-assign]
    assert [event.partition for event in warehouse.sync() if isinstance(event, Failed)] == ["organisation:1"]


# What becomes of repositories


def test_archiving_hiding_and_renaming_are_told_with_the_name_before(warehouse: Warehouse, repository: FakeRepository):
    assert states(warehouse.sync()) == [(1, "live")]
    repository.item |= {"archived": True, "private": not repository.item["private"], "full_name": "acme/find", "name": "find"}
    events = warehouse.sync(now=NOW + DAY)
    assert {state for _, state in states(events)} >= {"renamed", "archived"}
    (renamed,) = [row for row in rows(events, "repository_lifecycle") if row["state"] == "renamed"]
    assert (renamed["full_name"], renamed["detail"]) == ("acme/search", "acme/find")
    assert states(warehouse.sync(now=NOW + 2 * DAY)) == []


def test_a_transferred_repository_is_read_on_under_its_new_owner(warehouse: Warehouse, repository: FakeRepository):
    warehouse.sync()
    repository.item |= {"full_name": "other/search"}
    repository.pulls = [make.pull_request(7, "2026-06-01T10:00:00Z")]
    events = warehouse.sync(now=NOW + DAY)
    assert states(events) == [(1, "transferred")]
    assert ids(events, "pull_requests", "number") == [7]
    assert of_type(events, (Gone, Failed)) == []


def test_deletion_is_told_from_lost_access_by_the_organisations_count(github: FakeGithub):
    github.repositories += [make.repository(2, "acme/doomed"), make.repository(3, "acme/secret")]
    warehouse = Warehouse(github)
    warehouse.sync()
    del github.repositories[1]
    events = warehouse.sync(now=NOW + DAY)
    assert states(events) == [(2, "deleted")]
    assert [(event.table, list(event.keys)) for event in of_type(events, Gone)] == [("repositories", [(2,)])]
    secret, github.hidden = github.repositories.pop(), 1
    events = warehouse.sync(now=NOW + 2 * DAY)
    assert states(events) == [(3, "access_lost")]
    assert of_type(events, Failed) == []
    assert states(warehouse.sync(now=NOW + 3 * DAY)) == []
    github.repositories.append(secret)
    github.hidden = 0
    back = warehouse.sync(now=NOW + 4 * DAY)
    assert states(back) == [(3, "restored")], "once it is listed again, whenever it was last asked for"
    assert 3 in ids(back, "repositories", "repository_id")


def test_a_repository_named_by_what_it_was_called_once_is_found_and_that_is_told_once(repository: FakeRepository):
    repository.former_names = ("acme/old", "lab/search")
    include = ["acme/*", "acme/old", "lab/search", "acme/SEARCH"]
    warehouse = Warehouse(FakeGithub([repository]), repositories={"include": include})
    events = warehouse.sync()
    assert ids(events, "repository_lifecycle", "full_name", "state", "detail") == [
        ("acme/search", "live", "first seen"),
        ("acme/old", "renamed", "acme/search"),
        ("lab/search", "transferred", "acme/search"),
    ]
    assert len(rows(events, "repositories")) == 1
    assert [rows(warehouse.sync(full=is_full), "repository_lifecycle") for is_full in (False, True)] == [[], []]


def test_a_repository_that_is_named_by_a_former_name_and_left_out_by_its_present_one_stays_out(repository: FakeRepository):
    repository.former_names = ("acme/old",)
    other = make.repository(2, "acme/tools")
    options = {"include": ["acme/*", "acme/old"], "exclude": ["acme/search"]}
    warehouse = Warehouse(FakeGithub([repository, other]), repositories=options)
    assert [ids(warehouse.sync(), "repository_lifecycle", "repository_id") for _ in range(2)] == [[2], []]


def test_a_name_that_another_repository_took_ends_with_the_one_that_had_it(warehouse: Warehouse, github: FakeGithub):
    warehouse.sync()
    github.repositories[0] = make.repository(2, "acme/search")
    events = warehouse.sync(now=NOW + DAY)
    assert sorted(states(events)) == [(1, "deleted"), (1, "name_reassigned"), (2, "live")]
    (taken,) = [row for row in rows(events, "repository_lifecycle") if row["state"] == "name_reassigned"]
    assert (taken["full_name"], taken["detail"]) == ("acme/search", "now the name of repository 2")


def test_a_repository_that_vanishes_while_it_is_read_is_recorded_and_tombstoned_by_the_next_reading(
    warehouse: Warehouse, repository: FakeRepository
):
    warehouse.sync()
    repository.is_gone = True  # the listing of the organisation still has it
    events = warehouse.sync(now=NOW + DAY)
    assert (states(events), of_type(events, Failed)) == ([(1, "access_lost")], [])
    assert [list(event.keys) for event in of_type(warehouse.sync(now=NOW + 2 * DAY), Gone)] == [[(1,)]]


def test_a_listing_that_lost_most_of_many_repositories_is_not_believed(github: FakeGithub):
    github.repositories += [make.repository(number, f"acme/r{number}") for number in range(2, 14)]
    warehouse = Warehouse(github)
    warehouse.sync()
    kept, github.repositories = github.repositories, github.repositories[:3]
    events = warehouse.sync(now=NOW + DAY)
    (failure,) = of_type(events, Failed)
    assert "10 of 13 known repositories are missing" in str(failure.error)
    assert (states(events), of_type(events, Gone)) == ([], [])
    github.repositories = kept
    assert states(warehouse.sync(now=NOW + 2 * DAY)) == []


def test_a_full_reading_remembers_what_became_of_repositories(github: FakeGithub):
    github.repositories.append(make.repository(2, "acme/doomed"))
    warehouse = Warehouse(github)
    warehouse.sync()
    del github.repositories[1]
    assert states(warehouse.sync(now=NOW + DAY, full=True)) == [(2, "deleted")]
    assert states(warehouse.sync(now=NOW + 2 * DAY, full=True)) == []
