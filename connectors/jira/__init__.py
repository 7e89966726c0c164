"""Jira issues with their whole history, from Cloud, Server and Data Center."""
