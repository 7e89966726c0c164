"""The tables of eval runs, and what a row of each must look like.

`files` stands last on purpose: it is the ledger of what has been read, and whoever loads table by table should write it last.
"""

from connectors.contract import Table, boolean, integer, number, text, timestamp

KINDS = ("inspect", "lm_eval", "promptfoo", "deepeval", "openai_evals", "ragas", "jsonl", "mlflow", "phoenix", "braintrust", "langfuse")
STATUSES = ("success", "failed_threshold", "error", "cancelled", "partial")
SHA256 = r"^[0-9a-f]{64}$"

RUNS = Table(
    name="runs",
    grain="one run: one task, evaluated once, with one model and one prompt",
    key=("run_id",),
    retention="raw_answers",
    pii=("created_by_raw", "envelope"),
    columns={
        "run_id": text(null=False, pattern=SHA256, about="Hash of kind and native id."),
        "kind": text(null=False, one_of=KINDS, about="Tool that wrote the log."),
        "native_run_id": text(null=False, about="Id that the tool gave; for lm-evaluation-harness its model, start and task."),
        "path": text(null=False, about="File that the run was read from."),
        "content_sha": text(null=False, pattern=SHA256, about="Hash of that file."),
        "task_name": text(about="Task or suite."),
        "task_version": text(about="Version that the task states."),
        "harness_name": text(about="Harness by its envelope or package, else the tool."),
        "harness_version": text(about="Version of that harness."),
        "harness_package": text(about="Distribution that the task came from, where the log names one besides the tool."),
        "harness_commit": text(about="Commit of that distribution, where it was installed from git."),
        "packages": text(about="Distributions and their versions, as JSON."),
        "envelope": text(about="The evidence.json beside the file, as JSON."),
        "project_raw": text(about="Project as the run names it."),
        "repository_raw": text(about="Repository or git remote as the run names it, without credentials."),
        "git_sha_raw": text(about="Commit as the run names it, often short."),
        "git_is_dirty": boolean(about="The working tree had changes that no commit holds."),
        "ci_repository_id": integer(about="GitHub repository of the CI run."),
        "ci_run_id": integer(about="CI run that ran it."),
        "ci_run_attempt": integer(about="Attempt of that CI run."),
        "pull_request_number": integer(about="Pull request that it was run for."),
        "created_by_raw": text(about="Who made it, as the run says."),
        "started_at": timestamp(about="Start."),
        "ended_at": timestamp(about="End; null where it never came."),
        "status": text(null=False, one_of=STATUSES, about="`partial`: still running, or killed."),
        "model_raw": text(about="Model as written."),
        "model_provider": text(about="Provider of the model."),
        "model_name": text(about="Model without its provider."),
        "dataset_version_id": text(about="Dataset by name and content; null unless the log holds the whole dataset."),
        "dataset_name": text(about="Dataset as the run names it."),
        "prompt_sha": text(about="Hash of the prompt text."),
        "n_samples": integer(at_least=0, about="Samples planned, epochs counted."),
        "n_completed": integer(at_least=0, about="Samples that ended without an error."),
        "n_errors": integer(at_least=0, about="Samples that ended in an error."),
        "n_unscored": integer(at_least=0, about="Samples that ended well and that the leading scorer gave no score."),
        "epochs": integer(at_least=1, about="Repetitions of each sample."),
        "limit_applied": integer(at_least=0, about="Samples that the run was limited to."),
        "cost_usd": number(at_least=0, about="Cost as the tool reports it."),
        "tokens_in": integer(at_least=0, about="Tokens read, judges included."),
        "tokens_out": integer(at_least=0, about="Tokens written, judges included."),
        "tokens_cached": integer(at_least=0, about="Tokens read from a cache."),
        "wall_seconds": number(at_least=0, about="Duration."),
        "tags": text(about="Tags, as JSON."),
        "metadata": text(about="Metadata of the run, long texts replaced by their hashes, as JSON."),
    },
)

