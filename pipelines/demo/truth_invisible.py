"""What work that seldom shows came to: reviews that were followed by a change, counted from the story's own pull requests."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from pipelines.demo.truth_people import HALVES, Company
from pipelines.demo.world import PullRequest, Review


def review_outcomes(company: Company) -> list[dict[str, Any]]:
    """Per person and half-year: pull requests of others that they reviewed in time, and those that were changed as they had asked."""
    reviewed: dict[tuple[str, str], set[int]] = defaultdict(set)
    changed: dict[tuple[str, str], set[int]] = defaultdict(set)
    for pull, review, person in _reviews(company):
        for period in HALVES:
            if period.holds(review.submitted_at):
                reviewed[person, period.period_id].add(pull.pull_request_id)
                if _is_followed(company, pull, review):
                    changed[person, period.period_id].add(pull.pull_request_id)
    return [
        {"person": person, "period": period, "reviewed": len(pulls), "changed": len(changed[person, period])}
        for (person, period), pulls in sorted(reviewed.items())
    ]


def _reviews(company: Company) -> Iterator[tuple[PullRequest, Review, str]]:
    """Reviews by people who have no hand in the pull request, up to its end."""
    for pull in company.world.pull_requests:
        authors = company.authors(pull)
        for review in pull.reviews:
            person = company.person(review.account.login)
            if person and person not in authors and (pull.closed_at is None or review.submitted_at < pull.closed_at):
                yield pull, review, person


def _is_followed(company: Company, pull: PullRequest, review: Review) -> bool:
    """It asked for something, and the branch that it had read got a commit more that is no merge of main."""
    asked = review.state == "CHANGES_REQUESTED" or bool(review.comments)
    if not asked or review.commit not in pull.commits:
        return False
    later = pull.commits[pull.commits.index(review.commit) + 1 :]
    return any(len(company.world.commits[mark].parents) == 1 for mark in later)
