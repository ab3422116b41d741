"""Who writes to the bureau."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from admin_api.api.bounded_route import BoundedRoute
from admin_api.api.callers import PartiesReader
from admin_api.api.schemas.fields import IdPath, Page
from admin_api.api.schemas.parties import PartyDetail, PartyFilter, PartyView
from admin_api.api.sight import cases_of_party, may_see_party
from casework.errors import CaseworkNotFound
from casework.party import PartyId

router = APIRouter(prefix="/parties", route_class=BoundedRoute, tags=["parties"])


@router.get("", operation_id="listParties")
def list_parties(wanted: Annotated[PartyFilter, Query()], caller: PartiesReader) -> Page[PartyView]:
    """Parties by id, those whose name or address has the words; a unit's key finds those with a case of the unit.

    A page may hold fewer items than `limit`: read on while there is a cursor.
    """
    page = wanted.page()
    with caller.context.store.read() as uow:
        found = uow.parties.search(wanted.q.strip(), limit=page.limit + 1, after=page.after)
        items, next_cursor = page.cut(found, lambda party: party.id)
        shown = [PartyView.of(party) for party in items if may_see_party(uow, party.id, caller)]
    return Page(items=shown, next_cursor=next_cursor)


@router.get("/{party_id}", operation_id="getParty")
def show_party(party_id: IdPath, caller: PartiesReader) -> PartyDetail:
    """One party with its cases, as far as the key sees them."""
    with caller.context.store.read() as uow:
        party = uow.parties.get(PartyId(party_id))
        cases = cases_of_party(uow, party.id, caller)
        is_seen = may_see_party(uow, party.id, caller)
    if not is_seen:
        raise CaseworkNotFound(f"there is no party {party_id} that this key can see")
    return PartyDetail.with_cases(party, cases, caller.today)
