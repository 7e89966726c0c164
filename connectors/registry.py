"""Which connectors exist, by name. A connector is imported only when asked for."""

from importlib import import_module

from connectors.contract import Connector

MODULES = {
    "people": "connectors.people.resources",
    "github": "connectors.github.resources",
    "git": "connectors.git.resources",
    "jira": "connectors.jira.resources",
    "incidents": "connectors.incidents.resources",
    "evals": "connectors.evals.resources",
    "experiments": "connectors.experiments.resources",
    "labels": "connectors.labels.resources",
    "registers": "connectors.registers.resources",
    "packets": "connectors.packets.resources",
    "documents": "connectors.documents.resources",
}
"""In the order in which a sync reads them: git needs GitHub's repositories."""


def get(name: str) -> Connector:
    """The connector of that name.

    Raises:
        KeyError: for an unknown name, listing the known ones.
    """
    if name not in MODULES:
        raise KeyError(f"unknown source {name!r}; known: {', '.join(MODULES)}")
    return import_module(MODULES[name]).CONNECTOR
