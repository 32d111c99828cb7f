"""Names captured by ``match`` patterns: the keys that lead from the subject to them."""

from __future__ import annotations

import libcst as cst

from errlint.semantics.constants import string_value
from errlint.semantics.tree import Tree


def captured_path(tree: Tree, capture: cst.MatchAs) -> tuple[cst.BaseExpression, tuple[str, ...]] | None:
    """The subject of the ``match`` and the keys to a captured name: ``case {"error": {"message": text}}`` gives ``("error", "message")``.

    None when the capture stands in a pattern that is no mapping (a sequence, a class).
    """
    case = tree.enclosing(capture, cst.MatchCase)
    match = tree.enclosing(capture, cst.Match)
    if case is None or match is None:
        return None
    keys: list[str] = []
    child: cst.CSTNode = capture
    for around in tree.ancestors(capture):
        if around is case:
            return match.subject, tuple(reversed(keys))
        if isinstance(around, cst.MatchMappingElement) and child is around.pattern:
            key = string_value(around.key.value) if isinstance(around.key, cst.MatchValue) else string_value(around.key)
            if key is None:
                return None
            keys.append(key)
        elif not isinstance(around, (cst.MatchMapping, cst.MatchOr, cst.MatchOrElement, cst.MatchAs)):
            return None
        child = around
    return None
