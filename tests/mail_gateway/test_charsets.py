"""Bytes become text: as declared, then repaired, then detected."""

from __future__ import annotations

import pytest

from mail_gateway.charsets import decode


@pytest.mark.parametrize(
    ("data", "declared", "text"),
    [
        pytest.param("朱镕喆".encode("gb18030"), "gb2312", "朱镕喆", id="gbk bytes labelled gb2312"),
        pytest.param("𠮷野家".encode("gb18030"), "GBK", "𠮷野家", id="four-byte gb18030 labelled gbk"),
        pytest.param("路灯坏了".encode("gbk"), None, "路灯坏了", id="undeclared gbk, four characters"),
        pytest.param("路灯坏了".encode(), None, "路灯坏了", id="undeclared utf-8"),
        pytest.param("路灯坏了".encode("gbk"), "utf-8", "路灯坏了", id="gbk labelled utf-8"),
        pytest.param("路灯坏了".encode(), "gb2312", "路灯坏了", id="utf-8 labelled gb2312"),
        pytest.param("路灯坏了".encode("gbk"), "us-ascii", "路灯坏了", id="gbk labelled us-ascii"),
        pytest.param("路灯坏了".encode("gbk"), "iso-8859-1", "路灯坏了", id="gbk labelled latin-1"),
        pytest.param("路灯坏了".encode(), "windows-1252", "路灯坏了", id="utf-8 labelled windows-1252"),
        pytest.param("路灯坏了".encode("gbk"), "x-no-such-set", "路灯坏了", id="unknown charset"),
        pytest.param("déjà été".encode("latin-1"), "iso-8859-1", "déjà été", id="true latin-1 stays"),
        pytest.param("路燈壞了".encode("big5"), "big5", "路燈壞了", id="declared big5"),
        pytest.param("路灯".encode("utf-7"), "utf-7", "路灯", id="utf-7"),
        pytest.param("路灯".encode("hz"), "hz-gb-2312", "路灯", id="hz"),
        pytest.param(b"plain", "base64", "plain", id="a codec that is no charset"),
        pytest.param(b"a\x00b", "us-ascii", "ab", id="nul is taken out"),
        pytest.param(b"", None, "", id="nothing"),
    ],
)
def test_text_is_read_right(data: bytes, declared: str | None, text: str) -> None:
    assert decode(data, declared).text == text


def test_a_text_cut_within_a_character_keeps_the_rest() -> None:
    decoded = decode("窗口办事员态度不好，等了两个小时也没有人理我们".encode()[:-1], "utf-8")
    assert decoded.text.startswith("窗口办事员态度不好")
    assert "losses" in decoded.repair


def test_a_repair_is_named_and_a_right_label_is_none() -> None:
    assert decode("路灯".encode("gbk"), "utf-8").repair == "charset utf-8 read as gb18030"
    assert decode("路灯".encode("gbk"), "gb2312").repair == ""


def test_whatever_comes_can_be_stored() -> None:
    for data in (bytes(range(256)) * 3, b"+2AA-", b"\xff\xfe\x00\xd8", b"\x80" * 50):
        for declared in (None, "utf-7", "utf-16", "gb2312", "utf-8", "rot13", "\x00", "a" * 500):
            text = decode(data, declared).text
            assert "\x00" not in text
            text.encode("utf-8")
