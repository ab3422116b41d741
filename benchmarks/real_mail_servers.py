"""Sunwindow between real mail systems: Postfix beside us, in a loop with us, and a conversation with swaks.

python -m benchmarks.real_mail_servers     as root, with Debian's postfix and swaks

Postfix runs as an instance of its own under a temporary folder. Ends with 1 when the loop does not come to rest, when
the conversation is not answered, or when Postfix accepts more mails a second than we do.
"""

from __future__ import annotations

import asyncio
import email
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr
from pathlib import Path

from sqlalchemy import create_engine, text

from benchmarks.mail_load import send_mails
from benchmarks.processes import Running, free_port, product

CITIZEN = "loop@responder.example"
OURS = "xinxiang@gaj.example"
ROUNDS = 3
MAILS = 1500
REST_SECONDS = 12
"""So long nothing new has come when a loop is at rest; Postfix and we hand mail on within a second."""
PATIENCE = 120

_MASTER = """\
127.0.0.1:{port} inet n - n - 100 smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
smtp unix - - n - - smtp
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
responder unix - n n - 4 pipe flags=Rq user=nobody argv={python} {responder} {port} ${{sender}} ${{recipient}} {log}
"""
_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
myhostname = mx.responder.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtputf8_enable = yes
relay_domains = responder.example gaj.example sink.example
transport_maps = inline:{{
    {{ responder.example = responder: }},
    {{ gaj.example = smtp:[127.0.0.1]:{ours} }},
    {{ sink.example = discard: }} }}
smtpd_recipient_restrictions = permit_mynetworks, reject
smtpd_client_connection_rate_limit = 0
smtp_host_lookup = native
smtp_tls_security_level = none
"""
_RESPONDER = '''\
"""An auto-responder of the worst kind: it answers everybody, and no header of its mail tells that it is a program."""
import email, smtplib, sys, time
from email.message import EmailMessage
from email.policy import default

port, sender, recipient, log = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
came = email.message_from_bytes(sys.stdin.buffer.read(), policy=default)
answer = EmailMessage()
answer["From"] = recipient
answer["To"] = str(came["Reply-To"] or came["From"] or sender)
answer["Subject"] = "Re: " + str(came["Subject"])
answer["Message-ID"] = f"<{time.time_ns()}@responder.example>"
if came["Message-ID"]:
    answer["In-Reply-To"] = str(came["Message-ID"])
answer.set_content("我看过了，请你们再帮我核对一下这件事。")
with open(log, "a") as lines:
    lines.write("answered\\n")
with smtplib.SMTP("127.0.0.1", port, timeout=30) as client:
    client.send_message(answer, from_addr=recipient)
'''


@contextmanager
def postfix(folder: Path, ours: int) -> Iterator[int]:
    """A Postfix of its own that hands mail for the bureau to port `ours`, and has an auto-responder; its port."""
    port = free_port()
    folder.chmod(0o755)
    for name in ("queue", "data"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix")
    log = folder / "answers.log"
    log.touch()
    log.chmod(0o666)
    responder = folder / "responder.py"
    responder.write_text(_RESPONDER, encoding="utf-8")
    main = _MAIN.format(folder=folder, ours=ours)
    (folder / "main.cf").write_text(main, encoding="utf-8")
    master = _MASTER.format(port=port, python="/usr/bin/python3", responder=responder, log=log)
    (folder / "master.cf").write_text(master, encoding="utf-8")
    command = ["postfix", "-c", str(folder)]
    subprocess.run([*command, "start"], check=True, capture_output=True)
    try:
        yield port
    finally:
        subprocess.run([*command, "stop"], check=False, capture_output=True)


def accept_beside(folder: Path) -> bool:
    """Mails a second that Postfix takes into its queue and that we commit, in turns; whether ours are not fewer."""
    ours: list[float] = []
    theirs: list[float] = []
    with product(folder / "product", "smtp") as running, postfix(folder_for(folder, "mta"), running.smtp_port) as port:
        for turn in range(ROUNDS):
            for target, rates, to in ((port, theirs, "anybody@sink.example"), (running.smtp_port, ours, OURS)):
                sent = asyncio.run(send_mails(target, MAILS, first=turn * MAILS, recipient=to))
                if sent.accepted != MAILS:
                    raise RuntimeError(f"only {sent.accepted} of {MAILS} mails were accepted on port {target}")
                rates.append(sent.per_second)
    mine, other = statistics.median(ours), statistics.median(theirs)
    print(f"accepting: ours {mine:.0f} mails/s, Postfix {other:.0f} mails/s, ratio {mine / other:.2f}", flush=True)
    return mine >= other


def loop_rests(folder: Path) -> bool:
    """A letter from an address that answers everything: how many mails go round until nothing moves any more."""
    port_of_ours = free_port()
    mta = folder_for(folder, "mta")
    with postfix(mta, port_of_ours) as port:
        settings = _smarthost(port) | {"SUNWINDOW_SMTP__PORT": str(port_of_ours)}
        with product(folder / "product", "http,smtp,worker", settings) as running:
            _swaks(port_of_ours, CITIZEN, "关于夜间噪音", "小区门口夜间噪音很大，影响休息，希望有人处理。")
            counts = _counts_at_rest(running, mta / "answers.log")
    print(
        f"loop: at rest after {counts['answers']} answers of the responder; "
        f"we sent {counts['sent']} mails, {counts['held']} letters wait for a clerk",
        flush=True,
    )
    return 0 < counts["sent"] <= 12 and counts["held"] >= 1


def conversation(folder: Path) -> bool:
    """A question in Chinese with swaks, the answer out of smtp-sink, and a letter back to its Reply-To."""
    sink_port, kept = free_port(), folder_for(folder, "sink")
    kept.chmod(0o777)
    sink = subprocess.Popen(
        ["smtp-sink", "-u", "nobody", "-d", "%M.", "-R", str(kept), f"127.0.0.1:{sink_port}", "100"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with product(folder / "product", "http,smtp,worker", _smarthost(sink_port)) as running:
            _swaks(running.smtp_port, "citizen@sink.example", "咨询护照", "您好，请问首次办理普通护照要多少钱？")
            first = _wait_for_mail(kept, 1)
            _swaks(running.smtp_port, "citizen@sink.example", f"回复: {first['Subject']}", "还是没有说清楚。", first)
            second = _wait_for_mail(kept, 2)
    finally:
        sink.terminate()
        sink.wait(10)
    for said in (first, second):
        print(f"conversation: {said['Subject']} | {_words(said)[:160]!r}", flush=True)
    return "120元" in _words(first) and "编号" in _words(second) and second["In-Reply-To"] is not None


def folder_for(folder: Path, name: str) -> Path:
    """A folder that other users can look into."""
    made = folder / name
    made.mkdir()
    folder.chmod(0o755)
    return made


def _swaks(port: int, sender: str, subject: str, words: str, answering: EmailMessage | None = None) -> None:
    to = OURS if answering is None else parseaddr(str(answering["Reply-To"]))[1]
    threaded = [] if answering is None else [f"In-Reply-To: {answering['Message-ID']}"]
    headers = ["Content-Type: text/plain; charset=utf-8", "MIME-Version: 1.0", *threaded]
    options = {"--server": f"127.0.0.1:{port}", "--from": sender, "--to": to, "--silent": "2", "--body": words}
    given = [word for option in options.items() for word in option]
    given += ["--header", f"Subject: {subject}", *(word for line in headers for word in ("--add-header", line))]
    subprocess.run(["swaks", *given], check=True, timeout=60)


def _smarthost(port: int) -> dict[str, str]:
    return {
        "SUNWINDOW_SMARTHOST__HOST": "127.0.0.1",
        "SUNWINDOW_SMARTHOST__PORT": str(port),
        "SUNWINDOW_SMARTHOST__TLS": "none",
    }


def _wait_for_mail(kept: Path, number: int) -> EmailMessage:
    """The `number`-th mail to the citizen; smtp-sink writes each into a file of its own."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        mails = [_read(path) for path in sorted(kept.iterdir(), key=lambda path: path.stat().st_mtime_ns)]
        own = [mail for mail in mails if "citizen@sink.example" in str(mail["To"])]
        if len(own) >= number:
            return own[number - 1]
        time.sleep(0.2)
    raise RuntimeError(f"mail {number} to the citizen did not come within a minute")


