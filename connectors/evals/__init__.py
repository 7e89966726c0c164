"""Runs of eval harnesses, read from the files that the harnesses leave behind: Inspect, lm-evaluation-harness, promptfoo."""
