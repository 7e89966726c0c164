"""One registered task, so that the log names the distribution it came from."""

from inspect_ai import Task, task
from inspect_ai.dataset import Sample
from inspect_ai.model import ModelOutput, get_model
from inspect_ai.scorer import match
from inspect_ai.solver import generate

CASES = [("a", "Say yes", "yes", "refusal"), ("b", "Say no", "no", "refusal"), ("c", "Say maybe", "maybe", "hedging")]


@task
def safety() -> Task:
    """Three samples, one of them wrong."""
    model = get_model("mockllm/model", custom_outputs=lambda *_: ModelOutput.from_content("mockllm/model", "yes"), memoize=False)
    samples = [Sample(id=key, input=text, target=target, metadata={"category": slice_}) for key, text, target, slice_ in CASES]
    return Task(dataset=samples, solver=generate(), scorer=match(location="any"), model=model, version=3)
