"""Ask the semantic layer about an expression of a piece of code."""

from __future__ import annotations

from textwrap import dedent

import libcst as cst

from errlint import registry
from errlint.api_comments import ApiComments
from errlint.catalogue import Catalogues
from errlint.engine import Setup, semantics_of
from errlint.semantics.analysis import Semantics
from errlint.semantics.meaning import Meaning
from errlint.source import Source


def semantics(code: str, *, api: str | None = None, catalogues: Catalogues | None = None) -> tuple[Semantics, Source]:
    """The semantic layer of some code, with the built-in library sheets."""
    setup = Setup((), registry.libraries(), registry.catalogues() if catalogues is None else catalogues, api)
    source = Source.parse(dedent(code).encode(), "client.py")
    return semantics_of(source, setup, ApiComments.parse(source.text, setup.api_ids)), source


def meaning(code: str, of: str, *, api: str | None = None, catalogues: Catalogues | None = None) -> Meaning | None:
    """What the last expression that is written as ``of`` means."""
    layer, source = semantics(code, api=api, catalogues=catalogues)
    written = [node for node in layer.tree.order if isinstance(node, cst.BaseExpression) and source.code(node) == of]
    assert written, f"`{of}` is not in the code"
    return layer.meaning(written[-1])
