"""Braintrust as a store: each experiment of the chosen projects is an entry, its content the answers about it.

Nothing that is listed says that an experiment was scored later, and a diff or an address that its git metadata holds is not kept.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from urllib.parse import quote

import tenacity

from connectors.contract import Meter
from connectors.errors import ContractBroken
from connectors.evals.answering import models_in
from connectors.evals.cursors import Cursors, is_chosen, items_of
from connectors.evals.served_options import BraintrustStore
from connectors.evals.shape import Json, at, instant, mapping, objects, text
from connectors.evals.store import SOURCE, Entry, Fetched
from connectors.evals.waiting import Answers
from connectors.json_api import JsonApi, Site

PAGE = 1_000
KEPT = ("id", "name", "created", "dataset_id", "dataset_version", "user_id", "metadata")
KEPT_OF_GIT = ("commit", "branch", "tag", "dirty")
JUDGING = "scorer"
"""The purpose that Braintrust notes on a scorer's span and on everything that it asks."""
KEPT_OF_EVENT = ("id", "dataset_record_id", "input", "output", "expected", "error", "scores", "tags", "metrics", "metadata", "origin")


class BraintrustServer:
    """The experiments of one organisation; its errors are those of `JsonApi`."""

    meters_itself = True

    def __init__(self, options: BraintrustStore, meter: Meter, now: datetime, sleep: Callable[[float], None] = tenacity.nap.sleep) -> None:
        site = Site(
            SOURCE,
            "Braintrust",
            f"{options.url.rstrip('/')}/v1",
            options.token,
            prefix="Bearer ",
            key_hint="is it an API key of this data plane (url), and still valid?",
            role_hint="its owner needs to read the project's experiments",
            timeout_seconds=options.timeout_seconds,
        )
        self._options, self._api = options, JsonApi(site, meter, sleep)
        self._answers = Answers(self._samples, now)
        self._pages_of: dict[str, str] = {}

    def entries(self) -> list[Entry]:
        """Every experiment of the chosen projects, in the order of their ids."""
        chosen = [
            project
            for project in self._listed("project", "the list of projects")
            if is_chosen(str(project.get("name")), self._options.projects)
        ]
        return sorted((entry for project in chosen for entry in self._entries_of(project)), key=lambda entry: entry.name)

    def fetch(self, entry: Entry) -> Fetched:
        """The answers about an experiment, one a line: itself and its project, then its cases."""
        return self._answers.fetch(entry.name)

    def url(self, entry: Entry) -> str:
        """The experiment's page, which Braintrust names by organisation, project and experiment; without an organisation, its API."""
        return self._pages_of[entry.name]

    def _entries_of(self, project: Json) -> Iterator[Entry]:
        name, own = text(project, "name") or "", {"project_id": text(project, "id") or ""}
        datasets = {str(one.get("id")): one.get("name") for one in self._listed("dataset", f"the datasets of project {name}", **own)}
        for experiment in self._listed("experiment", f"the experiments of project {name}", **own):
            yield self._entry(name, experiment, datasets.get(str(experiment.get("dataset_id"))))

    def _entry(self, project: str, experiment: Json, dataset: object) -> Entry:
        identity = str(experiment["id"])
        about = {key: experiment.get(key) for key in KEPT} | {
            "git": {key: mapping(experiment, "repo_info").get(key) for key in KEPT_OF_GIT}
        }
        organisation, shown = self._options.organisation, quote(str(experiment.get("name")))
        page = f"{self._options.app_url.rstrip('/')}/app/{quote(organisation or '')}/p/{quote(project)}/experiments/{shown}"
        self._pages_of[identity] = page if organisation else f"{self._options.url.rstrip('/')}/v1/experiment/{identity}"
        head: Json = {"project": project, "dataset": dataset, "experiment": about}
        return self._answers.entry(identity, f"{self._options.root}/{identity}", head, instant(experiment, "created"))

    def _samples(self, head: Json) -> Iterator[Json]:
        """The cases of an experiment: the root of each trace.

        The last one names the models of all their spans, since spans come in any order, and a case apart from its own.
        """
        models = set[str]()
        held: Json | None = None
        for event in self._events(head):
            models.update(_models_of(event))
            if event.get("is_root") or event.get("span_id") == event.get("root_span_id"):
                if held is not None:
                    yield held
                held = {key: event.get(key) for key in KEPT_OF_EVENT}
        if held is not None:
            yield held | {"span_models": sorted(models)}

    def _events(self, head: Json) -> Iterator[Json]:
        experiment = mapping(head, "experiment")
        path, what = f"experiment/{quote(str(experiment['id']))}/fetch", f"the events of experiment {experiment.get('name')}"
        asked: Json = {"limit": PAGE}
        cursors = Cursors(what)
        while True:
            page = self._api.post(path, what, asked)
            events = items_of(page, "events", what)
            yield from objects(page, "events")
            following = text(page, "cursor")
            if following is None or not events:
                return
            asked["cursor"] = cursors.follow(following)

    def _listed(self, kind: str, what: str, **parameters: str) -> Iterator[Json]:
        """Every object of a kind; pages go on after the last one that came."""
        given: dict[str, int | str] = {"limit": PAGE, **parameters}
        if self._options.organisation:
            given["org_name"] = self._options.organisation
        cursors = Cursors(what)
        while True:
            page = self._api.get(kind, what, "objects", **given)
            found = list(objects(page, "objects"))
            if any(text(one, "id") is None for one in found):
                raise ContractBroken(SOURCE, what, "something in the list has no id")
            yield from found
            if len(found) < PAGE:
                return
            given["starting_after"] = cursors.follow(str(found[-1]["id"]))


def _models_of(span: Json) -> list[str]:
    """The model of an answer that a span is of; a span of chat completions has only the one that was asked for."""
    is_judging = text(span, "span_attributes", "purpose") == JUDGING
    return [] if is_judging else models_in({key: at(span, "metadata", key) for key in ("object", "model")})
