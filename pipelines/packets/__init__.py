"""A written packet against the evidence rows: sentences, figures, claims, verdicts, and what the words promise. Pure rules."""
