"""Whose word on the sender counts: a relay of ours, in the lines that it wrote itself, and nobody else's."""

from __future__ import annotations

import ipaddress
import time
from dataclasses import replace

import pytest

from mail_gateway.authentication import (
    Authentication,
    Relays,
    Standing,
    believed_authentication,
    parse_results,
    standing_of,
)
from mail_gateway.parsing import parse

RELAYS = Relays(
    frozenset({"mx.zmd.example", "store.zmd.example"}),
    (ipaddress.ip_network("192.0.2.0/24"), ipaddress.ip_network("127.0.0.0/8")),
)
LI = "li@mail.example"
BY_US = "Received: from out.mail.example by mx.zmd.example with ESMTPS; Mon, 23 Nov 2026 10:00:00 +0800"
BY_STORE = "Received: from mx.zmd.example by store.zmd.example with LMTP; Mon, 23 Nov 2026 10:00:01 +0800"
BY_OTHERS = "Received: from [10.0.0.1] by out.mail.example with ESMTPA; Mon, 23 Nov 2026 09:59:58 +0800"
SAYS_FAIL = "Authentication-Results: mx.zmd.example; dmarc=fail (p=none) header.from=mail.example"
SAYS_PASS = "Authentication-Results: mx.zmd.example; dmarc=pass header.from=mail.example"
SAYS_DKIM = "Authentication-Results: mx.zmd.example; dkim=pass header.d=mail.example header.s=s1"
STRANGER = "Authentication-Results: mx.elsewhere.example; dmarc=pass header.from=mail.example"


def believed(*lines: str, peer: str = "192.0.2.7") -> Authentication | None:
    raw = "\r\n".join([*lines, f"From: {LI}", "Subject: x", "", "text"])
    return believed_authentication(parse(raw.encode()), RELAYS, peer)


def dmarc(*lines: str, peer: str = "192.0.2.7") -> str:
    found = believed(*lines, peer=peer)
    return found.results.get("dmarc", "none") if found else ""


@pytest.mark.parametrize(
    ("lines", "result"),
    [
        pytest.param([SAYS_PASS, BY_US, BY_OTHERS], "pass", id="above the relay's own Received"),
        pytest.param([BY_US, SAYS_PASS, BY_OTHERS], "pass", id="below it, as milters write"),
        pytest.param([BY_STORE, SAYS_PASS, BY_US], "pass", id="with a second server of ours on the way"),
        pytest.param([SAYS_PASS], "pass", id="without any Received"),
        pytest.param(["X-Spam: no", SAYS_PASS, "Delivered-To: x", BY_US], "pass", id="among other lines"),
        pytest.param([STRANGER, BY_US], "", id="a stranger's line"),
        pytest.param([STRANGER, SAYS_FAIL, BY_US], "fail", id="a stranger's line above ours"),
        pytest.param([BY_US, BY_OTHERS, SAYS_PASS], "", id="forged below the sender's own server"),
        pytest.param([BY_OTHERS, SAYS_PASS, BY_US], "", id="forged with our Received below another's"),
        pytest.param([SAYS_FAIL, BY_US, SAYS_PASS, BY_OTHERS], "fail", id="forged below the true one"),
        pytest.param([BY_US, SAYS_FAIL, SAYS_PASS], "fail", id="forged straight below the true one"),
        pytest.param([BY_US, SAYS_DKIM, SAYS_PASS], "none", id="forged to add what the relay did not say"),
        pytest.param([SAYS_DKIM, BY_US, SAYS_PASS, BY_US], "none", id="forged together with a Received"),
        pytest.param([SAYS_DKIM, SAYS_PASS, BY_US], "pass", id="two lines of the relay above its Received"),
        pytest.param([SAYS_PASS.replace("mx.zmd", "MX.Zmd"), BY_US], "pass", id="in capital letters"),
    ],
)
def test_only_what_a_relay_of_ours_wrote_itself_counts(lines: list[str], result: str) -> None:
    assert dmarc(*lines) == result


@pytest.mark.parametrize(
    ("peer", "result"),
    [
        ("192.0.2.7", "pass"),
        ("::ffff:192.0.2.7", "pass"),
        ("127.0.0.1", "pass"),
        ("", "pass"),
        ("198.51.100.9", ""),
        ("2001:db8::1", ""),
        ("nonsense", ""),
    ],
)
def test_who_comes_past_the_relay_is_believed_nothing(peer: str, result: str) -> None:
    """A mail without a peer was fetched from where the relay had put it."""
    assert dmarc(SAYS_PASS, BY_US, peer=peer) == result


def test_without_relays_nothing_is_believed() -> None:
    raw = "\r\n".join([SAYS_PASS, BY_US, f"From: {LI}", "", "x"]).encode()
    assert believed_authentication(parse(raw), Relays(), "127.0.0.1") is None


