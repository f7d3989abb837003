"""Writes EXIF blocks as phones do: orientation, and where the photo was taken."""

import struct

SECRET = b"GPS-SECRET-51.9607N"


def block(orientation: int = 1, order: str = ">") -> bytes:
    """A TIFF block with the orientation, a GPS directory, and a text that must never come out again."""
    head = (b"MM\0*" if order == ">" else b"II*\0") + struct.pack(order + "I", 8)
    entries = [
        struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0),
        struct.pack(order + "HHII", 0x010E, 2, len(SECRET), 8 + 2 + 3 * 12 + 4),
        struct.pack(order + "HHII", 0x8825, 4, 1, 8 + 2 + 3 * 12 + 4 + len(SECRET)),
    ]
    gps = struct.pack(order + "HHHI4sI", 1, 1, 2, 2, b"N\0\0\0", 0)
    return head + struct.pack(order + "H", 3) + b"".join(entries) + struct.pack(order + "I", 0) + SECRET + gps


def into_jpeg(jpeg: bytes, orientation: int, order: str = ">") -> bytes:
    """Put the block behind a JPEG's first marker."""
    body = b"Exif\0\0" + block(orientation, order)
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + jpeg[2:]


def with_focal(jpeg: bytes, focal: int, order: str = ">") -> bytes:
    """Put a block behind a JPEG's first marker that tells the focal length, in mm as for 35 mm film."""
    head = (b"MM\0*" if order == ">" else b"II*\0") + struct.pack(order + "I", 8)
    pointer = struct.pack(order + "HHHIII", 1, 0x8769, 4, 1, 8 + 2 + 12 + 4, 0)
    told = struct.pack(order + "HHHIHHI", 1, 0xA405, 3, 1, focal, 0, 0)
    body = b"Exif\0\0" + head + pointer + told
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + jpeg[2:]
