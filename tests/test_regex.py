"""Expressions that are compiled later are what they would have been."""

from __future__ import annotations

import re
from typing import Any

import pytest

from errlint.regex import later


@pytest.mark.parametrize("pattern", [r"(?P<word>\w+)=(\d+)", rb"(?P<word>\w+)=(\d+)"])
@pytest.mark.parametrize("flags", [re.RegexFlag(0), re.IGNORECASE | re.VERBOSE])
def test_it_is_what_would_have_been_compiled(pattern: Any, flags: re.RegexFlag) -> None:
    text: Any = "a=1, b=22" if isinstance(pattern, str) else b"a=1, b=22"
    made, wanted = later(pattern, flags), re.compile(pattern, flags)
    for member in (name for name in dir(wanted) if not name.startswith("_")):
        mine, its = getattr(made, member, None), getattr(wanted, member)
        if member in {"match", "search", "fullmatch", "scanner", "sub", "subn"}:
            continue  # asked below, or by nobody
        asked = [list(ask(text)) if callable(ask) else ask for ask in (mine, its)]
        assert repr(asked[0]) == repr(asked[1]), member
    for ask in ("match", "search", "fullmatch"):
        assert repr(getattr(made, ask)(text)) == repr(getattr(wanted, ask)(text))
    assert made.sub(text[:1], text) == wanted.sub(text[:1], text)
    assert made.subn(text[:1], text, count=1) == wanted.subn(text[:1], text, count=1)


def test_it_is_compiled_when_it_is_used() -> None:
    wrong = later("(")
    for _ in range(2):
        with pytest.raises(re.error):
            wrong.match("")
    assert not hasattr(later("a"), "nothing")
