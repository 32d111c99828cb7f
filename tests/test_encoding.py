"""Source files are decoded as Python decodes them, and written back byte for byte."""

from __future__ import annotations

import io
import tokenize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errlint.encoding import UndecodableSource, decode, encode

_TEXT = st.text(st.sampled_from("ab# \t\f\r\n\u2028é\"'"), max_size=40)


@given(_TEXT, st.sampled_from(["utf-8", "latin-1", "iso-8859-15", "utf-8-unix"]), st.booleans())
def test_text_and_bytes_are_two_sides_of_one_file(text: str, encoding: str, bom: bool) -> None:
    bom = bom and encoding.startswith("utf")
    codec = "utf-8" if encoding.startswith("utf") else encoding
    text = (f"# coding: {encoding}\n" + text).encode(codec, "ignore").decode(codec)
    raw = (b"\xef\xbb\xbf" if bom else b"") + text.encode(codec)
    decoded = decode(raw)
    assert (decoded.text, decoded.bom) == (text, bom)
    assert encode(decoded.text, decoded) == raw


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"x = 1",
        b"# -*- coding: latin-1 -*-\n# \xe9\n",
        b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n# \x80\n",
        b"\n# coding: latin-1\n# \xe9\n",
        b"x = 1\n# coding: latin-1\n",
        b"\x0c# coding: koi8-r\n# \xc1\n",
        b"# coding=latin-1-dos\r\n# \xe9\r\n",
        b"'coding: latin-1'\n# coding: latin-1\n",
    ],
)
def test_the_declaration_is_found_where_python_finds_it(raw: bytes) -> None:
    encoding, _ = tokenize.detect_encoding(io.BytesIO(raw).readline)
    assert decode(raw).text == raw.decode(encoding)


@pytest.mark.parametrize(
    ("raw", "message", "place"),
    [
        (b"a = 1\nb = '\xe9'\n", "byte 0xe9 is not utf-8 (invalid continuation byte)", (2, 6)),
        ("é = 1\r\né = '".encode() + b"\xff'", "byte 0xff is not utf-8 (invalid start byte)", (2, 6)),
        (b"#\n# coding: klingon\n", "unknown encoding 'klingon'", (2, 11)),
        (b"# coding: hex\n", "unknown encoding 'hex'", (1, 11)),
        (
            b"\xef\xbb\xbf# coding: latin-1\n",
            "the file declares the encoding 'iso-8859-1' but begins with the byte-order mark of UTF-8",
            (1, 11),
        ),
        (b"a = 1\rb = '\0'", "the file contains a NUL byte", (2, 6)),
    ],
)
def test_bytes_that_are_no_text_are_refused_with_their_place(raw: bytes, message: str, place: tuple[int, int]) -> None:
    with pytest.raises(UndecodableSource) as caught:
        decode(raw)
    assert (caught.value.message, (caught.value.line, caught.value.column)) == (message, place)


@given(st.binary(max_size=60))
def test_no_bytes_raise_anything_else(raw: bytes) -> None:
    try:
        decoded = decode(raw)
    except UndecodableSource as problem:
        assert problem.line >= 1  # noqa: PT017
        assert problem.column >= 1  # noqa: PT017
    else:
        assert encode(decoded.text, decoded) == raw
