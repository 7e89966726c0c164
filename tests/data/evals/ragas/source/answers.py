"""Runs two experiments of Ragas on a "model", which is a function, with scores that ask no model: `python answers.py <folder>`."""

import asyncio
import sys

from ragas import Dataset, experiment

ITEMS = [
    {"id": "q-1", "slice": "billing", "user_input": "When am I charged?", "reference": "On the first of the month."},
    {"id": "q-2", "slice": "billing", "user_input": "Can I pay by invoice?", "reference": "Yes, from ten seats on."},
    {"id": "q-3", "slice": "access", "user_input": "How do I reset my password?", "reference": "By the link on the sign-in page."},
]


@experiment()
async def answers(row, breaks=False):
    if breaks and row["id"] == "q-3":
        raise RuntimeError("the model did not answer")
    response = {"q-1": "On the first of the month.", "q-2": "No, by card alone.", "q-3": "By a link."}[row["id"]]
    shared = set(response.lower().split()) & set(row["reference"].lower().split())
    return {
        **row,
        "response": response,
        "is_exact": response == row["reference"],
        "overlap": len(shared) / len(row["reference"].split()),
        "faithfulness": float("nan") if row["id"] == "q-2" else 0.5,
        "verdict": "pass" if len(shared) > 2 else "fail",
        "seconds": 1.5 + len(response) / 10,
        "model": "acme/answers-1",
        "git_sha": "352412fd68617470d7d61ac8f693404e689f83a0",
        "project": "support",
    }


async def main(folder):
    for kind in ("local/jsonl", "local/csv"):
        dataset = Dataset(name="support_questions", backend=kind, root_dir=f"{folder}/{kind[6:]}")
        for item in ITEMS:
            dataset.append(item)
        dataset.save()
        await answers.arun(dataset, name="nightly")
        await answers.arun(dataset, name="short", breaks=True)


asyncio.run(main(sys.argv[1]))
