"""Who asks: requests that go out under another key or account with each attempt, because the pass asks something for one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from errlint.first_party import is_first_party
from errlint.regex import later
from errlint.semantics.program.constants import string_value
from errlint.semantics.program.scopes import How
from errlint.semantics.retries.sent.renewals import CREDENTIALS
from errlint.semantics.retries.sent.request_parts import is_read

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics
    from errlint.semantics.retries.sent.sameness import Sameness

OF_WHO_ASKS = CREDENTIALS | 1 << 402
"""The statuses (a set) that another key may not get: it was rejected, or its account has nothing left."""
_WHO = later(
    r"(^|_)(api_?)?keys?$|token(?!s|_?(limit|count|budget|size))|auth(?!or(?!i))|secret|credential|cookies?$|headers?$", re.IGNORECASE
)
_HOPS = 4
_OF_TEXTS = frozenset(name for name in dir(str) if not name.startswith("_")) | {"decode"}
"""Methods that make a text of a text, which is the same each time."""


class Askers:
    """Answers for one region."""

    def __init__(self, semantics: Semantics, sameness: Sameness) -> None:
        self._semantics = semantics
        self._sameness = sameness

    def may_differ(self, call: cst.Call) -> bool:
        """Whether each pass asks unknown code for what the request goes out under: ``key = pool.get()``, ``Client(api_key=key)``."""
        called = [function.body for function in self._semantics.functions.run_by(call)]
        return any(self._is_asked_for(part, _HOPS, who=False) for part in (*call.args, call.func, *called))

    def _is_asked_for(self, part: cst.CSTNode, hops: int, *, who: bool) -> bool:
        """:param who: the part says who asks; else one of its parts may."""
        tree = self._semantics.tree
        for node in (part, *tree.below(part)):
            if isinstance(node, cst.Call) and who and self._is_unknown(node):
                return True
            value = node.value if isinstance(node, (cst.Arg, cst.DictElement)) and _WHO.search(_word(node)) else None
            if value is not None and not who and self._is_asked_for(value, hops, who=True):
                return True
            if isinstance(node, cst.Name) and hops and is_read(tree, node):
                says_who = who or _WHO.search(node.value) is not None
                if any(self._is_asked_for(value, hops - 1, who=says_who) for value in self._made_of(node)):
                    return True
        return False

    def _made_of(self, name: cst.Name) -> Iterator[cst.BaseExpression]:
        """What a variable is made of in each pass, or by the function that sends the request."""
        tree, region = self._semantics.tree, self._sameness.region
        function = tree.enclosing(name, cst.FunctionDef)
        for binding in self._semantics.scopes.reaching(name):
            in_pass = tree.within(binding.node, region.body) or (function is not None and not tree.within(region, function))
            if binding.how is How.VALUE and binding.value is not None and in_pass:
                yield binding.value

    def _is_unknown(self, call: cst.Call) -> bool:
        """``pool.get()``: it may be another one each time. What takes an argument is looked up by that."""
        if call.args or (isinstance(call.func, cst.Attribute) and call.func.attr.value in _OF_TEXTS):
            return False
        name = self._semantics.names.qualified(call.func)
        return (name is None or is_first_party(name)) and not self._semantics.functions.run_by(call)


def _word(node: cst.Arg | cst.DictElement) -> str:
    """What an argument or an item of a dict is called."""
    if isinstance(node, cst.Arg):
        return node.keyword.value if node.keyword is not None else ""
    return (string_value(node.key) or "").replace("-", "_")
