"""The cost of a file grows with its size, not with the square of it, however odd the file is.

Measured in function calls, which are the same on every machine.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest

from errlint.engine import check_bytes
from tests.harness.bench import Bench

HANDLERS = """
try:
    requests.get(u).raise_for_status()
except requests.HTTPError as e:
    if '404' in str(e):
        x = 1
"""
SHAPES: dict[str, Callable[[int], str]] = {
    "findings, with names that are bound again and again": lambda n: HANDLERS * n,
    "findings in functions": lambda n: "".join(f"def f{i}(u):\n{_indented(HANDLERS)}" for i in range(n)),
    "findings in one handler": lambda n: HANDLERS + "    if 'quota' in str(e):\n        x = 1\n" * n,
    "exits before": lambda n: (
        "def f(u):\n    r = requests.get(u)\n" + "    if r.status_code == 404:\n        return 1\n" * n + "    return r.text\n"
    ),
    # the depth of a tree is bounded elsewhere: every level costs every node below it
    "elif": lambda n: "".join(
        f"def f{i}(u):\n    r = requests.get(u)\n    if r.ok:\n        return r\n" + "    elif 'quota' in r.text:\n        return 1\n" * 10
        for i in range(n // 10)
    ),
    "one name, bound in every try, used in every handler": lambda n: (
        "try:\n    r = requests.get(u)\nexcept requests.HTTPError as e:\n    print(r.text)\n" * n
    ),
    "one name, bound at the top, used in every function": lambda n: (
        "r = requests.get(u)\n" * n + "".join(f"def f{i}():\n    return 'quota' in r.text\n" for i in range(n))
    ),
    "functions that call each other": lambda n: (
        "".join(f"def f{i}(u):\n    return f{i + 1}(u)\n" for i in range(n)) + f"def f{n}(u):\n    return requests.get(u)\n{HANDLERS}"
    ),
    "callers of one function": lambda n: (
        "def get(u):\n    return requests.get(u)\n" + "".join(f"def f{i}(u):\n    return 'quota' in get(u).text\n" for i in range(n))
    ),
    "classes": lambda n: "".join(f"class C{i}(requests.HTTPError):\n    pass\n" for i in range(n)) + HANDLERS,
    "entries": lambda n: "T = {\n" + "    'a': requests.get,\n" * n + "}\n" + HANDLERS,
    "loop": lambda n: (
        "while True:\n    try:\n        requests.get(u).raise_for_status()\n    except requests.HTTPError as e:\n        pass\n"
        + "    x = e\n" * n
    ),
    "helpers that take any exception": lambda n: "".join(
        f"def f{i}(e):\n    return '429' in str(e) or 'quota' in str(e)\n" for i in range(n)
    ),
    "types that were asked for before": lambda n: (
        "def f(e):\n" + "    assert isinstance(e, requests.HTTPError)\n    if 'quota' in str(e):\n        return 1\n" * n
    ),
    "answers known by their use": lambda n: "def f(r):\n" + "    if r.status_code > 399 and 'quota' in r.text:\n        return 1\n" * n,
    "answers that are errors where they are passed": lambda n: (
        "def g(r):\n"
        + "    if 'quota' in r.text:\n        return 1\n" * n
        + "".join(f"def f{i}(u):\n    r = requests.get(u)\n    if not r.ok:\n        g(r)\n" for i in range(n))
    ),
    "comments": lambda n: "# errlint: ignore[ERR101]\nx = 1\n" * n + HANDLERS,
}

GROWS_FASTER = {
    "findings, with names that are bound again and again": "each finding looks at all that binds its name",
    "findings in one handler": "each finding looks at all that stands before it in the block",
    "exits before": "each test looks at all exits before it",
    "types that were asked for before": "each test looks at all exits before it",
    "answers known by their use": "each test looks at all exits before it",
    "answers that are errors where they are passed": "each test looks at all exits before it",
}
"""Shapes whose cost is known to grow faster, and why; twice the code may cost four times as much, no more."""


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.strip().splitlines())


@pytest.mark.parametrize("shape", SHAPES)
def test_cost_is_linear(shape: str, bench: Bench) -> None:
    setup = bench.setup()
    small, large = (f"import requests\n{SHAPES[shape](n)}".encode() for n in (100, 200))
    check_bytes(small, "warm.py", setup)
    growth = _calls(lambda: check_bytes(large, "large.py", setup)) / _calls(lambda: check_bytes(small, "small.py", setup))
    assert growth < (4 if shape in GROWS_FASTER else 2.4), f"twice the code costs {growth:.1f} times as much"
    assert growth > 1.5, "the calls are not seen that the code costs"
    assert shape not in GROWS_FASTER or growth > 2.4, "this grows with the size of the code now: say so"


def _calls(action: Callable[[], object]) -> int:
    count = 0

    def see(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    threading.setprofile(see)  # a file is looked at in a thread of its own
    sys.setprofile(see)
    try:
        action()
    finally:
        sys.setprofile(before)
        threading.setprofile(None)
    return count
