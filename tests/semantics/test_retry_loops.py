"""Retries written by hand: which shapes are retries, which failures they retry, how long they wait, when they stop."""

from __future__ import annotations

import textwrap

import libcst as cst
import pytest

from errlint import registry
from errlint.catalogue import Catalogues
from errlint.semantics.analysis import Semantics
from errlint.semantics.program.tree import Tree
from errlint.semantics.retries.outcomes import members
from errlint.semantics.retries.policy import RetryPolicy
from errlint.semantics.values.status_sets import ERRORS

PREAMBLE = """
import asyncio, functools, itertools, random, sys, time
from contextlib import suppress
from http import HTTPStatus
import aiohttp, httpx, openai, requests

class Retryable(Exception): ...
class Fatal(Exception): ...
session = requests.Session()
client = openai.OpenAI(base_url="https://api.example.com")
"""


def policies(code: str) -> tuple[RetryPolicy, ...]:
    module = cst.parse_module(PREAMBLE + textwrap.dedent(code))
    found = Semantics(Tree.of(module), registry.libraries(), Catalogues(())).retries.policies
    return tuple(policy for policy in found if policy.mechanism in ("loop", "recursion", "wrapper"))


def policy(code: str) -> RetryPolicy:
    (found,) = policies(code)
    assert found.trail
    return found


def told(found: RetryPolicy) -> str:
    """What is retried for certain, and what perhaps, as ranges."""
    return f"{_ranges(found.retried.statuses.must)}|{_ranges(found.retried.statuses.may & ~found.retried.statuses.must)}"


def _ranges(outcomes: int) -> str:
    if outcomes == ERRORS:
        return "all"
    statuses = members(outcomes & ERRORS)
    starts = [status for status in statuses if status - 1 not in statuses]
    ends = [status for status in statuses if status + 1 not in statuses]
    return " ".join(str(start) if start == end else f"{start}-{end}" for start, end in zip(starts, ends, strict=True))


