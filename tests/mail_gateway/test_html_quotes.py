"""Quotes and signatures in HTML are found by the elements that hold them; what is hidden is nobody's words."""

from __future__ import annotations

import pytest

from mail_gateway.html_text import to_text
from mail_gateway.quoting import split_html, split_letter

NEW = "<div>路灯还是不亮。</div><div><br></div><div>李某</div>"
WORDS = "路灯还是不亮。\n\n李某"


@pytest.mark.parametrize(
    "quote",
    [
        pytest.param('<blockquote type="cite"><div>旧文</div></blockquote>', id="apple"),
        pytest.param(
            '<div class="moz-cite-prefix">Am 20.11. um zehn:</div><blockquote>旧文</blockquote>', id="thunderbird"
        ),
        pytest.param(
            '<div class="yahoo_quoted" id="yahoo_quoted_1"><div>局长：</div><div>旧文</div></div>', id="yahoo"
        ),
        pytest.param('<div class="ydp12yahoo_quoted">旧文</div>', id="yahoo, renamed"),
        pytest.param('<div class="x_gmail_quote"><div>局长来函</div><blockquote>旧文</blockquote></div>', id="a copy"),
        pytest.param('<div class="protonmail_quote">旧文</div>', id="proton"),
        pytest.param('<div class="zmail_extra">旧文</div>', id="zoho"),
        pytest.param('<div id="isReplyContent">旧文</div>', id="163"),
        pytest.param('<div class="xm_compose_origin_mail_container">旧文</div>', id="qq"),
        pytest.param('<div class="alimail-quote">旧文</div>', id="alibaba"),
        pytest.param('<div id="lark-mail-quote-1">旧文</div>', id="feishu"),
        pytest.param('<div id="appendonsend"></div><div>旧文</div>', id="outlook.com"),
        pytest.param('<hr tabindex="-1"><div>旧文</div>', id="outlook on the web"),
        pytest.param('<hr id="zwchr"><div>旧文</div>', id="zimbra"),
        pytest.param(
            '<div style="border:none;border-top:solid #B5C4DF 1.0pt"><p>谁</p></div><p>旧文</p>', id="outlook"
        ),
        pytest.param('<div style="border-top: #e1e1e1 1pt solid"><p>谁</p></div><p>旧文</p>', id="windows mail"),
        pytest.param("<div>------------------&nbsp;原始邮件&nbsp;------------------</div>旧文", id="by its words"),
        pytest.param(
            "<p><b>From:</b> Desk<br><b>Sent:</b> Friday<br><b>To:</b> Li<br><b>Subject:</b> x</p><p>旧文</p>",
            id="block",
        ),
    ],
)
def test_what_a_program_puts_in_its_quote_is_quoted(quote: str) -> None:
    words = split_html(f"<html><body>{NEW}<br>{quote}</body></html>")
    assert words.new == WORDS
    assert "旧文" in words.quoted


@pytest.mark.parametrize(
    "signature",
    [
        '<div class="gmail_signature"><b>李某</b></div>',
        '<div id="Signature">李某</div>',
        '<div id="ms-outlook-mobile-signature">李某</div>',
        '<div class="moz-signature">李某</div>',
        '<sign signid="1"><div>李某</div></sign>',
        '<hr style="width: 210px; height: 1px;" color="#b5c4df" size="1" align="left"><div>李某</div>',
    ],
)
def test_a_signature_is_found_by_its_element(signature: str) -> None:
    words = split_html(f"<p>路灯坏了</p>{signature}<blockquote>旧文</blockquote>")
    assert (words.new, words.signature, words.quoted) == ("路灯坏了", "李某", "旧文")


def test_words_written_in_the_element_for_the_signature_are_the_letter() -> None:
    assert split_html('<div id="Signature">路灯坏了</div>').new == "路灯坏了"


def test_answers_between_quotes_of_one_container_are_new() -> None:
    quote = '<blockquote class="gmail_quote">{}</blockquote>'
    html = f'<div class="gmail_quote">局长来函{quote.format("哪盏？")}十二号<br>{quote.format("何时？")}</div>'
    words = split_html(html)
    assert words.new == "十二号"
    assert [part in words.quoted for part in ("局长来函", "哪盏？", "何时？")] == [True] * 3


def test_an_indented_paragraph_is_no_quote() -> None:
    assert "十二号" in split_html('<p>看</p><blockquote style="margin:0 0 0 40px;border:none">十二号</blockquote>').new


@pytest.mark.parametrize(
    "hidden",
    [
        '<div style="display:none">藏</div>',
        '<div style="DISPLAY : none !important">藏</div>',
        '<span style="visibility:hidden">藏</span>',
        '<span style="font-size:0px">藏</span>',
        '<div style="max-height:0;overflow:hidden">藏</div>',
        "<p hidden>藏</p>",
        "<!-- 藏 --><style>藏</style><script>藏</script><title>藏</title>",
    ],
)
def test_what_no_reader_sees_is_no_word(hidden: str) -> None:
    html = f"<html><body>{hidden}<p>路灯</p></body></html>"
    assert to_text(html) == "路灯"
    assert split_html(html).new == "路灯"


def test_a_size_of_nothing_around_words_of_some_size_hides_nothing() -> None:
    assert to_text('<td style="font-size:0"><div style="font-size:14px">路灯</div></td>') == "路灯"


def test_text_from_html_has_lists_tables_links_and_no_floods_of_blank_lines() -> None:
    html = "<p>a</p>" + "<div><br></div>" * 30 + "<ul><li>b</li></ul><a href='https://x.example'>c</a>"
    assert to_text(html).split() == ["a", "*", "b", "c"]
    assert "\n\n\n" not in to_text(html)
    assert to_text("<table><tr><td>地点</td><td>解放路</td></tr></table>").split() == ["地点", "解放路"]


def test_the_plain_text_is_read_when_it_separates() -> None:
    words = split_letter("一\n\n> 旧文", "<p>二</p><blockquote>旧文</blockquote>")
    assert (words.new, words.quoted) == ("一", "> 旧文")


def test_the_html_is_read_when_the_text_has_no_marks() -> None:
    words = split_letter("路灯\n旧文", "<p>路灯</p><blockquote>旧文</blockquote>")
    assert (words.new, words.quoted) == ("路灯", "旧文")


@pytest.mark.parametrize("text", ["", " \n", "Your mail program cannot display HTML messages."])
def test_the_html_is_read_when_there_is_no_text(text: str) -> None:
    assert split_letter(text, "<p>路灯</p>" + "<!-- -->" * 20).new == "路灯"


@pytest.mark.parametrize(
    "html", ["", " ", "<!-- -->", "\x00", "<", "<div", "\ue0f0", "<?xml version='1.0' encoding='x'?><p>"]
)
def test_html_without_words_has_none(html: str) -> None:
    assert split_html(html).new in {"", "<"}
