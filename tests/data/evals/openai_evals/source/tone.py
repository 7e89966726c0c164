"""A "model", which is a function and recorded as models are, and two evals of our own: one that records numbers, with a sample that
breaks, and one that does not live to its end."""

import evals
import evals.metrics
import evals.record
from evals.api import CompletionFn, CompletionResult


class Answer(CompletionResult):
    def __init__(self, said):
        self.said = said

    def get_completions(self):
        return [self.said]


class Router(CompletionFn):
    """Sends money to billing and everything else to bugs."""

    def __init__(self, **_):
        pass

    def __call__(self, prompt, **_):
        said = "billing." if "charged" in prompt else "bugs."
        usage = {"completion_tokens": 2, "prompt_tokens": len(prompt.split()), "total_tokens": 2 + len(prompt.split())}
        evals.record.record_sampling(prompt=prompt, sampled=[said], model="acme-router-2026-11-01", usage=usage)
        return Answer(said)


class Tone(evals.Eval):
    """Says how long an answer is, and whether it ends politely."""

    def __init__(self, completion_fns, samples_jsonl, *args, **kwargs):
        super().__init__(completion_fns, *args, **kwargs)
        self.samples_jsonl = samples_jsonl

    def eval_sample(self, sample, *_):
        asked = sample["input"]
        said = self.completion_fn(prompt=asked).get_completions()[0]
        if "blank" in asked:
            evals.record.record_error("no answer", RuntimeError("the judge at /srv/judge did not answer"))
            return
        evals.record.record_metrics(
            brevity=1 - len(asked) / 100, is_polite=said.endswith("."), rest=float("nan") if "Hello" in asked else 0.5
        )

    def run(self, recorder):
        self.eval_all_samples(recorder, self.get_samples())
        return {"brevity": sum(recorder.get_scores("brevity")) / len(recorder.get_scores("brevity")), "scored": len(recorder.get_metrics())}


class Broken(Tone):
    """Ends before its report."""

    def run(self, recorder):
        self.eval_all_samples(recorder, self.get_samples())
        raise SystemExit("killed")
