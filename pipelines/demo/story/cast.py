"""The people of the demo organisation, their accounts, the bots and the outsiders, and the people.csv that knows most of them."""

import csv
import io
from collections.abc import Sequence
from random import Random
from typing import Any

from pipelines.demo.world import Account, Person, Signature, Spell

GITHUB = Signature("GitHub", "noreply@github.com")
CLAUDE = Signature("Claude", "noreply@anthropic.com")
COPILOT = Signature("Copilot", "198982749+Copilot@users.noreply.github.com")
CONTRACTOR = Signature("Mira Solberg", "mira@solberg-consulting.example")
FREELANCER = Signature("Nils Brandt", "nils.brandt@freelance.example")

RENOVATE = Account(29139614, "renovate[bot]", "Bot", "renovate[bot]")
ACTIONS = Account(41898282, "github-actions[bot]", "Bot", "github-actions[bot]")
COPILOT_AGENT = Account(198982749, "copilot-swe-agent[bot]", "Bot", "Copilot")
MIRA = Account(61200417, "mira-solberg", "User", "Mira Solberg")
NILS = Account(71400233, "nils-brandt", "User", "Nils Brandt")

OWNER = Account(50100100, "acme", "User", "Acme AI")
OPS_BRIDGE = "712020:ops-bridge"
"""A Jira account that belongs to a machine and that nobody claims."""

DOMAIN = "acme.example"
TEAM_OF_EXTRAS = ("search", "safety", "assistant", "data", "routing", "growth")
LEVELS = ("L3", "L4", "L4", "L5", "L5", "L6")

# person_id, name, team, level, manager
_CAST = (
    ("ana", "Ana Kovač", "platform-evals", "L6", "hugo"),
    ("ben", "Ben Okafor", "platform-evals", "L5", "hugo"),
    ("chi", "Chi Nguyen", "platform-evals", "L4", "hugo"),
    ("dora", "Dora Lindqvist", "assistant", "L6", "hugo"),
    ("emil", "Emil Novak", "data", "L4", "jonas"),
    ("farah", "Farah Haddad", "assistant", "L5", "dora"),
    ("gita", "Gita Raman", "assistant", "L4", "dora"),
    ("hugo", "Hugo Martens", "safety", "L7", ""),
    ("ines", "Ines Carvalho", "assistant", "L5", "dora"),
    ("jonas", "Jonas Weber", "search", "L6", "hugo"),
    ("kira", "Kira Petrova", "search", "L5", "jonas"),
    ("lev", "Lev Aronson", "safety", "L5", "hugo"),
)
_FIRST = (
    *("Maya", "Omar", "Petra", "Quinn", "Rosa", "Samir", "Tess", "Uma", "Viktor", "Wren", "Xavi", "Yara", "Zeno", "Aiko"),
    *("Bram", "Celia", "Dario", "Elif", "Felix", "Greta", "Henrik", "Isla", "Joris", "Katja", "Liam", "Mona", "Noor", "Oskar"),
)
_LAST = (
    *("Adler", "Bianchi", "Castro", "Dupont", "Eriksen", "Fischer", "Garcia", "Hansen", "Ito", "Jensen", "Keller", "Lopez"),
    *("Moretti", "Nakamura", "Olsen", "Popescu", "Rossi", "Schulz", "Tanaka", "Ueda", "Vogel", "Wagner", "Yilmaz", "Zhang"),
)
LEAVER = "kira"
LEFT_ON = "2026-03-01"
MOVER, MOVED_ON = "gita", "2026-01-01"
IN_TWO_TEAMS = "emil"
OLD_EMAIL = "ana@kovac-labs.example"
"""Ana's address from before she joined: she still commits under it now and then, and people.csv lists it."""
UNLISTED_EMAIL = {"jonas": "jonas.weber@posteo.example"}
"""Addresses that only GitHub knows to be theirs: their commits carry the account."""
HIDES_JIRA_EMAIL = frozenset({"ben", "farah", "jonas", "lev"})


def people(rng: Random, engineers: int) -> list[Person]:
    """The named cast, then as many colleagues as asked for."""
    named = [_named(number, *row) for number, row in enumerate(_CAST)]
    return named + [_colleague(rng, number) for number in range(max(0, engineers - len(named)))]


