"""Values that are texts, or become texts: what a string means that others were put into."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import libcst as cst

from errlint.semantics.meaning import Kind, Meaning
from errlint.semantics.values.fields import names_errors

TEXTS = (Kind.MESSAGE, Kind.TEXT, Kind.REASON, Kind.CODE)
_SHOWN = (*TEXTS, Kind.EXCEPTION, Kind.BODY)
"""What shows its own text where it is put into another."""


class Texts:
    """Meanings of texts.

    :param meaning: what an expression means.
    """

    def __init__(self, meaning: Callable[[cst.BaseExpression], Meaning | None]) -> None:
        self._meaning = meaning

    def woven(self, expression: cst.BaseExpression, parts: Iterable[cst.BaseExpression]) -> Meaning | None:
        """A text into which other values are put: ``f"{e}"``, ``"%s" % e``, ``"{}".format(e)``."""
        for part in parts:
            found = self._meaning(part)
            text = as_text(found, expression) if found is not None and found.kind in _SHOWN else None
            if text is not None and text.kind in TEXTS:
                return text
        return None


def as_text(meaning: Meaning | None, expression: cst.BaseExpression) -> Meaning | None:
    """``str(x)``: the text of an exception, of a body, of a message."""
    if meaning is None:
        return None
    if meaning.kind is Kind.EXCEPTION:
        return meaning.becomes(Kind.MESSAGE, expression, "turned into text", from_exception=True, name="str")
    if meaning.kind in TEXTS:
        return meaning
    if meaning.kind is Kind.BODY:
        if meaning.path and isinstance(meaning.path[-1], str) and not names_errors(meaning.path):
            return meaning  # `str(error["reason"])`: one value, which may be no text for people
        return meaning.becomes(Kind.TEXT, expression, "turned into text")
    return None


def several(text: Meaning | None, expression: cst.BaseExpression) -> Meaning | None:
    """Several texts, each of which means the same."""
    return None if text is None or text.kind is Kind.CODE else replace(text, expression=expression, name="args")
