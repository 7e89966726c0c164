"""A LangSmith workspace as a store: each experiment on the chosen datasets is an entry, its content the answers about it.

An experiment is a session with a reference dataset. Its counts and means of feedback come with the list, so that an old one which is
judged anew is seen; the author of a commit, whom its metadata name, is not kept.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime

import tenacity

from connectors.contract import Meter
from connectors.errors import ContractBroken
from connectors.evals.cursors import Cursors, is_chosen, items_of
from connectors.evals.digest import sha_of_content
from connectors.evals.labels import failure_mode_of, slice_of
from connectors.evals.served_options import LangsmithStore
from connectors.evals.shape import Json, instant, mapping, objects, text
from connectors.evals.store import SOURCE, Entry, Fetched
from connectors.evals.waiting import Answers
from connectors.json_api import JsonApi, Site

PAGE = 100
KEPT = ("id", "name", "start_time", "end_time", "reference_dataset_id", "run_count", "feedback_stats", "session_feedback_stats")
KEPT_OF_GIT = ("remote_url", "commit", "branch", "dirty", "repo_name")
LEFT_OUT = frozenset({"git", "author_name", "author_email", "commit_time", *KEPT_OF_GIT})
"""Of an experiment's metadata: `evaluate` puts git below `git`, the pytest plugin beside the rest."""
KEPT_OF_RUN = (
    "id",
    "reference_example_id",
    "inputs",
    "outputs",
    "error",
    "status",
    "start_time",
    "end_time",
    "total_cost",
    "prompt_tokens",
    "completion_tokens",
)
Examples = dict[str, Json]
"""What is kept of each example of a dataset version: the hash of what was expected, slice and failure mode."""


class LangsmithServer:
    """The experiments of one workspace; its errors are those of `JsonApi`."""

    meters_itself = True

    def __init__(self, options: LangsmithStore, meter: Meter, now: datetime, sleep: Callable[[float], None] = tenacity.nap.sleep) -> None:
        site = Site(
            SOURCE,
            "LangSmith",
            f"{options.url.rstrip('/')}/api/v1",
            options.token,
            header="x-api-key",
            key_hint="is it an API key of this region's LangSmith (url), and still valid?",
            role_hint="its owner needs to read the workspace's projects and datasets; is `workspace` the id of one that it may see?",
            also={"X-Tenant-Id": options.workspace} if options.workspace else {},
            timeout_seconds=options.timeout_seconds,
        )
        self._options, self._api = options, JsonApi(site, meter, sleep)
        self._answers = Answers(self._samples, now)
        self._pages_of: dict[str, str] = {}
        self._examples: dict[tuple[str, str], Examples] = {}

    def entries(self) -> list[Entry]:
        """Every experiment on the chosen datasets, in the order of their ids."""
        chosen = (
            one for one in self._listed("datasets", "the list of datasets") if is_chosen(str(one.get("name")), self._options.datasets)
        )
        return sorted((entry for dataset in chosen for entry in self._entries_on(dataset)), key=lambda entry: entry.name)

    def fetch(self, entry: Entry) -> Fetched:
        """The answers about an experiment, one a line: itself and its dataset, then its runs with their feedback."""
        return self._answers.fetch(entry.name)

    def url(self, entry: Entry) -> str:
        """The page that compares the dataset's experiments, with this one chosen."""
        return self._pages_of[entry.name]

    def _entries_on(self, dataset: Json) -> Iterator[Entry]:
        name, what = str(dataset.get("name")), f"the experiments on dataset {dataset.get('name')}"
        for session in self._listed("sessions", what, reference_dataset=str(dataset["id"]), include_stats="true"):
            yield self._entry(name, session)

    def _entry(self, dataset: str, session: Json) -> Entry:
        identity, metadata = str(session["id"]), mapping(session, "extra", "metadata")
        git = mapping(metadata, "git") or metadata
        head: Json = {
            "dataset": dataset,
            "experiment": {key: session.get(key) for key in KEPT}
            | {"metadata": {key: value for key, value in metadata.items() if key not in LEFT_OUT}}
            | {"git": {key: git[key] for key in KEPT_OF_GIT if key in git}},
        }
        compared = f"datasets/{session.get('reference_dataset_id')}/compare?selectedSessions={identity}"
        self._pages_of[identity] = f"{self._options.app_url.rstrip('/')}/o/{session.get('tenant_id')}/{compared}"
        modified_at = instant(session, "last_run_start_time") or instant(session, "end_time") or instant(session, "start_time")
        return self._answers.entry(identity, f"{self._options.root}/{identity}", head, modified_at)

    def _samples(self, head: Json) -> Iterator[Json]:
        """The root runs of an experiment, each with its feedback and its example."""
        session = mapping(head, "experiment")
        version = text(session, "metadata", "dataset_version") or str(session.get("start_time"))
        examples = self._examples_of(str(session.get("reference_dataset_id")), version, str(head.get("dataset")))
        for page in self._runs(session):
            feedback = self._feedback(session, [str(run.get("id")) for run in page])
            for run in page:
                example = examples.get(str(run.get("reference_example_id")), {})
                kept = {key: run.get(key) for key in KEPT_OF_RUN}
                yield kept | {"feedback": feedback.get(str(run.get("id")), []), "example": example, "n_examples": len(examples)}

    def _runs(self, session: Json) -> Iterator[list[Json]]:
        """Pages of the root runs of an experiment."""
        what = f"the runs of experiment {session.get('name')}"
        asked: Json = {"session": [session["id"]], "is_root": True, "limit": PAGE, "select": list(KEPT_OF_RUN)}
        cursors = Cursors(what)
        while True:
            page = self._api.post("runs/query", what, asked)
            runs = items_of(page, "runs", what)
            yield list(objects(page, "runs"))
            following = text(page, "cursors", "next")
            if following is None or not runs:
                return
            asked["cursor"] = cursors.follow(following)

    def _feedback(self, session: Json, runs: list[str]) -> dict[str, list[Json]]:
        """What was said of some runs, by run; runs are named, since all feedback of an experiment may be more than memory."""
        found: defaultdict[str, list[Json]] = defaultdict(list)
        if runs:
            for one in self._listed("feedback", f"the feedback on experiment {session.get('name')}", run=runs):
                found[str(one.get("run_id"))].append(one)
        return found

    def _examples_of(self, dataset: str, version: str, name: str) -> Examples:
        """A version of a dataset; texts of it are hashed and forgotten."""
        if (dataset, version) not in self._examples:
            self._examples[dataset, version] = {
                str(one["id"]): {
                    "target_sha": sha_of_content(one.get("outputs")),
                    "slice": slice_of(one.get("metadata")),
                    "failure_mode": failure_mode_of(one.get("metadata")),
                }
                for one in self._listed("examples", f"the examples of dataset {name} as of {version}", dataset=dataset, as_of=version)
            }
        return self._examples[dataset, version]

    def _listed(self, path: str, what: str, **asked: str | list[str]) -> Iterator[Json]:
        """Every object of a list; pages go on after as many as came."""
        first: object = None
        offset = 0
        while True:
            page = self._api.get_list(path, what, limit=PAGE, offset=offset, **asked)
            found = [one for one in page if isinstance(one, dict)]
            if any(text(one, "id") is None for one in found) or len(found) < len(page):
                raise ContractBroken(SOURCE, what, "something in the list has no id")
            if found and found[0]["id"] == first:
                raise ContractBroken(SOURCE, what, "the next page is the one that came")
            yield from found
            if len(page) < PAGE:
                return
            first, offset = found[0]["id"], offset + len(page)
