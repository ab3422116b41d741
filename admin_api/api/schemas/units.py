"""The parts of the bureau."""

from __future__ import annotations

from admin_api.api.schemas.fields import InBothLanguages, Schema, example
from casework.bureau import Unit, Words
from casework.kinds import CaseKind

_UNIT = {
    "slug": "exit-entry",
    "name": {"zh": "出入境管理支队", "en": "Exit and entry administration"},
    "kind": "window",
    "parent": "bureau",
    "address": {"zh": "示例路1号", "en": "1 Example Road"},
    "telephone": "0396-0000000",
    "mail": "exit-entry@example.org",
    "handles": ["complaint"],
}


class UnitView(Schema):
    """A part of the bureau that handles cases or offers procedures."""

    model_config = example(**_UNIT)

    slug: str
    name: InBothLanguages
    kind: str
    parent: str | None
    address: InBothLanguages | None
    telephone: str
    mail: str
    handles: list[CaseKind]

    @classmethod
    def of(cls, unit: Unit) -> UnitView:
        """The shape of a unit."""
        return cls(
            slug=unit.slug,
            name=_words(unit.name),
            kind=unit.kind,
            parent=unit.parent,
            address=_words(unit.address) if unit.address else None,
            telephone=unit.telephone,
            mail=unit.mail,
            handles=list(unit.handles),
        )


class UnitList(Schema):
    """Every unit, in the order of the bundle."""

    model_config = example(items=[_UNIT])

    items: list[UnitView]


def _words(words: Words) -> InBothLanguages:
    return InBothLanguages(zh=words.zh, en=words.en)
