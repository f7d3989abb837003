"""Everything that scanning can foresee going wrong, as one small tree.

ScanError                     code
├── NotAnImage                unreadable      not a JPEG, PNG or WebP, or nothing in it can be decoded
│   └── Empty                 unreadable      0 bytes
├── TooLarge                  too_large       more pixels than may be decoded; read from the header
├── NotASheet                 bad_corners     four corners that are no convex quadrilateral
├── NoPages                   no_pages        a PDF of nothing was asked for
├── ReaderMissing             no_reader       tesseract, or its languages, are not installed
├── ReaderFailed              reader_failed   tesseract gave no answer, or none in time
├── PdfError
│   ├── PdfBroken             pdf_broken      cannot be opened or drawn
│   ├── PdfEncrypted          pdf_encrypted   needs a password
│   └── PdfTooLong            pdf_too_long    more pages than may be taken
└── Poison                    decoder_died    stopped by cell.py
    ├── TookTooLong           took_too_long   no answer in time
    ├── OutOfMemory           out_of_memory   asked for more memory than it may have
    └── Died                  decoder_died    the decoder crashed, or failed in a way nobody foresaw

`code` is stable and for machines; the message is English and safe to show.
"""


class ScanError(Exception):
    """Base of all; catch this one to catch them all."""

    code = "unreadable"


class NotAnImage(ScanError):
    """The bytes are no image that scanning reads."""


class Empty(NotAnImage):
    """There are no bytes at all."""

    def __init__(self, message: str = "The file is empty.") -> None:
        super().__init__(message)


class TooLarge(ScanError):
    """More pixels than may be decoded. `pixels` is what the header promises."""

    code = "too_large"

    def __init__(self, pixels: int, most: int) -> None:
        super().__init__(f"The image has {pixels / 1e6:.0f} million pixels; {most / 1e6:.0f} million is the limit.")
        self.pixels = pixels


class NotASheet(ScanError):
    """Four corners that are no convex quadrilateral: a fold, or two corners swapped."""

    code = "bad_corners"


class NoPages(ScanError):
    """A PDF needs at least one page."""

    code = "no_pages"


class ReaderMissing(ScanError):
    """Nothing here can read print."""

    code = "no_reader"

    def __init__(self, message: str = "tesseract with German or English is not installed here.") -> None:
        super().__init__(message)


class ReaderFailed(ScanError):
    """The page could not be read, or not in time."""

    code = "reader_failed"


class PdfError(ScanError):
    """Something is wrong with a PDF that was handed in."""

    code = "pdf_broken"


class PdfBroken(PdfError):
    """It cannot be opened, or a page of it cannot be drawn."""


class PdfEncrypted(PdfError):
    """It needs a password that we do not have."""

    code = "pdf_encrypted"

    def __init__(self, message: str = "The PDF is protected by a password.") -> None:
        super().__init__(message)


class PdfTooLong(PdfError):
    """It has more pages than may be taken. `pages` is how many."""

    code = "pdf_too_long"

    def __init__(self, pages: int, most: int) -> None:
        super().__init__(f"The PDF has {pages} pages; {most} is the limit.")
        self.pages = pages


class Poison(ScanError):
    """The file did something to its decoder that only a process of its own could keep in bounds."""

    code = "decoder_died"


class TookTooLong(Poison):
    """No answer in `seconds`; `busy` when that is the fault of a machine that let it run for only a part of them."""

    code = "took_too_long"

    def __init__(self, seconds: float, *, busy: bool = False) -> None:
        super().__init__(f"Reading the file took longer than {seconds:.0f} seconds.")
        self.seconds = seconds
        self.busy = busy


class OutOfMemory(Poison):
    """It asked for more memory than one file may have."""

    code = "out_of_memory"

    def __init__(self, message: str = "Reading the file takes more memory than it may have.") -> None:
        super().__init__(message)


class Died(Poison):
    """The decoder crashed, or failed in a way nobody foresaw; a note on the error says what is known."""
