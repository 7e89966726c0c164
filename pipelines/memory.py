"""How the process looks after its objects."""

import atexit
import gc

_OBJECTS = 100_000
"""A page of GitHub has a few thousand objects. By Python's own setting (700) each is walked over many times while it is parsed: an eighth
of the CPU of a first sync."""


def collect_rarely() -> None:
    """Search for cycles of objects rarely: answers and records have none, and are freed as soon as nobody holds them.

    At the end of the process not at all: the search that Python makes then costs half a second after dlt's and dbt's imports.
    """
    if gc.get_threshold()[0] == _OBJECTS:
        return
    gc.freeze()
    gc.set_threshold(_OBJECTS, 20, 20)
    atexit.register(gc.freeze)
