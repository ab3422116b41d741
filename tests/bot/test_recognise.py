"""What is understood of a message, and that the sentences in the tables are understood at all."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest

from bot.engine.intent import Intent
from bot.engine.language import language_of, wished_language
from bot.engine.phrases import pattern_of
from bot.engine.recognise import is_lone_question, is_question, recognise
from bot.engine.sentence_tables import WAYS, read_table
from bot.errors import BotRejected
from casework.party import LANGUAGES, Language

INTENTS = [intent for intent in Intent if intent is not Intent.EMERGENCY]


def examples(template: str) -> Iterator[str]:
    """Two sentences that a template accepts: the longest with first choices, the shortest with last ones."""
    yield _example(template, pick=0, with_optional=True)
    yield _example(template, pick=-1, with_optional=False)


def _example(template: str, *, pick: int, with_optional: bool) -> str:
    text = template.replace("…", " ").replace("#", "3").replace("$", "")
    innermost_choice = re.compile(r"\(([^()\[\]]*)\)")
    innermost_option = re.compile(r"\[([^()\[\]]*)\]")
    while found := innermost_choice.search(text) or innermost_option.search(text):
        parts = found[1].split("|")
        kept = parts[pick] if found[0].startswith("(") or with_optional else ""
        text = text[: found.start()] + kept + text[found.end() :]
    return text.strip()


def sentences_of(language: Language) -> list[tuple[Intent, str, str]]:
    table = read_table(language)
    return [
        (intent, way, sentence)
        for intent in INTENTS
        for way in WAYS
        for template in table[intent.value].get(way, ())
        for sentence in examples(template)
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("intent", INTENTS)
def test_every_intent_has_sentences_in_every_language(intent: Intent, language: Language) -> None:
    assert any(read_table(language)[intent.value].get(way) for way in WAYS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_recognised_as_what_it_is_listed_for(language: Language) -> None:
    given = sentences_of(language)
    missed = [(intent.value, sentence) for intent, _, sentence in given if intent not in recognise(sentence)]
    assert len(given) > 300
    assert missed == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_a_whole_message_is_recognised_as_one(language: Language) -> None:
    whole = [(intent, sentence) for intent, way, sentence in sentences_of(language) if way == "whole"]
    assert [(i.value, s) for i, s in whole if not recognise(s)[i].whole] == []


EMERGENCIES = (
    "有人拿刀砍人",
    "救命",
    "救命啊！！",
    "着火了",
    "我家着火了怎么办",
    "有人闯进我家了",
    "小偷还在我家里",
    "我老公正在打我",
    "有人要跳楼",
    "我不想活了我要自杀",
    "孩子不见了",
    "有人溺水了快来人",
    "我爸昏迷了没有呼吸",
    "煤气泄漏了",
    "刚刚出车祸有人受伤",
    "我被绑架了",
    "有人持刀抢劫",
    "邻居家冒烟起火了",
    "他说要杀我",
    "救救我，他在打我",
    "救命!有人搶劫",
    "someone broke in right now",
    "there is a fire in my house",
    "My house is on fire",
    "he has a knife",
    "I'm being attacked",
    "someone is breaking into my house",
    "I want to kill myself",
    "my son is missing",
    "she is not breathing",
    "there's been a car accident and people are injured right now",
    "Help me, he is going to kill me",
    "I smell gas",
    "A man is stabbing people at the station",
    "The burglar is still in my house",
)
NO_EMERGENCIES = (
    "110电话是多少",
    "火车票丢了",
    "怎么报警",
    "家里被偷了",
    "昨天有人拿刀砍人，怎么查进展",
    "家里着火了户口本烧没了怎么补办",
    "如果着火了打什么电话",
    "救命恩人",
    "灭火器年检要多少钱",
    "消防证明怎么开",
    "出车祸了怎么处理",
    "车祸后多久出认定书",
    "打人怎么处罚",
    "孩子丢了身份证",
    "手机不见了",
    "我的护照不见了",
    "上个月我家失火，户口本怎么补",
    "谢谢，你真是救了我的命",
    "刀具管制有什么规定",
    "杀虫剂能带上火车吗",
    "办护照要多少钱",
    "我急着出国，护照能加急吗",
    "what is the number for emergencies",
    "How do I report a fire?",
    "what if there is a fire",
    "fire safety certificate",
    "I lost my passport in a fire last year, how do I replace it",
    "My bike was stolen yesterday",
    "I was robbed last week",
    "help",
    "can you help me",
    "how do I get a gun licence",
    "Is it urgent to renew my ID card?",
    "My car accident case",
    "knife shop opening hours",
)


@pytest.mark.parametrize("text", EMERGENCIES)
def test_danger_is_heard(text: str) -> None:
    assert Intent.EMERGENCY in recognise(text)


@pytest.mark.parametrize("text", NO_EMERGENCIES)
def test_there_is_no_false_alarm(text: str) -> None:
    assert Intent.EMERGENCY not in recognise(text)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("家里被偷了", Intent.REPORT_CRIME),
        ("手机被偷了", Intent.REPORT_CRIME),
        ("我被騙了五千元", Intent.REPORT_CRIME),
        ("有人在网上诈骗了我三千块", Intent.REPORT_CRIME),
        ("My bike was stolen yesterday", Intent.REPORT_CRIME),
        ("I was scammed out of 5000 yuan", Intent.REPORT_CRIME),
        ("窗口的民警态度太差了", Intent.FILE_COMPLAINT),
        ("我要投诉交警乱罚款", Intent.FILE_COMPLAINT),
        ("The officer at the window was rude to me", Intent.FILE_COMPLAINT),
        ("我想申请公开2023年的财政预算", Intent.START_APPLICATION),
        ("I want to file a disclosure application", Intent.START_APPLICATION),
        ("我上次的投诉处理得怎么样了", Intent.CASE_STATUS),
        ("Any news about my complaint?", Intent.CASE_STATUS),
        ("我想和真人说话", Intent.HANDOFF),
        ("Can I talk to a real person please", Intent.HANDOFF),
        ("建议你们增加周末窗口", Intent.SUGGESTION),
    ],
)
def test_a_wish_is_understood(text: str, intent: Intent) -> None:
    assert intent in recognise(text)


@pytest.mark.parametrize(
    "text",
    [
        "身份证被偷了怎么补办",
        "怎么投诉",
        "投诉电话是多少",
        "在哪里可以报案",
        "报案需要什么材料",
        "护照的办理进度",
        "诈骗怎么防范",
        "How do I replace a stolen passport?",
        "How can I make a complaint about a fine?",
        "Where do I report a lost card?",
        "补办身份证需要人工窗口吗",
    ],
)
def test_a_question_is_no_wish_to_begin_something(text: str) -> None:
    begins = {Intent.REPORT_CRIME, Intent.FILE_COMPLAINT, Intent.START_APPLICATION, Intent.CASE_STATUS, Intent.HANDOFF}
    assert begins & set(recognise(text)) == set()


def test_a_match_says_why() -> None:
    match = recognise("我要投诉示例路派出所态度恶劣")[Intent.FILE_COMPLAINT]
    assert match.because == ("我要投诉", "态度恶劣")
    assert match.states
    assert not match.whole


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("办护照要多少钱", True),
        ("How much is a passport?", True),
        ("你好，办护照要多少钱？", True),
        ("我去窗口问办护照要多少钱，民警说自己上网查，一直玩手机不理人", False),
        ("昨天下午三点", False),
        ("示例路派出所", False),
        ("The officer asked me how much I earn, then he laughed. I felt insulted.", False),
    ],
)
def test_a_lone_question_is_told_from_a_story(text: str, is_one: bool) -> None:
    assert is_lone_question(text) is is_one


def test_a_statement_is_no_question() -> None:
    assert not is_question("我的护照丢了")
    assert not is_question("My passport is lost")


@pytest.mark.parametrize(
    ("text", "before", "in_dialogue", "spoken"),
    [
        ("你好", None, False, "zh"),
        ("hello", "zh", False, "en"),
        ("12345", "en", False, None),
        ("👍", "zh", False, None),
        ("ok", "zh", False, "zh"),
        ("Example Person", "zh", True, "zh"),
        ("passport E12345678", "zh", True, "zh"),
        ("I would like to know how much it costs", "zh", True, "en"),
        ("ZMD-2026-000123-3", None, False, None),
        ("请问 passport 怎么办理", "en", False, "zh"),
    ],
)
def test_the_language_follows_the_script(text: str, before: Language, in_dialogue: bool, spoken: str) -> None:
    assert language_of(text, recognise(text), before=before, in_dialogue=in_dialogue) == spoken


def test_a_language_can_be_asked_for() -> None:
    assert wished_language(recognise("English please")) == "en"
    assert wished_language(recognise("请说中文")) == "zh"
    assert wished_language(recognise("英文版的护照要多少钱")) is None


def test_a_malformed_sentence_is_refused_with_its_words() -> None:
    with pytest.raises(BotRejected, match="malformed"):
        pattern_of("(我要|投诉")


def test_a_very_long_message_is_read_in_bounded_time() -> None:
    started = time.process_time()
    for text in (
        "我去窗口办事有人说" * 2500,
        "the officer and someone said hello " * 600,
        "你好" * 10_000,
        "(" * 20_000,
    ):
        recognise(text)
    assert time.process_time() - started < 1
