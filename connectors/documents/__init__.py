"""RFCs, decision records and post-mortems in plain folders, outside of any repository: what each says of itself and what it names."""
