"""What the public sees: the bureau's procedures, how to reach it, and where one's own case stands.

No page here needs an account or a script. Start reading with `published`.
"""

from __future__ import annotations

from fastapi import APIRouter

from admin_api.portal import published, status

router = APIRouter(include_in_schema=False)
router.include_router(published.router)
router.include_router(status.router)
