"""Which APIs does a file itself name, by an import, an address or a comment? Most name none."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import TYPE_CHECKING

import libcst as cst

from errlint.catalogue import Catalogue
from errlint.first_party import is_first_party
from errlint.screens.gate import ABSTRACT

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics


def mentioned_apis(semantics: Semantics) -> tuple[Catalogue, ...]:
    """The APIs whose SDK a file imports, or whose address, or a part of it, stands in one of its texts."""
    tree = semantics.tree
    texts = {text.value for text in tree.all(cst.SimpleString)}
    texts |= {text.value for text in tree.all(cst.FormattedStringText)}
    written = "\n".join(texts)
    modules = {part for name in _imported(semantics) if not is_first_party(name) for part in accumulate(name.split("."), "{}.{}".format)}
    told = [bound.catalogue for bound in (semantics.default, *semantics.said.all) if bound is not None and bound.catalogue is not None]
    return (
        *told,
        *(
            one
            for one in semantics.catalogues.catalogues
            if not modules.isdisjoint(one.import_roots) or any(address in written for address in one.addresses)
        ),
    )


def may_be_bound(semantics: Semantics) -> bool:
    """Whether anything in a file can be bound to an API: by the file itself, or by what other modules of the project tell it."""
    tree = semantics.tree
    if tree.all(cst.ImportStar) or any(map(is_first_party, _imported(semantics))):
        return True
    # subclasses in packages beside the module, which it need not import, may have the code of an abstract method
    return any(name.value in ABSTRACT for name in tree.all(cst.Name)) or bool(semantics.mentioned_apis)


def _imported(semantics: Semantics) -> Iterator[str]:
    """What the imports of a file stand for, which another module of the project may have from an SDK."""
    names = semantics.names
    return (names.resolved(names.imported_as(alias)) for alias in semantics.tree.all(cst.ImportAlias))
