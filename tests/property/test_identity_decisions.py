"""What must hold for every journal of decisions: order is the moment of deciding alone, and taking back restores."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connectors.people.decisions import Standing, settle
from connectors.people.journal import Decision, parse

START = datetime(2026, 1, 1, tzinfo=UTC)
KINDS = {"ana": "human", "ana2": "human", "ben": "human", "cy": "human", "shipper": "bot"}
PEOPLE = [*KINDS, "gone"]
ACCOUNTS = ["git:a@acme.example", "github:12", "jira:J-1"]


def decision(minute: int, act: str, **what: str) -> Decision:
    return Decision.model_validate({"at": START + timedelta(minutes=minute), "by": "lea", "decision": act, "reason": "so", **what})


@st.composite
def acts(draw: st.DrawFn) -> dict[str, str]:
    kind = draw(st.sampled_from(("account", "duplicate", "exclusion")))
    if kind == "exclusion":
        return {"act": draw(st.sampled_from(("exclude", "include"))), "account": draw(st.sampled_from(ACCOUNTS))}
    subject = draw(st.sampled_from(ACCOUNTS if kind == "account" else [p for p in PEOPLE if p != "shipper"]))
    others = [person for person in PEOPLE if person != subject]
    return {"act": draw(st.sampled_from(("link", "unlink"))), kind: subject, "person": draw(st.sampled_from(others))}


def journals(latest: int | None = None) -> st.SearchStrategy[list[Decision]]:
    """Decisions one a minute; with `latest`, at any of the first minutes, several at once."""
    if latest is None:
        return st.lists(acts(), max_size=8).map(lambda told: [decision(minute, **what) for minute, what in enumerate(told)])
    return st.lists(st.builds(lambda minute, what: decision(minute, **what), st.integers(0, latest), acts()), max_size=8)


def owners(standing: Standing) -> dict[str, Any]:
    """What the models take from the decisions: whose each account is, whose it is not, and who is one with whom."""
    return {
        "given": {subject: standing.person(d.person) for subject, d in standing.deciding.items() if subject[0]},
        "merged": {person: standing.person(person) for person in PEOPLE},
        "taken": {pair for pair, d in standing.latest.items() if d.decision == "unlink" and pair[0][0]},
    }


@given(journals(latest=3), st.randoms(use_true_random=False))
def test_the_order_of_lines_does_not_matter_and_a_line_twice_is_one(journal: list[Decision], random: Any):
    shuffled = [*journal, *journal[:2]]
    random.shuffle(shuffled)
    one, other = settle(journal, KINDS), settle(shuffled, KINDS)
    assert owners(one) == owners(other)
    assert (one.set_aside, one.overruled) == (other.set_aside, other.overruled)


def test_a_link_that_overrules_another_closes_no_circle():
    """ben counts for ana and ana for ana2: were ana to count for ben from now on, each would be the other's duplicate."""
    pairs = (("ben", "ana"), ("ana", "ana2"), ("ana", "ben"))
    journal = [decision(minute, "link", duplicate=one, person=other) for minute, (one, other) in enumerate(pairs)]
    standing = settle(journal, KINDS)
    assert standing.merged == {"ben": "ana", "ana": "ana2"}
    assert standing.set_aside[journal[2].id].startswith("'ben' counts for 'ana' already")
    assert {person: standing.person(person) for person in ("ana", "ana2", "ben")} == dict.fromkeys(("ana", "ana2", "ben"), "ana2")


@given(journals(), acts().filter(lambda what: what["act"] in ("link", "exclude")))
def test_taking_the_last_decision_back_restores_what_was(journal: list[Decision], what: dict[str, str]):
    before = settle(journal, KINDS)
    there = decision(100, **what)
    back = decision(101, **(what | {"act": {"link": "unlink", "exclude": "include"}[what["act"]]}))
    pair = there.subject, before.person(there.person) if there.account else there.person
    held = before.latest.get(pair)
    if held and held.decision in ("link", "exclude"):
        return  # decided already, so the command refuses it: there is nothing to restore
    after = settle([*journal, there, back], KINDS)
    # That this account is not this person's stays said; it took nothing away, as the pair did not hold.
    taken = owners(after)["taken"] - {pair}
    assert owners(after) | {"taken": taken} == owners(before) | {"taken": owners(before)["taken"] - {pair}}


@given(journals())
def test_nobody_is_anothers_duplicate_in_a_circle_and_kinds_are_never_mixed(journal: list[Decision]):
    standing = settle(journal, KINDS)
    for person in standing.merged:
        assert standing.person(person) not in standing.merged
        if person in KINDS:
            assert KINDS[standing.person(person)] == KINDS[person]


@given(journals())
def test_an_account_is_settled_by_its_latest_standing_decision(journal: list[Decision]):
    standing = settle(journal, KINDS)
    for account in ACCOUNTS:
        subject = tuple(account.split(":"))
        live = [d for d in standing.latest.values() if d.subject == subject and d.decision in ("link", "exclude")]
        assert standing.deciding.get(subject) == max(live, key=lambda d: d.at, default=None)  # pyright: ignore[reportArgumentType]


@given(journals(latest=3))
def test_the_journal_reads_back_what_was_written(journal: list[Decision]):
    text = "\n".join(d.line() for d in journal) + "\n"
    read = parse(text, "people-decisions.jsonl", "memory:")
    assert not read.bad
    assert {d.id for d in read.decisions} == {d.id for d in journal}
    assert set(read.decisions) == set(journal)