RETRIES = {
    "any exception of a call that raises": (
        """
        def fetch(url):
            for attempt in range(3):
                try:
                    response = session.get(url)
                    response.raise_for_status()
                    return response.json()
                except Exception:
                    time.sleep(2 ** attempt)
        """,
        "all|",
    ),
    "any exception of a call that never raises for a status": (
        """
        def fetch(url):
            for attempt in range(3):
                try:
                    return session.get(url)
                except Exception:
                    time.sleep(1)
        """,
        "|",
    ),
    "the last attempt raises": (
        """
        def fetch(url):
            for attempt in range(3):
                try:
                    response = requests.get(url)
                    response.raise_for_status()
                    return response
                except requests.RequestException:
                    if attempt == 2:
                        raise
                    time.sleep(1)
        """,
        "all|",
    ),
    "a status set": (
        """
        RETRYABLE = {429, 502, 503}
        def fetch(url):
            attempt = 0
            while True:
                response = requests.get(url)
                if response.status_code not in RETRYABLE:
                    return response
                attempt += 1
                if attempt > 5:
                    raise Fatal
                time.sleep(attempt)
        """,
        "429 502-503|",
    ),
    "client errors raise first": (
        """
        async def fetch(session, url):
            for attempt in range(5):
                async with session.get(url) as response:
                    if response.status == 200:
                        return await response.json()
                    if 400 <= response.status < 500 and response.status != 429:
                        raise Fatal(await response.text())
                await asyncio.sleep(2 ** attempt)
        def run(url):
            return fetch(aiohttp.ClientSession(), url)
        """,
        "429 500-599|",
    ),
    "a handler raises client errors again": (
        """
        def fetch(url):
            for attempt in range(3):
                try:
                    response = httpx.get(url)
                    response.raise_for_status()
                    return response
                except httpx.HTTPStatusError as error:
                    if error.response.status_code < 500:
                        raise
                except httpx.TransportError:
                    pass
                time.sleep(1)
        """,
        "500-599|",
    ),
    "an exception of one's own for some statuses": (
        """
        def once(url):
            response = requests.get(url)
            if response.status_code in (429, 503):
                raise Retryable(response.status_code)
            if response.status_code >= 400:
                raise Fatal(response.text)
            return response
        def fetch(url):
            for attempt in range(3):
                try:
                    return once(url)
                except Retryable:
                    time.sleep(1)
            raise Fatal
        """,
        "429 503|",
    ),
    "a flag": (
        """
        def fetch(url):
            done, tries = False, 0
            while not done and tries < 3:
                tries += 1
                try:
                    response = requests.get(url)
                    response.raise_for_status()
                    done = True
                except requests.HTTPError:
                    time.sleep(1)
            return response
        """,
        "all|",
    ),
    "a flag that asks for another pass": (
        """
        def fetch(url):
            again = True
            while again:
                again = False
                response = requests.get(url)
                if response.status_code == 429:
                    time.sleep(5)
                    again = True
            return response
        """,
        "429|",
    ),
    "nothing yet": (
        """
        def fetch(url):
            response = None
            while response is None:
                try:
                    response = client.responses.create(input=url)
                except openai.RateLimitError:
                    time.sleep(20)
            return response
        """,
        "429|",
    ),
    "the test of the loop": (
        """
        def fetch(url):
            response = requests.get(url)
            while response.status_code == 429:
                time.sleep(1)
                response = requests.get(url)
            return response
        """,
        "429|",
    ),
    "a predicate of the file": (
        """
        def _transient(error):
            status = getattr(getattr(error, "response", None), "status_code", None)
            return status is None or status == 429 or status >= 500
        def fetch(url):
            for attempt in range(3):
                try:
                    response = requests.get(url)
                    response.raise_for_status()
                    return response
                except requests.RequestException as error:
                    if not _transient(error) or attempt == 2:
                        raise
                    time.sleep(1)
        """,
        "429 500-599|",
    ),
    "a predicate that is not known": (
        """
        from elsewhere import transient
        def fetch(url):
            for attempt in range(3):
                try:
                    response = requests.get(url)
                    response.raise_for_status()
                    return response
                except requests.RequestException as error:
                    if not transient(error):
                        raise
        """,
        "|all",
    ),
    "rejected credentials are renewed": (
        """
        def fetch(url):
            for attempt in range(3):
                response = requests.get(url)
                if response.status_code == 401:
                    refresh_token()
                    continue
                if response.status_code == 503:
                    continue
                return response
        """,
        "503|",
    ),
    "match": (
        """
        def fetch(url):
            for attempt in range(3):
                response = requests.get(url)
                match response.status_code:
                    case 200:
                        return response.json()
                    case 404 | 410:
                        return None
                    case _:
                        time.sleep(1)
        """,
        "400-403 405-409 411-599|",
    ),
    "recursion": (
        """
        def fetch(url, retries=3):
            response = requests.get(url)
            if response.status_code >= 500 and retries:
                time.sleep(1)
                return fetch(url, retries - 1)
            response.raise_for_status()
            return response
        """,
        "500-599|",
    ),
    "for and else": (
        """
        def fetch(url):
            for _ in range(3):
                response = requests.get(url)
                if response.ok:
                    break
                time.sleep(1)
            else:
                raise Fatal
            return response
        """,
        "all|",
    ),
    "a table of delays": (
        """
        def fetch(url):
            for delay in (1, 2, 4):
                response = requests.get(url)
                if response.status_code < 400 or response.status_code == HTTPStatus.NOT_FOUND:
                    return response
                time.sleep(delay)
        """,
        "400-403 405-599|",
    ),
    "suppress": (
        """
        def fetch(url):
            for _ in range(3):
                with suppress(requests.HTTPError):
                    response = requests.get(url)
                    response.raise_for_status()
                    return response
        """,
        "all|",
    ),
    "an item of a list inside the attempt": (
        """
        def send(urls):
            for attempt in range(3):
                try:
                    for url in urls:
                        requests.post(url).raise_for_status()
                    return
                except requests.HTTPError:
                    time.sleep(1)
        """,
        "all|",
    ),
    "a decorator of one's own": (
        """
        def retry(func):
            @functools.wraps(func)
            def wrapper(*args, **kwargs):
                for _ in range(3):
                    try:
                        return func(*args, **kwargs)
                    except Exception:
                        time.sleep(1)
                raise Fatal
            return wrapper
        @retry
        def fetch(url):
            response = requests.get(url)
            response.raise_for_status()
            return response
        """,
        "all|",
    ),
    "a decorator that is told what to retry": (
        """
        def retry(times, on=(Exception,)):
            def decorate(func):
                async def wrapper(*args, **kwargs):
                    for attempt in range(times):
                        try:
                            return await func(*args, **kwargs)
                        except on:
                            await asyncio.sleep(2 ** attempt)
                return wrapper
            return decorate
        @retry(4, on=openai.RateLimitError)
        async def ask(text):
            return client.responses.create(input=text)
        """,
        "429|",
    ),
    "a helper that is handed a lambda": (
        """
        class Api:
            def _retrying(self, action):
                attempts = 0
                while True:
                    try:
                        return action()
                    except httpx.HTTPError as error:
                        attempts += 1
                        if attempts >= 3:
                            raise
            def fetch(self, url):
                return self._retrying(lambda: httpx.get(url).raise_for_status())
        """,
        "all|",
    ),
}


