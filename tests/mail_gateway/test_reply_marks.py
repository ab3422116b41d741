"""How programs of many kinds and languages introduce a quote and sign for the writer: folded, and nothing else is."""

from __future__ import annotations

import pytest

from mail_gateway.quoting import split_words

LETTER = "路灯坏了，请修。\n此致\n敬礼\n李某"
_ADDRESS = "<x@zmd.example>"
_ZH = ("发件人: 局长信箱 <x@zmd.example>", "发送时间: 2026年11月20日 10:05", "收件人: 李某", "主题: 路灯")


ATTRIBUTIONS = {
    "163 web": f'在 2026-11-20 10:05:00，"局长信箱" {_ADDRESS} 写道：',
    "163 without blanks": "在2026-11-20 10:05:00，局长信箱<x@zmd.example>写道：",
    "xiaomi": f'"局长信箱" {_ADDRESS}，2026年11月20日 10:05写道：',
    "gmail zh": f"局长信箱 {_ADDRESS} 于2026年11月20日周五 10:05写道：",
    "gmail tw": f"局長 {_ADDRESS} 於 2026年11月20日 週五 上午10:05寫道：",
    "yahoo tw": f"    局長 {_ADDRESS} 於 2026年11月20日 星期五 上午10:05:00 [GMT+8] 寫道：  ",
    "thunderbird zh": "在 2026/11/20 10:05, 局长 写道:",
    "gmail without a verb": f"2026-11-20 10:05 GMT+08:00 Desk {_ADDRESS}:",
    "gmail ja": f"2026年11月20日(金) 10:05 局長 {_ADDRESS}:",
    "apple ja": f"2026/11/20 10:05、局長 {_ADDRESS}のメール:",
    "gmail ko": f"2026년 11월 20일 (금) 오전 10:05, 국장 {_ADDRESS}님이 작성:",
    "ar": f"في الجمعة، 20 نوفمبر 2026 في 10:05 ص تمت كتابة ما يلي بواسطة Desk {_ADDRESS}:",
    "he": f"בתאריך יום ו׳, 20 בנוב׳ 2026 ב-10:05 מאת Desk {_ADDRESS}:",
    "tr": f"Desk {_ADDRESS}, 20 Kas 2026 Cum, 10:05 tarihinde şunu yazdı:",
    "ru": f"пт, 20 нояб. 2026 г. в 10:05, Desk {_ADDRESS}:",
    "uk": f"пт, 20 лист. 2026 р. о 10:05 Desk {_ADDRESS} пише:",
    "cs": f"pá 20. 11. 2026 v 10:05 odesílatel Desk {_ADDRESS} napsal:",
    "pl": f"W dniu 2026-11-20 10:05:59 użytkownik Desk {_ADDRESS} napisał(a):",
    "da": f"Den fre. 20. nov. 2026 kl. 10.05 skrev Desk {_ADDRESS}:",
    "sv": "Den 20 november, 2026 10:05:18, Desk (x@zmd.example) skrev:",
    "fi": "pe 20. marrask. 2026 klo 10.05 Desk (x@zmd.example) kirjoitti:",
    "fr": f"Le ven. 20 nov. 2026 à 10:05, Desk {_ADDRESS} a écrit :",
    "fr, two lines": f"Le ven. 20 nov. 2026 à 10:05, Desk {_ADDRESS}\na écrit :",
    "es": "El vie, 20 nov 2026 a las 10:05, Desk (<x@zmd.example>) escribió:",
    "pt, two lines": f"Em sex., 20 de nov. de 2026 às 10:05, Desk {_ADDRESS}\nescreveu:",
    "hu": f"Desk {_ADDRESS} ezt írta (időpont: 2026. nov. 20., P, 10:05):",
    "de": "Am 20.11.26 um 10:05 schrieb Desk:",
    "it": "Il 20/11/2026 10:05, Desk ha scritto:",
    "nl": f"Op vr 20 nov. 2026 om 10:05 schreef Desk {_ADDRESS}:",
    "nl apple": f"Op 20-nov.-2026, om 10:05 heeft Desk {_ADDRESS} het volgende geschreven:",
    "vi": f"Vào Th 6, 20 thg 11, 2026 vào lúc 10:05 Desk {_ADDRESS} đã viết:",
    "front": f"On Fri, Nov 20 at 10:05 AM, Desk {_ADDRESS} wrote:",
    "three lines": f"On Nov 20, 2026,\nat 10:05,\nDesk {_ADDRESS} wrote:",
    "broken in the address": "On Fri, Nov 20, 2026 at 10:05 AM Desk <\nx@zmd.example> wrote:",
    "zoho": "---- On Fri, 20 Nov 2026 10:05:00 +0800 x@zmd.example wrote ----",
    "android": "---- Desk wrote ----",
    "notes": f"-----Desk {_ADDRESS} wrote: -----",
}
INTRODUCTIONS = {
    "qq on the telephone, labels missing": "原始邮件\n\n发件人\t局长信箱\n发送时间\t2026年11月20日 10:05",
    "qq, full": "------------------ 原始邮件 ------------------\n" + "\n".join(_ZH),
    "163 forward": "-------- 转发邮件信息 --------\n" + "\n".join(_ZH),
    "139": "----邮件原文----\n发件人：局长 <x@zmd.example>\n抄 送： (无)\n发送时间：2026-11-20 10:05:00\n主题：路灯",
    "alibaba": "-" * 66 + "\n发件人：局长信箱\n日　期：2026年11月20日 10:05:00\n收件人：李某\n主　题：路灯",
    "feishu": "\n".join((_ZH[0], "日期: 2026年11月20日 (周五) 10:05", *_ZH[:1:-1])),
    "huawei": "-------- 原始邮件 --------\n发件人： 局长\n日期： 2026年11月20日\n收件人： li\n主 题： 灯",
    "outlook ja": "差出人: 局長 <x@zmd.example>\n送信日時: 2026年11月20日 10:05\n宛先: li\n件名: RE",
    "gmx, the date first": "Gesendet: Freitag, 20. November 2026 um 10:05 Uhr\nVon: Desk\nAn: li\nBetreff: Re",
    "hotmail, the date first": "Date: Fri, 20 Nov 2026 10:05:00 +0000\nFrom: x@zmd.example\nTo: li\nSubject: R",
    "markdown stars": "*From:* Desk <x@zmd.example>\n*Sent:* Friday, November 20, 2026\n*To:* li\n*Subject:* Re",
    "outlook rule": "_" * 32 + "\nFrom: Desk\nSent: Friday\nTo: li\nSubject: Re",
    "zimbra fr": '----- Mail original -----\nDe: "Desk"\nÀ: li\nEnvoyé: Vendredi 20 Novembre 2026\nObjet: Re',
    "blackberry, blank lines": "-----Original Message-----\nFrom: Desk\n\nDate: Fri\nTo:<li@x.example>\n\n\nSubject: R",
    "proton": f"‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐\nOn Friday 20 November 2026 10:05, Desk {_ADDRESS} wrote:",
    "samsung, all on one line": "-------- Original message --------From: Desk Date: 20/11/2026 To: li Subject: Re",
    "apple forward fr": "Début du message réexpédié :\n\nDe: Desk <x@zmd.example>\nDate: 20 novembre 2026 10:05",
    "gmail forward sv": "---------- Vidarebefordrat meddelande ----------\nFrån: Desk\nDatum: idag\nTill: li",
    "ticket system": "##- Please type your reply above this line -##",
}


