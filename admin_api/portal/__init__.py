"""What the public sees: the bureau's procedures, how to reach it, and where one's own case stands.

No page here needs an account or a script. Scripts spare typing, and lead the screen in the hall back to its start.
Start reading with `published`.
"""

from __future__ import annotations

from fastapi import APIRouter

from admin_api.portal import disclosure, hall, published, results, status, status_forms, suggestions

router = APIRouter(include_in_schema=False)
router.include_router(published.router)
router.include_router(disclosure.router)
router.include_router(results.router)
router.include_router(suggestions.router)
router.include_router(hall.router)
router.include_router(status.router)
router.include_router(status_forms.router)
