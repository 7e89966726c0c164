"""What stands around the demo's repositories beyond their work: rules of every kind with their spans, teams, packages."""

from datetime import datetime

import pytest

from pipelines import warehouse

pytestmark = pytest.mark.xdist_group("demo")


def raw(demo, sql: str):
    """Rows of the private warehouse."""
    with warehouse.connect(demo.home.warehouse, read_only=True) as connection:
        return connection.execute(sql).fetchall()


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def test_what_was_required_when_and_by_what_is_known(demo):
    """By repositories' rulesets, by the organisation's, which was only evaluated at first, and by classic protection, since it was seen."""
    rows = demo.query(
        """select p.name, g.kind, g.gate, g.how, g.ruleset_id, case when g.valid_from_how = 'version' then g.valid_from end, g.valid_to
           from core.gate_required as g left join core.dim_projects as p using (project_id)"""
    )
    keys = ("repository", "kind", "gate", "how", "ruleset")
    planted = [(*(one[key] for key in keys), moment(one["from"]), moment(one["to"])) for one in demo.truth["required"]]
    assert sorted(rows, key=str) == sorted(planted, key=str)
    assert {(one["kind"], one["how"]) for one in demo.truth["required"]} == {
        ("check", "ruleset"),
        ("workflow", "ruleset"),
        ("check", "classic"),
    }


def test_versions_of_the_organisations_ruleset_are_known_with_what_they_enforce(demo):
    rows = raw(demo, "select enforcement, state from raw_github.ruleset_versions where source = 'Organization' order by updated_at")
    assert [enforcement for enforcement, _ in rows] == ["evaluate", "active"]
    assert all('"workflows"' in state for _, state in rows)


def test_classic_protection_is_read_where_it_may_be(demo):
    rows = raw(
        demo,
        """select r.full_name, s.classic_state from raw_github.branch_rule_snapshots as s
           join raw_github.repositories as r using (repository_id) where s.classic_state <> 'none'""",
    )
    classic = [(one["repository"], "read") for one in demo.truth["required"] if one["how"] == "classic"]
    unread = [(gap["repository"], "refused") for gap in demo.truth["access_gaps"] if gap["subject"] == "classic branch protection"]
    assert sorted(rows) == sorted([*classic, *unread])
    assert (len(classic), len(unread)) == (1, 1)


def test_teams_have_their_members_their_repositories_and_their_place(demo):
    teams = raw(demo, "select team_id, slug, parent_team_id from raw_github.teams")
    assert sorted(teams) == sorted((one["team"], one["slug"], one["parent"]) for one in demo.truth["teams"])
    assert any(parent for *_, parent in teams)
    members = raw(demo, "select team_id, login, role from raw_github.team_members")
    assert set(members) == {(one["team"], *member) for one in demo.truth["teams"] for member in one["members"].items()}
    rights = raw(
        demo, "select team_id, full_name, permission from raw_github.team_repositories join raw_github.repositories using (repository_id)"
    )
    assert set(rights) == {(one["team"], *right) for one in demo.truth["teams"] for right in one["repositories"].items()}


def test_owners_in_code_owners_are_teams_that_are_known(demo):
    owners = raw(demo, "select distinct owner from raw_git.code_owners where owner like '@%'")
    teams = raw(demo, "select '@' || organisation_login || '/' || slug from raw_github.teams")
    assert set(owners) == set(teams)
    assert owners


def test_packages_of_the_dependency_graph_are_the_planted_ones(demo):
    rows = raw(
        demo,
        """select r.full_name, package_url, relationship from raw_github.dependency_packages
           join raw_github.repositories as r using (repository_id)""",
    )
    assert sorted(rows) == sorted((one["repository"], one["url"], one["relationship"]) for one in demo.truth["packages"])
    assert {relationship for *_, relationship in rows} == {"direct", "transitive"}
