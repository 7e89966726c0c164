"""The checks that branch rules require today."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from connectors.contract import Page
from connectors.errors import AuthFailed, Empty, NotFound
from connectors.github import records
from connectors.github.protocol import Answer, Refused
from connectors.github.visit import Reached, Saved, Told, Visit


def read_required(visit: Visit, saved: Saved) -> Iterator[Told]:
    """The required checks where they changed."""
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
        yield Reached(state)
        return
    rules, classic = (_whole(visit, rules_path, rules), _whole(visit, classic_path, classic))
    where = (visit.repository_id, branch, visit.repository.html_url)
    by_classic = list(records.classic_checks(_data(classic), *where))
    found = [*records.ruleset_checks(_data(rules), *where), *by_classic]
    # Two rulesets, or a ruleset and classic protection, may require the same check: one row, the ruleset's first.
    rows = list({row["context"]: row for row in reversed(found)}.values())[::-1]
    if rows:
        yield Page("required_checks", visit.partition, rows)
    # Where the right to read classic protection was lost, its rows must not be taken for gone.
    if not isinstance(rules, str) and not (classic == _REFUSED and state["has_classic"]):
        visit.whole.append("required_checks")
    yield Reached({**state, "has_classic": state["has_classic"] if classic == _REFUSED else bool(by_classic)}, at_end=True)


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
