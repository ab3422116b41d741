"""Documents that are covered in part: real PDFs and pictures, and what is left of the covered words: nothing."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import typst
from PIL import Image

from casework.errors import Refusal
from casework.papers import document_pages
from casework.papers.covering import LARGEST_MADE, faults_of
from casework.papers.document_pages import cover_document, find_words, picture_page, sizes_of_pages
from casework.papers.document_words import Character, Place, places_of
from casework.redaction import WHOLE, Box, pixels_of
from tests.casework.papers_to_cover import (
    OPEN,
    SECRET,
    SECRET_IN_LATIN,
    a_document,
    a_picture,
    annotated,
    cropped,
    everything_in,
    spellings,
    text_of_pdf,
    turned,
)

MARKS = {"privacy": "Art.15"}


def redact(document: bytes) -> tuple[bytes, list[Box]]:
    """The document with both secrets covered wherever they stand."""
    boxes = [box for words in (SECRET, SECRET_IN_LATIN) for box in find_words(document, words, "privacy")]
    return cover_document(document, boxes, MARKS), boxes


def seen(document: bytes, page: int = 1) -> Image.Image:
    return Image.open(io.BytesIO(picture_page(document, page))).convert("L")


def darkness(picture: Image.Image, box: Box) -> float:
    """The share of dark pixels within a box."""
    piece = picture.crop(pixels_of(box, *picture.size))
    histogram = piece.histogram()
    return sum(histogram[:60]) / sum(histogram)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda document: document, id="as it is"),
        pytest.param(lambda document: turned(document, 90), id="turned to the right"),
        pytest.param(lambda document: turned(document, 180), id="upside down"),
        pytest.param(lambda document: turned(document, 270), id="turned to the left"),
        pytest.param(cropped, id="cropped"),
        pytest.param(lambda document: turned(cropped(document), 90), id="cropped and turned"),
        pytest.param(annotated, id="with a comment and a file within"),
        pytest.param(lambda _: a_document(size="1189mm, height: 1682mm"), id="large"),
        pytest.param(lambda _: a_document(pages=3), id="of several pages"),
    ],
)
def test_covered_words_are_gone_from_every_octet(change: Callable[[bytes], bytes]) -> None:
    document = change(a_document())
    made, boxes = redact(document)
    assert SECRET in text_of_pdf(document)
    assert any(spelling in everything_in(document) for spelling in spellings(SECRET_IN_LATIN)), "nothing to prove"
    for words in (SECRET, SECRET_IN_LATIN):
        assert [spelling for spelling in spellings(words) if spelling in everything_in(made)] == []
    assert text_of_pdf(made).strip() == ""
    assert faults_of(made, pages=len(sizes_of_pages(document))) == []
    assert len(boxes) == 2 * len(sizes_of_pages(document))
    for box in boxes:
        before, after = seen(document, box.page), seen(made, box.page)
        assert 0.003 < darkness(before, box) < 0.6
        assert darkness(after, box) > 0.7  # the rest is the mark
        assert abs(before.size[0] - after.size[0]) <= 1


def test_what_is_not_covered_stays_as_it_is_seen() -> None:
    document = a_document()
    made, boxes = redact(document)
    (heading, *_) = find_words(document, OPEN, "privacy")
    assert heading not in boxes
    assert abs(darkness(seen(document), heading) - darkness(seen(made), heading)) < 0.02


def test_a_photograph_is_covered_too_and_loses_what_it_told_of_itself() -> None:
    for kind in ("PNG", "JPEG"):
        photograph = a_picture(kind)
        assert SECRET_IN_LATIN.encode() in photograph
        assert sizes_of_pages(photograph) == [(400, 600)], "it is shown as its camera was held"
        box = Box(1, top=1000, left=1000, bottom=4000, right=9000, ground="privacy")
        made = cover_document(photograph, [box], MARKS)
        assert SECRET_IN_LATIN.encode() not in everything_in(made)
        assert darkness(seen(made), box) > 0.9


def test_no_pixel_of_a_box_is_left_even_at_its_edges() -> None:
    source = (
        "#set page(width: 100mm, height: 100mm, margin: 0mm, fill: white)\n#rect(width: 100%, height: 100%, fill: red)"
    )
    document = typst.compile(source.encode(), format="pdf")
    box = Box(1, top=0, left=0, bottom=WHOLE, right=WHOLE, ground="privacy")
    made = cover_document(document, [box], {"privacy": ""})
    picture = seen(made)
    assert picture.getextrema() == (0, 0)


def test_a_box_too_small_for_its_mark_is_merely_black() -> None:
    document = a_document()
    box = Box(1, top=1000, left=1000, bottom=1060, right=1100, ground="privacy")
    picture = seen(cover_document(document, [box], MARKS))
    left, top, right, bottom = pixels_of(box, *picture.size)
    inside = picture.crop((left + 1, top + 1, right - 1, bottom - 1))
    assert sum(inside.histogram()[40:]) == 0


@pytest.mark.parametrize(
    ("words", "number"),
    [
        pytest.param("示 例 三", 1, id="spaces do not matter"),
        pytest.param("ZHANG sanfeng", 1, id="nor do capital letters"),
        pytest.param("Ｚｈａｎｇ", 1, id="nor wide letters"),
        pytest.param(OPEN, 3, id="each place is found"),
    ],
)
def test_words_are_found_in_whatever_form_they_are_typed(words: str, number: int) -> None:
    assert len(find_words(a_document(), words, "privacy")) == number


def test_words_are_found_over_the_end_of_a_line_and_neither_line_is_covered_whole() -> None:
    source = (
        '#set page(width: 60mm, height: 80mm, margin: 10mm)\n#set text(font: "Noto Serif CJK SC", size: 12pt)\n'
        "甲乙丙丁戊己庚示例三辛壬癸"
    )
    document = typst.compile(source.encode(), format="pdf")
    boxes = find_words(document, SECRET, "privacy")
    assert len(boxes) == 2
    assert all(box.right - box.left < WHOLE // 2 for box in boxes)
    made = cover_document(document, boxes, MARKS)
    assert all(darkness(seen(made), box) > 0.7 for box in boxes)


def test_a_line_of_characters_is_one_place_and_what_lies_off_the_page_is_none() -> None:
    def character(text: str, left: int, top: int) -> Character:
        return Character(text, Place(left, top, left + 100, top + 100))

    line = [character("a", 1000, 1000), character("b", 1100, 1010), character("c", 500, 1200)]
    assert list(places_of("abc", line)) == [Place(985, 985, 1215, 1125), Place(485, 1185, 615, 1315)]
    off = [character("a", -500, 1000), character("b", 20_000, 1000)]
    assert list(places_of("a", off)) == list(places_of("b", off)) == []
    assert list(places_of(" ", line)) == []


LOCKED = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>endobj\n"
    b"4 0 obj<</Filter/Standard/V 2/R 3/Length 128/P -4/O<" + b"41" * 32 + b">/U<" + b"42" * 32 + b">>>endobj\n"
    b"trailer<</Root 1 0 R/Encrypt 4 0 R/ID[<00><00>]/Size 5>>\n%%EOF\n"
)
"""A PDF under a password."""
BROKEN = b"%PDF-1.7\n" + b"nothing of use " * 50


def many_pages() -> bytes:
    source = "#set page(width: 20mm, height: 20mm)\n" + "#pagebreak()\n".join(["x\n"] * 101)
    return typst.compile(source.encode(), format="pdf")


def huge_picture() -> bytes:
    kept = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(kept, "PNG")
    return kept.getvalue()


@pytest.mark.parametrize(
    ("document", "key", "says"),
    [
        pytest.param(b"PK\x03\x04 a word file", "document_kind", "print the document to a PDF", id="another kind"),
        pytest.param(b"", "document_kind", "only PDF, PNG and JPEG", id="nothing"),
        pytest.param(LOCKED, "document_locked", "save it without one", id="under a password"),
        pytest.param(BROKEN, "document_broken", "print it to a new PDF", id="broken"),
        pytest.param(a_picture()[:200], "document_broken", "save it anew", id="a broken picture"),
        pytest.param(many_pages(), "document_pages", "has 101 pages, at most 100", id="too many pages"),
        pytest.param(huge_picture(), "document_pixels", "make it smaller", id="too many pixels"),
    ],
)
def test_what_cannot_be_covered_is_refused_with_the_way_out(document: bytes, key: str, says: str) -> None:
    with pytest.raises(Refusal, match=says) as refused:
        sizes_of_pages(document)
    assert refused.value.key == key


def test_words_that_cannot_be_found_are_refused_with_the_way_out() -> None:
    with pytest.raises(Refusal, match="no text layer"):
        find_words(a_picture(), SECRET, "privacy")
    with pytest.raises(Refusal, match="stand nowhere"):
        find_words(a_document(), "不在这里", "privacy")
    with pytest.raises(Refusal, match="words are missing"):
        find_words(a_document(), "  ", "privacy")
    with pytest.raises(Refusal, match="has 1 pages"):
        picture_page(a_document(), 2)


def test_a_document_that_takes_too_long_ends_with_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_pages, "_SECONDS", 0.01)
    begun = time.monotonic()
    with pytest.raises(Refusal, match="in time"):
        sizes_of_pages(a_document())
    assert time.monotonic() - begun < 5


def test_anything_beside_pictures_in_what_was_made_is_seen() -> None:
    made, _ = redact(a_document())
    assert faults_of(made, pages=2) == ["1 pages in place of 2"]
    found = faults_of(annotated(a_document()), pages=1)
    assert found == [
        "metadata",
        "attachments, forms or bookmarks",
        "text or drawings on page 1",
        "annotations on page 1",
    ]


def test_several_documents_are_read_side_by_side() -> None:
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: sizes_of_pages(a_document()), range(4))) == [[(1241, 1754)]] * 4


def test_what_is_made_fits_into_one_attachment() -> None:
    noise = io.BytesIO()
    Image.effect_noise((3900, 4000), 100).convert("RGB").save(noise, "JPEG", quality=95)
    assert len(noise.getvalue()) > LARGEST_MADE // 2
    made = cover_document(noise.getvalue(), [Box(1, top=0, left=0, bottom=100, right=100, ground="privacy")], MARKS)
    assert len(made) < LARGEST_MADE
