"""The rules of the default branch: required checks today, their history as snapshots, versions of rulesets, and bypasses.

Rules in force and classic protection are asked for conditionally, so that an unchanged one costs nothing. Versions are read when a
ruleset changed: exact validity, where the credential may read them. Bypasses are shown by GitHub for a month back only.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from connectors.contract import Event, Page
from connectors.errors import Empty, NotFound
from connectors.github import gaps, records
from connectors.github import surroundings_records as made
from connectors.github.gaps import Absence
from connectors.github.listing import pages
from connectors.github.protocol import Answer
from connectors.github.records import dig, digest, listed
from connectors.github.visit import Reached, Saved, Told, Visit

WINDOW = timedelta(days=30)
"""How far GitHub lets one look back for rule suites, with `time_period=month`. The whole of it is asked for each time: it is one address,
so that an unchanged answer is free, and a reading that was left out is made up for."""


@dataclass(frozen=True)
class _Rules:
    """Both sources of a branch's rules, each an answer or the reason why there is none."""

    branch: str
    rules: Answer | Absence
    classic: Answer | Absence


def read(visit: Visit, saved: Saved) -> Generator[Told, None, tuple[Saved, list[str]]]:
    """Yield what changed about rules; return what to remember, and which tables were listed wholly."""
    state, is_whole = yield from _in_force(visit, saved)
    known = {"in_force": state, "snapshot": state.pop("snapshot"), **{name: saved.get(name, {}) for name in ("versions", "suites")}}
    if state["rulesets"] or visit.surveyed.count("rulesets") != 0:
        known["versions"] = yield from _versions(visit, saved.get("versions", {}), state["rulesets"])
        known["suites"] = yield from _suites(visit, saved.get("suites", {}))
    return known, ["required_checks"] if is_whole else []


def _in_force(visit: Visit, saved: Saved) -> Generator[Told, None, tuple[Saved, bool]]:
    """Yield the required checks and a snapshot where something changed."""
    branch, old = visit.repository.default_branch, saved.get("in_force", {})
    old = old if old.get("branch") == branch else {}
    # Readable without a special right: where it differs from the last time, classic protection may have come, gone or changed.
    sign = digest([visit.surveyed.get("defaultBranchRef", key) for key in ("branchProtectionRule", "refUpdateRule")])
    is_news = not old or old.get("sign") != sign
    found = _ask(visit, branch, old.get("rules", ""), old.get("classic", ""), is_news)
    state: Saved = {
        "branch": branch,
        "sign": sign,
        "rules": _etag(found.rules, old.get("rules", "")),
        "classic": _etag(found.classic, old.get("classic", "")),
        "has_classic": bool(old.get("has_classic")),
        "rulesets": old.get("rulesets", {}),
        "snapshot": saved.get("snapshot", ""),
    }
    if old and _is_same(found.rules, old["rules"]) and _is_same(found.classic, old["classic"]):
        return state, False
    # One half that did not change is needed again when the other half did.
    again = ["" if isinstance(half, Answer) and half.is_unchanged else None for half in (found.rules, found.classic)]
    if "" in again:
        found = _ask(
            visit, branch, "" if again[0] == "" else old.get("rules", ""), "" if again[1] == "" else old.get("classic", ""), is_news
        )
    is_whole = yield from _required(visit, found, state)
    yield from _snapshot(visit, found, state, saved)
    return state, is_whole


def _ask(visit: Visit, branch: str, rules: str, classic: str, is_news: bool) -> _Rules:
    name = quote(branch, safe="")
    rules, classic = ("" if etag in (gaps.REFUSED.state, gaps.NONE.state) else etag for etag in (rules, classic))
    return _Rules(
        branch,
        visit.access.get(gaps.RULES, f"{visit.repository.path}/rules/branches/{name}?per_page=100", rules),
        visit.access.get(gaps.CLASSIC, f"{visit.repository.path}/branches/{name}/protection", classic, is_news),
    )


def _required(visit: Visit, found: _Rules, state: Saved) -> Generator[Event, None, bool]:
    """Yield the checks required today; whether all were listed."""
    where = (visit.repository_id, found.branch, visit.repository.html_url)
    by_classic = list(records.classic_checks(dig(_data(found.classic), "required_status_checks"), *where))
    by_rules = list(records.ruleset_checks(_data(found.rules), *where))
    # Two rulesets, or a ruleset and classic protection, may require the same check: one row, the ruleset's first.
    rows = list({row["context"]: row for row in reversed([*by_rules, *by_classic])}.values())[::-1]
    if rows:
        yield Page("required_checks", visit.partition, rows)
    # Where the right to read classic protection was lost, its rows must not be taken for gone.
    is_whole = isinstance(found.rules, Answer) and not (found.classic == gaps.REFUSED and state["has_classic"])
    state["has_classic"] = state["has_classic"] if found.classic == gaps.REFUSED else bool(by_classic)
    return is_whole


def _snapshot(visit: Visit, found: _Rules, state: Saved, saved: Saved) -> Iterator[Told]:
    """A row where the content differs from the newest one; remembered at once, or a reading cut short later would say it again."""
    rules, classic = made.plain_rules(_data(found.rules)), made.plain_protection(_data(found.classic))
    states = [
        "none" if found.rules == gaps.NONE or (isinstance(found.rules, Answer) and not rules) else _state(found.rules),
        _state(found.classic),
    ]
    fresh = digest([found.branch, rules, classic, states])
    if fresh != state["snapshot"]:
        row = made.rule_snapshot(
            visit.repository_id, found.branch, visit.now.isoformat(), (rules, classic), states, visit.repository.html_url
        )
        yield Page("branch_rule_snapshots", visit.partition, [row])
        yield Reached({**saved, "snapshot": fresh})
    if isinstance(found.rules, Answer):
        state["rulesets"] = {
            str(dig(rule, "ruleset_id")): made.source_of(rule) for rule in listed(found.rules.data) if dig(rule, "ruleset_id")
        }
    state["snapshot"] = fresh


