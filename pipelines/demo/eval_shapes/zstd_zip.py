"""A zip with Zstandard members, as Inspect writes them, with the same bytes every time.

zipfile-zstd starts twelve threads for every member, 2 ms each: ten seconds for the demo's samples. Members here are compressed
by one compressor without threads, so the archive is put together by hand; zipfile-zstd and Inspect read it.
"""

import struct
import zlib
from collections.abc import Mapping
from datetime import datetime

import zstandard

ZSTANDARD = 93
NEEDED = 63
"""Version of the zip format that knows Zstandard."""
UNIX = 3 << 8
UTF8_NAME = 0x800
FILE_MODE = 0o600 << 16


def zipped(members: Mapping[str, bytes], written_at: datetime) -> bytes:
    """The archive of these members, in their order."""
    compressor = zstandard.ZstdCompressor(level=3)
    body, directory = bytearray(), bytearray()
    stamp = _dos_time(written_at)
    for name, content in members.items():
        packed, spelled = compressor.compress(content), name.encode()
        sizes = (zlib.crc32(content), len(packed), len(content), len(spelled), 0)
        common = struct.pack("<HHHIIIIHH", NEEDED, UTF8_NAME, ZSTANDARD, stamp, *sizes)
        place = struct.pack("<HHHII", 0, 0, 0, FILE_MODE, len(body))
        directory += b"PK\x01\x02" + struct.pack("<H", UNIX | NEEDED) + common + place + spelled
        body += b"PK\x03\x04" + common + spelled + packed
    end = struct.pack("<HHHHIIH", 0, 0, len(members), len(members), len(directory), len(body), 0)
    return bytes(body + directory + b"PK\x05\x06" + end)


def _dos_time(moment: datetime) -> int:
    """Date and time in two-second steps since 1980."""
    date = (moment.year - 1980) << 9 | moment.month << 5 | moment.day
    time = moment.hour << 11 | moment.minute << 5 | moment.second // 2
    return date << 16 | time
