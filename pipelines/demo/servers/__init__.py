"""Servers that speak the APIs of GitHub, git over HTTP, Jira and GrowthBook for a demo `World`, on loopback.

They keep the rules of the real services (paging, limits, conditional requests, refusals), because the connectors that are
tried against them are the ones that meet the real services. `serving` starts and stops them; `process` does so in a process
of its own. Nothing here knows the story: a `World` says what is served.
"""
