"""Imports, read without a parser: one too many may be seen, never one too few."""

from __future__ import annotations

import pytest

from errlint.screens.import_lines import from_imports, imports, sources


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("from a.b import c", [(0, "a.b", ["c"])]),
        ("from . import c", [(1, "", ["c"])]),
        ("from .. b import (c,\n  d as e,  # f\n)", [(2, "b", ["c", "d as e"])]),
        ("if x: from .a import b; from c import d", [(1, "a", ["b"]), (0, "c", ["d"])]),
        ("from a import \\\n  b", [(0, "a", ["b"])]),
        ("notfrom a import b", []),
    ],
)
def test_from_imports_are_seen(code: str, found: list[tuple[int, str, list[str]]]) -> None:
    seen = [(level, module, written.decode()) for level, module, written in from_imports(code.encode())]
    assert [(level, module) for level, module, _ in seen] == [(level, module) for level, module, _ in found]
    for (_, _, written), (_, _, names) in zip(seen, found, strict=True):
        assert all(name in written for name in names)


def test_imports_are_seen() -> None:
    assert {"a.b", "c"} <= set(imports(b"import a.b as x, c\n"))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("from a import b", ["a.b"]),
        ("from .a import x, b", [".a.b"]),
        ("from .. import c as b", ["..c"]),
        ("from a import b as c", []),
        ("import b", []),
        ("try:\n    from a import b\nexcept ImportError:\n    from c import (d as b,)", ["a.b", "c.d"]),
        ("from a import bb", []),
        ("from a import (\n    c,  # not b\n    b\n)", ["a.b"]),
    ],
)
def test_a_name_has_the_sources_that_it_is_imported_from(code: str, expected: list[str]) -> None:
    assert sources(code.encode()).get("b", []) == expected
