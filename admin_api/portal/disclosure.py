"""The disclosure catalogue for everybody: its five categories, search with facets, one item, the guide and the forms.

Everything here is published and proactive; what is not is neither shown nor counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, Response

from admin_api.files import compose_download
from admin_api.pages import Visit
from admin_api.portal.published import unit_names
from admin_api.visits import visitor
from casework.errors import CaseworkNotFound
from casework.kinds import CaseKind
from knowledge.catalogue.item import Category, Item, item_of
from knowledge.catalogue.search import LAST_PAGE, PAGE_SIZE, CatalogueQuery, Found
from knowledge.catalogue.terms import LONGEST_QUESTION
from knowledge.disclosure import FieldKind, Form
from knowledge.errors import KnowledgeNotFound
from knowledge.publication import Standing
from knowledge.revisions import Subject

router = APIRouter(prefix="/disclosure")
Visitor = Annotated[Visit, Depends(visitor)]
_YEARS: Final = range(1949, 2200)
_MOST_CHOICES: Final = 12
_RULED: Final = "________________________________"


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet."""

    name: str
    count: int
    address: str
    """Of the list with this choice made, or taken back when it is made already."""
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class FacetChoices:
    """One facet with its values."""

    name: str
    choices: Sequence[Choice]


@dataclass(frozen=True, slots=True)
class Turning:
    """Where the list goes on."""

    page: int
    last: int
    earlier: str
    """Addresses; empty at the ends."""
    later: str


@router.get("")
def show_catalogue(
    visit: Visitor, q: str = "", category: str = "", unit: str = "", year: str = "", page: str = ""
) -> HTMLResponse:
    """The catalogue by categories with the newest items, or what was searched for."""
    query = read_query(q, category, unit, year, page)
    found = find_items(visit, query)
    is_start = query == CatalogueQuery()
    return visit.show(
        "portal/disclosure.html",
        query=query,
        found=found,
        categories=list(Category),
        facets=_facets(visit, query, found),
        turning=_turning(query, found),
        is_start=is_start,
        units=unit_names(visit),
        has_guide=bool(visit.context.disclosure.guide),
        has_forms=bool(visit.context.disclosure.forms),
        address=address_of,
    )


@router.get("/guide")
def show_guide(visit: Visitor) -> HTMLResponse:
    """The disclosure guide, with the unit that takes applications and the forms."""
    bureau, disclosure = visit.context.office.bureau, visit.context.disclosure
    office = next((unit for unit in bureau.units if CaseKind.DISCLOSURE_APPLICATION in unit.handles), bureau.root)
    return visit.show("portal/guide.html", sections=disclosure.guide, forms=disclosure.forms, office=office)


@router.get("/forms/{slug}")
def show_form(visit: Visitor, slug: str) -> HTMLResponse:
    """A form to print; KnowledgeNotFound."""
    return visit.show("portal/form.html", form=visit.context.disclosure.form(slug))


@router.get("/forms/{slug}/text")
def download_form(visit: Visitor, slug: str) -> Response:
    """The form as plain text, to fill in and mail; KnowledgeNotFound."""
    form = visit.context.disclosure.form(slug)
    text = compose_form_text(form, visit)
    return compose_download(f"{form.title.in_(visit.language)}.txt", "text/plain", text.encode("utf-8-sig"))


@router.get("/{slug}")
def show_item(visit: Visitor, slug: str) -> HTMLResponse:
    """One item; KnowledgeNotFound."""
    item, standing = find_public_item(visit, slug)
    unit = next((unit for unit in visit.context.office.bureau.units if unit.slug == item.unit), None)
    return visit.show("portal/item.html", item=item, standing=standing, unit=unit)


@router.get("/{slug}/file")
def download_file(visit: Visitor, slug: str) -> Response:
    """The file of an item, to be saved, never shown; KnowledgeNotFound."""
    item, _ = find_public_item(visit, slug)
    if item.file is None:
        raise KnowledgeNotFound(f"item {slug!r} has no file")
    try:
        content = visit.context.blobs.get(item.file.sha256)
    except CaseworkNotFound as error:
        raise KnowledgeNotFound(f"the file of item {slug!r} is lost from the file store") from error
    return compose_download(item.file.name, item.file.content_type, content)


