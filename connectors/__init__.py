"""What a source is: reading it and typing what it says. Extraction only.

Belongs here: clients, cursors, record contracts. Does not belong here: Dagster, DuckDB, dbt, anything about where rows go.
"""

OWNER = "fulcrum-evidence"
