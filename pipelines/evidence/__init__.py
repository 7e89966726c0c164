"""Reading evidence: who is meant, which rows, how they are shown, and what lies under one of them. Only published snapshots."""
