"""The staff console under `/staff`: queue, cases, held and shunted messages, outbox, entries, items, accounts and keys.

Every page works without scripts; htmx only spares reloading. Start reading with `queue` and `case_page`.
"""

from __future__ import annotations

from fastapi import APIRouter

from admin_api.console import (
    accounts,
    attachments,
    case_actions,
    case_file,
    case_page,
    case_steps,
    conversations,
    deliveries,
    entrance,
    entries,
    entry_editing,
    entry_effect,
    failed_addresses,
    figures,
    figures_cases,
    gaps,
    item_editing,
    item_imports,
    items,
    keys,
    letters,
    live,
    paper,
    proposals,
    queue,
    redactions,
    report,
    rules,
    splitting,
    triage,
    triage_many,
)

router = APIRouter(prefix="/staff", include_in_schema=False)
for _room in (
    entrance,
    queue,
    case_page,
    case_steps,
    case_actions,
    case_file,
    attachments,
    triage_many,
    splitting,
    triage,
    failed_addresses,
    gaps,
    proposals,
    conversations,
    deliveries,
    entry_editing,
    entry_effect,
    entries,
    item_editing,
    item_imports,
    items,
    accounts,
    keys,
    live,
    paper,
    rules,
    redactions,
    letters,
    figures,
    figures_cases,
    report,
):
    router.include_router(_room.router)
router.add_api_route("", entrance.enter)
