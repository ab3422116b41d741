"""Pages of a document as pictures, places of words on them, and the document made anew of pictures with boxes on them.

What is read here may be hostile, so this runs in a process of its own: see `casework.papers.document_pages`.
"""

from __future__ import annotations

import ctypes
import io
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Protocol

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image, ImageChops, ImageDraw, ImageFont, ImageOps

from casework.errors import Refusal
from casework.papers.document_words import Character, Place, places_of
from casework.redaction import WHOLE, Box, pixels_of

MOST_PAGES: Final = 100
LARGEST_MADE: Final = 10 * 2**20
"""Octets of what is made: as much as one attachment may have."""
DPI: Final = 150
MOST_PIXELS: Final = 16_000_000
"""Of one page; a larger page is shown and given out less finely."""
MOST_PIXELS_READ: Final = 120_000_000
"""Of a picture that is uploaded; beyond it nothing is unpacked."""
_POINTS: Final = 72
_QUALITY: Final = 80
_OWN_METADATA: Final = {"Creator": "PDFium"}


class Sheets(Protocol):
    """The pages of an open document."""

    def __len__(self) -> int:
        """How many there are."""
        ...

    def size(self, page: int) -> tuple[int, int]:
        """Width and height of the picture of a page, from 1."""
        ...

    def picture(self, page: int) -> Image.Image:
        """A page as it is seen: RGB, without anything that the file says beside."""
        ...

    def characters(self, page: int) -> Iterator[Character]:
        """The text layer of a page."""
        ...


@contextmanager
def opened(data: bytes) -> Iterator[Sheets]:
    """The document, a PDF or a picture; Refusal when it is neither, locked, broken or too large."""
    if data.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
        yield _Picture(data)
        return
    if b"%PDF-" not in data[:1024]:
        raise Refusal("document_kind", "only PDF, PNG and JPEG can be covered: print the document to a PDF first")
    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pdfium.FPDF_ERR_PASSWORD:
            raise Refusal("document_locked", "the PDF asks for a password: save it without one") from error
        raise Refusal("document_broken", "the PDF cannot be read: print it to a new PDF") from error
    try:
        if not 0 < len(pdf) <= MOST_PAGES:
            pages = len(pdf)
            raise Refusal(
                "document_pages",
                f"the document has {pages} pages, at most {MOST_PAGES} can be covered: split it",
                pages=pages,
                most=MOST_PAGES,
            )
        if pdf.get_formtype() != pdfium.FORMTYPE_NONE:
            pdf.init_forms()
        yield _Pdf(pdf)
    except pypdfium2.PdfiumError as error:
        raise Refusal("document_broken", "a page of the PDF cannot be read: print it to a new PDF") from error
    finally:
        pdf.close()


def picture_of_page(sheets: Sheets, page: int) -> bytes:
    """A page as JPEG, exactly as it is given out where no box covers it."""
    return _encoded(sheets.picture(page))


def places_of_words(sheets: Sheets, words: str, *, most: int) -> list[tuple[int, Place]]:
    """Where the words stand in the text layer, page by page; Refusal when there is no text layer."""
    found: list[tuple[int, Place]] = []
    has_text = False
    for page in range(1, len(sheets) + 1):
        characters = list(sheets.characters(page))
        has_text = has_text or bool(characters)
        found += [(page, place) for place in places_of(words, characters)]
        if len(found) > most:
            raise Refusal("many_boxes", f"the words stand in more than {most} places: cover whole pages", most=most)
    if not has_text:
        raise Refusal("document_no_text", "the document has no text layer: cover the words by boxes on the pages")
    return found


def cover(sheets: Sheets, boxes: Sequence[Box], marks: Sequence[str]) -> bytes:
    """A new PDF of the pages as pictures with the boxes black upon them, `marks` telling what each bears.

    It is opened again and looked through; Refusal when anything but pictures is in it.
    """
    made = pypdfium2.PdfDocument.new()
    for page in range(1, len(sheets) + 1):
        picture = sheets.picture(page)
        pencil = ImageDraw.Draw(picture)
        for box, mark in zip(boxes, marks, strict=True):
            if box.page == page:
                _blacken(pencil, pixels_of(box, *picture.size), mark)
        _add_page(made, picture)
    kept = io.BytesIO()
    made.save(kept)
    made.close()
    data = kept.getvalue()
    if len(data) > LARGEST_MADE:
        megabytes = LARGEST_MADE // 2**20
        raise Refusal("redacted_large", f"what was made exceeds {megabytes} MB: split the document", most=megabytes)
    if faults := faults_of(data, pages=len(sheets)):
        raise Refusal("redacted_unclean", f"what was made is not given out: {', '.join(faults)}")
    return data


def faults_of(data: bytes, *, pages: int) -> list[str]:
    """What a redacted document holds beside pictures of its pages, read out of its bytes anew; empty when nothing."""
    pdf = pypdfium2.PdfDocument(data)
    found = []
    if len(pdf) != pages:
        found.append(f"{len(pdf)} pages in place of {pages}")
    told = pdf.get_metadata_dict(skip_empty=True)
    told.pop("CreationDate", None)  # of this very moment
    if told != _OWN_METADATA:
        found.append("metadata")
    if pdf.count_attachments() or pdf.get_formtype() != pdfium.FORMTYPE_NONE or list(pdf.get_toc()):
        found.append("attachments, forms or bookmarks")
    for number, page in enumerate(pdf, start=1):
        kinds = {one.type for one in page.get_objects()}
        if page.get_textpage().count_chars() or kinds != {pdfium.FPDF_PAGEOBJ_IMAGE}:
            found.append(f"text or drawings on page {number}")
        if pdfium.FPDFPage_GetAnnotCount(page):
            found.append(f"annotations on page {number}")
    pdf.close()
    return found


