"""How much automatic mail may go to one address, and about one case: two programs that answer each other come to rest.

Headers that call a mail automatic may be missing, and a program may write from ever new addresses. The count needs
neither. What comes beyond it waits for a clerk, and nothing answers it.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from casework.bureau import MailPolicy
from casework.ports import UnitOfWork
from mail_gateway.mailboxes import fold_address
from mail_gateway.thread_matching import ThreadMatch
from mail_gateway.verdict import Reason

SPENT = Reason("answer_budget")
"""Why a letter waits that a rule would have let through."""


def may_answer(address: str, match: ThreadMatch, uow: UnitOfWork, *, policy: MailPolicy, now: datetime) -> bool:
    """Count one more automatic mail to `address`, and about the case if there is one; whether it may leave.

    Letters that only name a case are counted apart from those that join it: no stranger spends what its citizen has.
    """
    buckets = ["automatic-mail:" + hashlib.sha256(fold_address(address).encode()).hexdigest()[:32]]
    if match.case_id is not None:
        buckets.append(f"automatic-mail-{match.decision.value}:{match.case_id}")
    window = timedelta(hours=policy.automatic_hours)
    counts = [uow.doors.hit(bucket, now=now, window=window) for bucket in buckets]
    return max(counts) <= policy.automatic_answers
