"""Which keyed texts the product says: read out of its Python and its templates."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from jinja2 import Environment, nodes

SAYERS = frozenset({"say", "ReplyDraft", "Keyed", "step"})
"""What takes the key of a text as its first argument."""
_ANYTHING = r"[A-Za-z0-9_.-]+"


@dataclass(frozen=True, slots=True)
class UsedKey:
    """One place where a text is said."""

    room: str
    """The package, whose texts are meant."""
    place: str
    pattern: str
    """Regular expression over keys; what is only known while running matches anything."""


def keys_in_python(name: str, source: str) -> Iterator[UsedKey]:
    """Keys said in a module, `name` being its path."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and node.args and _called(node.func) in SAYERS:
            for pattern in _python_patterns(node.args[0]):
                yield UsedKey(name.split("/", maxsplit=1)[0], f"{name}:{node.lineno}", pattern)


def keys_in_template(name: str, source: str) -> Iterator[UsedKey]:
    """Keys said in a Jinja template, `name` being its path."""
    for call in Environment(autoescape=True).parse(source).find_all(nodes.Call):
        called = call.node.name if isinstance(call.node, nodes.Name) else getattr(call.node, "attr", "")
        if called in SAYERS and call.args:
            for pattern in _template_patterns(call.args[0]):
                yield UsedKey(name.split("/", maxsplit=1)[0], f"{name}:{call.lineno}", pattern)


def _called(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _python_patterns(argument: ast.expr) -> list[str]:
    match argument:
        case ast.Constant(value=str(key)):
            return [re.escape(key)]
        case ast.JoinedStr(values=parts):
            return ["".join(re.escape(str(p.value)) if isinstance(p, ast.Constant) else _ANYTHING for p in parts)]
        case ast.IfExp(body=one, orelse=other):
            return _python_patterns(one) + _python_patterns(other)
    return []


def _template_patterns(argument: nodes.Expr) -> list[str]:
    match argument:
        case nodes.Const(value=str(key)):
            return [re.escape(key)]
        case nodes.Concat(nodes=parts):
            return ["".join(re.escape(str(p.value)) if isinstance(p, nodes.Const) else _ANYTHING for p in parts)]
        case nodes.CondExpr(expr1=one, expr2=other):
            return _template_patterns(one) + (_template_patterns(other) if other is not None else [])
    return []
