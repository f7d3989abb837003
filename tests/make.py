"""Plain builders: people, photos, manifests, whole submissions. All invented."""

from __future__ import annotations

import base64
import functools
import hashlib
import io
import uuid
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from app import assembly, intake
from app.config import Config
from app.manifest import Manifest
from app.office import load_office
from app.store import jobs

TEAMS = {"one": "Team Eins", "two": "Team Zwei"}
JANA: dict[str, Any] = {"role": "jobseeker", "name": "Jana Özdemir", "login": "11112222", "secret": "123456",
                        "case": {"number": "41502//00000001", "team": "one"}}  # fmt: skip
LUCA: dict[str, Any] = {"role": "jobseeker", "name": "Luca Ferrari", "login": "33334444", "secret": "654321"}
MIRA: dict[str, Any] = {"role": "caseworker", "name": "Mira Kern", "login": "mira", "secret": "a long password",
                        "team": "one"}  # fmt: skip
RAUL: dict[str, Any] = {"role": "caseworker", "name": "Raul Meyer", "login": "raul", "secret": "another password",
                        "team": "two"}  # fmt: skip
KERSTIN: dict[str, Any] = {"role": "admin", "name": "Kerstin Voss", "login": "voss", "secret": "an admin's password"}


@functools.cache
def make_photo(seed: int = 1, size: tuple[int, int] = (450, 600), **options: Any) -> bytes:
    """A phone photo of a written sheet on a dark table; another seed is another sheet."""
    noise = np.random.default_rng(seed)
    photo = Image.fromarray(noise.integers(40, 70, (size[1], size[0], 3), dtype=np.uint8))
    draw = ImageDraw.Draw(photo)
    x, y = size[0] // 10, size[1] // 10
    draw.polygon([(x, y), (size[0] - x, y + 10), (size[0] - x + 8, size[1] - y), (x - 8, size[1] - y - 6)], "#f6f6f2")
    for row in range(14):
        top = y * 2 + row * (size[1] - 4 * y) // 14
        right = int(x * 2 + noise.integers(3, 6) * x)
        draw.line((x * 2, top, right, top), fill="#202020", width=5)
    out = io.BytesIO()
    photo.save(out, "JPEG", quality=80, **options)
    return out.getvalue()


def make_pdf(pages: int = 2, **options: Any) -> bytes:
    """A PDF as a bank's app gives it; options go to pikepdf's save."""
    import pikepdf

    pdf = pikepdf.new()
    for n in range(pages):
        page = pdf.add_blank_page(page_size=(595, 842))
        page.Contents = pdf.make_stream(f"BT /F1 40 Tf 100 {700 - n} Td (Page {n + 1}) Tj ET".encode())
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    out = io.BytesIO()
    pdf.save(out, **options)
    return out.getvalue()


def new_id() -> str:
    return str(uuid.uuid4())


def make_manifest(
    parts: list[bytes], kind: str = "payslip", each: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """A manifest for these bytes; PDFs and PNGs are told by their first bytes. `each` is said of every page, too."""
    pages = [
        {
            "id": f"p{n}",
            "seq": n,
            "size": len(part),
            "sha256": hashlib.sha256(part).hexdigest(),
            "type": type_of(part),
            **(each or {}),
        }
        for n, part in enumerate(parts, 1)
    ]
    client = {"app": "test", "captured_at": "2026-11-24T01:00:00Z", "clock_offset": 0}
    return {"kind": kind, "pages": pages, "client": client, **more}


def type_of(part: bytes) -> str:
    kinds = {b"%PDF": "application/pdf", b"\x89PNG": "image/png"}
    return kinds.get(part[:4], "image/jpeg")


def put_bytes(client: Any, submission: str, page: str, data: bytes, offset: int = 0, **headers: str) -> Any:
    """One append."""
    said = {"Upload-Offset": str(offset), "Content-Type": "application/partial-upload"}
    said |= {name.replace("_", "-"): value for name, value in headers.items()}
    return client.patch(f"/api/v1/submissions/{submission}/pages/{page}", data=data, headers=said)


def digest_of(data: bytes) -> str:
    """A Content-Digest header."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"


def send(client: Any, parts: list[bytes], **more: Any) -> str:
    """Hand in pages as a phone does; returns the submission's id."""
    submission = new_id()
    answer = client.put(f"/api/v1/submissions/{submission}", json=make_manifest(parts, **more))
    assert answer.status_code == 201, answer.json
    for n, part in enumerate(parts, 1):
        answer = put_bytes(client, submission, f"p{n}", part)
        assert answer.status_code == 200, answer.json
    assert answer.json["complete"]
    return submission


def hand_in(store: Any, owner: str, parts: list[bytes], whole: int | None = None) -> str:
    """Hand in pages without a browser; only the first `whole` of them when it is given. Returns the id."""
    submission, config = new_id(), Config()
    said = Manifest.model_validate(make_manifest(parts))
    intake.announce(store, config, owner, submission, said)
    for n, part in enumerate(parts[:whole], 1):
        intake.append(store, config, owner, submission, f"p{n}", 0, iter([part]), None)
    return submission


def scan_next(store: Any) -> None:
    """Do the oldest scan job, as the worker does."""
    job = jobs.claim(store.db, store.now())
    assert job is not None
    assembly.assemble(store, load_office(store.files.root), job["submission"], attempt=job["attempt"])
    jobs.finish(store.db, job)
