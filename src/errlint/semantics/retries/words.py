"""The words by which code calls values: evidence where nothing better is known, inside a retry."""

from __future__ import annotations

import re

import libcst as cst

from errlint.regex import later
from errlint.semantics.program.constants import item_key, string_value
from errlint.semantics.program.names import dotted

ANSWER_WORDS = frozenset({"response", "resp", "res", "r"})
"""What responses are called."""
PER_ATTEMPT = later(r"timeout|attempt|retr(y|ies)|tries$|trace|request_id|idempotency|logger", re.IGNORECASE)
"""Arguments, variables and items that tell the attempts of one request apart, or say how long each may take."""
COUNTER = later(r"attempt|retr(y|ies)|tries$", re.IGNORECASE)
"""Those of them that count attempts: as such they say nothing of the request, and what is made of them may be a part of it."""
CREDENTIAL = later(r"headers?$|auth(?!or(?!i))|token(?!s|_?(limit|count|budget|size))|cookies", re.IGNORECASE)
"""What says who asks, and not for what: it may differ between two attempts, unless the difference is what the next attempt is for."""
STATUS_WORDS = frozenset({
    "status_code", "statuscode", "status", "http_status", "http_code", "http_status_code", "code", "response_code", "error_code", "stat",
})  # fmt: skip
"""By which names code goes by the status of an answer."""
MAY_WAIT = later(r"sleep|wait|back_?off|throttl|limit|delay|pause|cool|acquire|handle|retry", re.IGNORECASE)
"""Calls of unknown functions that may well wait after a failure."""
BEGINS_WITH_A_WAIT = later(r"sleep|wait|back_?off|throttl|limit|delay|pause(?!d)|cool|acquire", re.IGNORECASE)
"""Calls of unknown functions that may well wait before an attempt; what handles something then handles no failure."""


def last_word(expression: cst.BaseExpression) -> str:
    """The name by which a value is read: of a variable, an attribute, an item, ``getattr(x, "name")``, ``int(x.name)``."""
    if isinstance(expression, cst.Name):
        return expression.value
    if isinstance(expression, cst.Attribute):
        return expression.attr.value
    if isinstance(expression, cst.Subscript):
        return item_key(expression) or ""
    if isinstance(expression, cst.Call):
        name = dotted(expression.func) or ""
        if name == "getattr" and len(expression.args) > 1:
            return string_value(expression.args[1].value) or ""
        if isinstance(expression.func, cst.Attribute) and expression.func.attr.value == "get" and expression.args:
            return string_value(expression.args[0].value) or ""
        if name == "int" and expression.args:
            return last_word(expression.args[0].value)
        if name.endswith(("getcode", "get_status", "status")):
            return "status"
    return ""
