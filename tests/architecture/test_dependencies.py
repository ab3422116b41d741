from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from importlib.metadata import packages_distributions

from tests.architecture.source_tree import PACKAGES, ROOT, sources, texts

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
COMES_WITH = {
    "starlette": "fastapi",
    "pydantic": "fastapi",
    "httpx": "python-telegram-bot",
    "botocore": "boto3",
    "click": "typer",
    "anyio": "fastapi",
    "docx": "docxtpl",
    "markupsafe": "jinja2",
    "sentence_transformers": "sentence-transformers",  # an extra, which need not be installed to be declared
    "transformers": "sentence-transformers",
}
"""What is used as a part of a declared dependency."""


def imported(tree: Mapping[str, str]) -> set[str]:
    """Top-level names of everything that the product imports from outside."""
    found = set()
    for source in tree.values():
        parsed = ast.parse(source)
        for_types = {id(node) for block in ast.walk(parsed) if _is_for_types(block) for node in ast.walk(block)}
        for node in ast.walk(parsed):
            if id(node) in for_types:
                continue
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    return found - set(PACKAGES) - sys.stdlib_module_names


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def undeclared(names: Iterable[str], declared: set[str]) -> set[str]:
    owners = packages_distributions()
    folded = {name: {_fold(owner) for owner in owners.get(name, ())} for name in names}
    return {
        name for name, owned_by in folded.items() if not (owned_by & declared or COMES_WITH.get(name, "") in declared)
    }


def declared_dependencies() -> set[str]:
    extras = PROJECT["optional-dependencies"].values()
    rows = [*PROJECT["dependencies"], *(row for extra in extras for row in extra)]
    return {_fold(re.split(r"[\[<>=!~ ]", row, maxsplit=1)[0]) for row in rows}


def _fold(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_everything_that_the_product_imports_is_declared() -> None:
    names = imported(sources())
    assert {"fastapi", "sqlalchemy", "telegram"} <= names, "the search found too little to prove anything"
    assert undeclared(names, declared_dependencies()) == set()


def test_the_guard_sees_an_import_that_is_not_declared() -> None:
    assert undeclared(imported({"a.py": "import pytest\n"}), declared_dependencies()) == {"pytest"}


def test_every_declared_dependency_is_pinned_with_hashes() -> None:
    lock = texts()["requirements.lock"] + texts()["requirements-dense.lock"]
    pinned = {_fold(name) for name in re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.MULTILINE)}
    assert declared_dependencies() - pinned == set()
    entries = re.split(r"\n(?=[A-Za-z0-9._-]+==)", lock)[1:]
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []
