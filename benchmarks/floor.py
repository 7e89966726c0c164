"""The fewest requests that the API's page sizes allow, from the counts of a world.

For each repository, with R runs, A earlier attempts, P pull requests (O of them open), I issues,
H commits that have checks, S check suites and M runs of several attempts:

    first = 2                                            the organisation, and repositories, ceil(repositories / 100) in all
          + max(1, ceil(R / 100))                        listing of runs
          + A                                            each earlier attempt: GitHub has no listing of them
          + M                                            jobs of runs of several attempts: only REST tells which attempt's they are
          + max(1, ceil((P + I) / 100))                  listing of issues, in which GitHub mixes both
          + 1                                            is any pull request new? (conditional)
          + max(1, ceil(P / 100))                        GraphQL: pull requests with what is nested in them
          + ceil(H / 100)                                GraphQL: commits with their check suites
          + ceil(S / 100)                                GraphQL: suites with their check runs and the steps of those
          + ceil(O / 100)                                GraphQL: checks required of open pull requests
          + 1 for each endpoint that is asked once for each repository (`ONCE`) or has an empty listing there

A page, REST's or GraphQL's, holds at most 100; commits, suites, check runs and steps in one question would exceed GitHub's limit of
500,000 nodes. What the jobs of a run of one attempt are is known from its check suite, so a request a run is not in the floor. In
points, by GitHub's formula (each connection opened is a request, a hundred are a point), where every `first` was guessed right:

    pull requests = (ceil(P / 100) + pages of labels, reviews, their comments, commits, files and events) / 100
    check runs    = (H + S + check runs) / 100, the last for the steps of each
    required      = 2 O / 100

    nothing changed = the conditional first pages: one request for each listing, none of them counted against the limit
    1 % changed     = the pages that the changes fill, newest first, each new earlier attempt, the jobs of each re-run, and of GraphQL
                      a page for each 100 of the commits and of the suites concerned, and one for the open pull requests
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.scaled_counts import Shape
from benchmarks.scaled_world import Changes

LISTINGS = {
    "organisation": r"GET /orgs/\{name\}$",
    "repositories": r"GET /orgs/\{name\}/repos$",
    "runs": r"GET .*/actions/runs$",
    "earlier attempts": r"GET .*/actions/runs/\{id\}/attempts/\{id\}$",
    "jobs of re-runs": r"GET .*/actions/runs/\{id\}/jobs$",
    "issues": r"GET .*/issues$",
    "any pull request?": r"GET .*/pulls$",
    "GraphQL": r"POST /(api/)?graphql$",
}
ONCE = r"GET /repos/\{owner\}/\{repo\}(/.*)?$"
"""Whatever else is asked of a repository: rules, protection, releases, environments and so on, which in the scaled world are single
objects or empty lists. Each such endpoint counts one for each repository, however often it was asked."""
NESTED = r"/(reviews|commits|files|check-runs)$"
"""Requests for one object each; a pagewise reading needs none."""


@dataclass(frozen=True)
class Line:
    """One kind of request: how many were made, and the fewest."""

    kind: str
    made: int
    floor: int

    @property
    def ratio(self) -> float:
        """Made by floor."""
        return self.made / self.floor if self.floor else math.inf if self.made else 1.0


def pages(items: int) -> int:
    """Pages of a listing; an empty one has to be asked for as well."""
    return max(1, -(-items // 100))


def first(shapes: Iterable[Shape]) -> dict[str, int]:
    """The fewest requests of a first reading, by kind."""
    found = list(shapes)
    return {
        "organisation": 1,
        "repositories": pages(len(found)),
        "runs": sum(pages(shape.runs) for shape in found),
        "earlier attempts": sum(shape.earlier_attempts for shape in found),
        "jobs of re-runs": sum(shape.re_runs for shape in found),
        "issues": sum(pages(shape.issues + shape.pull_requests) for shape in found),
        "any pull request?": len(found),
        "GraphQL": sum(
            pages(shape.pull_requests) + sum(-(-some // 100) for some in (shape.heads, shape.suites, shape.open_pull_requests))
            for shape in found
        ),
    }


def nothing(shapes: Iterable[Shape]) -> dict[str, int]:
    """The fewest of a reading that finds nothing changed."""
    repositories = len(list(shapes))
    each = dict.fromkeys(("runs", "issues", "any pull request?"), repositories)
    return {"organisation": 1, "repositories": pages(repositories), "earlier attempts": 0, "jobs of re-runs": 0, "GraphQL": 0, **each}


def changed(shapes: Iterable[Shape], changes: Changes) -> dict[str, int]:
    """The fewest of a reading after a night's changes; the attempts before a re-run are known already."""
    names = [shape.name for shape in shapes]
    return {
        "organisation": 1,
        "repositories": pages(len(names)),
        "runs": sum(pages(changes.runs[name]) for name in names),
        "earlier attempts": sum(changes.earlier_attempts[name] for name in names),
        "jobs of re-runs": sum(changes.re_runs[name] for name in names),
        "issues": sum(pages(changes.issues[name] + changes.pull_requests[name]) for name in names),
        "any pull request?": len(names),
        "GraphQL": sum(pages(changes.pull_requests[name]) + 2 * pages(changes.runs[name]) + 1 for name in names),
    }


def points(shapes: Iterable[Shape]) -> int:
    """The fewest GraphQL points of a first reading."""
    opened = sum(pages(s.pull_requests) + s.nested_pages + s.heads + s.suites + s.check_runs + 2 * s.open_pull_requests for s in shapes)
    return math.ceil(opened / 100)


def lines(fewest: dict[str, int], log: dict[str, dict[str, int]], repositories: int) -> list[Line]:
    """What was asked, by kind, against the fewest; what the floor does not know has a floor of zero."""
    made: dict[str, int] = dict.fromkeys(fewest, 0)
    once, other, asked = [0, 0], 0, set[str]()
    for endpoint, counts in log.items():
        kind = next((kind for kind, pattern in LISTINGS.items() if re.search(pattern, endpoint)), None)
        if kind:
            made[kind] += counts["made"]
        elif re.match(ONCE, endpoint) and not re.search(NESTED, endpoint):
            name = endpoint.partition("/compare/")[0]
            once = [once[0] + counts["made"], once[1] + (0 if name in asked else repositories)]
            asked.add(name)
        else:
            other += counts["made"]
    found = [Line(kind, made[kind], fewest[kind]) for kind in fewest]
    return [*found, Line("once a repository", *once), Line("one object each", other, 0)]
