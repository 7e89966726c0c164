"""Performance packets that their authors share: what each one says of the artifacts of others."""
