"""Where a key or an element stands in a TOML text: the one thing that TOML parsers do not tell.

The scanner knows just enough of TOML to walk over a text that tomli has accepted. Given anything else it may miss places; it never
fails and never loops.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

KeyPath = tuple[str | int, ...]
"""Keys and 0-based indices that lead to a value, e.g. ``("code", 1, "names", 0)``."""

_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b", '"': '"', "\\": "\\"}
_HEX_ESCAPES = {"x": 2, "u": 4, "U": 8}


def locate(text: str, key_path: Sequence[str | int]) -> tuple[int, int] | None:
    """The 1-based line and column (characters) of a key, or of an element of an array.

    :param key_path: keys and 0-based indices. What is not written out is found where the nearest table or key around it stands.
    :return: None when not even the first key is in the text.
    """
    offsets = _offsets(text)
    path = tuple(key_path)
    for length in range(len(path), 0, -1):
        offset = offsets.get(path[:length])
        if offset is not None:
            return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
    return None


@lru_cache(maxsize=8)
def _offsets(text: str) -> dict[KeyPath, int]:
    scanner = _Scanner(text)
    scanner.document()
    return scanner.offsets


class _Scanner:
    """One walk over a text; ``offsets`` collects where each path was first written out."""

    def __init__(self, text: str) -> None:
        self.offsets: dict[KeyPath, int] = {}
        self._text = text
        self._at = 0
        self._lengths: dict[KeyPath, int] = {}
        """How many elements each array of tables has so far."""

    # statements ------------------------------------------------------------------------------------------------------------

    def document(self) -> None:
        """Walk over all statements."""
        table: KeyPath = ()
        while self._skip_space():
            before = self._at
            if self._peek() == "[":
                table = self._header()
            else:
                self._assignment(table)
            if self._at == before:
                self._at += 1

    def _header(self) -> KeyPath:
        array = self._text.startswith("[[", self._at)
        self._at += 2 if array else 1
        keys = self._keys()
        self._at = self._after_line()
        path: KeyPath = ()
        for index, (key, offset) in enumerate(keys):
            path = (*path, key)
            is_last = index == len(keys) - 1
            if is_last and array:
                self.offsets.setdefault(path, offset)
                self._lengths[path] = self._lengths.get(path, 0) + 1
            if is_last and not array:
                # A header says more than a longer header before it that implied the table.
                self.offsets[path] = offset
            else:
                self.offsets.setdefault(path, offset)
            if path in self._lengths:
                path = (*path, self._lengths[path] - 1)
                self.offsets.setdefault(path, offset)
        return path

    def _assignment(self, table: KeyPath) -> None:
        path = table
        for key, offset in self._keys():
            path = (*path, key)
            self.offsets.setdefault(path, offset)
        self._skip_blank()
        if self._peek() == "=":
            self._at += 1
            self._skip_blank()
            self._value(path)

    # values ----------------------------------------------------------------------------------------------------------------

    def _value(self, path: KeyPath) -> None:
        first = self._peek()
        if first == "[":
            self._array(path)
        elif first == "{":
            self._items("}", lambda _: self._assignment(path))
        elif first in {'"', "'"}:
            self._string()
        else:
            while self._peek() not in {"", ",", "]", "}", "\n", "#"}:
                self._at += 1

    def _array(self, path: KeyPath) -> None:
        def element(index: int) -> None:
            self.offsets.setdefault((*path, index), self._at)
            self._value((*path, index))

        self._items("]", element)

    def _items(self, closing: str, item: Callable[[int], None]) -> None:
        """What stands between brackets, comma by comma; ``item`` gets the 0-based number of each."""
        self._at += 1
        index = 0
        while self._skip_space():
            before = self._at
            if self._peek() == closing:
                self._at += 1
                return
            if self._peek() == ",":
                self._at += 1
                index += 1
                continue
            item(index)
            if self._at == before:
                self._at += 1

    # tokens ----------------------------------------------------------------------------------------------------------------

    def _keys(self) -> list[tuple[str, int]]:
        """A dotted key: its parts and where each begins."""
        found: list[tuple[str, int]] = []
        while True:
            self._skip_blank()
            start = self._at
            key = self._string() if self._peek() in {'"', "'"} else self._bare_key()
            if self._at == start:
                return found
            found.append((key, start))
            self._skip_blank()
            if self._peek() != ".":
                return found
            self._at += 1

    def _bare_key(self) -> str:
        start = self._at
        while self._peek() not in {"", ".", "=", "]", " ", "\t", "\n", "\r", "#", ",", "}"}:
            self._at += 1
        return self._text[start : self._at]

    def _string(self) -> str:
        quote = self._peek()
        if self._text.startswith(quote * 3, self._at):
            self._multiline_string(quote * 3)
            return ""
        self._at += 1
        parts: list[str] = []
        while (char := self._peek()) not in {quote, "\n", ""}:
            self._at += 1
            parts.append(self._escape() if char == "\\" and quote == '"' else char)
        self._at += 1
        return "".join(parts)

    def _multiline_string(self, quotes: str) -> None:
        self._at += 3
        while self._peek() and not self._text.startswith(quotes, self._at):
            self._at += 2 if self._peek() == "\\" and quotes[0] == '"' else 1
        self._at += 3
        while self._peek() == quotes[0]:  # up to two quotes may stand before the closing ones
            self._at += 1

    def _escape(self) -> str:
        kind = self._peek()
        self._at += 1
        digits = self._text[self._at : self._at + _HEX_ESCAPES.get(kind, 0)]
        self._at += len(digits)
        try:
            return chr(int(digits, 16)) if digits else _ESCAPES.get(kind, kind)
        except (ValueError, OverflowError):
            return digits

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _skip_blank(self) -> None:
        while self._peek() in {" ", "\t"}:
            self._at += 1

    def _skip_space(self) -> bool:
        """Skip blanks, newlines and comments; False at the end of the text."""
        while (char := self._peek()) in {" ", "\t", "\n", "\r", "#"}:
            self._at = self._after_line() if char == "#" else self._at + 1
        return char != ""

    def _after_line(self) -> int:
        end = self._text.find("\n", self._at)
        return len(self._text) if end < 0 else end
