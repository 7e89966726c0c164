"""Smoke run: read a Jira site and print what comes. `JIRA_TOKEN=... python -m connectors.jira <url> --email ... --project ML`."""

import argparse
import sys

from connectors import smoke
from connectors.jira.options import JiraOptions
from connectors.jira.resources import CONNECTOR


def main(arguments: list[str] | None = None) -> int:
    """Print rows per table; 1 when the site or one of its projects cannot be read, 2 for wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m connectors.jira", description="Read a Jira site and print what comes.")
    parser.add_argument("url", help="such as https://acme.atlassian.net")
    parser.add_argument("--email", help="account of the token; leave out for a personal access token")
    parser.add_argument("--project", action="append", required=True, dest="projects", help="key or id; may be given several times")
    parser.add_argument("--probe", action="store_true", help="only check access")
    given = parser.parse_args(arguments)
    told = {"url": given.url, "email": given.email, "token": smoke.secret(parser, "JIRA_TOKEN"), "projects": given.projects}
    options = smoke.checked(parser, JiraOptions, told)
    return smoke.probe(CONNECTOR, options) if given.probe else smoke.read(CONNECTOR, options)


if __name__ == "__main__":
    sys.exit(main())