def _read(path: Path) -> EmailMessage:
    return email.message_from_bytes(path.read_bytes(), policy=default)


def _words(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body else ""


def _counts_at_rest(running: Running, log: Path) -> dict[str, int]:
    engine = create_engine(f"sqlite:///{running.data / 'sunwindow.sqlite3'}")
    queries = {
        "sent": f"SELECT count(*) FROM outbox WHERE state = 'delivered' AND address = '{CITIZEN}'",
        "held": "SELECT count(*) FROM inbox WHERE state = 'held'",
        "waits": "SELECT count(*) FROM inbox WHERE state = 'received'",
    }
    before: dict[str, int] = {}
    deadline, since = time.monotonic() + PATIENCE, time.monotonic()
    while time.monotonic() < deadline:
        with engine.connect() as connection:
            counts = {name: int(connection.execute(text(query)).scalar_one()) for name, query in queries.items()}
        counts["answers"] = len(log.read_text(encoding="ascii").splitlines())
        if counts != before:
            before, since = counts, time.monotonic()
        elif time.monotonic() - since > REST_SECONDS and counts["answers"]:
            return counts
        time.sleep(0.5)
    raise RuntimeError(f"the loop did not come to rest within {PATIENCE} s: {before}")


def main() -> int:
    """Run all three; 1 when one of them does not hold."""
    missing = [name for name in ("postfix", "swaks", "smtp-sink") if shutil.which(name) is None]
    if missing or os.geteuid() != 0:
        print(f"run this as root with Debian's packages postfix and swaks; missing: {missing or 'root'}")
        return 1
    held = True
    for run in (conversation, loop_rests, accept_beside):
        with tempfile.TemporaryDirectory(prefix="sunwindow-peers-") as folder:
            held = run(Path(folder)) and held
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
