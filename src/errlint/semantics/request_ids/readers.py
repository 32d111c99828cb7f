"""Helpers that read a part of an error and do nothing else with it, and what request ids are called."""

from __future__ import annotations

import re
from collections.abc import Callable

import libcst as cst

from errlint.regex import later
from errlint.semantics.program.constants import string_value
from errlint.semantics.program.names import dotted
from errlint.semantics.program.tree import Tree

_ID = later(r"(?:request|req|correlation|trace|ray|operation|activity|debug|log)[-_]?id|(?:cf|x)-ray|traceid", re.IGNORECASE)
"""What request ids are called; a value with such a name is taken for one."""
_LONGEST = 60
_ASKING = frozenset({"isinstance", "getattr", "hasattr", "type", "str", "repr"})
"""Functions that do nothing else with what they are given, either."""


def names_id(name: str) -> bool:
    """Whether a name, or a text, is what request ids are called."""
    return bool(name) and len(name) < _LONGEST and _ID.search(name) is not None


def mentions_id(node: cst.CSTNode, is_name: Callable[[str], bool] = names_id) -> bool:
    """Whether a name, or a text as `getattr` and headers are asked for, is what request ids are called."""
    match node:
        case cst.Name(value=name):
            return is_name(name)
        case cst.SimpleString():
            return is_name(string_value(node) or "")
        case _:
            return False


def only_reads(function: cst.FunctionDef, tree: Tree) -> bool:
    """Whether a function returns a part of what it is given and does nothing else: it hands it to nobody, and puts no texts together."""
    return all(_is_harmless(node, tree) for node in tree.below(function.body))


def _is_harmless(node: cst.CSTNode, tree: Tree) -> bool:
    match node:
        case cst.Raise() | cst.FormattedString() | cst.BinaryOperation() | cst.Lambda() | cst.FunctionDef() | cst.Yield():
            return False
        case cst.AssignTarget(target=target):
            return isinstance(target, cst.Name)
        case cst.Name() | cst.SimpleString():
            return not mentions_id(node)
        case cst.Call(func=function, args=arguments):
            return dotted(function) in _ASKING or not any(tree.inside(argument, cst.Name) for argument in arguments)
        case _:
            return True
