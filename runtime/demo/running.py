"""Running the demo bureau: embedded defaults, sign-ins made up and printed, mail into a local mailbox."""

from __future__ import annotations

import asyncio
import json
from importlib.resources import files
from pathlib import Path

import typer

from admin_api.passwords import hash_password, make_password
from casework.ports import UnitOfWork
from casework.staff import Role as StaffRole
from casework.wording import Wording, load_wording
from runtime.application import build_app
from runtime.demo.mailbox_page import demo_mailbox_routes
from runtime.house import House, build_house
from runtime.logs import set_up_logs
from runtime.serving import Role, serve
from runtime.settings import Settings
from runtime.settings_source import load_settings

ACCOUNTS = (
    ("admin", StaffRole.ADMINISTRATOR, "police-affairs-publicity"),
    ("desk", StaffRole.INTAKE, "police-affairs-publicity"),
    ("household", StaffRole.HANDLER, "household-registration"),
    ("reviewer", StaffRole.REVIEWER, "police-affairs-publicity"),
    ("disclosure", StaffRole.DISCLOSURE_OFFICER, "police-affairs-publicity"),
    ("leader", StaffRole.LEADER, "city-bureau"),
    ("inspector", StaffRole.INSPECTOR, "city-bureau"),
)
SIGN_INS = "sign-ins.json"


def run_demo(data: Path, *, port: int, smtp_port: int, throw_away: bool) -> None:
    """Serve the demo from `data` until it is told to stop."""
    options: dict[str, object] = {
        "environment": "demo",
        "data_dir": str(data),
        "http": {"port": port},
        "smtp": {"port": smtp_port},
        "public_url": f"http://127.0.0.1:{port}",
        "log_level": "warning",
        "log_json": False,
    }
    settings = load_settings(options=options)
    set_up_logs(settings.log_level, as_json=False)
    house = build_house(settings)
    try:
        sign_ins = _make_sign_ins(house, data)
        app = build_app(house)
        ports = {Role.SMTP: smtp_port}
        if house.local_mailbox is not None:
            app.include_router(demo_mailbox_routes(house.local_mailbox, house.bundle.bureau, lambda: ports[Role.SMTP]))

        def say(taken: dict[Role, int]) -> None:
            ports.update(taken)
            typer.echo(_greeting(settings, ports, sign_ins, house, throw_away=throw_away))

        asyncio.run(serve(house, app, on_ready=say))
    finally:
        house.close()


def _make_sign_ins(house: House, data: Path) -> dict[str, str]:
    """The demo's accounts and passwords; those of an earlier run are kept beside its data and shown again."""
    file = data / SIGN_INS
    if file.exists():
        kept: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
        return kept
    passwords = {name: make_password() for name, _, _ in ACCOUNTS}

    def make(uow: UnitOfWork) -> None:
        for name, role, unit in ACCOUNTS:
            hashed = hash_password(passwords[name])
            staff = uow.accounts.add_staff(
                name,
                display_name=name,
                unit=unit,
                role=role,
                language="zh",
                mail=f"{name}@{house.bundle.bureau.mail_domain}",
                password_hash=hashed,
            )
            uow.accounts.set_password(staff.id, hashed, must_change=False)

    house.store.write(make)
    file.write_text(json.dumps(passwords), encoding="utf-8")
    return passwords


def _greeting(
    settings: Settings, ports: dict[Role, int], sign_ins: dict[str, str], house: House, *, throw_away: bool
) -> str:
    words = load_wording(files("runtime.demo") / "words")
    web = f"http://{settings.http.host}:{ports[Role.HTTP]}"
    places = {"portal": f"{web}/", "chat": f"{web}/chat", "console": f"{web}/staff", "mailbox": f"{web}/demo/mailbox"}
    smtp = f"{settings.smtp.host}:{ports[Role.SMTP]}  ({', '.join(house.bundle.bureau.mailboxes)})"
    roles = {name: role.value for name, role, _ in ACCOUNTS}
    rows = [
        *_both(words, "welcome"),
        "",
        *(f"  {_pair(words, key)}: {address}" for key, address in places.items()),
        f"  {_pair(words, 'smtp')}: {smtp}",
        "",
        f"{_pair(words, 'sign_ins')}:",
        *(
            f"  {words.say('sign_in', 'en', name=name, password=password, role=roles[name])}"
            for name, password in sign_ins.items()
        ),
        "",
        *_both(words, "telegram_on" if house.telegram else "telegram_off"),
        *_both(words, "throw_away" if throw_away else "kept", folder=settings.data_dir),
    ]
    return "\n".join(rows)


def _both(words: Wording, key: str, **facts: object) -> list[str]:
    return [words.say(key, "zh", **facts), words.say(key, "en", **facts)]


def _pair(words: Wording, key: str) -> str:
    return f"{words.say(key, 'zh')} / {words.say(key, 'en')}"
