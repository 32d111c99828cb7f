"""Comments are found where they are comments, and nowhere else."""

from __future__ import annotations

import io
import tokenize
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errlint.comments import comments


def found(text: str) -> list[str]:
    return [text[start:end] for start, end in comments(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = 1  # c", ["# c"]),
        ("x = '# no'  # c\n", ["# c"]),
        ("x = '''\n# no\n'''  # c\n", ["# c"]),
        ('x = r"\\"  # no"  # c', ["# c"]),
        ('x = "\\\\"  # c', ["# c"]),
        ("x = '\\\n# no'  # c", ["# c"]),
        ("x = '\\\r\n# no'  # c", ["# c"]),
        ("x = ''  # c", ["# c"]),
        ("x = ''''# no'''  # c", ["# c"]),
        ("x = b'#' rb'#' Rb'#' u'#' # c", ["# c"]),
        ("x = f'# no {y} # no'  # c", ["# c"]),
        ("x = f'{{# no'  # c", ["# c"]),
        ("x = f'{y:#x}'  # c", ["# c"]),
        ("x = f'{y:{w}#}'  # c", ["# c"]),
        ("x = f'{y[\"#\"]}'  # c", ["# c"]),
        ("x = f'{y['#']}'  # c", ["# c"]),
        ("x = f'{ {1: 2}[1]:#}'  # c", ["# c"]),
        ("x = f'{f'{'#'}'}'  # c", ["# c"]),
        ("x = f'''{\n  y  # in a field\n}'''  # c", ["# in a field", "# c"]),
        ("x = f'\\N{NUMBER SIGN}#'  # c", ["# c"]),
        ("x = rf'\\{y}#'  # c", ["# c"]),
        ("x = t'{y}#'  # c", ["# c"]),
        ("y = 1 if'{#'else 2  # c", ["# c"]),
        ("x = 'never closed # no\ny = 2  # c", ["# c"]),
        ("x = f'never closed {# in a field\ny = 2  # still in it", ["# in a field", "# still in it"]),
        ("# a\r# b\r\n# c\n# d\u2028e\x0cf\n", ["# a", "# b", "# c", "# d\u2028e\x0cf"]),
        ("print 'python 2'  # c\nexec 'x'  # d", ["# c", "# d"]),
        ("'''never closed # no", []),
        ("", []),
    ],
)
def test_comments_are_told_from_strings(text: str, expected: list[str]) -> None:
    assert found(text) == expected


def test_the_standard_tokenizer_agrees_on_the_standard_library() -> None:
    files = sorted(Path(tokenize.__file__).parent.glob("*.py"))[:60]
    assert files
    for file in files:
        with tokenize.open(file) as stream:
            text = stream.read()
        expected = [token.string for token in tokenize.generate_tokens(io.StringIO(text).readline) if token.type == tokenize.COMMENT]
        assert found(text) == expected, file


@given(st.text(st.sampled_from("fr'\"{}()[]:#\\\n\rx "), max_size=60))
def test_text_that_is_no_python_never_fails(text: str) -> None:
    spans = list(comments(text))
    assert all(text[start] == "#" and not set("\r\n") & set(text[start:end]) for start, end in spans)
    assert spans == sorted(spans)
