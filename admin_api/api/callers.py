"""The callers and errands that endpoints name in their signatures, one for each scope."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from admin_api.api.authentication import Caller, Scope, require_scope
from admin_api.api.errands import Errand, require_case_errand, require_errand

CasesReader = Annotated[Caller, Depends(require_scope(Scope.CASES_READ))]
CasesErrand = Annotated[Errand, Depends(require_case_errand(Scope.CASES_WRITE))]
PartiesReader = Annotated[Caller, Depends(require_scope(Scope.PARTIES_READ))]
ProceduresReader = Annotated[Caller, Depends(require_scope(Scope.PROCEDURES_READ))]
EntriesReader = Annotated[Caller, Depends(require_scope(Scope.ENTRIES_READ))]
EntriesErrand = Annotated[Errand, Depends(require_errand(Scope.ENTRIES_WRITE))]
PublishingErrand = Annotated[Errand, Depends(require_errand(Scope.ENTRIES_PUBLISH))]
ItemsReader = Annotated[Caller, Depends(require_scope(Scope.ITEMS_READ))]
ItemsErrand = Annotated[Errand, Depends(require_errand(Scope.ITEMS_WRITE))]
ItemsPublishingErrand = Annotated[Errand, Depends(require_errand(Scope.ITEMS_PUBLISH))]
UnitsReader = Annotated[Caller, Depends(require_scope(Scope.UNITS_READ))]
StaffReader = Annotated[Caller, Depends(require_scope(Scope.STAFF_READ))]
GapsReader = Annotated[Caller, Depends(require_scope(Scope.GAPS_READ))]
GapsErrand = Annotated[Errand, Depends(require_errand(Scope.GAPS_WRITE))]
TriageReader = Annotated[Caller, Depends(require_scope(Scope.TRIAGE_READ))]
TriageErrand = Annotated[Errand, Depends(require_errand(Scope.TRIAGE_WRITE))]
OutboxReader = Annotated[Caller, Depends(require_scope(Scope.OUTBOX_READ))]
OutboxErrand = Annotated[Errand, Depends(require_errand(Scope.OUTBOX_WRITE))]
FiguresReader = Annotated[Caller, Depends(require_scope(Scope.FIGURES_READ))]
AuditReader = Annotated[Caller, Depends(require_scope(Scope.AUDIT_READ))]
KeysReader = Annotated[Caller, Depends(require_scope(Scope.KEYS_READ))]
KeysErrand = Annotated[Errand, Depends(require_errand(Scope.KEYS_WRITE))]
