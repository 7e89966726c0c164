"""A harness as an installed package: its name, version and commit end up in the log."""
