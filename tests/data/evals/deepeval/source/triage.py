"""Evaluates a triage "model", which is a function, with metrics of DeepEval that ask no model; the results go where DeepEval is told.

python triage.py <cases|turns> <folder for the results>
"""

import os
import sys

from deepeval import evaluate
from deepeval.evaluate import AsyncConfig, CacheConfig, DisplayConfig, ErrorConfig
from deepeval.metrics import BaseConversationalMetric, BaseMetric, ExactMatchMetric, PatternMatchMetric
from deepeval.prompt import Prompt
from deepeval.test_case import ConversationalTestCase, LLMTestCase, Turn

CASES = [
    ("c-1", "billing", "I was charged twice.", "billing", "billing"),
    ("c-2", "billing", "Where is my invoice?", "billing", "access"),
    ("c-3", "access", "I cannot log in.", "access", "access"),
    ("c-4", "bugs", "The page is blank.", "bugs", "bugs!"),
    (None, None, "Hello", "other", "other"),
]


class Judged(BaseMetric):
    """Says what it is told to, in the name of a model; breaks on one case."""

    def __init__(self, name, threshold, flaky=False, breaks_on=None):
        self.threshold, self.title, self.breaks_on, self.flaky = threshold, name, breaks_on, flaky
        self.evaluation_model, self.async_mode = "acme/judge-1", False

    def measure(self, test_case, *_, **__):
        if test_case.input == self.breaks_on:
            raise RuntimeError("the judge at /srv/judge did not answer")
        self.score = round(1 - len(test_case.actual_output) / 20, 3)
        self.reason = f"{test_case.actual_output} has {len(test_case.actual_output)} letters"
        self.evaluation_cost = 0.001
        self.success = None if self.threshold is None else self.score >= self.threshold
        return self.score

    async def a_measure(self, test_case, *_, **__):
        return self.measure(test_case)

    @property
    def __name__(self):
        return self.title


class Polite(BaseConversationalMetric):
    """Counts answers that begin politely."""

    def __init__(self):
        self.threshold, self.async_mode = 0.5, False

    def measure(self, test_case, *_, **__):
        answers = [turn.content for turn in test_case.turns if turn.role == "assistant"]
        self.score = sum(answer.startswith("Sure") for answer in answers) / len(answers)
        self.success = self.score >= self.threshold
        return self.score

    async def a_measure(self, test_case, *_, **__):
        return self.measure(test_case)

    @property
    def __name__(self):
        return "Polite"


def cases():
    return [
        LLMTestCase(
            input=asked,
            expected_output=wanted,
            actual_output=said,
            metadata={name: value for name, value in (("id", key), ("slice", queue)) if value},
            tags=["nightly"],
            completion_time=0.25,
            input_token_count=12,
            output_token_count=3,
        )
        for key, queue, asked, wanted, said in CASES
    ], [
        ExactMatchMetric(),
        PatternMatchMetric(pattern="[a-z]+", flaky=True),
        Judged("Brevity", 0.3, breaks_on="The page is blank."),
        Judged("Tone", None),
    ]


def turns():
    told = [
        ("I cannot log in.", "Sure, which browser?", "Firefox.", "Clear its cookies."),
        ("Refund me!", "No.", "Please.", "No."),
    ]
    return [
        ConversationalTestCase(turns=[Turn(role=("user", "assistant")[n % 2], content=said) for n, said in enumerate(spoken)])
        for spoken in told
    ], [Polite()]


def main(what, folder):
    os.environ["DEEPEVAL_RESULTS_FOLDER"] = folder
    test_cases, metrics = {"cases": cases, "turns": turns}[what]()
    evaluate(
        test_cases,
        metrics,
        identifier=f"triage {what}",
        hyperparameters={
            "model": "acme/triage-1",
            "prompt": Prompt(alias="triage", text_template="Queue for: {{request}}"),
            "git_sha": "352412fd68617470d7d61ac8f693404e689f83a0",
            "project": "support",
            "dataset": f"tickets {what}",
        },
        async_config=AsyncConfig(run_async=False),
        cache_config=CacheConfig(write_cache=False),
        display_config=DisplayConfig(show_indicator=False, print_results=False, inspect_after_run=False),
        error_config=ErrorConfig(ignore_errors=True),
    )


main(*sys.argv[1:])