@pytest.mark.parametrize(
    "introduction", [*ATTRIBUTIONS.values(), *INTRODUCTIONS.values()], ids=[*ATTRIBUTIONS, *INTRODUCTIONS]
)
def test_what_introduces_a_quote_is_folded_with_it(introduction: str) -> None:
    words = split_words(f"{LETTER}\n\n{introduction}\n\n旧文")
    assert words.new == LETTER
    assert words.quoted.startswith(introduction.split("\n", maxsplit=1)[0])
    assert words.quoted.endswith("旧文")


@pytest.mark.parametrize("attribution", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS)
def test_an_answer_below_a_marked_quote_is_new(attribution: str) -> None:
    words = split_words(f"{attribution}\n> 旧文\n\n{LETTER}")
    assert words.new == LETTER


@pytest.mark.parametrize(
    "signature",
    [
        "发自我的企业微信",
        "发自 网易邮箱手机智能版",
        "来自我的华为手机",
        "从 Windows 版邮件发送",
        "從我的 iPhone 傳送",
        "签名由 网易邮箱大师 定制",
        "获取 Outlook for Android<https://o.example>",
        "Get Outlook for iOS<https://o.example>",
        "Gesendet von Outlook für Android<https://o.example>",
        "Von meinem iPhone gesendet",
        "Envoyé de mon iPhone",
        "Envoyé à partir de Outlook pour iOS",
        "Enviado desde mi iPhone",
        "Inviato da iPhone",
        "Enviado do meu smartphone Samsung Galaxy.",
        "Verstuurd vanaf mijn iPad",
        "Skickat från min iPhone",
        "Отправлено с iPhone",
        "iPhoneから送信",
        "나의 iPhone에서 보냄",
        "iPhone'umdan gönderildi",
        "Sent from my Verizon Wireless BlackBerry",
        "Sent from Mail for Windows 10",
        "Sent with [Proton](https://p.example) Mail secure email.",
    ],
)
def test_what_a_program_signs_is_folded_in_every_language(signature: str) -> None:
    words = split_words(f"{LETTER}\n\n{signature}\n\n> 旧文")
    assert (words.new, words.signature) == (LETTER, signature)


