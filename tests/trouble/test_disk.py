from __future__ import annotations

from pathlib import Path

from tests.running.audit import Acknowledged
from tests.running.citizens import a_letter, offer
from tests.running.front_desk import running_desk
from tests.running.small_disk import small_disk
from tests.trouble.conftest import Visitors


def test_a_full_disk_turns_everybody_away_for_now_and_loses_nothing(tmp_path: Path) -> None:
    with small_disk(tmp_path / "data") as disk, running_desk(tmp_path) as desk:
        visitors = Visitors(desk)
        disk.fill(desk.product)
        # What the database has reserved is used up first.
        code, tries = 250, 0
        while code == 250 and tries < 200:
            sender = f"citizen{tries}@citizen.example"
            raw = a_letter("夜间噪音，请处理。" * 2000, sender=sender, subject="夜间噪音")
            code = offer(desk.product, raw, mail_from=sender)
            tries += 1
            if code == 250:
                visitors.acknowledged.append(Acknowledged.mail(raw))
        assert code == 451
        visitors.are_told_to_come_back()
        disk.free(desk.product)
        visitors.get_through()
