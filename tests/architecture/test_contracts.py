from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.source_tree import ROOT, sources

CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
NAMES: dict[str, str] = {contract["id"]: contract["name"] for contract in CONFIG["contracts"]}
_VERDICT = re.compile(r"^(.+) (KEPT|BROKEN)\b", re.MULTILINE)

PLANTED = {
    "floors": ("casework/party.py", "import bot.errors"),
    "casework": ("casework/planted.py", ""),
    "knowledge": ("knowledge/planted.py", ""),
    "bot": ("bot/planted.py", ""),
    "engine": ("bot/engine/planted.py", ""),
    "dialogues": ("bot/engine/dialogues/file_complaint.py", "import bot.engine.dialogues.suggestion"),
    "mail-gateway": ("mail_gateway/planted.py", ""),
    "admin-api": ("admin_api/planted.py", ""),
    "api": ("admin_api/api/planted.py", ""),
    "runtime": ("runtime/planted.py", ""),
    "stores": ("admin_api/access.py", "import casework.store"),
    "sqlalchemy": ("casework/ports.py", "import sqlalchemy"),
    "web": ("mail_gateway/server.py", "import fastapi"),
    "telegram": ("admin_api/pages.py", "import telegram"),
    "smtp": ("mail_gateway/parsing.py", "import smtplib"),
    "mailauth": ("mail_gateway/letter.py", "import dkim"),
    "imap": ("mail_gateway/parsing.py", "import imapclient"),
    "papers": ("admin_api/pages.py", "import typst"),
    "settings": ("bot/errors.py", "import pydantic_settings"),
}
"""For each contract a line that breaks it, or a module that has no floor."""


def judge(tree: Path) -> dict[str, str]:
    """Each contract's name, and KEPT or BROKEN."""
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=tree, capture_output=True, text=True, check=False, timeout=120)
    verdicts = dict(_VERDICT.findall(done.stdout))
    assert verdicts, done.stdout + done.stderr
    return verdicts


@pytest.fixture(scope="module")
def planted_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources, with every planted fault at once."""
    tree = tmp_path_factory.mktemp("planted")
    shutil.copy(ROOT / "pyproject.toml", tree)
    for name in sources():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tree / name)
    for name, line in PLANTED.values():
        with (tree / name).open("a", encoding="utf-8") as file:
            file.write(f"\n{line}\n")
    return tree


def test_every_contract_is_kept() -> None:
    assert {name for name, verdict in judge(ROOT).items() if verdict != "KEPT"} == set()


def test_every_contract_sees_the_fault_planted_for_it(planted_tree: Path) -> None:
    verdicts = judge(planted_tree)

    assert set(PLANTED) == set(NAMES), "plant a fault for each contract"
    assert {contract for contract, name in NAMES.items() if verdicts.get(name) != "BROKEN"} == set()


def test_every_room_of_layers_is_exhaustive() -> None:
    loose = [
        contract["id"]
        for contract in CONFIG["contracts"]
        if contract["type"] == "layers" and contract["id"] != "floors" and not contract.get("exhaustive")
    ]
    assert loose == []
