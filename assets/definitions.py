"""What `workspace.yaml` and `fulcrum dagster` load. Configuration and home come from FULCRUM_CONFIG and FULCRUM_HOME."""

import os
from pathlib import Path

import dagster as dg

import assets
import connectors
import pipelines

if {package.OWNER for package in (assets, connectors, pipelines)} != {"fulcrum-evidence"}:
    raise ImportError("assets, connectors or pipelines is another distribution's package; reinstall Fulcrum in a fresh environment")


@dg.definitions
def defs() -> dg.Definitions:
    """The code location `fulcrum`."""
    from assets.build import build_defs

    return build_defs(Path(os.environ.get("FULCRUM_CONFIG", "fulcrum.toml")), Path(os.environ.get("FULCRUM_HOME", ".fulcrum")))
