"""Who acknowledges whom: witnesses from outside, an author who praises his own tool, two who praise each other, one who gave no leave."""

import json
from datetime import date

from pipelines.demo.world import World
from pipelines.demo.world_packets import Packet, Statement

HARNESS, LIBRARY = "eval-harness", "prompt-library"
BROKEN = {"notes.md": "# Notes for my packet\n\nAcme Eval Harness.\n"}
"""A file that says nothing of itself."""

_PACKETS = (
    Packet(
        *("jonas.md", "jonas", "acme/long-context-routing", "quote"),
        (Statement(HARNESS, "Acme Eval Harness: its gate stopped routing changes that we would have shipped."),),
        written_on=date(2026, 6, 24),
    ),
    Packet(
        *("lev.json", "lev", "acme/safety-classifier", "existence"),
        (Statement(HARNESS, "The safety suite could not run without it."),),
        written_on=date(2026, 6, 20),
    ),
    Packet(
        *("dora.md", "dora", "acme/support-agent", "quote"),
        (Statement(HARNESS, "Acme Eval Harness, which every answer prompt now runs through.", is_reciprocal=True),),
    ),
    Packet(
        *("ana.md", "ana", "acme/nightly-shell", "quote"),
        (
            Statement(LIBRARY, "Acme Prompt Library, where my judge prompts come from.", is_reciprocal=True),
            Statement(HARNESS, "This half I moved Acme Eval Harness to one gate.", is_acknowledgement=False),
        ),
    ),
    Packet(*("ben.md", "ben", "acme/labeling-svc", ""), (Statement(HARNESS, "Acme Eval Harness, as ever."),)),
    Packet(*("farah.md", "farah", "acme/support-agent", "none"), (Statement(HARNESS, "Acme Eval Harness."),)),
)


def packets(world: World) -> None:
    """The packets of the half-year, and the files that hold them."""
    emails = {person.person_id: person.emails[0] for person in world.people}
    world.packets = list(_PACKETS)
    written = {packet.file: _written(packet, emails[packet.author]) for packet in world.packets}
    world.packet_files = written | BROKEN


def _written(packet: Packet, email: str) -> str:
    header: dict[str, str] = {"person": email, "period": packet.period, "project": packet.project}
    header |= {"consent": packet.consent} if packet.consent else {}
    header |= {"date": packet.written_on.isoformat()} if packet.written_on else {}
    if packet.file.endswith(".json"):
        return json.dumps(header | {"acknowledgements": [{"artifact": one.artifact, "text": one.text} for one in packet.said]}, indent=1)
    front = "".join(f"{name}: {value}\n" for name, value in header.items())
    told = "".join(f"{one.text}\n\n" for one in packet.said if not one.is_acknowledgement)
    thanks = "".join(f"- {one.text}\n" for one in packet.said if one.is_acknowledgement)
    return f"---\n{front}---\n# {packet.period}\n\n{told}## Built on\n\n{thanks}"