@pytest.mark.parametrize("name", RETRIES)
def test_what_is_retried(name: str) -> None:
    code, expected = RETRIES[name]
    assert told(policy(code)) == expected


NO_RETRIES = {
    "pages": """
        def pages(url):
            page = 1
            while True:
                response = requests.get(url, params={"page": page})
                if not response.ok:
                    break
                page += 1
        """,
    "items": """
        def post_all(items):
            for item in items:
                try:
                    requests.post("https://api.example.com", json=item).raise_for_status()
                except requests.HTTPError:
                    continue
        """,
    "other hosts": """
        def fetch(path):
            for host in HOSTS:
                try:
                    response = requests.get(host + path)
                    response.raise_for_status()
                    return response
                except requests.RequestException:
                    continue
        """,
    "a poll": """
        def wait(url):
            while True:
                response = requests.get(url)
                response.raise_for_status()
                if response.json()["state"] == "done":
                    return response
                time.sleep(5)
        """,
    "a request that is changed": """
        def fetch(url, payload):
            for attempt in range(3):
                response = requests.post(url, json=payload)
                if response.ok:
                    return response
                payload["model"] = "smaller"
        """,
    "a queue": """
        def work(queue):
            while True:
                job = queue.get()
                try:
                    requests.post("https://api.example.com", json=job).raise_for_status()
                    return
                except requests.HTTPError:
                    time.sleep(1)
        """,
    "another key": """
        def ask(keys, url):
            index = 0
            for _ in range(3):
                response = requests.get(url, params={"key": keys[index]})
                if response.ok:
                    return response
                index += 1
        """,
    "one attempt": """
        def fetch(url):
            for _ in range(3):
                response = requests.get(url)
                response.raise_for_status()
                return response
        """,
    "no http": """
        def read(db):
            for _ in range(3):
                try:
                    return db.execute("select 1")
                except Exception:
                    time.sleep(1)
        """,
    "a server that was just started": """
        def wait_until_ready(url):
            while True:
                try:
                    requests.get(url).raise_for_status()
                    return
                except requests.RequestException:
                    time.sleep(1)
        """,
}


@pytest.mark.parametrize("name", NO_RETRIES)
def test_what_is_no_retry(name: str) -> None:
    assert policies(NO_RETRIES[name]) == ()


@pytest.mark.parametrize(
    ("head", "bounded", "attempts"),
    [
        ("for _ in range(4):", True, 4),
        ("for _ in range(1, 4):", True, 3),
        ("for _ in (1, 2):", True, 2),
        ("for _ in itertools.count():", False, None),
        ("while True:", False, None),
        ("while running():", None, None),
    ],
)
def test_when_it_stops(head: str, bounded: bool | None, attempts: int | None) -> None:
    code = f"""
    def fetch(url):
        {head}
            response = requests.get(url)
            if response.status_code != 503:
                return response
    """
    assert (policy(code).stop.bounded, policy(code).stop.attempts) == (bounded, attempts)