@pytest.mark.parametrize(
    "signature",
    [
        "--\n李某\n13800000000",
        "—\nLi\nManager",
        "__\nlamps mailing list\nlamps@lists.example",
        "____________________\nlamps mailing list\nhttps://lists.example",
        "CONFIDENTIALITY NOTICE: This e-mail is meant for its recipient.\nDelete it otherwise.",
        "此邮件及其附件含有保密信息，仅供指定收件人使用。",
        "| |\n李某\n|\n|\nli@mail.example\n|\n签名由 网易邮箱大师 定制",
    ],
)
def test_a_visiting_card_or_notice_at_the_end_is_folded(signature: str) -> None:
    words = split_words(f"{LETTER}\n\n{signature}")
    assert (words.new, words.signature) == (LETTER, signature)


@pytest.mark.parametrize(
    "text",
    [
        "时间：2026-11-20\n地点：解放路\n主题：路灯\n内容：坏了",
        "联系人：李某\n电话：13800000000\n邮箱：li@mail.example\n我的诉求：\n1. 修路灯",
        "他在信中写道：\n“不予受理”。\n请解释。",
        "2026年11月20日，我给x@zmd.example发了邮件，内容如下：\n路灯坏了",
        "我在11月20日10:05打电话，对方说：\n不行。",
        "尊敬的领导：\n我住解放路，2026年11月20日给你写信，现举报如下：\n1. 路灯",
        "收件人：局长\n路灯坏了",
        "Dear desk,\nOn Friday I said: no.\nThanks\nLi",
        "The notification was sent from my iPhone app to all.\n\nSent from my desk, it is easier.\n\nAll fine.",
        "Because of:\n-- the first point\n-- the second point\nThanks",
        "Heading\n--------\nFirst\n\n----\n\nSecond",
        ">>> >>> www.mail.example <<<",
        "On the one hand it is dark.\nOn the other hand:\nit is late.",
    ],
)
def test_what_only_looks_like_a_mark_stays_with_the_new_words(text: str) -> None:
    assert split_words(text).new == text


def test_an_attribution_in_the_middle_of_a_line_leaves_the_words_before_it() -> None:
    words = split_words("Yes. On Fri, Nov 20, 2026 at 10:05, x@zmd.example wrote:\n> Well?")
    assert words.new == "Yes."


def test_the_broken_end_of_a_quoted_line_is_no_answer() -> None:
    words = split_words(f"> {'a lamp ' * 10}that is\nbroken by a program\n> and goes on\nan answer")
    assert words.new == "an answer"
