"""Names as sheets write them: with ``*`` for any part."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import translate

_WILD = frozenset("*?[")


class Patterns:
    """Says whether a name is one of these: ``name in patterns``. Thousands are asked for, so it is one set and one expression.

    :param written: names, dotted or not; as :mod:`fnmatch` reads them.
    """

    def __init__(self, written: Iterable[str]) -> None:
        every = frozenset(written)
        wild = sorted(one for one in every if not _WILD.isdisjoint(one))
        self._exact = every.difference(wild)
        self._wild = re.compile("|".join(map(translate, wild))) if wild else None

    def __contains__(self, name: object) -> bool:
        return name in self._exact or (self._wild is not None and isinstance(name, str) and self._wild.match(name) is not None)
