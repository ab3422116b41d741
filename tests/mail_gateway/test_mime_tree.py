"""Taking mails apart: well-formed ones, broken ones, and those made to take long. All of them are invented."""

from __future__ import annotations

import time

import pytest

from mail_gateway.chain import judge
from mail_gateway.mime_tree import MAX_DEPTH, MAX_HEADERS, MAX_PARTS, Part, take_apart
from mail_gateway.verdict import Action
from tests.mail_gateway.letters import a_letter

SECONDS = 5.0
"""Far more than any of these takes, far less than they would take if their time grew with the square of their size."""
TWO_PARTS = (
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\npreamble\r\n--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\nend"
)


def bodies(part: Part) -> list[bytes]:
    """The contents of the leaves, in order."""
    return [body for child in part.children for body in bodies(child)] if part.children else [part.body]


def test_parts_stand_between_their_delimiters_without_preamble_and_epilogue() -> None:
    tree = take_apart(TWO_PARTS)
    assert (bodies(tree), tree.defects) == ([b"one", b"two"], [])


def test_parts_are_found_whatever_ends_the_lines() -> None:
    assert bodies(take_apart(TWO_PARTS.replace(b"\r\n", b"\n"))) == [b"one", b"two"]


def test_a_multipart_that_is_not_closed_still_gives_its_parts() -> None:
    tree = take_apart(TWO_PARTS.partition(b"--b--")[0])
    assert bodies(tree) == [b"one", b"two\r\n"]
    assert tree.defects == ["no closing boundary"]


def test_the_boundary_of_the_body_is_taken_when_none_or_another_is_declared() -> None:
    for declared in (b"multipart/mixed", b"multipart/mixed; boundary=other"):
        tree = take_apart(TWO_PARTS.replace(b"multipart/mixed; boundary=b", declared).replace(b"preamble\r\n", b""))
        assert bodies(tree) == [b"one", b"two"]
        assert "boundary found in the body" in tree.defects


def test_a_longer_line_with_the_boundary_in_front_is_no_delimiter() -> None:
    assert bodies(take_apart(TWO_PARTS.replace(b"one", b"--bc\r\n1--b"))) == [b"--bc\r\n1--b", b"two"]


def test_a_part_of_a_digest_is_a_mail_unless_it_says_otherwise() -> None:
    tree = take_apart(TWO_PARTS.replace(b"multipart/mixed", b"multipart/digest"))
    assert [child.content_type for child in tree.children] == ["message/rfc822", "message/rfc822"]


@pytest.mark.parametrize("broken", [b"no colon here\r\n", b"  \r\n", b"\\tby relay.example with ESMTP\r\n"])
def test_a_broken_header_line_does_not_end_the_header_when_a_known_field_follows(broken: bytes) -> None:
    tree = take_apart(b"Received: from a.example\r\n" + broken + b"Subject: hello\r\n\r\nbody")
    assert [name for name, _ in tree.header] == ["Received", "Subject"]
    assert tree.body == b"body"


def test_a_body_without_a_blank_line_before_it_is_not_lost() -> None:
    tree = take_apart(b"Subject: hello\r\nthis is the body already\r\n")
    assert (tree.body, tree.defects) == (b"this is the body already\r\n", ["no blank line after the header"])


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("header lines", b"X: y\r\n" * 1_000_000 + b"\r\nhi"),
        ("folded lines", b"X: y\r\n" + b" z\r\n" * 1_000_000 + b"\r\nhi"),
        ("parts", b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 100_000),
        (
            "nesting",
            b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(2000)),
        ),
        ("almost delimiters", b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"\n--bx" * 2_000_000),
        ("blanks in a delimiter", b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b" + b" " * 3_000_000 + b"x"),
        ("mails in mails", b"Content-Type: message/rfc822\r\n\r\n" * 5_000 + b"hi"),
    ],
)
def test_a_mail_made_to_take_long_is_taken_apart_fast(name: str, raw: bytes) -> None:
    started = time.process_time()
    tree = take_apart(raw)
    assert time.process_time() - started < SECONDS, name
    assert len(tree.header) <= MAX_HEADERS
    assert len(tree.children) <= MAX_PARTS


def test_what_is_past_a_limit_is_held_with_the_reason() -> None:
    deep = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(MAX_DEPTH + 2)
    )
    for raw in (b"X: y\r\n" * (MAX_HEADERS + 1) + b"\r\nhi", deep):
        verdict = judge(a_letter(b"From: li@mail.example\r\n" + raw))
        assert (verdict.action, verdict.hits) == (Action.HOLD, ("past_limit",))
