"""The story of the demo organisation: everything that happens in it, as scripts played on one timeline.

One module per family of events. `build` is pure and gives the same world for the same seed and size.
"""

from pipelines.demo.story import (
    adoption,
    aftermath,
    artifacts,
    background,
    built_on,
    cast,
    catalogue,
    changes,
    code_uses,
    contexts,
    documents,
    experiments,
    flags,
    gates,
    heads,
    incidents,
    issue_incidents,
    labels,
    measurements,
    on_call,
    packages,
    packets,
    prompts,
    releases,
    safety_suite,
    scheduled_suites,
    self_reports,
    splits,
    stopped,
    surroundings,
    surveys,
    teams,
    tickets,
    vendor_labels,
)
from pipelines.demo.story.stage import Stage
from pipelines.demo.world import World

__all__ = ["build"]


def build(seed: int = 7, engineers: int = 40) -> World:
    """The whole organisation, as plain data."""
    world = World(seed=seed, owner=cast.OWNER)
    stage = Stage(world, engineers)
    stage.employ(cast.people(stage.rng("people"), engineers))
    world.bots = [cast.RENOVATE, cast.ACTIONS, cast.COPILOT_AGENT]
    world.outsiders = [cast.MIRA, cast.NILS]
    world.people_csv = cast.people_csv(world.people)
    world.jira_users = cast.jira_users(world.people)
    world.jira_projects, world.jira_fields = tickets.PROJECTS, tickets.FIELDS
    world.jira_statuses = dict(tickets.STATUSES)
    catalogue.found_all(stage)
    artifacts.histories(stage)
    adoption.adoptions(stage)
    code_uses.code_uses(stage)
    built_on.built_on(stage)
    gates.gates(stage)
    heads.heads(stage)
    prompts.prompts(stage)
    experiments.pulls_for_experiments(stage)
    changes.changes(stage)
    stopped.stopped(stage)
    incidents.incidents(stage)
    measurements.measurements(stage)
    safety_suite.safety_suite(stage)
    background.everyday(stage)
    packages.packages(stage)
    stage.timeline.play()
    experiments.experiments(world)
    flags.flags(world)
    on_call.on_call(stage)
    aftermath.aftermath(stage)
    issue_incidents.issue_incidents(stage)
    surroundings.surroundings(stage)
    releases.releases(stage)
    teams.teams(stage)
    scheduled_suites.scheduled_suites(stage)
    packets.packets(world)
    documents.documents(world)
    world.register_files["contexts.csv"] = contexts.contexts(stage)
    world.register_files["self_reports.csv"] = self_reports.self_reports(stage)
    world.register_files["surveys.csv"] = surveys.surveys(world)
    world.label_files["helpfulness.csv"] = labels.labels(world)
    vendor_labels.vendor_labels(world)
    world.splits_csv = splits.splits(world)
    return world
