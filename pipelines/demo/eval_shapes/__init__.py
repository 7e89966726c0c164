"""Eval runs of the demo organisation in the shapes of their tools: one module for each tool, each giving file names and bytes.

The shapes are those of the recorded files in `tests/data/evals`, key by key; a test holds them together.
"""
