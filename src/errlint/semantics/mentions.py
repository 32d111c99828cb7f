"""Which APIs does a file itself name, by an import, an address or a comment? Most name none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from errlint.catalogue import Catalogue

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics


def mentioned_apis(semantics: Semantics) -> tuple[Catalogue, ...]:
    """The APIs of which a word stands anywhere in the file: to know that there is none costs nothing."""
    tree, names = semantics.tree, semantics.names
    texts = {text.value for text in tree.all(cst.SimpleString)}
    texts |= {text.value for text in tree.all(cst.FormattedStringText)}
    for alias in tree.all(cst.ImportAlias):
        name = names.imported_as(alias)
        # another module of the project may have imported it from the SDK
        texts |= {name, names.resolved(name)}
    written = "\n".join(texts)
    told = [bound.catalogue for bound in (semantics.default, *semantics.said.all) if bound is not None and bound.catalogue is not None]
    return (*told, *(one for one in semantics.catalogues.catalogues if any(word in written for word in one.words)))
