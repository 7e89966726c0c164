"""The benchmark of a large GitHub runs, reads everything, and would notice if it did not."""

import pytest

from benchmarks import floor, github_sync, report
from benchmarks.scaled_counts import Shape
from benchmarks.scaled_world import Changes, Size

SHAPE = Shape(
    "acme/a",
    runs=201,
    earlier_attempts=7,
    jobs=900,
    pull_requests=150,
    issues=60,
    nested_pages=640,
    heads=330,
    suites=350,
    check_runs=1000,
    re_runs=6,
    open_pull_requests=20,
)


def test_the_floor_counts_pages_of_a_hundred_and_asks_empty_listings_once():
    empty = Shape("acme/b", *[0] * 11)
    fewest = floor.first([SHAPE, empty])
    listings = {"organisation": 1, "repositories": 1, "runs": 4, "issues": 4, "any pull request?": 2, "GraphQL": 12}
    assert fewest == listings | {"earlier attempts": 7, "jobs of re-runs": 6}
    # 2 pages, 640 nested, 330 commits, 350 suites, 1,000 check runs' steps and twice 20 open pull requests, by a hundred
    assert floor.points([SHAPE]) == 24
    counts = ((3, 0), (2, 0), (1, 0), (101, 0), (1, 0))
    night = Changes(*({"acme/a": one, "acme/b": other} for one, other in counts))
    fewest = floor.changed([SHAPE, empty], night)
    assert (fewest["GraphQL"], fewest["jobs of re-runs"], fewest["earlier attempts"]) == (9, 2, 1)
    assert floor.nothing([SHAPE, empty])["runs"] == 2


def test_requests_that_the_floor_does_not_know_stand_against_zero():
    log = {
        "GET /repos/{owner}/{repo}/actions/runs": {"made": 4},
        "GET /repos/{owner}/{repo}/commits/{sha}/check-runs": {"made": 330},
        "GET /repos/{owner}/{repo}/rules/branches/{branch}": {"made": 2},
        "GET /repos/{owner}/{repo}/dependency-graph/compare/1a...2b": {"made": 1},
        "GET /repos/{owner}/{repo}/dependency-graph/compare/3c...4d": {"made": 1},
    }
    lines = {line.kind: (line.made, line.floor) for line in floor.lines(floor.first([SHAPE]), log, 2)}
    assert lines["runs"] == (4, 3)
    assert lines["one object each"] == (330, 0)
    assert lines["once a repository"] == (4, 4)


def test_uneven_repositories_add_up_to_the_whole():
    size = Size.of(0.137)
    shares = list(size.shares())
    assert [sum(getattr(share, name) for share in shares) for name in ("runs", "pull_requests", "issues")] == [27_400, 6_850, 4_110]
    assert len(shares) == size.repositories == 14
    assert shares[0].runs > 3 * shares[-1].runs


@pytest.mark.slow
def test_a_first_reading_and_one_after_a_night_are_complete_and_what_the_plain_loop_leaves_out_is_found(
    capsys: pytest.CaptureFixture[str],
):
    arguments = ["--scale", "0.001", "--latency", "0", "--plain", "1", "--no-nothing", "--no-sync"]
    document = github_sync.bench(github_sync.options().parse_args(arguments))
    assert github_sync.incomplete(document) == []
    results = {(result["case"], result["program"]): result for result in document["results"]}
    assert results["first", "plain loop"]["missing"]["workflow_runs"] > 0, "a listing of runs holds only their latest attempts"
    first, night = results["first", "fulcrum"], results["1 %", "fulcrum"]
    assert first["rows"] > document["world"]["workflow_jobs"]
    assert 0 < night["rows"] < first["rows"] / 2
    assert first["made"] < results["first", "plain loop"]["made"]
    report.show(document)
    assert "complete?" in capsys.readouterr().out
