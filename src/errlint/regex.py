"""Regular expressions that are compiled when they are first used: a start defines more than a hundred, of which a file needs a few."""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast

_NONE = re.RegexFlag(0)
_MEMBERS = ("findall", "finditer", "flags", "fullmatch", "groupindex", "groups", "match", "pattern", "search", "split", "sub", "subn")


def later(pattern: AnyStr, flags: re.RegexFlag = _NONE) -> re.Pattern[AnyStr]:
    """As :func:`re.compile`; an expression that is none is told of when it is used."""
    return cast("re.Pattern[AnyStr]", _Later(pattern, flags))


class _Later:
    """An expression: it has the members of what is compiled of it once it is asked for one."""

    def __init__(self, pattern: Any, flags: re.RegexFlag) -> None:
        self._said = pattern, flags

    def __getattr__(self, name: str) -> Any:
        if name not in _MEMBERS:
            raise AttributeError(name)
        compiled = re.compile(*self._said)
        vars(self).update({member: getattr(compiled, member) for member in _MEMBERS})
        return vars(self)[name]