@pytest.mark.parametrize(
    "exit_",
    [
        "if attempt >= 5: raise Fatal",
        "if attempt < 5: continue\n        raise Fatal",
        "if time.monotonic() - started > 60: return None",
        "if time.time() > deadline: sys.exit(1)",
        "left -= 1\n        if left <= 0: break",
    ],
)
def test_limits_in_the_body(exit_: str) -> None:
    code = (
        "def fetch(url):\n    attempt, left, started, deadline = 0, 5, time.monotonic(), time.time() + 60\n    while True:\n"
        "        attempt += 1\n        response = requests.get(url)\n        if response.status_code < 500:\n            return response\n"
        f"        {exit_}\n"
    )
    found = policy(code)
    assert found.stop.bounded is True
    assert told(found) == "500-599|"


def test_the_wait_is_the_one_after_the_failures_that_are_named() -> None:
    found = policy(
        """
        def fetch(url):
            for attempt in range(5):
                response = requests.get(url)
                if response.status_code == 429:
                    time.sleep(int(response.headers["Retry-After"]))
                elif response.status_code >= 500:
                    time.sleep(2 ** attempt)
                else:
                    return response
        """
    )
    assert (found.wait.server, found.wait.growth, members(found.retried.named)) == (True, "constant", [429])


def test_codes_decide() -> None:
    found = policy(
        """
        def fetch(url):
            for attempt in range(5):
                response = requests.get(url)
                if response.ok:
                    return response
                code = response.json()["error"]["code"]
                if code in ("BUSY", "LIMITED"):
                    continue
                if response.status_code >= 500 and code != "NOT_CONFIGURED":
                    continue
                raise Fatal(code)
        """
    ).retried
    assert sorted(found.codes) == ["BUSY", "LIMITED"]
    assert sorted(found.dropped) == ["NOT_CONFIGURED"]
    assert [found.status(503, "BUSY"), found.status(503, "NOT_CONFIGURED"), found.status(503, "OTHER")] == [True, False, True]
    assert [found.status(400, "OTHER"), found.status(400)] == [False, None]


def test_uses_of_a_wrapper_that_retry_alike_are_one_policy() -> None:
    code = """
    def retry(func, on=Exception):
        for _ in range(3):
            try:
                return func()
            except on:
                time.sleep(1)
    def fetch(url):
        return requests.get(url).raise_for_status()
    def one(url):
        return retry(lambda: fetch(url))
    def two(url):
        return retry(functools.partial(fetch, url))
    def three(url):
        return retry(lambda: fetch(url), on=requests.ConnectionError)
    """
    found = policies(code)
    assert sorted((told(policy), len(policy.attempts)) for policy in found) == [("all|", 2), ("|", 1)]


DROPPED = """
    def render(page):
        for attempt in range(3):
            try:
                {}session.post("https://api.example.com/seen", json=page)
                if not page:
                    raise ValueError(page)
                return page.render()
            except Exception:
                time.sleep(1)
"""


def test_an_answer_that_nobody_takes_sends_nothing_back() -> None:
    dropped = policy(DROPPED.format(""))
    assert (told(dropped), dropped.retried.transport) == ("|", True)
    taken = policy(DROPPED.format("answer = "))
    assert (told(taken), taken.retried.transport) == ("|all", True)


STEPS = """
    from elsewhere import acquire_slot, handle_event, was_paused, wait_for_threads

    def run(event):
        for attempt in range(3):
            try:
                {}(event)
                found = client.responses.create(input=event)
                wait_for_threads()
                return client.responses.create(input=found)
            except Exception:
                time.sleep(2**attempt)
"""


@pytest.mark.parametrize(("first", "jitter"), [("acquire_slot", None), ("handle_event", False), ("was_paused", False)])
def test_an_attempt_may_begin_with_a_wait_of_its_own(first: str, jitter: bool | None) -> None:
    assert policy(STEPS.format(first)).wait.jitter is jitter
