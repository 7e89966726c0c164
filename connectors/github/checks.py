"""Check runs of the heads that changed, and the checks that branch rules require today."""

from collections.abc import Generator, Iterator
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from connectors.contract import Event, Page, Record
from connectors.errors import AuthFailed, Empty, NotFound, Unavailable
from connectors.github import queries, records
from connectors.github.protocol import Answer, Refused
from connectors.github.records import dig
from connectors.github.visit import Saved, Visit, connection

PENDING_FOR = timedelta(days=14)
"""A head whose checks have not ended after this long is not asked for any more."""


def read_runs(visit: Visit, saved: Saved) -> Generator[Event, None, Saved]:
    """Yield the check runs of every head that this reading met or that had unfinished ones; return what to remember."""
    pending: dict[str, str] = dict(saved.get("pending", {}))
    visit.need_heads(pending)
    heads = list(visit.heads)
    chunks = [heads[start : start + queries.HEADS_A_REQUEST] for start in range(0, len(heads), queries.HEADS_A_REQUEST)]
    for rows in visit.side_by_side(lambda chunk: _of_heads(visit, chunk), chunks):
        if rows:
            yield Page("check_runs", visit.partition, rows)
        unfinished = {row["head_sha"] for row in rows if row["status"] != "completed"}
        pending |= {sha: pending.get(sha, visit.now.date().isoformat()) for sha in unfinished}
        for sha in {row["head_sha"] for row in rows} - unfinished:
            pending.pop(sha, None)
    return {"pending": {sha: day for sha, day in pending.items() if date.fromisoformat(day) + PENDING_FOR >= visit.now.date()}}


def _of_heads(visit: Visit, heads: list[str]) -> list[Record]:
    """Check runs of some commits; a request that is too heavy for GitHub is asked again in halves."""
    variables = {f"sha{i}": sha for i, sha in enumerate(heads)}
    try:
        found = visit.ask_whole("check runs", queries.check_runs(len(heads)), variables)
    except Unavailable:
        if len(heads) == 1:
            raise
        half = len(heads) // 2
        return _of_heads(visit, heads[:half]) + _of_heads(visit, heads[half:])
    return [row for i, sha in enumerate(heads) for row in _of_commit(visit, sha, found.get(f"c{i}"))]


def _of_commit(visit: Visit, sha: str, commit: Any) -> Iterator[Record]:
    """Check runs of one commit; a commit that is gone (a force push, a deleted fork) has none."""
    suites, after = connection(dig(commit, "checkSuites"))
    if dig(commit, "status", "contexts"):
        visit.status_heads[sha] = None
    while after:
        found = visit.ask_whole("check suites", queries.MORE_CHECK_SUITES, {"sha": sha, "after": after})
        more, after = connection(dig(found, "object", "checkSuites"))
        suites = [*suites, *more]
    for suite in suites:
        if isinstance(suite, dict):
            yield from _of_suite(visit, sha, suite)


def _of_suite(visit: Visit, sha: str, suite: dict[str, Any]) -> Iterator[Record]:
    runs, after = connection(suite.get("checkRuns"))
    while after:
        what = f"{visit.repository.full_name} check runs"
        graph = visit.client.graphql(what, queries.MORE_CHECK_RUNS, {"suite": suite.get("id"), "after": after})
        visit.refuse_holes("check runs", graph)
        more, after = connection(dig(graph.data, "node", "checkRuns"))
        runs = [*runs, *more]
    yield from (records.check_run(node, suite, sha, visit.repository_id) for node in runs if isinstance(node, dict))


def read_required(visit: Visit, saved: Saved) -> Generator[Event, None, tuple[Saved, bool]]:
    """Yield the required checks where they changed; return what to remember, and whether all of them were listed."""
    branch = visit.repository.default_branch
    rules_path = f"{visit.repository.path}/rules/branches/{quote(branch, safe='')}?per_page=100"
    classic_path = f"{visit.repository.path}/branches/{quote(branch, safe='')}/protection/required_status_checks"
    old = saved if saved.get("branch") == branch else {}
    rules, classic = _ask(visit, rules_path, old.get("rules", "")), _ask(visit, classic_path, old.get("classic", ""))
    state = {
        "branch": branch,
        "rules": _etag(rules, old.get("rules", "")),
        "classic": _etag(classic, old.get("classic", "")),
        "has_classic": bool(old.get("has_classic")),
    }
    if old and _is_same(rules, old["rules"]) and _is_same(classic, old["classic"]):
        return state, False
    rules, classic = (_whole(visit, rules_path, rules), _whole(visit, classic_path, classic))
    where = (visit.repository_id, branch, visit.repository.html_url)
    by_classic = list(records.classic_checks(_data(classic), *where))
    found = [*records.ruleset_checks(_data(rules), *where), *by_classic]
    # Two rulesets, or a ruleset and classic protection, may require the same check: one row, the ruleset's first.
    rows = list({row["context"]: row for row in reversed(found)}.values())[::-1]
    if rows:
        yield Page("required_checks", visit.partition, rows)
    # Where the right to read classic protection was lost, its rows must not be taken for gone.
    is_whole = not isinstance(rules, str) and not (classic == _REFUSED and state["has_classic"])
    return {**state, "has_classic": state["has_classic"] if classic == _REFUSED else bool(by_classic)}, is_whole


_REFUSED, _NONE = "refused", "none"
"""Why there is no answer: the credential may not see it, or there is nothing."""


def _ask(visit: Visit, path: str, etag: str) -> Answer | str:
    """The answer, or why there is none; most credentials may not read classic protection."""
    try:
        return visit.client.get(path, etag="" if etag in (_REFUSED, _NONE) else etag)
    except Refused:
        raise
    except AuthFailed as error:
        if etag != _REFUSED:
            visit.progress(str(error))
        return _REFUSED
    except (NotFound, Empty):
        return _NONE


def _whole(visit: Visit, path: str, answer: Answer | str) -> Answer | str:
    """The answer with its data: one half that did not change is needed again when the other half did."""
    return _ask(visit, path, "") if isinstance(answer, Answer) and answer.is_unchanged else answer


def _data(answer: Answer | str) -> Any:
    return None if isinstance(answer, str) else answer.data


def _etag(answer: Answer | str, old: str) -> str:
    """What stands for the answer in the cursor: its ETag, or why there was none."""
    if isinstance(answer, str):
        return answer
    return old if answer.is_unchanged else answer.etag


def _is_same(answer: Answer | str, old: str) -> bool:
    return answer == old if isinstance(answer, str) else answer.is_unchanged
