"""The parts of a retry policy: what predicates let through, how long delay expressions wait, what code attempts."""

from __future__ import annotations

import textwrap

import libcst as cst
import pytest

from errlint import registry
from errlint.catalogue import Catalogues
from errlint.semantics.analysis import Semantics
from errlint.semantics.program.tree import Tree
from errlint.semantics.retries.outcomes import FAILURES, NO_ANSWER, members
from errlint.semantics.retries.policy import Wait
from errlint.semantics.retries.waiting.pauses import pause_of
from errlint.semantics.values.status_sets import ERRORS, Range, statuses

SERVER_ERRORS = statuses(500, 600)
LIMITED = 1 << 429
NAMED = LIMITED | 1 << 503


def semantics_of(code: str) -> Semantics:
    return Semantics(Tree.of(cst.parse_module(textwrap.dedent(code))), registry.libraries(), Catalogues(()))


def passes(predicate: str) -> Range:
    """What the predicate, the last function or lambda of the code, lets through, of all failures."""
    semantics = semantics_of(f"import asyncio, httpx, openai, requests\nfrom http import HTTPStatus\n{textwrap.dedent(predicate)}")
    function = semantics.tree.of_types(cst.FunctionDef, cst.Lambda)[-1]
    assert isinstance(function, (cst.FunctionDef, cst.Lambda))
    found = semantics.predicates.of_function(function)
    return Range(found.may & FAILURES, found.must & FAILURES)


@pytest.mark.parametrize(
    ("predicate", "may", "must"),
    [
        ("lambda e: True", FAILURES, FAILURES),
        ("lambda e: isinstance(e, Exception)", FAILURES, FAILURES),
        ("lambda e: isinstance(e, requests.HTTPError) and e.response.status_code >= 500", SERVER_ERRORS, SERVER_ERRORS),
        ("lambda e: isinstance(e, requests.Timeout)", NO_ANSWER, 0),
        ("lambda e: isinstance(e, (requests.ConnectionError, requests.Timeout))", NO_ANSWER, NO_ANSWER),
        ("lambda e: isinstance(e, httpx.TransportError) or e.response.status_code in {429, 503}", NAMED | NO_ANSWER, NAMED | NO_ANSWER),
        ("lambda e: getattr(e, 'status_code', None) in (429, 503)", NAMED, NAMED),
        ("lambda e: e.response is not None and e.response.status_code == 429", LIMITED, LIMITED),
        ("lambda e: not (400 <= e.response.status_code < 500)", SERVER_ERRORS | NO_ANSWER, SERVER_ERRORS | NO_ANSWER),
        ("lambda e: isinstance(e, openai.RateLimitError)", LIMITED, LIMITED),
        ("lambda e: isinstance(e, openai.APIConnectionError)", NO_ANSWER, NO_ANSWER),
        ("lambda e: isinstance(e, openai.APIStatusError)", ERRORS, ERRORS),
        ("lambda e: '429' in str(e)", LIMITED, LIMITED),
        ("lambda e: any(code in str(e) for code in ('429', '503'))", NAMED, NAMED),
        ("lambda status: status == HTTPStatus.TOO_MANY_REQUESTS", LIMITED, LIMITED),
        ("lambda e: isinstance(e, ValueError)", 0, 0),
        ("lambda e: somebody_knows(e)", FAILURES, 0),
        ("lambda response: not response.ok", ERRORS, ERRORS),
    ],
)
def test_lambdas(predicate: str, may: int, must: int) -> None:
    assert passes(predicate) == Range(may, must)


