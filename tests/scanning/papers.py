"""PDFs as people hand them in, built by hand."""

import io

import pikepdf
from pikepdf import Dictionary, Name

A4 = (595.28, 841.89)


def pdf_of(*contents: str, size: tuple[float, float] = A4, then=lambda pdf: None, **options) -> bytes:
    """A PDF with one page for each content stream; /H is Helvetica, WinAnsi. `then(pdf)` may add what it likes."""
    pdf = pikepdf.new()
    font = Dictionary(
        Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name("/WinAnsiEncoding")
    )  # fmt: skip
    for content in contents:
        page = pdf.add_blank_page(page_size=size)
        page.obj.Resources = Dictionary(Font=Dictionary(H=font))
        page.obj.Contents = pdf.make_stream(content.encode("cp1252"))
    then(pdf)
    out = io.BytesIO()
    pdf.save(out, **options)
    return out.getvalue()


def line(text: str, x: float, y: float, size: float = 12) -> str:
    """One line of print at (x, y) pt from the lower left corner."""
    return f"BT /H {size} Tf {x} {y} Td ({text}) Tj ET\n"


LETTER = "".join(
    line(text, 70, 740 - 22 * n, 14 if n == 0 else 11)
    for n, text in enumerate(
        ["Bescheid über Leistungen", "Sehr geehrte Frau Özdemir,", "für Dezember werden Ihnen 563,00 € bewilligt.",
         "Größere Änderungen müssen Sie unverzüglich mitteilen.", "Mit freundlichen Grüßen", "Ihr Jobcenter"] * 3
    )
)  # fmt: skip
