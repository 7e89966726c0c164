"""Smoke run: read one register and print what it holds. `python -m connectors.registers prices prices.csv`."""

import argparse
import sys
from typing import get_args

from connectors import smoke
from connectors.registers.options import Kind, Register, RegistersOptions
from connectors.registers.resources import CONNECTOR


def main(arguments: list[str] | None = None) -> int:
    """Print rows per table and everything set aside; 1 when the register cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m connectors.registers", description="Read a register and print what it holds.")
    parser.add_argument("kind", choices=get_args(Kind))
    parser.add_argument("path", help="a file or folder; anything fsspec opens")
    given = parser.parse_args(arguments)
    return smoke.read(CONNECTOR, RegistersOptions(registers=(Register(name="register", kind=given.kind, path=given.path),)))


if __name__ == "__main__":
    sys.exit(main())
