"""Experiments of Braintrust: each case as a sample, its scores as it has them; `braintrust_server.py` gives them as lines."""

from collections import Counter
from collections.abc import Iterator

from connectors.evals.digest import class_of_error, kept, sha_of_content
from connectors.evals.envelope import declared
from connectors.evals.labels import failure_mode_of, slice_of
from connectors.evals.lines import lines
from connectors.evals.model import BadSample, Judge, OpenLog, Place, Planned, Run, Sample, Score, Scorer
from connectors.evals.shape import Json, UnreadableLog, integer, mapping, moment, number, parse, text

MEAN = "mean"
UNKNOWN_JUDGE = Judge(None)
"""A score is a name and a number: whether a model, code or a person gave it is not told."""


class BraintrustExperiments:
    """Reads experiments of Braintrust.

    Args:
        headline: the score whose mean leads; None: the only one, if there is one only.
    """

    kind = "braintrust"
    expected = "an experiment of Braintrust"

    def __init__(self, headline: str | None = None) -> None:
        self.headline = headline

    def place(self, name: str) -> Place | None:
        """Every entry is an experiment."""
        return Place(True, name)

    def read(self, log: OpenLog) -> Iterator[Run]:
        """The one run of an entry.

        Raises:
            UnreadableLog: when it is none.
        """
        _, first = next(lines(log.main), (1, b""))
        head = mapping(parse(first)) if isinstance(first, bytes) else {}
        if text(head, "experiment", "id") is None:
            raise UnreadableLog("the answer holds no experiment with an id")
        yield self._run(log, head)

    def _run(self, log: OpenLog, head: Json) -> Run:
        experiment = mapping(head, "experiment")
        said, scorers = declared(mapping(experiment, "metadata")), _scorers(log)
        leading = self.headline if self.headline in scorers else scorers[0] if len(scorers) == 1 and self.headline is None else None
        return Run(
            native_id=str(experiment["id"]),
            status="success" if scorers else "error",
            columns=_columns(head, experiment),
            metrics=[],
            samples=_samples(log),
            planned=Planned(),
            dataset_name=text(said, "dataset") or text(head, "dataset") or text(head, "project") or "unnamed",
            primary=(leading, MEAN, "") if leading else None,
            slice_metrics=dict.fromkeys(scorers, MEAN),
            is_whole=text(experiment, "dataset_id") is not None,
            declared=said,
            raw=kept(
                {name: experiment.get(name) for name in ("id", "name", "dataset_id", "dataset_version")} | {"project": head.get("project")}
            ),
            version_label=text(said, "dataset_version") or text(experiment, "dataset_version"),
            adds_up=True,
            scorers={name: Scorer(UNKNOWN_JUDGE) for name in scorers},
        )


def _columns(head: Json, experiment: Json) -> Json:
    metadata, git = mapping(experiment, "metadata"), mapping(experiment, "git")
    model = text(metadata, "model")
    provider, slash, name = str(model or "").partition("/")
    return {
        "task_name": text(head, "project"),
        "harness_name": "braintrust",
        "harness_version": None,
        "started_at": moment(experiment, "created"),
        "ended_at": None,
        "wall_seconds": None,
        "created_by_raw": text(experiment, "user_id"),
        "git_sha_raw": text(git, "commit"),
        "git_is_dirty": git.get("dirty") if isinstance(git.get("dirty"), bool) else None,
        "model_raw": model,
        "model_provider": provider if slash else None,
        "model_name": name if slash else model,
        "tags": kept({key: git.get(key) for key in ("branch", "tag") if git.get(key)}),
        "metadata": kept(metadata),
    }


def _scorers(log: OpenLog) -> list[str]:
    """Names of the scores that any case has, in order."""
    told = (mapping(parse(line), "scores") for _, line in lines(log.main, begin=2) if isinstance(line, bytes))
    return sorted({name for scores in told for name in scores})


def _samples(log: OpenLog) -> Iterator[Sample | BadSample]:
    seen: Counter[str] = Counter()
    for number_of_line, line in lines(log.main, begin=2):
        if isinstance(line, BadSample):
            yield line
            continue
        event = mapping(parse(line))
        if text(event, "id") is None:
            yield BadSample(f"{log.main.name}#{number_of_line}", "an event without its id")
            continue
        sample = _sample(event)
        # A trial of the same case is another epoch of it.
        seen[sample.key] += 1
        sample.epoch = seen[sample.key]
        yield sample


def _sample(event: Json) -> Sample:
    metadata, metrics = mapping(event, "metadata"), mapping(event, "metrics")
    input_sha = sha_of_content(event.get("input"))
    begun, ended = number(metrics, "start"), number(metrics, "end")
    return Sample(
        key=text(event, "dataset_record_id") or text(event, "origin", "id") or input_sha or str(event["id"]),
        epoch=1,
        scores=[_score(name, value) for name, value in sorted(mapping(event, "scores").items())],
        input_sha=input_sha,
        target_sha=sha_of_content(event.get("expected")),
        output_sha=sha_of_content(event.get("output")),
        slice=slice_of(metadata),
        failure_mode=failure_mode_of(metadata),
        error_kind=None if event.get("error") is None else class_of_error(str(event["error"])),
        cost_usd=number(metrics, "estimated_cost"),
        latency_ms=None if begun is None or ended is None else max(0.0, (ended - begun) * 1000),
        tokens_in=integer(metrics, "prompt_tokens"),
        tokens_out=integer(metrics, "completion_tokens"),
        raw={"id": event["id"]},
    )


def _score(name: str, told: object) -> Score:
    value = number({"value": told}, "value")
    raw = text({"value": told}, "value")
    return Score(name, value, raw, unscored_reason="no_number" if value is None else None, judge=UNKNOWN_JUDGE)
