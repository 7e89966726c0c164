"""Files of a store as logs: a main file, the parts that belong to it, and the envelope beside it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from connectors.evals.envelope import envelope_names, is_envelope
from connectors.evals.ledger import Known
from connectors.evals.model import Format
from connectors.evals.store import Entry


@dataclass(frozen=True)
class Unit:
    """One log: what is read together, and read again when any of it changes."""

    main: Entry
    parts: tuple[Entry, ...] = ()
    envelope: Entry | None = None
    shared: tuple[Entry, ...] = ()

    @property
    def files(self) -> tuple[Entry, ...]:
        """The files that the log is read from, main first."""
        return (self.main, *self.parts, *self.shared)

    @property
    def members(self) -> tuple[Entry, ...]:
        """The log's own files, and the envelope that speaks for it."""
        return self.files if self.envelope is None else (*self.files, self.envelope)


@dataclass(frozen=True)
class Listing:
    """A store's files, sorted out."""

    units: tuple[Unit, ...]
    envelopes: tuple[Entry, ...]
    orphans: tuple[Entry, ...]
    """Parts whose main file is not there."""

    @property
    def files(self) -> Iterator[Entry]:
        """Every file of a kind that this store is about."""
        for unit in self.units:
            yield from (unit.main, *unit.parts)
        yield from dict.fromkeys(entry for unit in self.units for entry in unit.shared)
        yield from self.envelopes
        yield from self.orphans


def sorted_out(entries: Sequence[Entry], tool: Format) -> Listing:
    """Put files together by their names; files of other kinds are left out."""
    envelopes = {entry.name: entry for entry in entries if is_envelope(entry.name)}
    mains: dict[str, list[Entry]] = {}
    parts: dict[str, list[Entry]] = {}
    shared: dict[str, list[Entry]] = {}
    for entry in entries:
        place = None if entry.name in envelopes else tool.place(entry.name)
        if place is not None:
            (shared if place.is_shared else mains if place.is_main else parts).setdefault(place.key, []).append(entry)
    units: list[Unit] = []
    for key, found in mains.items():
        # Two main files with one key would share their parts; the first has them, as each part belongs to one log.
        owned = [tuple(parts.get(key, ())), *((),) * (len(found) - 1)]
        units += [
            Unit(main, own, _envelope_of(main, envelopes), tuple(shared.get(key, ()))) for main, own in zip(found, owned, strict=True)
        ]
    orphans = tuple(entry for key, found in parts.items() if key not in mains for entry in found)
    return Listing(tuple(units), tuple(envelopes.values()), orphans)


def as_read_before(unit: Unit, known: Mapping[str, Known], root: str) -> dict[str, Known] | None:
    """The log's members when it was read last, a removed envelope included; None where it never was read whole."""
    if unit.main.path not in known:
        return None
    paths = [entry.path for entry in unit.files]
    spoke = (f"{root}/{name}" for name in envelope_names(unit.main.name))
    paths += [path for path in spoke if path in known][:1]
    return {path: known[path] for path in paths if path in known}


def looks_unchanged(unit: Unit, before: Mapping[str, Known] | None) -> bool:
    """Whether the listing gives no reason to read a log again."""
    if before is None or {entry.path for entry in unit.members} != set(before):
        return False
    return all(before[entry.path].looks_like(entry) for entry in unit.members)


def _envelope_of(main: Entry, envelopes: Mapping[str, Entry]) -> Entry | None:
    return next((envelopes[name] for name in envelope_names(main.name) if name in envelopes), None)
