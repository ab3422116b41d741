"""PDF and pictures by Typst. A text reaches a template as data alone, so nothing that a person wrote is ever markup."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import cast

import typst

from casework.errors import CaseworkUnavailable

CHINESE_FONTS = (
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "SimSun",
    "FangSong",
)
"""One of these must be on the machine, for a page without its glyphs would show empty boxes."""

_LONG_RUN = re.compile(r"[A-Za-z0-9_]{30}(?=[A-Za-z0-9_])")


class FontMissing(CaseworkUnavailable):
    """No font with Chinese glyphs is installed: install Noto CJK (Debian: `fonts-noto-cjk`), then try again."""


@cache
def chinese_fonts() -> tuple[str, ...]:
    """Fonts with Chinese glyphs on this machine, the best first; FontMissing when there is none."""
    here = fonts_among(_fonts().families())
    if not here:
        raise FontMissing
    return here


def fonts_among(families: list[str]) -> tuple[str, ...]:
    """Those of the families that have Chinese glyphs, the best first."""
    return tuple(font for font in CHINESE_FONTS if font in families)


def typeset(template: str, content: Mapping[str, object]) -> bytes:
    """The PDF of a template, which reads `content` by `json(bytes(sys.inputs.content))`; tagged for screen readers."""
    return typst.compile(template.encode(), format="pdf", font_paths=_fonts(), sys_inputs=_sent(content))


def picture_pages(template: str, content: Mapping[str, object], *, ppi: float = 110) -> list[bytes]:
    """The same as one PNG a page."""
    made: object = typst.compile(
        template.encode(), format="png", ppi=ppi, font_paths=_fonts(), sys_inputs=_sent(content)
    )
    return made if isinstance(made, list) else [cast("bytes", made)]  # declared to be one page, and is as many as are


def picture_of(svg: str, *, ppi: float = 160) -> bytes:
    """A PNG of an SVG, for files that cannot hold one."""
    template = (
        "#set page(width: auto, height: auto, margin: 0pt)\n"
        '#image(bytes(json(bytes(sys.inputs.content)).svg), format: "svg", width: 16cm)'
    )
    return picture_pages(template, {"svg": svg}, ppi=ppi)[0]


def breakable(text: str) -> str:
    """The text with places where a line may end within runs of letters and digits that no line could hold."""
    return _LONG_RUN.sub("\\g<0>\u200b", text)


@cache
def _fonts() -> typst.Fonts:
    """The fonts of this machine, looked for once: looking takes ten times as long as setting a letter."""
    return typst.Fonts()


def _sent(content: Mapping[str, object]) -> dict[str, str]:
    return {"content": json.dumps({**content, "fonts": chinese_fonts()}, ensure_ascii=False)}
