"""Runs of eval harnesses, read from the files that the harnesses leave behind."""