@pytest.mark.parametrize(
    ("predicate", "may", "must"),
    [
        (
            """
            def is_transient(error):
                if isinstance(error, requests.HTTPError):
                    return error.response.status_code in (429, 503)
                return isinstance(error, requests.RequestException)
            """,
            NAMED | NO_ANSWER,
            NAMED | NO_ANSWER,
        ),
        (
            """
            RETRYABLE = frozenset({429, 503})
            def is_transient(exc):
                response = getattr(exc, "response", None)
                if response is None:
                    return True
                return response.status_code in RETRYABLE
            """,
            NAMED | NO_ANSWER,
            NAMED | NO_ANSWER,
        ),
        (
            """
            def should_retry(status_code: int) -> bool:
                if status_code < 500 and status_code != 429:
                    return False
                return True
            """,
            SERVER_ERRORS | LIMITED,
            SERVER_ERRORS | LIMITED,
        ),
        (
            """
            def _server(status):
                return status >= 500
            def should_retry(response):
                return _server(response.status_code) or response.status_code == 429
            """,
            SERVER_ERRORS | LIMITED,
            SERVER_ERRORS | LIMITED,
        ),
        (
            """
            def should_retry(error):
                retry = False
                if error.status_code in (429, 503):
                    retry = True
                return retry
            """,
            NAMED,
            0,
        ),
        (
            """
            def should_retry(error):
                return should_retry(error)
            """,
            FAILURES,
            0,
        ),
        (
            """
            def should_retry(error):
                if error.status_code == 429:
                    return True
            """,
            LIMITED,
            LIMITED,
        ),
    ],
)
def test_functions(predicate: str, may: int, must: int) -> None:
    assert passes(predicate) == Range(may, must)


def test_named_statuses_are_those_that_are_written_one_by_one() -> None:
    semantics = semantics_of(
        """
        def check(e):
            if e.status_code in (429, 503) or e.status_code >= 500 or e.status_code in range(400, 410):
                pass
        """
    )
    (statement,) = semantics.tree.all(cst.If)
    assert members(semantics.predicates.named.in_test(statement.test)) == [429, 503]


# waits ---------------------------------------------------------------------------------------------------------------------------


def wait(loop: str, preamble: str = "") -> Wait:
    """The wait of the only pause in a loop over attempts."""
    code = (
        f"import asyncio, random, requests, time\n{textwrap.dedent(preamble)}\n"
        f"def fetch(url):\n    delay = 1\n    response = requests.get(url)\n    for attempt in range(5):\n"
        f"{textwrap.indent(textwrap.dedent(loop), '        ')}"
    )
    semantics = semantics_of(code)
    (found,) = [pause for call in semantics.tree.all(cst.Call) if (pause := pause_of(semantics, call)) is not None]
    return semantics.waits.of(found, semantics.tree.all(cst.For)[0])


