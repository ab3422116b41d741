"""Likely the same matter: found by writer and by words, shown as far as one may see, and merged with nothing lost."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from casework.actions.intake import open_case
from casework.actions.relating import link, merge
from casework.actions.stepping import Walker
from casework.actions.verifying import verify_all
from casework.case import Case, CaseStatus
from casework.commands import OpenCase
from casework.disposition import Disposition
from casework.errors import CaseworkConflict, CaseworkRejected, Refusal
from casework.events import EventName
from casework.kinds import CaseKind
from casework.likely import Because, LikelyCase, likely_same, mark_likely, matter_of
from casework.link import Relation
from casework.outbox import OutboxState
from casework.party import Address, ChannelName
from casework.signature import BANDS, signature_of
from casework.staff import Role, Staff
from casework.store import SqlStore, SqlUnitOfWork
from casework.store.signatures import _SHARING
from knowledge.likeness import alike
from tests.casework.a_bureau import a_bureau, a_clerk, a_letter, an_office

FIRST = "我在城北派出所窗口办理居住证，工作人员没有一次告知所需材料，让我跑了三趟，态度也很不好，要求调查处理。"
AGAIN = "我在城北派出所窗口办居住证，工作人员没有一次告知所需材料，跑了三趟，态度很不好，请调查处理并书面答复。"
ELSE = "楼下烧烤摊深夜噪音扰民，多次反映没有人管。"
MINE, THEIRS = Address(ChannelName.WEB_CHAT, "mine"), Address(ChannelName.WEB_CHAT, "theirs")


def filed(
    store: SqlStore,
    words: str,
    now: datetime,
    *,
    by: Address = MINE,
    accused: str | None = None,
    anonymous: bool = False,
) -> Case:
    def work(uow: SqlUnitOfWork) -> Case:
        _, thread, message = a_letter(uow, now=now, address=by, text=words)
        command = OpenCase(CaseKind.COMPLAINT, words[:40], {"facts": words}, accused=accused, anonymous=anonymous)
        return open_case(command, uow, office=an_office(), thread=thread, message=message, now=now).case

    return store.write(work)


def likely(store: SqlStore, case: Case, staff: Staff, now: datetime) -> list[LikelyCase]:
    with store.read() as uow:
        matter = matter_of(case, staff, a_bureau())
        return likely_same(matter, uow, likeness=alike, staff=staff, bureau=a_bureau(), now=now)


@pytest.fixture
def clerk(store: SqlStore) -> Staff:
    return store.write(a_clerk)


def hired(store: SqlStore, role: Role, unit: str) -> Staff:
    return store.write(
        lambda uow: uow.accounts.add_staff(
            f"{role.value}-{unit}", display_name="", unit=unit, role=role, language="zh", mail="", password_hash="x"
        )
    )


def test_a_signature_is_the_same_for_what_differs_in_signs_and_width_alone() -> None:
    assert signature_of("ＡＢＣ，城北 派出所！") == signature_of("abc城北派出所")
    assert len(set(signature_of(FIRST))) == BANDS
    assert all(0 <= value < 2**63 for value in signature_of(FIRST))
    assert signature_of("好") == ()
    assert set(signature_of(FIRST)) & set(signature_of(AGAIN))
    assert not set(signature_of(FIRST)) & set(signature_of(ELSE))


def test_the_same_writer_comes_first_then_whoever_wrote_alike(store: SqlStore, clerk: Staff, now: datetime) -> None:
    other = filed(store, AGAIN, now, by=THEIRS)
    own = filed(store, AGAIN, now)
    filed(store, ELSE, now, by=THEIRS)
    found = likely(store, filed(store, FIRST, now), clerk, now)
    assert [one.case.id for one in found] == [own.id, other.id]
    assert found[0].because == (Because.SAME_WRITER, Because.ALIKE_WORDS)
    assert found[1].because == (Because.ALIKE_WORDS,)
    assert 0.55 <= found[1].likeness < 1


def test_another_matter_of_the_same_writer_is_not_shown(store: SqlStore, clerk: Staff, now: datetime) -> None:
    filed(store, ELSE, now)
    assert likely(store, filed(store, FIRST, now), clerk, now) == []


def test_what_is_long_past_is_not_shown(store: SqlStore, clerk: Staff, now: datetime) -> None:
    filed(store, AGAIN, now - timedelta(days=500))
    assert likely(store, filed(store, FIRST, now), clerk, now) == []


def test_what_an_account_may_not_see_is_not_named(store: SqlStore, now: datetime) -> None:
    hidden = filed(store, AGAIN, now, by=THEIRS, accused="north-station")
    case = filed(store, FIRST, now)
    inspector = hired(store, Role.INSPECTOR, "bureau")
    handler = hired(store, Role.HANDLER, "north-station")
    assert [one.case.id for one in likely(store, case, inspector, now)] == [hidden.id]
    assert likely(store, case, handler, now) == []


def test_that_two_cases_have_one_writer_is_not_told_of_one_who_stays_unnamed(store: SqlStore, now: datetime) -> None:
    unnamed = filed(store, AGAIN, now, anonymous=True)
    case = filed(store, FIRST, now)
    handler = hired(store, Role.HANDLER, "north-station")
    (one,) = likely(store, case, handler, now)
    assert one.case.id == unnamed.id
    assert one.because == (Because.ALIKE_WORDS,)


def test_a_form_that_many_fill_in_is_looked_through_in_bounds(
    store: SqlStore, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("casework.store.signatures._SHARING", _SHARING.limit(3))
    filings = [filed(store, FIRST, now, by=THEIRS) for _ in range(5)]
    with store.read() as uow:
        found = uow.signatures.alike(signature_of(FIRST), kind=CaseKind.COMPLAINT, since=now, limit=40)
    assert [case.id for case in found] == [case.id for case in reversed(filings[2:])], "the latest"


def test_merging_loses_nothing_and_ends_the_case_once(store: SqlStore, clerk: Staff, now: datetime) -> None:
    first, second = filed(store, FIRST, now), filed(store, AGAIN, now)

    def join(uow: SqlUnitOfWork) -> Case:
        return merge(uow.cases.get(second.id), uow.cases.get(first.id), Walker(uow, an_office(), clerk, now))

    merged = store.write(join)
    assert (merged.status, merged.disposition, merged.merged_into) == (
        CaseStatus.CLOSED,
        Disposition.DUPLICATE,
        first.id,
    )
    with pytest.raises(CaseworkConflict):
        store.write(join)
    with store.read() as uow:
        said, told_once = uow.threads.messages_of_case(second.id)
        assert said.text == AGAIN
        assert f"已并入 {first.reference} 一并办理，不再重复处理" in told_once.text
        sent = [one for one in uow.outbox.list([OutboxState.DUE], limit=9) if one.message_id == told_once.id]
        assert [one.to for one in sent] == [MINE]
        assert [message.text for message in uow.threads.messages_of_case(first.id)] == [FIRST]
        (seen_from_first,) = uow.links.of_case(first.id)
        assert uow.links.of_case(second.id) == [seen_from_first]
        assert [event.name for event in uow.cases.events(first.id)][-1] is EventName.LINKED
        told = uow.cases.events(second.id)
        assert [event.name for event in told if event.name in (EventName.MERGED, EventName.CLOSED)] == [
            EventName.MERGED,
            EventName.CLOSED,
        ]
    assert list(verify_all(store, None)) == []


def test_cases_of_two_writers_are_linked_and_never_merged(store: SqlStore, clerk: Staff, now: datetime) -> None:
    first, second = filed(store, FIRST, now), filed(store, AGAIN, now, by=THEIRS)

    def walker(uow: SqlUnitOfWork) -> Walker:
        return Walker(uow, an_office(), clerk, now)

    with pytest.raises(CaseworkRejected, match="different writers"):
        store.write(lambda uow: merge(uow.cases.get(second.id), uow.cases.get(first.id), walker(uow)))
    store.write(lambda uow: link(second, first, Relation.SAME_MATTER, walker(uow)))
    with pytest.raises(Refusal, match="linked already"):
        store.write(lambda uow: link(second, first, Relation.SAME_MATTER, walker(uow)))
    with store.read() as uow:
        assert uow.links.of_case(first.id) == uow.links.of_case(second.id)
        assert uow.cases.get(second.id).status is CaseStatus.NEW


def test_the_signature_goes_with_the_text(store: SqlStore, now: datetime) -> None:
    case = filed(store, FIRST, now)
    store.write(lambda uow: uow.erasures.erase(case, now=now))
    with store.read() as uow:
        assert uow.connection.execute(text("SELECT count(*) FROM case_signatures")).scalar_one() == 0


def marked(store: SqlStore, cases: list[Case], staff: Staff, now: datetime) -> dict[str, str]:
    with store.read() as uow:
        found = mark_likely(cases, uow, likeness=alike, staff=staff, bureau=a_bureau(), now=now)
    by_id = {case.id: case.reference for case in cases}
    return {by_id[case_id]: likely.case.reference for case_id, likely in found.items()}


def test_a_list_marks_each_case_with_the_likeliest_other_one(store: SqlStore, clerk: Staff, now: datetime) -> None:
    first, other, again = (
        filed(store, words, now, by=Address(ChannelName.WEB_CHAT, f"w{number}"))
        for number, words in enumerate((FIRST, ELSE, AGAIN))
    )
    assert marked(store, [first, other, again], clerk, now) == {
        first.reference: again.reference,
        again.reference: first.reference,
    }
    assert marked(store, [], clerk, now) == {}
    store.write(lambda uow: uow.erasures.erase(first, now=now))
    assert marked(store, [again], clerk, now) == {}


def test_a_list_marks_nothing_that_the_account_may_not_see_or_that_is_linked(
    store: SqlStore, clerk: Staff, now: datetime
) -> None:
    first, again = filed(store, FIRST, now), filed(store, AGAIN, now, by=THEIRS)
    outsider = hired(store, Role.HANDLER, "exit-entry")
    assert marked(store, [again], outsider, now) == {}
    store.write(lambda uow: link(again, first, Relation.SAME_MATTER, Walker(uow, an_office(), clerk, now)))
    assert marked(store, [again], clerk, now) == {}


def test_a_list_marks_the_next_likely_case_when_the_likeliest_is_linked(
    store: SqlStore, clerk: Staff, now: datetime
) -> None:
    first = filed(store, FIRST, now)
    nearest, again = filed(store, AGAIN, now), filed(store, AGAIN, now)
    assert marked(store, [again], clerk, now) == {again.reference: nearest.reference}
    store.write(lambda uow: link(again, nearest, Relation.SAME_MATTER, Walker(uow, an_office(), clerk, now)))
    assert marked(store, [again], clerk, now) == {again.reference: first.reference}
