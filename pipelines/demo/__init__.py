"""The demo organisation: a seeded company with planted truth, and the servers that speak its sources' APIs."""
