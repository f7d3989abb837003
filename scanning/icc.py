"""The sRGB colour profile that PDF/A wants inside, made here so that no file of others has to be shipped.

source  ICC.1:2001-04 (version 2.4, matrix/TRC display profile); sRGB curve: IEC 61966-2-1;
        primaries adapted to D50 by Bradford
"""

import struct
from functools import cache

PRIMARIES = {
    "rXYZ": (0.43607, 0.22249, 0.01392),
    "gXYZ": (0.38515, 0.71687, 0.09708),
    "bXYZ": (0.14307, 0.06061, 0.71410),
}
D50 = (0.9642, 1.0, 0.82491)
STEPS = 1024  # entries of the tone curve


@cache
def srgb() -> bytes:
    """Return the profile, the same bytes every time."""
    curve = _curve()
    tags = {
        "desc": _text("sRGB"),
        "cprt": b"text\0\0\0\0No copyright, use freely\0",
        "wtpt": _xyz(D50),
        **{name: _xyz(value) for name, value in PRIMARIES.items()},
        "rTRC": curve,
        "gTRC": curve,
        "bTRC": curve,
    }
    return _assemble(tags)


def _assemble(tags: dict[str, bytes]) -> bytes:
    start = 128 + 4 + 12 * len(tags)
    table, body, seen = b"", b"", {}
    for name, data in tags.items():
        if data not in seen:  # the three curves share their bytes
            seen[data] = start + len(body)
            body += data + b"\0" * (-len(data) % 4)
        table += name.encode() + struct.pack(">II", seen[data], len(data))
    head = _header(start + len(body))
    return head + struct.pack(">I", len(tags)) + table + body


def _header(size: int) -> bytes:
    return struct.pack(
        ">I4sI4s4s4s6H4s4sI4s4sQI3i4s44x",
        size, b"\0\0\0\0", 0x02400000, b"mntr", b"RGB ", b"XYZ ",
        2026, 1, 1, 0, 0, 0, b"acsp", b"\0\0\0\0", 0, b"\0\0\0\0", b"\0\0\0\0", 0, 0,
        *(round(value * 65536) for value in D50), b"\0\0\0\0",
    )  # fmt: skip


def _xyz(value: tuple[float, float, float]) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(v * 65536) for v in value))


def _curve() -> bytes:
    values = (_linear(step / (STEPS - 1)) for step in range(STEPS))
    return b"curv\0\0\0\0" + struct.pack(f">I{STEPS}H", STEPS, *(round(65535 * v) for v in values))


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _text(text: str) -> bytes:
    ascii_part = text.encode() + b"\0"
    return b"desc\0\0\0\0" + struct.pack(">I", len(ascii_part)) + ascii_part + b"\0" * (8 + 3 + 67)
