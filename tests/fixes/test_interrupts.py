"""Ctrl-C, the end of the program and a cancelled task are no failure of a request: a predicate that a fix writes never tries them again."""

from __future__ import annotations

import asyncio
import textwrap

import pytest
import requests

from errlint import registry
from errlint.engine import Setup, check_bytes
from errlint.fixer import fix_source
from tests.support.clock import virtual_time

_FETCH = """
def fetch():
    response = requests.get("https://api.example.com/items", timeout=9)
    response.raise_for_status()
    return response.json()
"""
_DECORATORS = {
    "tenacity, any exception": "@tenacity.retry(stop=tenacity.stop_after_attempt(3), wait=tenacity.wait_random(1, 3))",
    "tenacity, a type of exceptions": """
        @tenacity.retry(
            retry=tenacity.retry_if_exception_type(), stop=tenacity.stop_after_attempt(3), wait=tenacity.wait_random(1, 3)
        )
    """,
    "stamina": "@stamina.retry(on=Exception, attempts=3)",
    "backoff": "@backoff.on_exception(backoff.expo, Exception, max_tries=3)",
    "retrying": "@retrying.retry(stop_max_attempt_number=3, wait_random_min=1000, wait_random_max=2000)",
    "google": "@google.api_core.retry.Retry(predicate=google.api_core.retry.if_exception_type(Exception), timeout=9)",
}
_LOOP = """
def again():
    for attempt in tenacity.Retrying(stop=tenacity.stop_after_attempt(3), wait=tenacity.wait_random(1, 3), reraise=True):
        with attempt:
            return fetch()
"""
_IMPORTS = "import backoff\nimport google.api_core.retry\nimport requests\nimport retrying\nimport stamina\nimport tenacity\n"
_SOURCES = {
    **{name: textwrap.dedent(decorator).strip() + _FETCH for name, decorator in _DECORATORS.items()},
    "tenacity, a loop": f"{_FETCH}\n{_LOOP}",
}
_INTERRUPTS = (KeyboardInterrupt, SystemExit, GeneratorExit, asyncio.CancelledError)


def _attempts(source: str, error: BaseException, monkeypatch: pytest.MonkeyPatch) -> int:
    """How often a client asks if each request ends so."""
    asked = 0

    def get(*_: object, **__: object) -> None:
        nonlocal asked
        asked += 1
        raise error

    monkeypatch.setattr(requests, "get", get)
    module: dict[str, object] = {}
    exec(compile(source, "<client>", "exec", dont_inherit=True), module)
    call = module.get("again", module["fetch"])
    assert callable(call)
    with virtual_time(), pytest.raises(BaseException):  # noqa: B017, PT011 -- what comes out in the end is the library's business
        call()
    return asked


def _refused(status: int) -> requests.HTTPError:
    response = requests.Response()
    response.status_code = status
    return requests.HTTPError(response=response)


@pytest.mark.parametrize("source", _SOURCES.values(), ids=_SOURCES)
def test_nothing_but_failures_is_tried_again(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = _IMPORTS + source
    setup = Setup(tuple(rule for rule in registry.rules() if rule.id == "ERR201"), registry.libraries(), registry.catalogues(()))
    outcome = fix_source(before.encode(), "client.py", lambda raw, shown: check_bytes(raw, shown, setup), unsafe=True)
    assert outcome.applied
    after = outcome.raw.decode()
    for kind in _INTERRUPTS:
        assert _attempts(after, kind(), monkeypatch) == 1, after
        assert _attempts(before, kind(), monkeypatch) == 1
    assert _attempts(after, _refused(404), monkeypatch) == 1
    for error in (requests.ConnectionError(), _refused(503)):
        assert _attempts(after, error, monkeypatch) > 1