def jira_users(staff: Sequence[Person]) -> dict[str, dict[str, Any]]:
    """Every Jira account, some of which keep their e-mail to themselves."""
    users: dict[str, dict[str, Any]] = {}
    for person in staff:
        user: dict[str, Any] = {"displayName": person.name, "active": person.person_id != LEAVER, "accountType": "atlassian"}
        if person.person_id not in HIDES_JIRA_EMAIL:
            user["emailAddress"] = person.emails[0]
        users[person.jira_id] = user
    users[OPS_BRIDGE] = {"displayName": "Ops Bridge", "active": True, "accountType": "app"}
    return users


def people_csv(staff: Sequence[Person]) -> str:
    """The file as the organisation keeps it, with one line that cannot be: somebody in two teams at once."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["person", "name", "emails", "logins", "team", "manager", "level", "from", "to"])
    for person in staff:
        logins = ";".join((*person.listed_accounts, *person.other_logins))
        for spell in person.spells:
            row = [person.person_id, person.name, ";".join(person.listed_emails), logins]
            writer.writerow([*row, spell.team, spell.manager, spell.level, spell.start, spell.until])
        if person.person_id == IN_TWO_TEAMS:
            writer.writerow(
                [person.person_id, person.name, ";".join(person.listed_emails), logins, "growth", "dora", "L4", "2026-02-01", ""]
            )
    return out.getvalue()


def _named(number: int, person_id: str, name: str, team: str, level: str, manager: str) -> Person:
    account = Account(10_200_301 + 7_331 * number, _LOGINS.get(person_id, f"{person_id}-{DOMAIN.split('.', maxsplit=1)[0]}"), "User", name)
    emails = (f"{person_id}@{DOMAIN}", *((OLD_EMAIL,) if person_id == "ana" else ()), *filter(None, [UNLISTED_EMAIL.get(person_id)]))
    jira_id = f"712020:{person_id}-{number:04d}"
    others = (Account(64_882_190, "ben-okafor-oss", "User", "Ben Okafor"),) if person_id == "ben" else ()
    logins = (f"evals:{person_id}", f"experiments:{person_id}@{DOMAIN}")
    return Person(
        person_id=person_id,
        name=name,
        account=account,
        emails=emails,
        jira_id=jira_id,
        spells=_spells(person_id, team, level, manager),
        other_accounts=others,
        other_logins=(*logins, *((f"jira:{jira_id}",) if person_id in HIDES_JIRA_EMAIL else ())),
        listed_emails=tuple(email for email in emails if email != UNLISTED_EMAIL.get(person_id)),
        listed_accounts=(account.login, *(other.login for other in others)),
    )


_LOGINS = {"ana": "ana-kovac", "ben": "benokafor", "hugo": "hmartens"}


def _spells(person_id: str, team: str, level: str, manager: str) -> tuple[Spell, ...]:
    if person_id == LEAVER:
        return (Spell(team, level, manager, "2023-04-01", LEFT_ON),)
    if person_id == MOVER:
        return (Spell(team, level, manager, "2024-02-01", MOVED_ON), Spell("safety", "L5", "hugo", MOVED_ON))
    return (Spell(team, level, manager, "2023-01-16"),)


def _colleague(rng: Random, number: int) -> Person:
    first, last = _FIRST[number % len(_FIRST)], _LAST[(number * 5 + number // len(_FIRST)) % len(_LAST)]
    round_ = number // len(_FIRST)
    person_id = f"{first.lower()}-{last.lower()}" + (f"-{round_}" if round_ else "")
    account = Account(20_400_007 + 4_099 * number, person_id, "User", f"{first} {last}")
    noreply = f"{account.user_id}+{account.login}@users.noreply.github.com"
    email = f"{first.lower()}.{last.lower()}{round_ or ''}@{DOMAIN}"
    manager = ("hugo", "dora", "jonas")[number % 3]
    return Person(
        person_id=person_id,
        name=f"{first} {last}",
        account=account,
        # Every fourth hides their address on GitHub, so that git knows them by their account's noreply address only.
        emails=(email, noreply) if number % 4 == 3 else (email,),
        jira_id=f"712020:{person_id}",
        spells=(Spell(TEAM_OF_EXTRAS[number % len(TEAM_OF_EXTRAS)], rng.choice(LEVELS), manager, "2024-01-01"),),
        listed_emails=(email,),
        listed_accounts=(account.login,),
    )
