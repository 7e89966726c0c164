"""Uses that only code and other systems' files show, one given up without a word, and who is asked to review."""

from dataclasses import replace

from pipelines.demo.story.adoption import JUDGES, LIBRARY, Adoption, landed, recorded
from pipelines.demo.story.clock import Script, berlin, days
from pipelines.demo.story.facts import note
from pipelines.demo.story.stage import Stage
from pipelines.demo.story.tree import Append, Edit, Swap, Write, content

CODE_OWNERS = ".github/CODEOWNERS"
OWNED, BILLING, INVOICES = "billing-api", "billing", "invoices"
"""A repository with code owners, and the teams that they are."""
SETUP = """from setuptools import setup

shared = ["acme-prompts>=1.2"]

setup(name="data-platform-jobs", install_requires=["pyarrow>=16"] + shared)
"""
GITLAB = """tone:
  image: python:3.12
  script:
    - pip install acme-judges
    - python -m acme_judges --suite tone
"""
IMPORT = "from acme_judges import Judge"

QUALITY = f'"""Quality of explanations."""\n\n{IMPORT}\n\nEXPLANATIONS = Judge\n'
PLANS = (
    (Adoption("recsys-lab", (2026, 3, 10), "emil", "jonas", "Judge explanations", JUDGES, "import", "src/recsys_lab/quality.py"), QUALITY),
    (Adoption("data-platform", (2026, 2, 24), "hugo", "emil", "Package the nightly jobs", LIBRARY, path="jobs/setup.py"), SETUP),
    (Adoption("mobile-assistant", (2026, 4, 15), "gita", "ines", "Judge tone in the app", JUDGES, "uses_decl", ".gitlab-ci.yml"), GITLAB),
)
"""Nothing else says that these projects use these artifacts."""


def code_uses(stage: Stage) -> None:
    """Schedule them."""
    for plan, text in PLANS:
        stage.tell(_adopted(stage, plan, Write(plan.path, text)), berlin(*plan.day, 11, 10))
    stage.tell(_given_up(stage), berlin(2026, 1, 13, 11, 10))
    stage.tell(_owned(stage), berlin(2026, 1, 14, 11, 10))


def _adopted(stage: Stage, plan: Adoption, edit: Edit) -> Script:
    yield from landed(stage, plan, [edit])
    recorded(stage, plan, stage.account(plan.merged_by).login)


def _given_up(stage: Stage) -> Script:
    """An import that goes again after the file has changed: the patch turned round is the only sign that it was taken back."""
    site, path = stage.sites["search-ui"], "src/search_ui/core.py"
    head = content(site.tree[path][:1])
    plan = Adoption("search-ui", (2026, 1, 13), "kira", "jonas", "Judge the tone of empty results", JUDGES, "import", path)
    yield from landed(stage, plan, [Swap(path, head, f"{head}\n{IMPORT}")])
    use = recorded(stage, plan, stage.account("jonas").login)
    yield days(2)
    stage.push(site, "dora", "Name what comes next", [Append(path, "NEXT_PAGE = 2")])
    yield days(6)
    back = replace(plan, who="jonas", merged_by="dora", title="Simplify the page of empty results")
    yield from landed(stage, back, [Swap(path, f"{head}\n{IMPORT}", head)])
    use.end = stage.now
    shas = {"sha": f"{{sha:{site.repository.head}}}", "reverted_sha": f"{{sha:{use.commit}}}"}
    note(stage.world, "silent_reverts", {"repository": site.repository.full_name, **shas})


def _owned(stage: Stage) -> Script:
    """Everything is one team's, then invoices become another's."""
    site = stage.sites[OWNED]
    first = stage.push(site, "dora", "Say who reviews", [Write(CODE_OWNERS, "*  @acme/billing\n/src/  @acme/billing dora@acme.example\n")])
    yield days(30)
    second = stage.push(site, "jonas", "Invoices have a team", [Write(CODE_OWNERS, "*  @acme/billing\n/src/  @acme/invoices\n")])
    rows = [("*", "@acme/billing", first, None), ("/src/", "@acme/billing", first, second)]
    rows += [("/src/", "dora@acme.example", first, second), ("/src/", "@acme/invoices", second, None)]
    for pattern, owner, start, end in rows:
        span = {"from_sha": f"{{sha:{start.mark}}}", "to_sha": f"{{sha:{end.mark}}}" if end else None}
        note(stage.world, "code_owners", {"repository": site.repository.full_name, "pattern": pattern, "owner": owner, **span})