METRICS = Table(
    name="metrics",
    grain="one number of a run: scorer, metric, slice and variant",
    key=("run_id", "scorer", "metric", "slice", "variant"),
    columns={
        "run_id": text(null=False, about="Run."),
        "scorer": text(null=False, about="What scored the samples."),
        "metric": text(null=False, about="Metric over the scores."),
        "slice": text(null=False, about="Slice of the dataset; empty for the whole."),
        "variant": text(null=False, about="Filter, reducer or grouping beside the default one; empty for the default."),
        "value": number(about="Value; null where the tool could not compute one."),
        "stderr": number(at_least=0, about="Standard error, where the tool gives one."),
        "n": integer(at_least=0, about="Scored samples behind the value."),
        "higher_is_better": boolean(about="Direction, where the tool says."),
        "threshold": number(about="What the value is held to; only on the leading metric."),
        "passed": boolean(about="Whether the leading metric meets it."),
        "judge_model": text(about="Model that judged, if a model did."),
        "judge_prompt_sha": text(about="Hash of the judge's prompt or rubric."),
        "reducer": text(about="How epochs, or the samples of a slice, were reduced."),
        "is_primary": boolean(null=False, about="The leading metric: the one that the tool puts first."),
        "content_sha": text(null=False, about="File content that it was read from; older than the run's means superseded."),
    },
)

SAMPLES = Table(
    name="samples",
    grain="one sample of a run, in one epoch, as seen by one scorer",
    key=("run_id", "sample_key", "epoch", "scorer"),
    columns={
        "run_id": text(null=False, about="Run."),
        "sample_key": text(null=False, about="Native id of the sample, else the hash of its input."),
        "epoch": integer(null=False, at_least=1, about="Repetition."),
        "scorer": text(null=False, about="What scored it; empty where nothing did."),
        "slice": text(about="Slice of the dataset that it belongs to."),
        "failure_mode": text(about="What it goes wrong on, when it does."),
        "score_num": number(about="Score as a number; null for unscored, never 0."),
        "score_raw": text(about="Score as written; long ones as their hash."),
        "passed": boolean(about="Whether it passed, where that is a yes or no."),
        "error_kind": text(about="Class of the error that ended it; the message stays where it was."),
        "unscored_reason": text(about="Why there is no score."),
        "judge_kind": text(one_of=("human", "llm", "code"), about="Who judged."),
        "judge_id": text(about="Which model or person judged."),
        "judge_prompt_sha": text(about="Hash of the judge's prompt or rubric."),
        "rationale_sha": text(about="Hash of the explanation."),
        "input_sha": text(about="Hash of the input."),
        "target_sha": text(about="Hash of what was expected."),
        "output_sha": text(about="Hash of the output."),
        "cost_usd": number(at_least=0, about="Cost of the sample."),
        "latency_ms": number(at_least=0, about="Time it took."),
        "tokens_in": integer(at_least=0, about="Tokens read."),
        "tokens_out": integer(at_least=0, about="Tokens written."),
        "edited": boolean(about="The score was changed after the run."),
        "content_sha": text(null=False, about="File content that it was read from; older than the run's means superseded."),
    },
)

DATASET_VERSIONS = Table(
    name="dataset_versions",
    grain="one dataset with one content",
    key=("dataset_version_id",),
    columns={
        "dataset_version_id": text(null=False, pattern=SHA256, about="Hash of name and content."),
        "dataset_name": text(null=False, about="Dataset as the runs name it."),
        "kind": text(null=False, one_of=KINDS, about="Tool of the first run on it."),
        "version_label": text(about="Version that the runs state."),
        "version_at": timestamp(null=False, about="Start of the first run seen on it."),
        "first_run_id": text(null=False, about="The first run seen on it."),
        "content_sha": text(null=False, pattern=SHA256, about="Hash of the sorted pairs of input and target hashes."),
        "n_items": integer(null=False, at_least=0, about="Items."),
        "n_slices": integer(null=False, at_least=0, about="Slices that its items name."),
        "slices": text(null=False, about="Items per slice, as JSON."),
        "failure_modes": text(null=False, about="Items per failure mode, as JSON."),
    },
)

FILES = Table(
    name="files",
    grain="one file of a store: a log, a part of one, or an envelope",
    key=("path",),
    census=True,
    retention="ledger",
    columns={
        "path": text(null=False, about="Store path and file name."),
        "store": text(null=False, about="Path of the store."),
        "kind": text(null=False, one_of=KINDS, about="Tool of the store."),
        "content_sha": text(null=False, pattern=SHA256, about="Hash of the content."),
        "size": integer(null=False, at_least=0, about="Bytes."),
        "modified_at": timestamp(about="Modification time by the store."),
        "etag": text(about="Entity tag, where the store gives one."),
        "run_id": text(about="First run read from it; null where it could not be read, and for envelopes of a folder."),
    },
)

TABLES = (RUNS, METRICS, SAMPLES, DATASET_VERSIONS, FILES)
