"""How data gets in, through and out: everything that a shell can run. No Dagster in here."""

OWNER = "fulcrum-evidence"
