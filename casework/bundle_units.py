"""The tree of units, as `units.toml` of a bundle states it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

from casework.bundle_file import BundleFile
from casework.bureau import Publicity, Unit
from casework.kinds import CaseKind

SLUG = r"[a-z0-9]+(?:-[a-z0-9]+)*"
SLUG_SHAPE = "small letters, digits and single hyphens"
MAIL = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
TELEPHONE = r"\+?\d[\d ()-]*(?:#\d+)?"

_KINDS = ("bureau", "police_station", "window", "office")
_KEYS = ("slug", "parent", "kind", "name", "address", "telephone", "mail", "handles", "accepts", "publicity")


def read_units(file: BundleFile) -> tuple[Unit, ...]:
    """Every unit that can be used; what is wrong with the others and with the tree is noted in `file`."""
    if file.faults:
        return ()
    file.only((), ("unit",))
    rows = file.get(("unit",))
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        file.fault(("unit",), "there is no [[unit]]: the bureau itself is one, and has no parent")
        return ()
    units = [_read_unit(file, index) for index in range(len(rows))]
    _check_slugs(file, units)
    _check_tree(file, units)
    _check_kinds(file, units)
    return tuple(unit for unit in units if unit is not None)


def _read_unit(file: BundleFile, index: int) -> Unit | None:
    here = ("unit", index)
    file.only(here, _KEYS)
    slug = file.text((*here, "slug"), pattern=SLUG, shape=SLUG_SHAPE)
    kind = file.text((*here, "kind"), pattern="|".join(_KINDS), shape=f"one of {', '.join(_KINDS)}")
    name = file.words((*here, "name"))
    address = file.words((*here, "address")) if file.get((*here, "address")) is not None else None
    parent = (
        file.text((*here, "parent"), pattern=SLUG, shape="the slug of a unit") if _says(file, here, "parent") else None
    )
    telephone = mail = ""
    if _says(file, here, "telephone"):
        telephone = file.text((*here, "telephone"), pattern=TELEPHONE, shape="a telephone number") or ""
    if _says(file, here, "mail"):
        mail = file.text((*here, "mail"), pattern=MAIL, shape="an e-mail address") or ""
    found = (_case_kind(file, here, text) for text in file.texts((*here, "handles")))
    handles = tuple(one for one in found if one is not None)
    keywords = file.texts((*here, "accepts"))
    publicity = _read_publicity(file, (*here, "publicity"))
    if not (slug and kind and name):
        return None
    return Unit(slug, name, kind, parent, address, telephone, mail, handles, keywords, publicity)


def _read_publicity(file: BundleFile, here: tuple[str | int, ...]) -> Publicity:
    """What a unit publishes of itself; each part may be missing, and is then said to be not published."""
    names = tuple(field.name for field in fields(Publicity))
    file.table(here)
    file.only(here, names)
    return Publicity(**{name: file.listed((*here, name)) for name in names if _says(file, here, name)})


def _says(file: BundleFile, here: tuple[str | int, ...], name: str) -> bool:
    return file.get((*here, name)) is not None


def _case_kind(file: BundleFile, here: tuple[str | int, ...], text: str) -> CaseKind | None:
    try:
        return CaseKind(text)
    except ValueError:
        file.fault((*here, "handles"), f"{text!r} is no kind of case; kinds are {', '.join(CaseKind)}")
        return None


def _check_slugs(file: BundleFile, units: Sequence[Unit | None]) -> None:
    seen: set[str] = set()
    for index, unit in enumerate(units):
        if unit and unit.slug in seen:
            file.fault(("unit", index, "slug"), f"two units are called {unit.slug!r}: rename one of them")
        elif unit:
            seen.add(unit.slug)


def _check_tree(file: BundleFile, units: Sequence[Unit | None]) -> None:
    parents = {unit.slug: unit.parent for unit in units if unit}
    roots = [(index, unit.slug) for index, unit in enumerate(units) if unit and unit.parent is None]
    for index, _ in roots[1:]:
        message = f"has no parent, and neither has {roots[0][1]!r}: one unit alone is the bureau itself"
        file.fault(("unit", index), message)
    for index, unit in enumerate(units):
        if unit is None or unit.parent is None:
            continue
        if unit.parent not in parents:
            if None not in units:
                known = ", ".join(parents)
                file.fault(("unit", index, "parent"), f"parent {unit.parent!r} is no unit; units are {known}")
        elif _returns_to(unit.slug, parents):
            file.fault(("unit", index, "parent"), f"{unit.slug!r} lies under itself: its parents lead back to it")
    if not roots and all(units):
        file.fault(("unit",), "every unit has a parent: leave it out at the bureau itself")


def _returns_to(slug: str, parents: dict[str, str | None]) -> bool:
    seen = set[str]()
    above = parents[slug]
    while above is not None and above not in seen:
        if above == slug:
            return True
        seen.add(above)
        above = parents.get(above)
    return False


def _check_kinds(file: BundleFile, units: Sequence[Unit | None]) -> None:
    if None in units:
        return
    handled = {kind for unit in units if unit for kind in unit.handles}
    for kind in CaseKind:
        if kind not in handled:
            file.fault((), f"no unit handles {kind.value!r}: add it to `handles` of the unit in charge")
