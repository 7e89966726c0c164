"""What reaches projects at second hand: along declared projects, by the best way only, reckoned in plain Python from the story's facts."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.demo.story.facts import Foundation, foundations
from pipelines.demo.truth_people import Company, Period, utc_day

DAMPING, FLOOR = 0.5, 0.05


@dataclass(frozen=True)
class Way:
    """How much is left of a use at the end of a way, which starts with the project that uses the artifact itself."""

    projects: tuple[str, ...]
    high: float


def inherited(company: Company, direct: Mapping[str, float], artifact: str, period: Period, declared: float) -> dict[str, Way]:
    """The best way to every project that inherits an artifact in a period, from those that use it, whose high values are `direct`.

    A declaration that holds for the whole period is worth `declared`.
    """
    onto = _counting(company, artifact, period)
    best: dict[str, Way] = {}
    ends = {project: Way((project,), high) for project, high in direct.items()}
    while ends:
        reached: dict[str, Way] = {}
        for used, way in ends.items():
            for each in onto[used]:
                high = way.high * declared * DAMPING * (period.end - max(utc_day(each.start), period.start)).days / period.days
                if high >= FLOOR and each.project not in way.projects and high > _high(reached, each.project):
                    reached[each.project] = Way((*way.projects, each.project), high)
        best |= {project: way for project, way in reached.items() if way.high > _high(best, project)}
        ends = reached
    return best


def _high(ways: Mapping[str, Way], project: str) -> float:
    return ways[project].high if project in ways else 0.0


def _counting(company: Company, artifact: str, period: Period) -> dict[str, list[Foundation]]:
    """By the project that is declared, what counts in a period: living projects, and outsiders who accepted it."""
    found: dict[str, list[Foundation]] = defaultdict(list)
    for each in foundations(company.world):
        who = company.person(each.accepted_by)
        is_outside = who is not None and not company.is_insider(who, artifact, period)
        if utc_day(each.start) < period.end and is_outside and not company.smallness(each.project, period):
            found[each.used].append(each)
    return found
