"""Envelopes of one store, each read at most once, however many logs it speaks for."""

from dataclasses import dataclass, field

from connectors.evals.envelope import read_envelope
from connectors.evals.shape import Json, UnreadableLog
from connectors.evals.store import Entry, Store


@dataclass(frozen=True)
class Sidecar:
    """What an envelope says; `content` is None where it cannot be read, with the reason."""

    sha: str
    content: Json | None
    fault: str = ""


@dataclass
class Sidecars:
    """Reads envelopes when they are first asked for."""

    store: Store
    read: dict[str, Sidecar] = field(default_factory=dict)

    def of(self, entry: Entry) -> Sidecar:
        """An envelope's content.

        Raises:
            SourceError: when the store does not give it out.
        """
        if entry.path not in self.read:
            with self.store.fetch(entry) as fetched:
                self.read[entry.path] = _sidecar(fetched.body.read(), fetched.sha)
        return self.read[entry.path]


def _sidecar(body: bytes, sha: str) -> Sidecar:
    try:
        return Sidecar(sha, read_envelope(body))
    except UnreadableLog as error:
        return Sidecar(sha, None, error.reason)
