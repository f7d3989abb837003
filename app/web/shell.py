"""The two entries and their files: pwa/ as it lies there, but scripts without comments and blank space, a third of
them. Only what is in that folder at the start is served.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import mimetypes
import time
from pathlib import Path

import rjsmin
from flask import Blueprint, Flask, Response, current_app, make_response, request
from werkzeug.exceptions import HTTPException

from app.errors import NotFound

bp = Blueprint("shell", __name__)

FOLDER = Path(__file__).resolve().parents[2] / "pwa"
ENTRIES = {"/": "index.html", "/desk/": "desk.html"}
TYPES = {
    ".webmanifest": "application/manifest+json",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".woff2": "font/woff2",
}
DESK_FILES = ("/desk.", "/desk/", "/words/desk-")
PHONE_FILES = ("/app.", "/phone/", "/live/", "/check/", "/manifest.webmanifest", "/words/de.json", "/words/en.json")
OUTSIDE = ("/proof.",)  # of the public page that checks a receipt, which is no part of either
# Not there from the start: another language comes with who reads it, what shows PDFs with the first PDF; the survey and
# a first PIN need a network.
LATER = (
    "/words/en.json",
    "/lib/compose.js",
    "/lib/pdf.js",
    "/phone/pin.js",
    "/phone/sheets.js",
    "/phone/survey.js",
    "/vendor/pdfjs/jbig2_nowasm_fallback.js",
    "/vendor/pdfjs/openjpeg_nowasm_fallback.js",
    "/vendor/pdfjs/pdf.min.mjs",
    "/vendor/pdfjs/pdf.worker.min.mjs",
)
NOT_IN_THE_SHELL = (".md", ".txt", ".ts", "LICENSE")
MOST_SHARED = 64 * 1024 * 1024
PIECE = 64 * 1024
PATIENCE = 20.0  # s
WORTH_PACKING = (".html", ".css", ".js", ".mjs", ".json", ".svg", ".webmanifest")


class Shell:
    """All files of pwa/ by their path in the URL, each with a hash; read once."""

    def __init__(self, folder: Path = FOLDER) -> None:
        found = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "sw.js")
        self.files = {f"/{path.relative_to(folder).as_posix()}": _served(path) for path in found}
        self.hashes = {path: hashlib.sha256(data).hexdigest()[:16] for path, data in self.files.items()}
        self.packed = {
            path: gzip.compress(data, 9, mtime=0) for path, data in self.files.items() if path.endswith(WORTH_PACKING)
        }
        self.worker = _served(folder / "sw.js") if (folder / "sw.js").exists() else b""
        said = json.dumps(self.hashes).encode() + self.worker
        self.version = hashlib.sha256(said).hexdigest()[:16]
        self.packs = {f"/{entry}.pack": gzip.compress(self._pack(entry), 9, mtime=0) for entry in ("phone", "desk")}

    def list(self, entry: str) -> list[str]:
        """What an entry needs to open without a network."""
        others = DESK_FILES if entry == "phone" else PHONE_FILES
        html = {f"/{name}" for name in ENTRIES.values()}
        wanted = [
            path
            for path in self.files
            if not path.startswith(others + OUTSIDE)
            and path not in html
            and not path.endswith(NOT_IN_THE_SHELL)
            and path not in LATER
            # the system fetches these once, at the installation; no page of ours shows them
            and not (path.startswith("/icons/") and path.endswith(".png"))
        ]
        return ["/" if entry == "phone" else "/desk/", *wanted]

    def _pack(self, entry: str) -> bytes:
        """All that is text of what an entry needs, in one answer: `{version, files: {path: {type, text}}}`. Eighty
        small files alone are a fifth larger, and as many questions on a slow link.
        """
        files = {
            path: {"type": content_type(path), "text": self.files[path].decode()}
            for path in self.list(entry)
            if path in self.packed
        }
        return json.dumps({"version": self.version, "files": files}, ensure_ascii=False).encode()

    def service_worker(self) -> bytes:
        """sw.js behind one line that names the files; any change of any file makes it a new worker. What comes
        later is named with its hash: only the file of this version is taken.
        """
        later = {path: self.hashes[path] for path in LATER}
        said = {"version": self.version, "phone": self.list("phone"), "desk": self.list("desk"), "later": later}
        return b"const SHELL = " + json.dumps(said).encode() + b";\n" + self.worker


def content_type(path: str) -> str:
    """What a file is, by its name."""
    kind = TYPES.get(Path(path).suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith(("text/", "application/m")) else kind


def _served(path: Path) -> bytes:
    data = path.read_bytes()
    return bytes(rjsmin.jsmin(data)) if path.suffix == ".js" else data


def set_up(app: Flask) -> None:
    """Read the files and register the entries."""
    app.config["SHELL"] = Shell()
    app.register_blueprint(bp)


def _shell() -> Shell:
    shell: Shell = current_app.config["SHELL"]
    return shell


@bp.get("/")
def phone() -> Response:
    """The phone's entry."""
    return _file("/index.html")


@bp.get("/desk/")
def desk() -> Response:
    """The office's entry."""
    return _file("/desk.html")


@bp.get("/desk")
def desk_without_slash() -> tuple[str, int, dict[str, str]]:
    """People type it without the slash."""
    return "", 308, {"Location": "/desk/"}


@bp.get("/sw.js")
@bp.get("/desk/sw.js")
def worker() -> Response:
    """The service worker, the same for both entries; asked for afresh every time."""
    response = make_response(_shell().service_worker())
    response.headers["Content-Type"] = "text/javascript"
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.post("/share")
def share() -> tuple[str, int, dict[str, str]]:
    """What another app shared came here because no service worker took it (`shared` in sw.js). Nobody could say whose
    files these are: they are thrown away as they come, and the phone is led to a screen that says what to do instead.
    """
    _throw_away()
    return "", 303, {"Location": "/#/shared/failed", "Cache-Control": "no-store"}


def _throw_away() -> None:
    """Browsers read no answer while nobody takes their body. What is larger or slower than people share is left."""
    request.max_content_length = MOST_SHARED
    until = time.monotonic() + PATIENCE
    with contextlib.suppress(HTTPException, OSError):
        while time.monotonic() < until and request.stream.read(PIECE):
            pass


@bp.get("/phone.pack")
@bp.get("/desk.pack")
def pack() -> Response:
    """What the service worker keeps of an entry; every browser that has one takes gzip."""
    response = make_response(_shell().packs[request.path])
    response.headers["Content-Type"] = "application/json"
    response.headers["Content-Encoding"] = "gzip"
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.get("/<path:path>")
def file(path: str) -> Response:
    """Any other file of pwa/."""
    return _file(f"/{path}")


def _file(path: str) -> Response:
    shell = _shell()
    if path not in shell.files:
        raise NotFound()
    packed = path in shell.packed and "gzip" in request.headers.get("Accept-Encoding", "")
    response = make_response(shell.packed[path] if packed else shell.files[path])
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Content-Type"] = content_type(path)
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Vary"] = "Accept-Encoding"
    response.set_etag(shell.hashes[path], weak=True)
    response.make_conditional(request)
    return response
