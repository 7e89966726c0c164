"""Smoke run: read a folder of packets and print what they say. `python -m connectors.packets packets/ eval-harness "Acme Eval Harness"`."""

import argparse
import sys

from connectors import smoke
from connectors.contract import Record
from connectors.packets.options import NamedArtifact, PacketFolder, PacketsOptions
from connectors.packets.resources import CONNECTOR


def main(arguments: list[str] | None = None) -> int:
    """Print every statement about the artifact and everything set aside; 1 when the folder cannot be read."""
    parser = argparse.ArgumentParser(
        prog="python -m connectors.packets", description="Read packets and print what they say of an artifact."
    )
    parser.add_argument("path", help="a file or folder; anything fsspec opens")
    parser.add_argument("artifact", help="id of the artifact")
    parser.add_argument("names", nargs="*", help="what else it is called")
    given = parser.parse_args(arguments)
    options = PacketsOptions(
        folders=(PacketFolder(name="packets", path=given.path),), artifacts=(NamedArtifact(id=given.artifact, names=tuple(given.names)),)
    )
    return smoke.read(CONNECTOR, options, _show)


def _show(table: str, said: Record) -> None:
    if table == "statements":
        print(said["kind"], said["author"], said["period"], said["project"] or "-", said["quote"] or "(not to be quoted)", sep="\t")


if __name__ == "__main__":
    sys.exit(main())
