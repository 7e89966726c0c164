"""Experiments with their phases and results, from folders of files and from GrowthBook, behind one contract."""
