"""When things run and in what order. The only package that imports Dagster; it holds no logic of its own."""

OWNER = "fulcrum-evidence"
