from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from pathlib import PurePath

import pytest

from tests.architecture.source_tree import sources, texts

Guard = Callable[[Mapping[str, str]], list[str]]
LONGEST_FILE = 400
LONGEST_FUNCTION = 50
DRAWERS = {"utils", "util", "helpers", "helper", "common", "core", "misc", "manager", "managers", "data", "info"}
REGISTRY = re.compile(
    r"https?://\S+/(?:simple/|packages/[0-9a-f]{2}/)|\"resolved\": *\"http|--(?:extra-)?index-url[ =]\S"
)
SKIPS = re.compile(r"pytest\.(?:mark\.)?(?:skip|xfail|importorskip)|unittest\.skip")
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|farm|root|home/\w+|Users/\w+)/")


def long_files(tree: Mapping[str, str]) -> list[str]:
    return [name for name, text in tree.items() if text.count("\n") > LONGEST_FILE]


def long_functions(tree: Mapping[str, str]) -> list[str]:
    return [
        f"{name}:{node.lineno} {node.name}"
        for name, text in tree.items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
    ]


def drawers(tree: Mapping[str, str]) -> list[str]:
    """Modules and packages that are named after nothing."""
    return [name for name in tree if DRAWERS & {PurePath(part).stem for part in PurePath(name).parts}]


def undescribed(tree: Mapping[str, str]) -> list[str]:
    return [name for name, text in tree.items() if text.strip() and not ast.get_docstring(ast.parse(text))]


def found_in(tree: Mapping[str, str], pattern: re.Pattern[str]) -> list[str]:
    return [f"{name}: {found[0]}" for name, text in tree.items() if (found := pattern.search(text))]


def test_no_test_is_skipped() -> None:
    tests = {name: text for name, text in texts().items() if name.startswith("tests/") and name.endswith(".py")}
    assert len(tests) > 20
    assert found_in(tests, SKIPS) == []


def test_no_file_is_too_long_to_be_one_room() -> None:
    assert long_files(sources()) == []


def test_no_function_is_too_long_to_be_read_at_once() -> None:
    assert long_functions(sources()) == []


def test_no_room_is_named_after_nothing() -> None:
    assert drawers(sources()) == []


def test_every_room_says_what_it_is_for() -> None:
    assert undescribed(sources()) == []


def test_no_address_of_a_package_registry_is_kept() -> None:
    assert found_in(texts(), REGISTRY) == []


def test_no_path_of_a_machine_is_kept() -> None:
    assert found_in(texts(), MACHINE_PATH) == []


def test_the_guards_read_the_product() -> None:
    assert {"casework/bureau.py", "runtime/settings.py"} <= set(sources())
    assert {"pyproject.toml", "requirements.lock", "docs/settings.md"} <= set(texts())


@pytest.mark.parametrize(
    ("guard", "name", "text"),
    [
        pytest.param(long_files, "casework/a.py", "\n" * 401, id="a long file"),
        pytest.param(long_functions, "casework/a.py", "def f():\n" + "    pass\n" * 50, id="a long function"),
        pytest.param(drawers, "casework/utils.py", "", id="a drawer"),
        pytest.param(drawers, "casework/common/a.py", "", id="a drawer with rooms in it"),
        pytest.param(undescribed, "casework/a.py", "x = 1\n", id="a room without a sentence"),
        pytest.param(
            lambda tree: found_in(tree, REGISTRY), "a.lock", "https" + "://host/simple/" + "a", id="a registry"
        ),
        pytest.param(lambda tree: found_in(tree, SKIPS), "tests/a.py", "@pytest.mark" + ".skip", id="a skipped test"),
        pytest.param(lambda tree: found_in(tree, MACHINE_PATH), "a.md", "see /ro" + "ot/a", id="a path of a machine"),
    ],
)
def test_the_guard_sees_a_planted_fault(guard: Guard, name: str, text: str) -> None:
    assert len(guard({name: text})) == 1
    assert guard({"casework/fine.py": '"""Says what it is for."""\n'}) == []
