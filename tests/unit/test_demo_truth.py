"""The truth file: complete, consistent, and reckoned by the published formulas."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.demo.git_repos import materialise
from pipelines.demo.story import build
from pipelines.demo.truth import told, write
from pipelines.demo.truth_leverage import Reach, shared_out
from pipelines.demo.truth_people import Shares


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    root = tmp_path_factory.mktemp("demo")
    world = build()
    materialise(world, root / "git")
    write(world, root / "truth.json")
    return json.loads((root / "truth.json").read_text("utf-8"))


def test_file_is_json_with_real_shas(truth: dict[str, Any]) -> None:
    assert "{sha:" not in json.dumps(truth)
    shas = [row["sha"] for row in truth["citations"] if row["sha"]]
    assert shas
    assert all(len(sha) == 40 for sha in shas)


@pytest.mark.parametrize(
    ("project", "channel", "reason"),
    [
        ("acme/safety-classifier-fork", "uses_decl", "fork"),
        ("acme/mobile-assistant", "vendored", "vendored_copy"),
        ("acme/nightly-shell", "run_reusable", "single_contributor"),
        ("acme/billing-api", "dep_manifest", "bot_accepted"),
        ("acme/search-ui", "doc_mention", "similar_name"),
        ("acme/data-platform", "doc_mention", "similar_name"),
        ("acme/feature-store", "dep_manifest", "removed_before_period"),
        ("acme/ana-playground", "dep_manifest", "insider_accepted"),
        ("acme/ana-playground", "eval_run", "insider_accepted"),
        ("acme/notify-service", "uses_decl", "template_inherited"),
        ("acme/service-template", "uses_decl", "few_changes"),
        ("acme/legacy-ranker", "dep_manifest", "archived"),
        ("acme/partner-connector", "dep_manifest", "unknown_acceptor"),
        ("acme/eval-harness", "doc_mention", "own_repository"),
        ("jira:ML", "xref", "project_unmapped"),
    ],
)
def test_look_alike_is_listed_with_its_reason(truth: dict[str, Any], project: str, channel: str, reason: str) -> None:
    row = _citation(truth, project, channel)
    assert (row["is_counted"], row["not_counted_reason"]) == (False, reason)


@pytest.mark.parametrize(
    ("project", "channel"),
    [
        *[
            (f"acme/{name}", channel)
            for name in ("safety-classifier", "long-context-routing")
            for channel in ("gate_catch", "run_reusable", "uses_decl")
        ],
        ("acme/support-agent", "run_reusable"),
        ("acme/voice-router", "run_reusable"),
        ("acme/search-ranker", "dep_manifest"),
        ("acme/labeling-svc", "eval_run"),
        ("acme/onboarding-docs", "doc_mention"),
        ("acme/recsys-lab", "xref"),
    ],
)
def test_planted_use_counts(truth: dict[str, Any], project: str, channel: str) -> None:
    assert _citation(truth, project, channel)["is_counted"]


def _citation(truth: dict[str, Any], project: str, channel: str) -> dict[str, Any]:
    rows = [row for row in truth["citations"] if (row["artifact"], row["project"], row["channel"]) == ("eval-harness", project, channel)]
    assert len(rows) == 1
    return rows[0]


def test_kinds_of_use_stand_on_their_rungs(truth: dict[str, Any]) -> None:
    row = next(row for row in truth["leverage"] if (row["artifact"], row["period"]) == ("eval-harness", "2026H1"))
    rungs = {project["project"].removeprefix("acme/"): project["rung"] for project in row["projects"]}
    assert rungs == {
        "safety-classifier": 4,
        "long-context-routing": 4,
        "support-agent": 3,
        "labeling-svc": 3,
        "voice-router": 2,
        "search-ranker": 2,
        "onboarding-docs": 1,
        "recsys-lab": 1,
        "data-platform": 0,
        "feature-store": 0,
    }
    ranker = next(project for project in row["projects"] if project["project"] == "acme/search-ranker")
    assert ranker["u_high"] == round(0.5 * 120 / 181, 6), "declared on 120 of 181 days"
    tried = next(project for project in row["projects"] if project["project"] == "acme/voice-router")
    assert tried["run_days"] == 3


def test_first_author_writes_a_part_of_one_project_that_relies_on_her(truth: dict[str, Any]) -> None:
    row = next(row for row in truth["leverage"] if (row["artifact"], row["period"]) == ("eval-harness", "2026H1"))
    assert row["self_use"]["leverage_mid"] > 0.05
    ana = next(person for person in row["people"] if person["person"] == "ana")
    assert 0.5 < ana["share_low"] < ana["share_high"] < 0.7
    assert row["unattributed"]["share_mid"] > 0.01, "the contractor's and the release job's part is nobody's"


def test_leverage_is_conserved(truth: dict[str, Any]) -> None:
    for row in truth["leverage"]:
        whole = [*row["people"], row["unattributed"]]
        assert sum(part["share_mid"] for part in whole) == pytest.approx(1, abs=1e-5)
        leverage = sum(part["leverage_mid"] for part in whole) + row["self_use"]["leverage_mid"]
        assert leverage == pytest.approx(row["reach"]["u_mid"], abs=1e-5)
        for part in (*whole, row["self_use"]):
            assert 0 <= part["leverage_low"] <= part["leverage_mid"] <= part["leverage_high"]


def test_formulas_give_the_worked_example() -> None:
    lines = {"ana": 5200, "ben": 2000, "chi": 800, "unattributed": 0}
    credit = {"ana": 34.5, "ben": 18.0, "chi": 5.0, "unattributed": 2.5}
    shares = {who: Shares(lines[who] / 8000, credit[who] / 60) for who in lines}
    bounds = {
        "routing": (0.6, 1.0),
        "safety": (0.6, 1.0),
        "agent": (0.25, 1.0),
        "ranker": (0, 0.5 * 120 / 181),
        "labels": (0, 0.25),
        "docs": (0, 0.1),
    }
    reach = [Reach(project, 0, 0, low, high) for project, (low, high) in bounds.items()]
    parts = {project: {"ana": 0.2} if project == "safety" else {} for project in bounds}
    told_by_formulas = shared_out(reach, shares, parts)
    ana = told_by_formulas["people"][0]
    assert [round(ana[f"share_{bound}"], 4) for bound in ("low", "mid", "high")] == [0.575, 0.6125, 0.65]
    assert [round(ana[f"leverage_{bound}"], 2) for bound in ("low", "mid", "high")] == [0.76, 1.47, 2.26]
    assert told_by_formulas["reach"]["u_mid"] == pytest.approx(2.56575, abs=1e-5)
    assert round(told_by_formulas["unattributed"]["leverage_mid"], 3) == 0.053
    assert round(told_by_formulas["self_use"]["leverage_mid"], 3) == 0.098


def test_gate_outcomes_say_what_counts(truth: dict[str, Any]) -> None:
    by_outcome = {row["outcome"]: row for row in truth["gate_outcomes"]}
    flags = {outcome: (row["counts_low"], row["counts_mid"], row["counts_high"]) for outcome, row in by_outcome.items()}
    assert flags["caught_confirmed"] == (True, True, True)
    assert flags["caught_probable"] == (False, True, True)
    assert flags["caught_possible"] == (False, False, True)
    assert {flags[other] for other in set(flags) - {"caught_confirmed", "caught_probable", "caught_possible"}} == {(False, False, False)}
    assert any(row["verdict_at_merge"] == "scored_nothing" for row in truth["gate_outcomes"])
    assert sum(row["outcome"] == "green" for row in truth["gate_outcomes"]) > 50


def test_identity_lists_who_is_nobody(truth: dict[str, Any]) -> None:
    people = {(row["system"], row["account"]): row["person"] for row in truth["identity"]["accounts"]}
    assert people["git", "ana@kovac-labs.example"] == "ana"
    assert people["github", "64882190"] == "ben"
    kinds = {(row["system"], row["account"]): row["kind"] for row in truth["identity"]["accounts"]}
    assert kinds["github", "29139614"] == "bot"
    assert kinds["github", "198982749"] == "ai_agent"
    assert truth["identity"]["unresolved"] == [
        ["evals", "ci-runner"],
        ["git", "mira@solberg-consulting.example"],
        ["git", "nils.brandt@freelance.example"],
        ["github", "61200417"],
        ["github", "71400233"],
        ["labels", "lead-rater"],
        ["labels", "rater-07"],
        ["labels", "rater-12"],
    ]


@pytest.mark.parametrize(("seed", "engineers"), [(3, 12), (21, 70)])
def test_reasons_hold_for_other_organisations(seed: int, engineers: int, truth: dict[str, Any]) -> None:
    rows = told(build(seed, engineers))["citations"]
    expected = {(row["artifact"], row["project"], row["channel"]): row["not_counted_reason"] for row in truth["citations"]}
    assert {(row["artifact"], row["project"], row["channel"]): row["not_counted_reason"] for row in rows} == expected


def test_write_refuses_a_world_without_repositories(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        write(build(3, 12), tmp_path / "truth.json")
