"""Registers that somebody keeps: slices and their traffic, prices and spend of models, surveys."""