@pytest.mark.parametrize(
    ("loop", "growth", "seconds", "jitter", "server"),
    [
        ("time.sleep(0)\n", "none", 0, False, False),
        ("time.sleep(2)\n", "constant", 2, False, False),
        ("time.sleep(delay)\n", "constant", 1, False, False),
        ("time.sleep(2 ** attempt)\n", "growing", 1, False, False),
        ("time.sleep(delay)\ndelay *= 2\n", "growing", 1, False, False),
        ("time.sleep(delay)\ndelay = min(delay * 2, 30)\n", "growing", 1, False, False),
        ("pause = 2 ** attempt + random.uniform(0, 1)\ntime.sleep(pause)\n", "growing", 1, True, False),
        ("time.sleep(random.randint(1, 5))\n", "constant", None, True, False),
        ("time.sleep(int(response.headers['Retry-After']))\n", "constant", None, False, True),
        ("time.sleep(int(response.headers.get('Retry-After', 2 ** attempt)))\n", "constant", None, False, True),
        ("time.sleep(float(response.headers['X-RateLimit-Reset']) - time.time())\n", "unknown", None, False, True),
        ("time.sleep(retry_delay_of(response))\n", "unknown", None, None, None),
        ("time.sleep(retry_delay_of(attempt))\n", "growing", None, None, False),
        ("time.sleep(backoff(attempt))\n", "growing", 0.5, True, False),
        ("time.sleep(told(response))\n", "constant", None, False, True),
        ("if attempt == 0:\n    delay = 5\nelif attempt == 1:\n    delay = 9\ntime.sleep(delay)\n", "growing", 5, False, False),
        ("delay = 9\nif attempt < 1:\n    delay = 5\ndelay += random.random()\ntime.sleep(delay)\n", "growing", 5, True, False),
        ("if url:\n    delay = 5\nelse:\n    delay = 9\ntime.sleep(delay)\n", "constant", None, False, False),
        ("if attempt == limit:\n    delay = 5\nelse:\n    delay = 9\ntime.sleep(delay)\n", "constant", None, False, False),
        ("if attempt == 0:\n    pause = 5\nelse:\n    pause = 5.0\ntime.sleep(pause)\n", "constant", 5, False, False),
        ("time.sleep(5 if not attempt else 9)\n", "growing", 5, False, False),
        ("if attempt > 0:\n    time.sleep(2 ** attempt)\n", "growing", 2, False, False),
        ("if attempt:\n    time.sleep(DELAYS[attempt - 1])\n", "growing", 5, False, False),
        ("if attempt:\n    time.sleep(delay)\ndelay *= 2\n", "growing", None, False, False),
        ("time.sleep(5 if attempt < 2 else 9)\n", "growing", 5, False, False),
        ("time.sleep(DELAYS[min(attempt, 2)] + time.time() % 3)\n", "growing", 5, None, False),
    ],
)
def test_waits(loop: str, growth: str, seconds: float | None, jitter: bool | None, server: bool | None) -> None:
    preamble = """
        def backoff(n, base=0.5):
            return base * 2 ** n + random.random()
        def told(answer):
            value = answer.headers.get("Retry-After")
            return 5
        DELAYS = [5, 9, 60]
    """
    found = wait(loop, preamble)
    assert (found.growth, found.seconds, found.jitter, found.server) == (growth, seconds, jitter, server)


def test_a_helper_may_choose_by_the_number_of_the_attempt() -> None:
    helper = """
        async def pause_for(n):
            if n == 0:
                delay = 5
            elif n == 1:
                delay = 9
            else:
                delay = 60
            await asyncio.sleep(delay)
    """
    found = wait("await pause_for(attempt + 1)\n", helper)
    assert (found.growth, found.seconds) == ("growing", 9)


@pytest.mark.parametrize("delays", ["(5, 9, 60)", "DELAYS", "[5 * 1, 9]"])
def test_a_loop_over_delays_begins_with_the_first(delays: str) -> None:
    semantics = semantics_of(f"import time\nDELAYS = [5, 9]\ndef fetch():\n    for delay in {delays}:\n        time.sleep(delay)\n")
    (call,) = semantics.tree.all(cst.Call)
    pause = pause_of(semantics, call)
    assert pause is not None
    found = semantics.waits.of(pause, semantics.tree.all(cst.For)[0])
    assert (found.growth, found.seconds) == ("growing", 5)


def test_a_cap_is_seen() -> None:
    assert wait("time.sleep(min(60, 2 ** attempt))\n").cap == 60


# attempts ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "method", "raises"),
    [
        ("requests.post(url)", "POST", False),
        ("requests.request('patch', url)", "PATCH", False),
        ("openai.OpenAI().responses.create(input='x')", None, True),
        ("checked(url)", "GET", True),
        ("urllib.request.urlopen(url)", None, True),
    ],
)
def test_attempts(call: str, method: str | None, raises: bool) -> None:
    semantics = semantics_of(
        f"""
        import openai, requests, urllib.request
        def checked(url):
            response = requests.get(url)
            response.raise_for_status()
            return response
        def run(url):
            return {call}
        """
    )
    found = semantics.attempts.within(semantics.tree.all(cst.FunctionDef)[1])
    assert [(attempt.method, attempt.raises) for attempt in found] == [(method, raises)]
    assert all(attempt.trail for attempt in found)


def test_what_does_no_http_is_no_attempt() -> None:
    semantics = semantics_of("def run(db):\n    return db.get('x')\n")
    assert semantics.attempts.within(semantics.tree.all(cst.FunctionDef)[0]) == []
