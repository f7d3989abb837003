"""Writing a PDF so that nobody can misread where its streams end.

Between the last byte of a stream and `endstream` stands a line feed. Where that last byte is a carriage return, the
two look like one line end, and some validators then find the stream a byte shorter than it says. One compressed
stream in 256 is like that, so it is written in letters instead (ISO 32000-1, 7.4.3), whose last is always `>`.
"""

import base64
import io
import zlib
from typing import BinaryIO

import pikepdf
from pikepdf import Array, Name

DOUBTFUL = b"\r\nendstream"
CHUNK = 1 << 20  # bytes


def save(pdf: pikepdf.Pdf, out: BinaryIO) -> None:
    """Write a document so that the same content gives the same bytes. `out` is seekable, open to read and write."""
    start = out.tell()
    pdf.save(out, deterministic_id=True, min_version="1.7", object_stream_mode=pikepdf.ObjectStreamMode.generate)
    out.seek(start)
    if _is_doubtful(out):
        out.seek(start)
        out.truncate()
        _save_plainly(pdf, out)


def with_clear_ends(pdf: bytes) -> bytes:
    """A finished PDF that somebody else wrote, byte for byte as it is where its ends are clear."""
    if not _is_doubtful(io.BytesIO(pdf)):
        return pdf
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        _save_plainly(opened, out)
    return out.getvalue()


def _is_doubtful(file: BinaryIO) -> bool:
    """Whether what follows in a file has a stream whose end is in doubt; leaves the file at its end."""
    kept = b""
    while chunk := file.read(CHUNK):
        if DOUBTFUL in kept + chunk:
            file.seek(0, io.SEEK_END)
            return True
        kept = chunk[1 - len(DOUBTFUL) :]
    return False


def _save_plainly(pdf: pikepdf.Pdf, out: BinaryIO) -> None:
    """Write it with every stream as it is here, and none that comes about on the way."""
    for one in pdf.objects:
        if isinstance(one, pikepdf.Stream):
            _make_clear(one)
    none = pikepdf.ObjectStreamMode.disable
    pdf.save(out, deterministic_id=True, min_version="1.7", object_stream_mode=none, compress_streams=False)


def _make_clear(stream: pikepdf.Stream) -> None:
    data = stream.read_raw_bytes()
    if "/Filter" not in stream and stream.get("/Type") != Name.Metadata:  # which any program may want to read
        data = zlib.compress(data)
        stream.write(data, filter=Name.FlateDecode)
    if data.endswith(b"\r"):
        _write_in_letters(stream, data)


def _write_in_letters(stream: pikepdf.Stream, data: bytes) -> None:
    """The same bytes as letters, before all that is done to them already."""
    filters, parms = _listed(stream.get("/Filter")), _listed(stream.get("/DecodeParms"))
    stream.write(
        base64.a85encode(data) + b"~>",
        filter=Array([Name.ASCII85Decode, *filters]),
        decode_parms=Array([None, *(parms or [None] * len(filters))]),
    )


def _listed(value: pikepdf.Object | None) -> list[pikepdf.Object | None]:
    return [] if value is None else list(value) if isinstance(value, Array) else [value]
