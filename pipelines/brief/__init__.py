"""The manager's page: a few of an engineer's evidence rows by a stated rule, and what stands around them. It never holds a rating."""
