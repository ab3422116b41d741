"""Documents to be covered: made anew in each test, with invented people and words that must not get out."""

from __future__ import annotations

import ctypes
import io
import re
import zlib
from collections.abc import Callable
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
import typst
from PIL import Image

SECRET = "示例三"
SECRET_IN_LATIN = "Zhang Sanfeng"
OPEN = "PUBLIC WORDS"


def a_document(*, pages: int = 1, size: str = "210mm, height: 297mm", secret: str = SECRET) -> bytes:
    """A PDF with a title, an author, a bookmark, and on each page words to cover and words to leave."""
    page = f"= {OPEN}\n户主：{secret}，登记于二〇二五年。\n\n{OPEN} {SECRET_IN_LATIN} {OPEN}\n"
    source = (
        f'#set document(title: "{secret}", author: "{SECRET_IN_LATIN}")\n'
        f'#set page(width: {size}, margin: 20mm)\n#set text(font: "Noto Serif CJK SC", size: 14pt)\n'
    ) + "#pagebreak()\n".join([page] * pages)
    return typst.compile(source.encode(), format="pdf")


def turned(document: bytes, degrees: int) -> bytes:
    """The same with every page turned."""
    return _changed(document, lambda page: page.set_rotation(degrees))


def cropped(document: bytes) -> bytes:
    """The same, of each page only the upper part being shown: CropBox within MediaBox."""
    return _changed(document, lambda page: page.set_cropbox(40, 500, 560, 820))


def annotated(document: bytes) -> bytes:
    """The same with a comment on its page and a file within it, both with words that must not get out."""
    pdf = pypdfium2.PdfDocument(document)
    pdf.new_attachment("secret.txt").set_data(SECRET_IN_LATIN.encode())
    note = pdfium.FPDFPage_CreateAnnot(pdf[0], pdfium.FPDF_ANNOT_TEXT)
    coded = ctypes.create_string_buffer((SECRET_IN_LATIN + "\0").encode("utf-16-le"))
    said = ctypes.cast(coded, ctypes.POINTER(ctypes.c_ushort))
    assert pdfium.FPDFAnnot_SetStringValue(note, b"Contents", said)
    pdfium.FPDFPage_CloseAnnot(note)
    return _saved(pdf)


def a_picture(kind: str = "PNG") -> bytes:
    """A photograph with words in its metadata."""
    kept = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = SECRET_IN_LATIN
    exif[0x0112] = 6  # lies on its side
    Image.new("RGB", (600, 400), "lightblue").save(kept, kind, exif=exif)
    return kept.getvalue()


def everything_in(document: bytes) -> bytes:
    """All octets of a PDF, and all that its streams say once unpacked."""
    unpacked = []
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", document, re.DOTALL):
        try:
            unpacked.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return b"\n".join([document, *unpacked])


def spellings(words: str) -> list[bytes]:
    """How words may stand in a PDF: plainly, and as hexadecimal."""
    codes = [words.encode(), words.encode("utf-16-be"), words.encode("utf-16-le")]
    return [*codes, *(code.hex().encode() for code in codes), *(code.hex().upper().encode() for code in codes)]


def text_of_pdf(document: bytes) -> str:
    """What a program that copies text gets out of a PDF."""
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(document))


def _changed(document: bytes, change: Callable[[Any], None]) -> bytes:
    pdf = pypdfium2.PdfDocument(document)
    for page in pdf:
        change(page)
    return _saved(pdf)


def _saved(pdf: pypdfium2.PdfDocument) -> bytes:
    kept = io.BytesIO()
    pdf.save(kept)
    return kept.getvalue()
