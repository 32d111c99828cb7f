"""What running code does: HTTP calls, and errors for statuses."""

from __future__ import annotations

import textwrap

import libcst as cst
import pytest

from errlint import registry
from errlint.catalogue import Catalogues
from errlint.semantics.analysis import Semantics
from errlint.semantics.errors.raising import Answer, Raising
from errlint.semantics.program.tree import Tree

PREAMBLE = """
import json, time
import aiohttp, httpx, openai, requests, stripe
from urllib.request import urlopen

class ApiError(Exception): ...
class Gone(ApiError): ...

def plain(url):
    return requests.get(url, timeout=5)

def checked(url):
    answer = plain(url)
    answer.raise_for_status()
    return answer.json()

def own_error(url):
    answer = plain(url)
    if answer.status_code >= 400:
        raise ApiError("failed")
    return answer

def telling(url):
    answer = plain(url)
    if not answer.ok:
        raise Gone(answer.text)
    return answer

def wrapped(url):
    try:
        return checked(url)
    except requests.HTTPError as error:
        raise ApiError("no") from error

def passed_on(url):
    try:
        return checked(url)
    except requests.HTTPError as error:
        if error.response.status_code == 404:
            return None
        raise

def swallowed(url):
    try:
        return checked(url)
    except requests.RequestException:
        return None

def other_handler(url):
    try:
        return checked(url)
    except requests.Timeout:
        return None

def handed_on(url):
    return unknown(plain(url))

def again(url, left):
    try:
        return checked(url)
    except requests.HTTPError:
        if not left:
            raise
    return again(url, left - 1)

def pure(text):
    return json.loads(text)

class Client:
    def __init__(self):
        self.session = httpx.Client(base_url="https://api.example.com")
        self.strict = aiohttp.ClientSession(raise_for_status=True)
        self.lenient = aiohttp.ClientSession(raise_for_status=False)
        self.ai = openai.OpenAI()

    def fetch(self):
        return self.session.get("/x")

    def ensure(self):
        return self.fetch().raise_for_status()

    async def strictly(self):
        async with self.strict.get("https://api.example.com") as answer:
            return await answer.json()

    async def leniently(self):
        async with self.lenient.get("https://api.example.com") as answer:
            return await answer.json()

    def ask(self):
        return self.ai.chat.completions.create(model="m", messages=[])

    def later(self):
        def inner():
            return self.fetch()
        return inner
"""


def semantics_of(code: str) -> Semantics:
    return Semantics(Tree.of(cst.parse_module(code)), registry.libraries(), Catalogues(()))


ALL = semantics_of(PREAMBLE)
FUNCTIONS = {function.name.value: function for function in ALL.tree.all(cst.FunctionDef)}


def statement(code: str) -> tuple[Semantics, cst.CSTNode]:
    """The last statement of some code that may use the functions above."""
    semantics = semantics_of(f"{PREAMBLE}\n{textwrap.dedent(code)}\n")
    return semantics, semantics.tree.module.body[-1]


def raising(code: str) -> Raising:
    semantics, node = statement(code)
    return semantics.raises_for_status(node)


@pytest.mark.parametrize("name", sorted(FUNCTIONS.keys() - {"pure", "later", "__init__"}))
def test_functions_that_do_http(name: str) -> None:
    evidence = ALL.does_http(FUNCTIONS[name])
    assert evidence is not None
    assert any("makes an HTTP call" in place.note for place in evidence.trail)


@pytest.mark.parametrize("name", ["pure", "later", "__init__"])
def test_functions_that_do_none(name: str) -> None:
    assert ALL.does_http(FUNCTIONS[name]) is None