def find_items(visit: Visit, query: CatalogueQuery) -> Found:
    """What is published of it."""
    with visit.context.store.read() as uow:
        return visit.context.catalogue(uow).find(query)


def find_public_item(visit: Visit, slug: str) -> tuple[Item, Standing]:
    """A published proactive item; KnowledgeNotFound for every other, as if it did not exist."""
    with visit.context.store.read() as uow:
        revision = visit.context.revisions(uow).find_published(Subject.ITEM, slug)
    if revision is None or not revision.standing.is_public:
        raise KnowledgeNotFound(f"no item {slug[:80]!r} is published: search for it by its title")
    return item_of(revision), revision.standing


def read_query(q: str, category: str, unit: str, year: str, page: str) -> CatalogueQuery:
    """What an address asks for; what it says that makes no sense is left out."""
    return CatalogueQuery(
        words=" ".join(q.replace("\x00", " ").split())[:LONGEST_QUESTION],
        category=Category(category) if category in set(Category) else None,
        unit=unit[:80].replace("\x00", ""),
        year=int(year) if year.isascii() and year.isdigit() and int(year[:9]) in _YEARS else None,
        page=max(1, min(LAST_PAGE, int(page))) if page.isascii() and page.isdigit() and len(page) < 9 else 1,
    )


def address_of(query: CatalogueQuery, changes: Mapping[str, str] = MappingProxyType({}), page: int = 1) -> str:
    """The address of a list, with these parts of the query changed."""
    parts: dict[str, object] = {"q": query.words, "category": query.category, "unit": query.unit, "year": query.year}
    said = {name: str(value) for name, value in {**parts, **changes}.items() if value}
    if page > 1:
        said["page"] = str(page)
    return f"/disclosure?{urlencode(said)}" if said else "/disclosure"


def compose_form_text(form: Form, visit: Visit) -> str:
    """A form as plain text, with room to write."""
    language, between = visit.language, visit.say("form.between")
    lines = [form.title.in_(language), "", form.about.in_(language)]
    if form.basis:
        lines.append(visit.say("form.basis", basis=form.basis.in_(language)))
    for number, field in enumerate(form.fields, 1):
        note = f"（{field.note.in_(language)}）" if field.note and language == "zh" else ""
        note = note or (f" ({field.note.in_(language)})" if field.note else "")
        lines += ["", f"{number}. {field.label.in_(language)}{note}{between}"]
        if field.choices:
            lines += [f"   [ ] {choice}" for choice in field.choices[language]]
        else:
            lines += [f"   {_RULED}"] * (3 if field.kind is FieldKind.LINES else 1)
    return "\r\n".join([*lines, ""])


def _facets(visit: Visit, query: CatalogueQuery, found: Found) -> list[FacetChoices]:
    names = unit_names(visit)
    categories = [(one.value, visit.say(f"category.{one.value}"), n) for one, n in found.facets.categories.items()]
    units = [(slug, names.get(slug, slug), n) for slug, n in found.facets.units.items()]
    years = [(str(year), visit.say("disclosure.year_value", year=year), n) for year, n in found.facets.years.items()]
    chosen = {"category": query.category or "", "unit": query.unit, "year": str(query.year or "")}
    shown = []
    for key, label, rows in (
        ("category", "item.category", categories),
        ("unit", "item.unit", units),
        ("year", "disclosure.year", years),
    ):
        choices = [
            Choice(name, n, address_of(query, {key: "" if value == chosen[key] else value}), value == chosen[key])
            for value, name, n in rows
            if n or value == chosen[key]
        ]
        shown.append(FacetChoices(visit.say_or(label, label), choices[:_MOST_CHOICES]))
    return shown


def _turning(query: CatalogueQuery, found: Found) -> Turning:
    last = min(LAST_PAGE, max(1, -(-found.total // PAGE_SIZE)))
    earlier = address_of(query, page=query.page - 1) if query.page > 1 else ""
    return Turning(query.page, last, earlier, address_of(query, page=query.page + 1) if query.page < last else "")