@dataclass(frozen=True, slots=True)
class _Pdf:
    """Pages of a PDF."""

    pdf: pypdfium2.PdfDocument

    def __len__(self) -> int:
        return len(self.pdf)

    def size(self, page: int) -> tuple[int, int]:
        width, height = self._page(page).get_size()
        scale = _scale(width, height)
        return math.ceil(width * scale), math.ceil(height * scale)

    def picture(self, page: int) -> Image.Image:
        leaf = self._page(page)
        bitmap = leaf.render(scale=_scale(*leaf.get_size()))
        return _plain(bitmap.to_pil())

    def characters(self, page: int) -> Iterator[Character]:
        leaf = self._page(page)
        layer = leaf.get_textpage()
        for index in range(layer.count_chars()):
            left, bottom, right, top = layer.get_charbox(index, loose=True)
            corners = [_seen(leaf, x, y) for x, y in ((left, bottom), (right, top))]
            across, down = sorted(x for x, _ in corners), sorted(y for _, y in corners)
            place = Place(left=across[0], top=down[0], right=across[1], bottom=down[1])
            yield Character(chr(pdfium.FPDFText_GetUnicode(layer, index)), place)

    def _page(self, page: int) -> Any:
        if not 1 <= page <= len(self.pdf):
            raise Refusal("no_page", f"the document has {len(self.pdf)} pages", pages=len(self.pdf))
        return self.pdf[page - 1]


@dataclass(frozen=True, slots=True)
class _Picture:
    """A picture as a document of one page."""

    data: bytes

    def __len__(self) -> int:
        return 1

    def size(self, page: int) -> tuple[int, int]:
        return self.picture(page).size

    def picture(self, page: int) -> Image.Image:
        if page != 1:
            raise Refusal("no_page", "a picture is a document of one page", pages=1)
        try:
            with Image.open(io.BytesIO(self.data), formats=("PNG", "JPEG")) as read:
                if math.prod(read.size) > MOST_PIXELS_READ:
                    raise Refusal("document_pixels", "the picture has too many pixels: make it smaller")
                turned = ImageOps.exif_transpose(read)
        except (OSError, SyntaxError, ValueError) as error:
            raise Refusal("document_broken", "the picture cannot be read: save it anew") from error
        if math.prod(turned.size) > MOST_PIXELS:
            shrink = math.sqrt(MOST_PIXELS / math.prod(turned.size))
            turned = turned.resize((max(1, int(turned.width * shrink)), max(1, int(turned.height * shrink))))
        return _plain(turned)

    def characters(self, page: int) -> Iterator[Character]:
        return iter(())


def _scale(width: float, height: float) -> float:
    """Pixels for a point, as fine as a page of this size may be."""
    return min(DPI / _POINTS, math.sqrt(MOST_PIXELS / max(1.0, width * height)))


def _seen(page: Any, x: float, y: float) -> tuple[int, int]:
    """A point of a page where it is seen, in parts of WHOLE: the page may be turned and cropped."""
    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page, 0, 0, WHOLE, WHOLE, 0, x, y, ctypes.byref(across), ctypes.byref(down))
    return across.value, down.value


def _plain(picture: Image.Image) -> Image.Image:
    """The bare pixels on white: whatever else the file told of itself stays behind."""
    if picture.mode not in ("RGB", "L"):
        lit = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", lit.size, "white"), lit)
    bare = Image.new("RGB", picture.size, "white")
    bare.paste(picture.convert("RGB"))
    return bare


def _blacken(pencil: ImageDraw.ImageDraw, place: tuple[int, int, int, int], mark: str) -> None:
    left, top, right, bottom = place
    pencil.rectangle((left, top, right - 1, bottom - 1), fill="black")
    size = min(26, (bottom - top) * 7 // 10)
    if size < 9:
        return
    font = ImageFont.load_default(size)
    if pencil.textlength(mark, font=font) < (right - left) * 0.95:
        pencil.text(((left + right) / 2, (top + bottom) / 2), mark, fill="white", font=font, anchor="mm")


def _encoded(picture: Image.Image) -> bytes:
    red, green, blue = picture.split()
    is_gray = all(ImageChops.difference(red, other).getbbox() is None for other in (green, blue))
    kept = io.BytesIO()
    (red if is_gray else picture).save(kept, "JPEG", quality=_QUALITY)
    return kept.getvalue()


def _add_page(made: pypdfium2.PdfDocument, picture: Image.Image) -> None:
    width, height = (side * _POINTS / DPI for side in picture.size)
    shown = pypdfium2.PdfImage.new(made)
    shown.load_jpeg(io.BytesIO(_encoded(picture)), inline=True)
    shown.set_matrix(pypdfium2.PdfMatrix().scale(width, height))
    page = made.new_page(width, height)
    page.insert_obj(shown)
    page.gen_content()
    page.close()