def test_a_result_tells_which_domains_it_is_about() -> None:
    found = parse_results(
        "mx.zmd.example 1; spf=pass smtp.mailfrom=bounce@Mail.Example; dkim=fail header.d=list.example; "
        "dkim=pass (2048-bit key) header.d=mail.example header.i=@mail.example; dkim=pass header.d=esp.example; "
        "dmarc=pass (p=reject) header.from=mail.example"
    )
    assert found.results == {"spf": "pass", "dkim": "pass", "dmarc": "pass"}
    assert found.domains == {
        "spf": ("mail.example",),
        "dkim": ("mail.example", "esp.example"),
        "dmarc": ("mail.example",),
    }


@pytest.mark.parametrize(
    ("said", "standing"),
    [
        pytest.param("dmarc=pass header.from=mail.example", Standing.PASS, id="dmarc"),
        pytest.param("dmarc=pass", Standing.PASS, id="dmarc without a domain"),
        pytest.param("dmarc=pass header.from=other.example", Standing.NEUTRAL, id="dmarc of another author"),
        pytest.param("dmarc=fail header.from=mail.example", Standing.FAIL, id="dmarc failed"),
        pytest.param("dmarc=fail; spf=pass smtp.mailfrom=li@mail.example", Standing.FAIL, id="dmarc goes first"),
        pytest.param("spf=pass smtp.mailfrom=li@mail.example", Standing.PASS, id="spf of the author's domain"),
        pytest.param("spf=pass smtp.mailfrom=x@evil.example", Standing.NEUTRAL, id="spf of another domain"),
        pytest.param("dkim=pass header.d=mail.example; spf=fail", Standing.PASS, id="dkim of the author's domain"),
        pytest.param("dkim=pass header.d=example", Standing.NEUTRAL, id="dkim of a lone label"),
        pytest.param("dkim=pass header.d=evilmail.example", Standing.NEUTRAL, id="a name that ends alike"),
        pytest.param("dkim=fail; spf=fail", Standing.FAIL, id="both failed"),
        pytest.param("dkim=fail; spf=softfail", Standing.NEUTRAL, id="one half failed"),
        pytest.param("dkim=none; spf=fail", Standing.NEUTRAL, id="spf alone failed, as when forwarded"),
        pytest.param("dmarc=temperror; dkim=fail; spf=fail", Standing.NEUTRAL, id="not found out"),
        pytest.param("none", Standing.NEUTRAL, id="nothing at all"),
    ],
)
def test_what_it_says_of_the_author(said: str, standing: Standing) -> None:
    assert standing_of(parse_results(f"mx.zmd.example; {said}"), LI) is standing


@pytest.mark.parametrize(
    "said",
    [
        pytest.param('spf=pass smtp.mailfrom="x; dmarc=pass"@evil.example; dmarc=fail', id="a quoted local part"),
        pytest.param(
            'spf=pass smtp.mailfrom="x; dmarc=pass header.from=mail.example; "@evil.example', id="and no more"
        ),
        pytest.param('spf=pass (domain of "x) ; dmarc=pass ("@evil.example designates it)', id="within a comment"),
        pytest.param('spf=pass (of "x\\") ; dmarc=pass (\\"y"@evil.example)', id="with quotes within"),
        pytest.param("spf=pass (of x) ; dmarc=pass (@evil.example)) ; dmarc=fail", id="brackets that do not match"),
        pytest.param("spf=none (a (b (c)) ; dmarc=pass", id="a comment that does not end"),
        pytest.param("dmarc=pass header.from=mail.example; dmarc=fail header.from=mail.example", id="said twice"),
    ],
)
def test_a_sender_cannot_speak_through_the_words_of_the_relay(said: str) -> None:
    found = believed(f"Authentication-Results: mx.zmd.example; {said}", BY_US)
    assert standing_of(found, LI) is not Standing.PASS


def test_nested_comments_are_read_over() -> None:
    found = believed(
        "Authentication-Results: mx.zmd.example (a (b) c); dmarc=pass (p=none (sp=x)) header.from=mail.example"
    )
    assert standing_of(found, LI) is Standing.PASS


@pytest.mark.parametrize("piece", ['"\\\\"', "(", "(x", '("', ";dmarc=pass", "\\\\", "by mx.zmd.example "])
def test_lines_made_to_be_slow_are_read_quickly(piece: str) -> None:
    line = f"mx.zmd.example; {piece * 5000}"
    headers = [header for _ in range(500) for header in (("authentication-results", line), ("x", line))]
    began = time.process_time()
    believed_authentication(replace(parse(b"From: x\r\n\r\n"), headers=tuple(headers)), RELAYS, "")
    assert time.process_time() - began < 2


def test_nothing_said_is_neutral() -> None:
    assert standing_of(None, LI) is Standing.NEUTRAL