def _versions(visit: Visit, saved: Saved, in_force: dict[str, list[str]]) -> Generator[Event, None, Saved]:
    """Yield new versions of rulesets that are or were in force; asked for when one of them changed."""
    rulesets: dict[str, list[str]] = {**saved.get("rulesets", {}), **in_force}
    sign = digest([sorted(rulesets), visit.surveyed.get("rulesets", "nodes")])
    known: dict[str, list[int]] = {key: list(value) for key, value in saved.get("known", {}).items()}
    is_refused = visit.access.is_refused(gaps.RULESET_HISTORY)
    if saved.get("sign") == sign and not (is_refused and visit.access.is_due(gaps.RULESET_HISTORY)):
        return saved
    for ruleset_id, (kind, owner) in sorted(rulesets.items()):
        path = f"/orgs/{owner}" if kind == "Organization" else visit.repository.path
        versions, has_all = _new_versions(visit, f"{path}/rulesets/{ruleset_id}/history", known.get(ruleset_id, []))
        if not has_all:
            break
        rows = [
            made.ruleset_version(int(ruleset_id), kind, version, visit.repository_id, visit.repository.html_url) for version in versions
        ]
        if rows:
            yield Page("ruleset_versions", visit.partition, rows)
        known[ruleset_id] = sorted({*known.get(ruleset_id, []), *(row["version_id"] for row in rows if row["version_id"])})
    return {"rulesets": rulesets, "sign": sign, "known": known}


def _new_versions(visit: Visit, path: str, known: list[int]) -> tuple[list[dict[str, Any]], bool]:
    """Versions of one ruleset that are not known, with their state; and whether they may be read."""
    answer = visit.access.get(gaps.RULESET_HISTORY, f"{path}?per_page=100", is_news=not visit.access.is_refused(gaps.RULESET_HISTORY))
    if isinstance(answer, Absence):
        return [], answer != gaps.REFUSED
    new = [version for version in _all(visit, answer) if isinstance(version, dict) and dig(version, "version_id") not in known]
    return [{**version, "state": _version_state(visit, f"{path}/{version.get('version_id')}")} for version in new], True


def _version_state(visit: Visit, path: str) -> Any:
    try:
        return dig(visit.client.get(path).data, "state")
    except (NotFound, Empty):
        return None  # an old version may be listed and no longer be there


def _suites(visit: Visit, saved: Saved) -> Generator[Event, None, Saved]:
    """Yield new bypasses; tell where the last reading lies so far back that some may have been lost."""
    path = f"{visit.repository.path}/rulesets/rule-suites"
    answer = visit.access.get(gaps.RULE_SUITES, f"{path}?per_page=100&rule_suite_result=bypass&time_period=month", saved.get("etag", ""))
    if isinstance(answer, Absence):
        return saved
    today = visit.now.date()
    last = date.fromisoformat(saved["read_on"]) if "read_on" in saved else today
    if today - last > WINDOW:
        _tell_lost(visit, path, last.isoformat(), (today - WINDOW).isoformat())
    if answer.is_unchanged:
        return {**saved, "read_on": today.isoformat()}
    suites = [suite for suite in _all(visit, answer) if isinstance(suite, dict)]
    known = {str(suite.get("id")): suite.get("pushed_at") for suite in suites}
    new = [suite for suite in suites if str(suite.get("id")) not in saved.get("known", {})]
    whole = [suite for suite in visit.side_by_side(lambda suite: _whole_suite(visit, path, suite), new) if suite]
    if whole:
        yield Page(
            "rule_suites", visit.partition, [made.rule_suite(suite, visit.repository_id, visit.repository.html_url) for suite in whole]
        )
    return {"read_on": today.isoformat(), "etag": answer.etag, "known": known}


def _whole_suite(visit: Visit, path: str, suite: dict[str, Any]) -> dict[str, Any]:
    """A suite with its evaluations, which the listing leaves out."""
    try:
        data = visit.client.get(f"{path}/{suite.get('id')}").data
    except (NotFound, Empty):
        return suite  # left the window between the listing and now
    return data if isinstance(data, dict) else suite


def _tell_lost(visit: Visit, path: str, start: str, end: str) -> None:
    hint = (
        f"The reading before was on {start}, and GitHub shows no more than {WINDOW.days} days: read at least once a month, better nightly."
    )
    visit.access.tell(f"bypasses from {start} to {end}", path, hint)
    visit.progress(f"github: {visit.repository.full_name}: bypasses from {start} to {end} may be lost for good; {hint}")


def _all(visit: Visit, answer: Answer) -> Iterator[Any]:
    """Items of a listing whose first page is given."""
    yield from listed(answer.data)
    for data in pages(visit.client, answer.next) if answer.next else ():
        yield from listed(data)


def _data(answer: Answer | Absence) -> Any:
    return None if isinstance(answer, Absence) else answer.data


def _state(answer: Answer | Absence) -> str:
    return answer.state if isinstance(answer, Absence) else "read"


def _etag(answer: Answer | Absence, old: str) -> str:
    """What stands for the answer in the cursor: its ETag, or why there was none."""
    if isinstance(answer, Absence):
        return answer.state
    return old if answer.is_unchanged else answer.etag


def _is_same(answer: Answer | Absence, old: str) -> bool:
    return answer.state == old if isinstance(answer, Absence) else answer.is_unchanged
