"""Small tasks for the recorded Inspect logs: slices, unscored samples, errors, two epochs, a judge, dictionary scores."""

import asyncio
import json
from pathlib import Path

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ModelOutput, get_model
from inspect_ai.scorer import Score, Target, accuracy, grouped, match, mean, model_graded_qa, scorer, stderr
from inspect_ai.solver import Generate, TaskState, generate, solver, system_message

CASES = [json.loads(line) for line in Path(__file__).with_name("support.jsonl").read_text().splitlines()]
PROMPT = "Answer with the queue that the request belongs to.\nOne word."


def samples() -> MemoryDataset:
    return MemoryDataset([sample(case) for case in CASES], name="support", location="support.jsonl")


def sample(case: dict) -> Sample:
    metadata = {"slice": case["slice"], "failure_mode": case["mode"]}
    return Sample(id=case["id"], input=case["input"], target=case["target"], metadata=metadata)


def answer(messages, *_):
    asked = messages[-1].text
    reply = next((case["output"] for case in CASES if case["input"] in asked), "GRADE: C")
    return ModelOutput.from_content("mockllm/model", reply)


def model():
    return get_model("mockllm/model", custom_outputs=answer, memoize=False)


@solver
def break_on(case_id: str):
    async def solve(state: TaskState, generate: Generate) -> TaskState:
        if state.sample_id == case_id:
            raise RuntimeError(f"could not reach /srv/eval/tools for {state.input_text}")
        return state

    return solve


@solver
def wait_from(case_id: str):
    async def solve(state: TaskState, generate: Generate) -> TaskState:
        if str(state.sample_id) >= case_id:
            await asyncio.sleep(600)
        return state

    return solve


@scorer(metrics=[accuracy(), stderr(), grouped(accuracy(), "slice")])
def queue():
    async def score(state: TaskState, target: Target) -> Score:
        said = state.output.completion.strip()
        if said == "?":
            return Score.unscored(reason="no_response", explanation="the model said nothing usable")
        if said == "partly":
            return Score(value="P", answer=said)
        return Score(value="C" if said == target.text else "I", answer=said, explanation=f"expected {target.text}, got {said}")

    return score


@scorer(metrics={"tone": [mean()], "length": [mean()]})
def style():
    async def score(state: TaskState, target: Target) -> Score:
        return Score(value={"tone": 0.5 if "!" in state.output.completion else 1.0, "length": len(state.output.completion)})

    return score


@task
def triage() -> Task:
    """Two scorers, two epochs, one sample that breaks."""
    return Task(
        dataset=samples(),
        solver=[system_message(PROMPT), break_on("s5"), generate()],
        scorer=[queue(), match()],
        model=model(),
        version="2.1",
        name="triage",
        epochs=2,
        fail_on_error=False,
        metadata={"project": "support", "threshold": 0.8},
    )


@task
def styled() -> Task:
    """A scorer that gives a dictionary."""
    return Task(dataset=samples(), solver=[generate()], scorer=style(), model=model())


@task
def graded() -> Task:
    """A model as judge."""
    judge = get_model("mockllm/judge", custom_outputs=answer, memoize=False)
    template = "[Question]: {question}\n[Answer]: {answer}\n[Criterion]: {criterion}\n{instructions}"
    return Task(dataset=samples(), solver=[generate()], scorer=model_graded_qa(template=template, model=judge), model=model())


@task
def broken() -> Task:
    """The run as a whole ends in an error."""
    return Task(dataset=samples(), solver=[break_on("s3"), generate()], scorer=queue(), model=model())


@task
def slow() -> Task:
    """Never ends by itself: interrupted it is `cancelled`, killed it stays `started`."""
    return Task(dataset=samples(), solver=[wait_from("s4"), generate()], scorer=queue(), model=model())
