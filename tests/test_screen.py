"""What screens see of a file: its code, not its prose."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errlint import registry
from errlint.engine import Setup, check_bytes
from errlint.screens.code import Code
from errlint.screens.sheet_words import Retrying, Words
from errlint.screens.skeleton import without_parameters
from errlint.sheets.libraries import Libraries

WORDS = Words(registry.libraries(), registry.catalogues(()))


def code(text: str) -> Code:
    return Code(text.encode(), WORDS)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("x = 'except'  # in b\n", b'x = ""  \n'),
        ('"""A text\nin "quotes".\n"""\nx = 1\n', b'""\nx = 1\n'),
        (r"x = 'it\'s in' in y", b'x = "" in y'),
        ("rb'in' in y", b'rb"" in y'),
        ("f'{a in b} in {c}'", b'f"" a in b c'),
        ('f"""{str(e)}\nin"""', b'f"" str(e)'),
        ("x = '''unclosed\n  in y", b"x = ''''unclosed\n  in y".replace(b"''''", b'""\'')),
    ],
)
def test_strings_and_comments_are_emptied(text: str, left: bytes) -> None:
    assert code(text).skeleton == b"\n%b\n" % left


@pytest.mark.parametrize(
    "text",
    [
        "if 'a' in text: ...",
        "any(p in text for p in PHRASES)",
        "if text != GONE: ...",
        "text.startswith(PREFIX)",
        "search(PATTERN, text)",
        "TABLE.get(text)",
        "match text:\n    case 'gone': ...",
        "text.find(x) > 0",
        "[e for e in errors if 'a' in e]",
    ],
)
def test_tests_of_text_are_seen(text: str) -> None:
    assert code(text).tests_text


@pytest.mark.parametrize("text", ["for x in y: ...", "len(x) == 0", "x == None", "table.get('key')", "'in' # in", "[x for x in y]"])
def test_other_code_tests_no_text(text: str) -> None:
    assert not code(text).tests_text


@pytest.mark.parametrize(
    "text",
    [
        "try: ...\nexcept X: ...",
        "isinstance(x, (ValueError, HTTPError))",
        "def f(e: openai.APIError | None): ...",
        "r.status_code",
        "getattr(r, 'status_code', None)",
        "body['error']",
        "if not body.get('success'): ...",
        "match r:\n    case Response(status_code=429): ...",
    ],
)
def test_signs_of_errors_are_seen(text: str) -> None:
    assert code(text).tells_errors


@pytest.mark.parametrize(
    "text",
    [
        "class Pod:\n    status = 1\n    def __init__(self, message=None):\n        self.kept = message\n",
        "names = {'status': 'state', 'reason': \"status\"}",
        "body['status'] = on",
        "def f(of: Literal['status', \n'error']): ...",
        "from .status_code import http_status\nfrom acme.reason import why",
        "class Pod:\n    def __init__(self, of):\n        self.status_code: int = of\n        self.reason = of",
        "error = 1  # errors.status_code",
    ],
)
def test_what_is_only_kept_tells_no_errors(text: str) -> None:
    assert not code(text).tells_errors


@pytest.mark.parametrize(
    "text",
    [
        "for key in ('error', 'errors'): ...",
        "body.get( 'status' )",
        "x: Literal['a'] = body['status']",
        "{self.status_code: 1}",
        "if self.status_code: x = 1",
        "if body['status'] == 'failed': ...",
        "match body:\n    case {'error': e}: ...",
        "lambda body: 'error' in body",
    ],
)
def test_what_is_asked_for_tells_errors(text: str) -> None:
    assert code(text).tells_errors


@pytest.mark.parametrize(
    "text",
    [
        "x == 404",
        "'404' != x",
        "if x is GONE: ...\nGONE = 404",
        "x in (1, 2)",
        "match x:\n    case 404: ...",
        "HINTS = {404: 'gone'}\nHINTS.get(x)",
        "HINTS = {'slow': 1, '404': 'gone'}\nHINTS[x]",
        "HINTS = {**MORE, HTTPStatus.GONE: 'gone'}\nHINTS[x]",
        "x == HTTP_404_NOT_FOUND",
        "if x == 'rate_limit_error': ...",
        "HINTS = dict(a={'Rate_Limit_Error': 1})\nHINTS[x]",
        "def f(a: dict = {404: 1}): ...",
    ],
)
def test_tests_of_numbers_and_codes_are_seen(text: str) -> None:
    assert Code(text.encode(), WORDS).tests_values


@pytest.mark.parametrize(
    "text",
    [
        "x == y",
        "if x == 'rate limited': ...",
        "def f(a, *, b: int = 5, c: Optional[str] = None) -> Dict[str, int]:\n    return {'b': b}",
        "if x is not None: y = 5",
        "for x in (1, 2): ...",
        "async def f(a=g(1), b: int = h((2, 3))): ...",
    ],
)
def test_other_code_tests_no_numbers(text: str) -> None:
    assert not Code(text.encode(), WORDS).tests_values


@pytest.mark.parametrize(
    "text",
    [
        "try: ...\nexcept X: ...",
        "if a: return",
        "if a:\n    b = 1\nelse:\n    raise X",
        "if a:\n    if b:\n        logger.info('x')",
        "for a in b:\n    if a:\n        continue\n    c()",
        "if (a\nand b):\n    return 1",
        "if a and \\\nb:\n    return 1",
    ],
)
def test_branches_that_end_or_tell_are_seen(text: str) -> None:
    assert code(text).ends_differently


@pytest.mark.parametrize("text", ["if a:\n    b = 1\nreturn b", "return a if b else c", "for a in b:\n    return a", "if a:\n    'return'"])
def test_other_branches_go_on(text: str) -> None:
    assert not code(text).ends_differently


@pytest.mark.parametrize(
    "text",
    [
        "if response and response.status_code == 404: ...",
        "get(url) and go()",
        "x = e.response if e.response else None",
        "if (a or b) and c == 1: ...",
        "if isinstance(x, Y) and response: ...",
        "[r for r in all if r and r.text == 1]",
    ],
)
def test_tests_of_truth_are_seen(text: str) -> None:
    assert code(text).asks_truths


@pytest.mark.parametrize(
    "text",
    ["if isinstance(x, str) and x != 1: ...", "if x is not None and f(x) == 1: ...", "if hasattr(f(x), 'y') and x > 1: ...", "x = a"],
)
def test_other_tests_ask_no_truth(text: str) -> None:
    assert not code(text).asks_truths


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("def f(a, b=(1, 2)): x\ndef g(): y\n", b" : x\n : y\n"),
        ("def f(a: x\ndef g(): y\n", b" def f(a: x\ndef g(): y\n"),
        ("undef f(a)\n", b" undef f(a)\n"),
    ],
)
def test_parameters_are_left_out(text: str, left: bytes) -> None:
    assert without_parameters(b" " + text.encode()).replace(b"\n ", b"\n") == left.replace(b"\n ", b"\n")


@given(st.text(alphabet="'\"\\#\n{}fFrb ine=()x"))
def test_any_text_has_a_skeleton(text: str) -> None:
    found = code(text)
    assert len(found.skeleton) <= 3 * len(found.raw) + 2


_HANDLED = "try: ...\nexcept X: ...\n"


@pytest.mark.parametrize(
    "text",
    [
        "while True:\n    " + _HANDLED.replace("\n", "\n    "),
        "for n in range(3):\n    if r.status_code == 200: break",
        "for attempt in range(3):\n    if call():\n        return",
        "while not done(attempt):\n    call()",
        "@retrying(3)\ndef call(): ...",
        "with_backoff(call)",
        "session.mount(url, HTTPAdapter(max_retries=Retry(3)))",
        "http.request('GET', url, retries=3)",
        "def call(n):\n    try:\n        get()\n    except X:\n        return call (n - 1)",
        "async def call():\n    if r.status_code == 429:\n        return await self.call()",
        f"class A:\n    def call(self):\n        return A.call(self)\n{_HANDLED}",
        f"class A(\n    B,\n):\n    def run(self):\n        def call():\n            return call()\n{_HANDLED}",
        f"class A: ...\nif fast:\n    def call():\n        return call()\n{_HANDLED}",
        f"def call():\n    put(lambda: 1); call()\n{_HANDLED}",
        f"for x in f(1,\n2):\n    return\n{_HANDLED}",
        f"def appel_é():\n    return appel_é()\n{_HANDLED}",
        "@étirer\ndef call(): ...",
        "from somewhere import retrying\n@retrying\ndef call(): ...",
        "RetryPolicy(3)",
    ],
)
def test_what_may_be_tried_again_is_seen(text: str) -> None:
    assert code(text).retries


@pytest.mark.parametrize(
    "text",
    [
        _HANDLED,
        "if r.status_code == 429: raise Gone",
        "@property\ndef name(self): ...",
        "http.request('GET', url)",
        f"def call(): ...\ncall()\n{_HANDLED}",
        f"def call():\n    return self.proxy.call() or recall()\n{_HANDLED}",
        "x = [tries for y in z]  # again(…)",
        "for pet in shop(): ...",
        f"for attempt in range(3):\n    call()\n{_HANDLED}",
        f"class A(\n    B,\n):\n    x = 1\n\n    async def list(self):\n        return list (self.items)\n{_HANDLED}",
        f"def call(page):\n    return Pages(lambda: self.call(page + 1))\n{_HANDLED}",
        f"def call(page):\n    def more():\n        return self.call(page + 1)\n    return more\n{_HANDLED}",
        f"class A:\n    def as_dict(self):\n        return [v.as_dict() for v in self.parts]\n{_HANDLED}",
        "class RetryPolicy(Base): ...\ndef attempt (): ...",
    ],
)
def test_what_runs_once_is_no_retry(text: str) -> None:
    assert not code(text).retries


@pytest.mark.parametrize(("answers", "found"), [({}, False), ({".more.again": True}, True), ({".more.again": False}, False)])
def test_a_decorator_of_the_project_is_asked_whether_it_retries(answers: dict[str, bool], found: bool) -> None:
    text = b"from .more import (other, again as once_more)  # a retry\n@once_more(3)\ndef call(): ...\n"
    assert Code(text, WORDS, lambda name: answers.get(name, False)).retries is found


def test_a_decorator_that_is_not_imported_by_its_name_may_retry() -> None:
    text = b"once_more = make(3)\n@once_more\ndef call(): ...\n"
    assert Code(text, WORDS, lambda _: False).retries


def test_names_of_sheets_may_be_of_one_part() -> None:
    found = Retrying.of(["retrying", "acme.Client.on", "acme.retry"], "")
    assert (found.functions, found.members) == (frozenset({b"retrying", b"retry"}), frozenset({b"on"}))


def test_a_member_may_stand_after_a_comment() -> None:
    assert code("(answer.  # of the server\n  status_code)").tests_status


@pytest.mark.parametrize("text", ["x. " + "#" * 60, "x." + " " * 3_000 + "y", "x.\n" + "# #\n" * 3_000, "case " + "x" * 3_000])
def test_no_text_takes_a_screen_long(text: str) -> None:
    assert not code(f"# status_code\n{text}").tests_status


@pytest.mark.parametrize(
    ("text", "retries"),
    [
        ("if f(\n" * 10_000, False),
        ("".join(f"def f{number}(\n    f{number}(\n" for number in range(3_000)), True),
        (
            "".join(f"@d{number}\n" for number in range(3_000)) + "from a import " + ", ".join(f"d{number}" for number in range(3_000)),
            False,
        ),
    ],
)
def test_no_broken_block_takes_a_screen_long(text: str, *, retries: bool) -> None:
    found = Code(f"x.status_code\n{text}".encode(), WORDS, lambda _: False)
    assert not found.ends_differently
    assert found.retries is retries


def test_words_come_from_the_sheets() -> None:
    found = code("Retry(3, respect_retry_after_header=False)")
    assert found.defeats_retry_after
    assert not Code(found.raw, Words(Libraries())).defeats_retry_after


@pytest.mark.parametrize(("path", "looked_at"), [
    ("client.py", True), ("latest/contest.py", True), ("tests/helper.py", False), ("test/helper.py", False), ("a/test_client.py", False),
    ("client_test.py", False), ("conftest.py", False),
])  # fmt: skip
def test_tests_are_left_alone(path: str, *, looked_at: bool) -> None:
    setup = Setup(registry.rules(), registry.libraries(), registry.catalogues(()))
    raw = b"import requests\ntry: requests.get(u).raise_for_status()\nexcept requests.HTTPError as e:\n    if '404' in str(e): raise\n"
    assert bool(check_bytes(raw, path, setup).findings) is looked_at