@pytest.mark.parametrize(
    ("name", "answer", "types"),
    [
        ("plain", Answer.NO, ()),
        ("checked", Answer.YES, ("requests.HTTPError",)),
        ("own_error", Answer.YES, ("ApiError",)),
        ("telling", Answer.YES, ("Gone",)),
        ("wrapped", Answer.YES, ("ApiError",)),
        ("passed_on", Answer.YES, ("requests.HTTPError",)),
        ("swallowed", Answer.NO, ()),
        ("other_handler", Answer.YES, ("requests.HTTPError",)),
        ("handed_on", Answer.UNKNOWN, ()),
        ("again", Answer.YES, ("requests.HTTPError",)),
        ("pure", Answer.UNKNOWN, ()),
        ("fetch", Answer.NO, ()),
        ("ensure", Answer.YES, ("httpx.HTTPStatusError",)),
        ("strictly", Answer.YES, ("aiohttp.ClientResponseError",)),
        ("leniently", Answer.NO, ()),
    ],
)
def test_what_functions_raise_for_a_status(name: str, answer: Answer, types: tuple[str, ...]) -> None:
    found = ALL.raises_for_status(FUNCTIONS[name])
    assert (found.answer, found.types) == (answer, types)
    assert bool(found.trail) is (answer is Answer.YES)


@pytest.mark.parametrize(
    ("code", "answer", "types"),
    [
        ("checked(URL)", Answer.YES, ("requests.HTTPError",)),
        ("urlopen(URL)", Answer.YES, ("urllib.error.HTTPError",)),
        ("requests.get(URL)", Answer.NO, ()),
        ("requests.get(URL).json()", Answer.NO, ()),
        ("something(URL)", Answer.UNKNOWN, ()),
        ("call = lambda: checked(URL)", Answer.UNKNOWN, ()),
        ("for url in URLS:\n    try:\n        wrapped(url)\n    except ValueError:\n        pass", Answer.YES, ("ApiError",)),
        ("for url in URLS:\n    try:\n        wrapped(url)\n    except ApiError:\n        pass", Answer.NO, ()),
        (
            "for url in URLS:\n    try:\n        wrapped(url)\n    except Exception:\n        raise RuntimeError('x')",
            Answer.YES,
            ("RuntimeError",),
        ),
        ("def f():\n    checked(URL)", Answer.YES, ("requests.HTTPError",)),
    ],
)
def test_what_code_raises_for_a_status(code: str, answer: Answer, types: tuple[str, ...]) -> None:
    found = raising(code)
    assert (found.answer, found.types) == (answer, types)


def test_an_sdk_raises_all_its_types_that_carry_a_status() -> None:
    assert "openai.APIStatusError" in ALL.raises_for_status(FUNCTIONS["ask"]).types
    assert {"stripe.AuthenticationError", "stripe.RateLimitError"} < set(raising("stripe.Charge.create(amount=1)").types)


def test_the_body_of_a_lambda_is_what_counts() -> None:
    semantics, node = statement("call = lambda: checked(URL)")
    (function,) = semantics.tree.all(cst.Lambda)
    assert semantics.does_http(node) is None
    assert semantics.does_http(function) is not None
    assert semantics.raises_for_status(function).types == ("requests.HTTPError",)


@pytest.mark.parametrize("around", ["sorted_out(URL)", "calmed(URL)"])
def test_the_way_to_a_type_leads_to_where_that_type_is_raised(around: str) -> None:
    found = raising(
        f"""
        class Slow(Exception): ...

        def sorted_out(url):
            answer = plain(url)
            if answer.status_code == 429:
                raise Slow()
            if answer.status_code == 404:
                raise Gone()
            if not answer.ok:
                raise Gone(answer.text)
            return answer

        def calmed(url):
            try:
                return sorted_out(url)
            except Slow:
                return None

        {around}
        """
    )
    first, *hops = found.way_to(("Gone",))
    assert isinstance(first.node, cst.Raise)
    assert cst.Module([]).code_for_node(first.node) == "raise Gone(answer.text)"
    assert [place.note for place in hops] == [place.note for place in found.trail[1:]]


def test_the_answer_does_not_depend_on_what_was_asked_before() -> None:
    ping = "def ping(n):\n    pong(n)\n    checked(URL)\n"
    pong = "def pong(n):\n    return ping(n - 1)\n"
    for first, second in (("ping", "pong"), ("pong", "ping")):
        semantics, _ = statement(ping + pong)
        functions = {function.name.value: function for function in semantics.tree.all(cst.FunctionDef)}
        assert [semantics.raises_for_status(functions[name]).types for name in (first, second)] == [("requests.HTTPError",)] * 2
        assert all(semantics.does_http(functions[name]) is not None for name in (second, first))
