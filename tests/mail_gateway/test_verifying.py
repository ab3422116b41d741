"""SPF, DKIM and DMARC verified by ourselves, with a DNS server on the loopback."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import dkim
import pytest

from mail_gateway.authentication import Authentication, Standing, standing_of
from mail_gateway.envelope import Envelope
from mail_gateway.errors import MailGatewayRejected
from mail_gateway.verifying import Verifier, _organisation, open_verifier
from tests.mail_gateway.dns_server import Zone, dns_server, txt
from tests.mail_gateway.letters import AT, a_mail
from tests.mail_gateway.signing_key import SigningKey, a_signing_key

GOOD, BAD = "192.0.2.25", "198.51.100.66"


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    return a_signing_key(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def zone(key: SigningKey) -> Zone:
    return Zone(
        {
            ("mail.example", "TXT"): txt("v=spf1 include:_spf.mail.example mx -all"),
            ("_spf.mail.example", "TXT"): txt(f"v=spf1 ip4:{GOOD} -all"),
            ("mail.example", "MX"): ["10 mx.mail.example."],
            ("mx.mail.example", "A"): ["192.0.2.26"],
            ("s1._domainkey.mail.example", "TXT"): txt(key.record),
            ("_dmarc.mail.example", "TXT"): txt("v=DMARC1; p=reject; rua=mailto:x@mail.example"),
            ("strict-mail.example", "TXT"): txt("v=spf1 -all"),
            ("_dmarc.strict-mail.example", "TXT"): txt("v=DMARC1; p=reject; adkim=s; aspf=s"),
            ("s1._domainkey.sub.strict-mail.example", "TXT"): txt(key.record),
            ("esp.example", "TXT"): txt(f"v=spf1 ip4:{BAD} -all"),
            ("huge._domainkey.mail.example", "TXT"): txt("v=DKIM1; p=" + "A" * 5000),
            ("_dmarc.broken.example", "TXT"): txt("v=DMARC1; p=reject; nonsense"),
        }
    )


@pytest.fixture
def verifier(zone: Zone) -> Iterator[Verifier]:
    with dns_server(zone) as address:
        yield open_verifier([address], seconds=3, server="zmd.example")


def signed(key: SigningKey, raw: bytes, *, domain: str = "mail.example", length: bool = False) -> bytes:
    line = dkim.sign(raw, b"s1", domain.encode(), key.file.read_bytes(), length=length)
    return bytes(line) + raw


def verify(
    verifier: Verifier,
    raw: bytes,
    *,
    peer: str = GOOD,
    mail_from: str = "li@mail.example",
    author: str = "li@mail.example",
) -> Authentication:
    return verifier.verify(raw, Envelope(mail_from, ("xinxiang@zmd.example",), AT, peer), author)


def test_a_genuine_mail_passes_by_each_way(verifier: Verifier, key: SigningKey) -> None:
    found = verify(verifier, signed(key, a_mail()))
    assert found.results == {"spf": "pass", "dkim": "pass", "dmarc": "pass"}
    assert (found.server, found.domains["dmarc"]) == ("zmd.example", ("mail.example",))
    assert verify(verifier, a_mail(), peer="192.0.2.26").results == {"spf": "pass", "dkim": "none", "dmarc": "pass"}
    forwarded = verify(verifier, signed(key, a_mail()), peer=BAD, mail_from="x@esp.example")
    assert forwarded.results == {"spf": "pass", "dkim": "pass", "dmarc": "pass"}
    assert standing_of(forwarded, "li@mail.example") is Standing.PASS


def test_a_forged_mail_fails(verifier: Verifier, key: SigningKey) -> None:
    assert verify(verifier, a_mail(), peer=BAD).results == {"spf": "fail", "dkim": "none", "dmarc": "fail"}
    changed = signed(key, a_mail()).replace(b"Subject: ", b"Subject: x")
    assert verify(verifier, changed, peer=BAD).results == {"spf": "fail", "dkim": "fail", "dmarc": "fail"}
    other = verify(verifier, a_mail(), peer=BAD, mail_from="x@esp.example")
    assert (other.results["spf"], other.results["dmarc"]) == ("pass", "fail")
    assert standing_of(other, "li@mail.example") is Standing.FAIL


def test_a_domain_with_a_hyphen_is_not_cut_short(verifier: Verifier, key: SigningKey) -> None:
    author = "boss@strict-mail.example"
    found = verify(verifier, a_mail(sender=author), peer=BAD, author=author)
    assert (found.results["dmarc"], found.domains["dmarc"]) == ("fail", ("strict-mail.example",))


def test_strict_alignment_wants_the_very_domain(verifier: Verifier, key: SigningKey) -> None:
    author = "boss@strict-mail.example"
    raw = signed(key, a_mail(sender=author), domain="sub.strict-mail.example")
    found = verify(verifier, raw, author=author)
    assert (found.results["dkim"], found.results["dmarc"]) == ("pass", "fail")


def test_the_policy_of_the_organisation_holds_for_what_lies_below_it(verifier: Verifier, key: SigningKey) -> None:
    author = "li@office.mail.example"
    found = verify(verifier, signed(key, a_mail(sender=author)), author=author)
    assert found.results["dmarc"] == "pass"


@pytest.mark.parametrize(
    ("domain", "organisation"),
    [
        ("a.b.mail.example", "mail.example"),
        ("other.example", "other.example"),
        ("mail.zmd.gov.cn", "zmd.gov.cn"),
        ("a.b.com.cn", "b.com.cn"),
        ("mail.qq.com", "qq.com"),
        ("gov.cn", "gov.cn"),
        ("localhost", "localhost"),
    ],
)
def test_an_organisation_ends_one_label_below_a_public_suffix(domain: str, organisation: str) -> None:
    assert _organisation(domain) == organisation


def test_a_signature_of_the_beginning_alone_proves_nothing(verifier: Verifier, key: SigningKey) -> None:
    raw = signed(key, a_mail(), length=True) + b"<p>added below\r\n"
    assert verify(verifier, raw, peer=BAD).results["dkim"] == "fail"


def test_who_publishes_nothing_is_neither_proven_nor_forged(verifier: Verifier) -> None:
    author = "wu@silent.example"
    found = verify(verifier, a_mail(sender=author), author=author, mail_from=author)
    assert found.results == {"spf": "none", "dkim": "none", "dmarc": "none"}
    assert standing_of(found, author) is Standing.NEUTRAL


@pytest.mark.parametrize(
    ("author", "mail_from"),
    [
        ("", ""),
        ("nobody", "x"),
        ("a@" + "b" * 70 + ".example", "@"),
        ("李@路灯.example", "李@路灯.example"),
        ("x@..", "x@.."),
    ],
)
def test_odd_addresses_are_no_trouble(verifier: Verifier, author: str, mail_from: str) -> None:
    assert verify(verifier, a_mail(), author=author, mail_from=mail_from).results["dmarc"] == "none"


def test_a_broken_policy_is_said_and_a_huge_key_is_not_reckoned_with(verifier: Verifier, key: SigningKey) -> None:
    author = "x@broken.example"
    assert verify(verifier, a_mail(sender=author), author=author).results["dmarc"] == "permerror"
    raw = signed(key, a_mail()).replace(b"s=s1;", b"s=huge;")
    assert verify(verifier, raw, peer=BAD).results["dkim"] == "fail"


def test_a_mail_that_is_none_is_no_trouble(verifier: Verifier) -> None:
    for raw in (b"", b"\x00\xff", b"DKIM-Signature: v=1\r\n\r\n", b"DKIM-Signature: \xff=\xfe; b\r\nFrom: x\r\n\r\n"):
        assert verify(verifier, raw, peer=BAD).results["dkim"] in {"none", "fail"}


def test_what_is_asked_about_one_mail_is_bounded(verifier: Verifier, key: SigningKey, zone: Zone) -> None:
    raw = b"".join(
        b"DKIM-Signature: v=1; a=rsa-sha256; d=mail.example; s=k%d; h=from; bh=AA==; b=AA==\r\n" % number
        for number in range(200)
    )
    verify(verifier, raw + a_mail())
    assert len(zone.asked) <= 40


@pytest.mark.parametrize("body", [b"relaxed", b"simple"])
@pytest.mark.parametrize(
    "text",
    ["a  b\t c \nd", "  \n x\n\n\n", "", " ", "\n\n \n"],
    ids=["blanks", "blank lines", "nothing", "one blank", "nothing but blank lines"],
)
def test_a_signature_holds_however_the_body_is_made_alike(
    verifier: Verifier, key: SigningKey, body: bytes, text: str
) -> None:
    raw = b"From: li@mail.example\r\nSubject:  a   b\r\n\r\n" + text.replace("\n", "\r\n").encode()
    line = dkim.sign(raw, b"s1", b"mail.example", key.file.read_bytes(), canonicalize=(b"relaxed", body))
    assert verify(verifier, bytes(line) + raw).results["dkim"] == "pass"
    more_blanks = bytes(line) + raw.replace(b"a  b", b"a    b")
    is_same = body == b"relaxed" or more_blanks == bytes(line) + raw
    assert verify(verifier, more_blanks).results["dkim"] == ("pass" if is_same else "fail")


@pytest.mark.parametrize(
    "tail",
    [
        pytest.param(b" " * 11_000_000, id="blanks"),
        pytest.param((b" " * 5_000 + b"x") * 2_000, id="blanks between letters"),
        pytest.param(b"\r\n" * 5_000_000, id="blank lines"),
        pytest.param(b" \r\n" * 3_000_000, id="lines of a blank"),
    ],
)
def test_a_body_made_to_be_slow_is_read_in_a_few_seconds(verifier: Verifier, key: SigningKey, tail: bytes) -> None:
    line = dkim.sign(a_mail(), b"s1", b"mail.example", key.file.read_bytes(), canonicalize=(b"relaxed", b"relaxed"))
    line = line.replace(b" c=relaxed/relaxed;", b" c =" + b" " * 2_000 + b"relaxed/relaxed;")
    began = time.process_time()
    verify(verifier, bytes(line) + a_mail() + tail)
    assert time.process_time() - began < 6


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"X: y\r\n" * 1_000_000, id="header lines"),
        pytest.param(b"X: y\r\n" + b" y\r\n" * 1_000_000, id="a folded line"),
        pytest.param(b"DKIM-Signature: v=1; a=rsa-sha256; h=from; b=" + b"A " * 2_000_000 + b"!\r\n", id="a signature"),
    ],
)
def test_a_header_made_to_be_slow_is_not_read_at_all(verifier: Verifier, head: bytes) -> None:
    began = time.process_time()
    assert verify(verifier, head + a_mail(), peer=BAD).results == {"spf": "fail", "dkim": "none", "dmarc": "fail"}
    assert time.process_time() - began < 2


def test_without_an_answer_of_dns_the_question_stays_open_and_nobody_waits_long(
    verifier: Verifier, key: SigningKey, zone: Zone
) -> None:
    zone.is_silent = True
    verifier.seconds = 0.3
    began = time.monotonic()
    found = verify(verifier, signed(key, a_mail()), peer=BAD)
    assert time.monotonic() - began < 2
    assert set(found.results.values()) == {"temperror"}
    assert standing_of(found, "li@mail.example") is Standing.NEUTRAL


def test_a_domain_that_kept_us_waiting_is_left_alone_for_a_while(verifier: Verifier, zone: Zone) -> None:
    zone.is_silent = True
    verifier.seconds = 0.2
    verify(verifier, a_mail())
    asked = len(zone.asked)
    assert verify(verifier, a_mail()).results == {"dmarc": "temperror"}
    for number in range(3):
        verify(verifier, a_mail(), author=f"x@slow{number}.example", mail_from=f"x@slow{number}.example")
    others = len(zone.asked)
    assert others > asked
    verify(verifier, a_mail(), author="x@another.example")
    assert len(zone.asked) == others


def test_trouble_of_ours_while_asking_says_nothing_against_the_sender(key: SigningKey) -> None:
    def fail(_name: str, _kind: str, _seconds: float) -> list[object]:
        raise RuntimeError("a bug of ours")

    found = verify(Verifier(fail), signed(key, a_mail()), peer=BAD)
    assert set(found.results.values()) == {"temperror"}


@pytest.mark.parametrize("server", ["dns.example", "192.0.2.1:x", "[::1", "192.0.2.1:99999999"])
def test_a_dns_server_must_be_an_address(server: str) -> None:
    with pytest.raises(MailGatewayRejected, match="DNS servers"):
        open_verifier([server])


@pytest.mark.parametrize("server", ["192.0.2.1", "192.0.2.1:5353", "::1", "[::1]", "[::1]:5353"])
def test_a_dns_server_may_have_a_port(server: str) -> None:
    assert open_verifier([server]).seconds == 5


def test_without_the_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "dkim", None)
    with pytest.raises(MailGatewayRejected, match=r"pip install sunwindow\[mailauth\]"):
        open_verifier()
