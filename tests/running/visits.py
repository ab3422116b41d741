"""What citizens come for, step by step, the same over every channel that talks."""

from __future__ import annotations

from collections.abc import Callable

from tests.running.citizens import ChatCitizen, Json
from tests.telegram_peer import BotApiPeer, Citizen, Sent

QUESTION = "办护照要多少钱"
CONFIRM = "确认"
COMPLAINT = (
    "我要投诉",
    "示例路派出所",
    "窗口工作人员态度很差，让我白跑一趟",
    "昨天上午",
    "示例路派出所大厅",
    "希望匿名",
)
"""What a citizen says until the summary is shown."""


def talk_until_summary(chat: ChatCitizen, said: Callable[[str], None] = lambda _client_id: None) -> list[Json]:
    """Complain in the chat as far as the summary; the replies that hold it. `said` learns each client_id."""
    replies: list[Json] = []
    for number, words in enumerate(COMPLAINT):
        replies = chat.say(words, client_id=f"complaint-{number}")
        said(f"complaint-{number}")
    assert CONFIRM in [choice["label"] for reply in replies for choice in reply["choices"]], replies
    return replies


def write_until_summary(peer: BotApiPeer, citizen: Citizen) -> Sent:
    """Complain over Telegram as far as the summary; the message that holds it."""
    for words in COMPLAINT:
        before = len(peer.sent(citizen.chat_id))
        citizen.says(words)
        peer.wait_for_sent(before + 1, citizen.chat_id)
    wait = peer.exchange.wait_until
    wait(lambda: _summary(peer, citizen) is not None, seconds=10, what="the summary")
    summary = _summary(peer, citizen)
    assert summary is not None
    return summary


def _summary(peer: BotApiPeer, citizen: Citizen) -> Sent | None:
    shown = [sent for sent in peer.sent(citizen.chat_id) if CONFIRM in [label for label, _ in sent.buttons]]
    return shown[-1] if shown else None
