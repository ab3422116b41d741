"""Cases to write letters in, what a clerk adds to each kind, and the press that sets them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from casework.actions.lettering import Press
from casework.bureau import Bureau, Telephone, Words
from casework.case import Case, CaseStatus
from casework.kinds import CaseKind
from casework.letter import LetterKind
from casework.letters import LetterText, compose_letter, endings_of, kinds_for, letter_words
from casework.message import Author, CaseId, Direction, Message, ThreadId
from casework.papers.letter_files import letter_docx, letter_pdf, letter_pictures
from casework.party import Address, ChannelName, Language, PartyId
from casework.ports import UnitOfWork
from casework.store.blobs import DirectoryBlobs
from casework.thread import Audience, Thread
from tests.casework.a_bureau import a_bureau

TODAY = date(2026, 11, 25)
GIVEN: Mapping[LetterKind, Mapping[str, object]] = {
    LetterKind.RECEIPT: {"until": date(2026, 12, 21)},
    LetterKind.SUPPLEMENT: {"missing": "一、身份证明；\n二、所需信息的名称。", "working_days": 10},
    LetterKind.EXTENSION: {"reason": "需要查找的档案数量较多", "days": 10, "until": date(2027, 1, 4)},
    LetterKind.THIRD_PARTY: {"whom": "示例科技有限公司", "about": "采购合同中的报价明细"},
    LetterKind.ORGAN: {"whom": "示例市财政局", "about": "采购合同正文"},
    LetterKind.FEE: {
        "amount": 30_050,
        "reckoning": "超出部分按件计收",
        "until": date(2026, 12, 10),
        "payment": "到窗口缴纳",
    },
    LetterKind.TRANSFER: {"to": "城北派出所（0396-000-0111）"},
    LetterKind.ACCEPTANCE: {"way": "调查核实后书面答复", "until": date(2027, 1, 24)},
    LetterKind.NON_ACCEPTANCE: {"reason": "属于人民法院职权范围。", "where": "示例市人民法院"},
    LetterKind.DECISION: {"answer": "现将有关材料随本答复书提供。"},
    LetterKind.OPINION: {"found": "经查，情况属实。", "decision": "已责令整改。", "basis": "《信访工作条例》"},
    LetterKind.REVIEW: {"found": "经复查，事实清楚。"},
    LetterKind.NOT_PROCESSED_AGAIN: {"earlier": "2026年3月2日 ZMD-公开答复〔2026〕3号"},
    LetterKind.WITHDRAWN: {"on": date(2026, 11, 24)},
}


def a_case(kind: CaseKind = CaseKind.DISCLOSURE_APPLICATION, *, subject: str = "监控设备采购合同") -> Case:
    return Case(
        CaseId(1),
        "ZMD-2026-000123-7",
        kind,
        CaseStatus.NEW,
        subject,
        PartyId(1),
        ThreadId(1),
        ChannelName.LETTER,
        "zh",
        datetime(2026, 11, 23, 2, tzinfo=UTC),
        "bureau",
        received_on=date(2026, 11, 23),
        due_on=date(2026, 12, 21),
    )


def a_reachable_bureau() -> Bureau:
    """The bureau of the tests with a telephone and an address."""
    known = a_bureau()
    root = replace(known.root, address=Words("示例大道1号", "1 Example Avenue"), telephone="0396-000-0101")
    return replace(
        known,
        units=(root, *known.units[1:]),
        telephones=(Telephone(Words("咨询", "Enquiries"), "0396-000-0100"),),
    )


def compose(
    kind: LetterKind,
    case: Case | None = None,
    facts: Mapping[str, object] | None = None,
    *,
    language: Language = "zh",
    ending: str = "",
    name: str | None = "王小明",
) -> LetterText:
    return compose_letter(
        kind,
        case or a_case(),
        GIVEN[kind] if facts is None else facts,
        wording=letter_words(),
        bureau=a_reachable_bureau(),
        party_name=name,
        language=language,
        today=TODAY,
        ending=ending,
    )


def every_letter() -> Iterator[tuple[LetterKind, CaseKind, str]]:
    """Each kind of letter with each kind of case that knows it, and each ending."""
    for case_kind in CaseKind:
        for kind in kinds_for(case_kind):
            for ending in endings_of(kind, case_kind) or ("",):
                yield kind, case_kind, ending


def a_paper_thread(uow: UnitOfWork, address: Address, *, now: datetime) -> tuple[Thread, Message]:
    """What a clerk entered of a paper."""
    party = uow.parties.ensure(address, language="zh", name="王小明", now=now)
    thread = uow.threads.open(Audience.CITIZEN, language="zh", now=now, party_id=party.id, address=address)
    return thread, uow.threads.add_message(thread.id, Direction.INBOUND, Author.CITIZEN, "申请", now=now)


def a_press(folder: Path) -> Press:
    return Press(letter_words(), a_reachable_bureau(), DirectoryBlobs(folder), letter_pdf, letter_docx, letter_pictures)
