"""Teams of the organisation on GitHub: those that CODEOWNERS names, one part of the other, and one that the credential may not read."""

from pipelines.demo.story.code_uses import BILLING, INVOICES, OWNED
from pipelines.demo.story.facts import note
from pipelines.demo.story.stage import Stage
from pipelines.demo.world_surroundings import Team


def teams(stage: Stage) -> None:
    """Found all of them, and note those that can be read."""
    world, name = stage.world, stage.sites[OWNED].repository.full_name
    dora, jonas, ines, hugo = (stage.account(who) for who in ("dora", "jonas", "ines", "hugo"))
    billing, invoices, audit = (stage.new_id("team") for _ in range(3))
    world.teams += [
        Team(billing, BILLING, "Billing", ((dora, "MAINTAINER"), (jonas, "MEMBER")), ((name, "MAINTAIN"),)),
        Team(invoices, INVOICES, "Invoices", ((ines, "MEMBER"),), ((name, "WRITE"),), parent_id=billing),
        Team(audit, "audit", "Audit", ((hugo, "MAINTAINER"),), ((name, "READ"),), is_hidden=True),
    ]
    for team in world.teams:
        if team.is_hidden:
            note(world, "access_gaps", {"repository": None, "subject": "some teams", "right": "Members: read"})
            continue
        members = {account.login: role.lower() for account, role in team.members}
        rights = {repository: right.lower() for repository, right in team.repositories}
        told = {"team": team.team_id, "slug": team.slug, "parent": team.parent_id or None, "members": members, "repositories": rights}
        note(world, "teams", told)
