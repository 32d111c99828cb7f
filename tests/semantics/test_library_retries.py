"""Policies that are set up with libraries: what is retried, how long they wait, when they stop, which calls they cover."""

from __future__ import annotations

import textwrap

import libcst as cst
import pytest

from errlint import registry
from errlint.catalogue import Catalogues
from errlint.semantics.analysis import Semantics
from errlint.semantics.program.tree import Tree
from errlint.semantics.retries.policy import RetryPolicy
from errlint.semantics.values.status_sets import ERRORS, Range, statuses
from errlint.sheets.libraries import Libraries

HEAD = """
import aiohttp, aiohttp_retry, backoff, celery, httpx, httpx_retries, openai, requests, retry, retrying, retryhttp, stamina
import tenacity, urllib3
from google.api_core import retry as api_retry
from requests.adapters import HTTPAdapter
from urllib3.util import Retry
"""
CALL = 'requests.get("https://api.example.com/items").raise_for_status()'
SERVER = statuses(500, 600)
CLIENT = statuses(400, 500)
GET_LIKE = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PUT", "TRACE"})


@pytest.fixture(scope="module")
def libraries() -> Libraries:
    return registry.libraries()


def bits(*members: int) -> int:
    return sum(1 << status for status in members)


def layers(code: str, libraries: Libraries) -> list[RetryPolicy]:
    module = cst.parse_module(HEAD + textwrap.dedent(code))
    return list(Semantics(Tree.of(module), libraries, Catalogues(())).retries.layers)


def only(code: str, libraries: Libraries) -> RetryPolicy:
    found = layers(code, libraries)
    assert len(found) == 1
    return found[0]


def decorated(decorator: str, libraries: Libraries, *, before: str = "", body: str = CALL) -> RetryPolicy:
    return only(f"{textwrap.dedent(before)}\n@{decorator}\ndef fetch(self=None):\n    {body}\n", libraries)


@pytest.mark.parametrize(
    ("decorator", "must", "transport"),
    [
        ("tenacity.retry", ERRORS, True),
        ("tenacity.retry(stop=tenacity.stop_after_attempt(3))", ERRORS, True),
        ("tenacity.retry(retry=tenacity.retry_if_exception_type(requests.HTTPError))", ERRORS, False),
        ("tenacity.retry(retry=tenacity.retry_if_exception_type((requests.Timeout, requests.ConnectionError)))", 0, True),
        ("tenacity.retry(retry=tenacity.retry_if_exception_type(requests.ConnectionError))", 0, None),
        ("tenacity.retry(retry=tenacity.retry_if_not_exception_type(requests.HTTPError))", 0, True),
        ("tenacity.retry(retry=tenacity.retry_if_exception(lambda e: e.response.status_code >= 500))", SERVER, False),
        (
            (
                "tenacity.retry(retry=tenacity.retry_if_exception_type(requests.Timeout) | "
                "tenacity.retry_if_exception(lambda e: e.response.status_code in (429, 503)))"
            ),
            bits(429, 503),
            None,
        ),
        (
            (
                "tenacity.retry(retry=tenacity.retry_if_exception_type(requests.HTTPError) & "
                "tenacity.retry_if_exception(lambda e: e.response.status_code in (429, 503)))"
            ),
            bits(429, 503),
            False,
        ),
        (
            (
                "tenacity.retry(retry=tenacity.retry_any(tenacity.retry_if_exception_type(requests.HTTPError), "
                "tenacity.retry_if_exception_type(requests.Timeout)))"
            ),
            ERRORS,
            None,
        ),
        ("tenacity.retry(retry=tenacity.retry_if_exception(imported_elsewhere))", 0, None),
        ("backoff.on_exception(backoff.expo, requests.RequestException)", ERRORS, True),
        (
            "backoff.on_exception(backoff.expo, requests.RequestException, giveup=lambda e: e.response is not None and e.response.ok)",
            ERRORS,
            True,
        ),
        ("backoff.on_exception(backoff.expo, requests.HTTPError, giveup=lambda e: e.response.status_code not in {429})", bits(429), False),
        ("stamina.retry(on=requests.HTTPError)", ERRORS, False),
        ("stamina.retry(on=(requests.HTTPError, requests.Timeout))", ERRORS, None),
        ("stamina.retry(on=lambda e: e.response.status_code == 429)", bits(429), False),
        ("retrying.retry(wait_fixed=100)", ERRORS, True),
        ("retrying.retry(retry_on_exception=lambda e: isinstance(e, requests.HTTPError))", ERRORS, False),
        ("retry.retry(tries=3)", ERRORS, True),
        ("retry.retry(requests.Timeout, tries=3)", 0, None),
        ("retryhttp.retry", bits(429, 500, 502, 503, 504), True),
        ("retryhttp.retry(server_error_codes=(500, 503), retry_rate_limited=False)", bits(500, 503), True),
        ("celery.shared_task(autoretry_for=(Exception,))", ERRORS, True),
        ("celery.shared_task(autoretry_for=(Exception,), dont_autoretry_for=(requests.HTTPError,))", 0, True),
        ("api_retry.Retry(predicate=api_retry.if_exception_type(requests.HTTPError))", ERRORS, False),
    ],
)
def test_what_is_tried_again(decorator: str, must: int, transport: bool | None, libraries: Libraries) -> None:
    retried = decorated(decorator, libraries).retried
    assert retried.statuses.must == must
    assert retried.transport is transport


@pytest.mark.parametrize(
    ("decorator", "must", "may"),
    [
        ("tenacity.retry(retry=tenacity.retry_if_result(lambda r: r.status_code == 404))", bits(404), bits(404)),
        ("tenacity.retry(retry=tenacity.retry_if_not_result(lambda r: r.status_code < 500))", SERVER, SERVER),
        ("tenacity.retry(retry=tenacity.retry_if_not_result(lambda r: r))", ERRORS, ERRORS),
        ("tenacity.retry(retry=tenacity.retry_if_result(lambda r: r is None))", 0, 0),
        ("tenacity.retry(retry=tenacity.retry_if_result(lambda r: r.json()['state'] == 'queued'))", 0, 0),
        ("tenacity.retry(retry=tenacity.retry_if_result(lambda r: 'error' in r.json()))", 0, ERRORS),
        ("backoff.on_predicate(backoff.fibo, lambda r: r.status_code == 503)", bits(503), bits(503)),
        ("backoff.on_predicate(backoff.fibo)", ERRORS, ERRORS),
        ("retrying.retry(retry_on_result=lambda r: r.status_code == 503, retry_on_exception=lambda e: False)", bits(503), bits(503)),
    ],
)
def test_which_results_are_tried_again(decorator: str, must: int, may: int, libraries: Libraries) -> None:
    body = "return requests.get('https://api.example.com', timeout=5)"
    returned, raised = (decorated(decorator, libraries, body=code).retried.statuses for code in (body, CALL))
    assert (returned.must, returned.may) == (must, may)
    assert (raised.must, raised.may) == (0, 0)


@pytest.mark.parametrize(
    ("decorator", "named"),
    [
        ("tenacity.retry(retry=tenacity.retry_if_exception(lambda e: e.response.status_code in (429, 503)))", bits(429, 503)),
        ("tenacity.retry(retry=tenacity.retry_if_exception(lambda e: e.response.status_code >= 500))", 0),
        ("backoff.on_exception(backoff.expo, requests.HTTPError, giveup=lambda e: e.response.status_code != 429)", bits(429)),
        ("backoff.on_exception(backoff.expo, requests.HTTPError, giveup=lambda e: e.response.status_code in (400, 404))", 0),
    ],
)
def test_which_statuses_are_named(decorator: str, named: int, libraries: Libraries) -> None:
    assert decorated(decorator, libraries).retried.named == named


@pytest.mark.parametrize(("error", "must"), [("requests.HTTPError", ERRORS), ("httpx.HTTPStatusError", 0), ("openai.RateLimitError", 0)])
def test_an_error_of_one_library_is_none_of_another(error: str, must: int, libraries: Libraries) -> None:
    retried = decorated(f"tenacity.retry(retry=tenacity.retry_if_exception_type({error}))", libraries).retried
    assert retried.statuses.must == must


def test_a_decorator_sees_only_what_is_raised(libraries: Libraries) -> None:
    retried = decorated("tenacity.retry", libraries, body='return requests.get("https://api.example.com/items").json()').retried
    assert (retried.statuses.may, retried.transport) == (0, True)


def test_exceptions_of_the_project_are_taken_by_their_base(libraries: Libraries) -> None:
    before = """
    class ApiError(Exception): pass
    class NotFound(ApiError): pass
    """
    body = f"response = {CALL.partition(').')[0]})\n    if response.status_code == 404:\n        raise NotFound(response.text)"
    retried = decorated("backoff.on_exception(backoff.expo, ApiError)", libraries, before=before, body=body).retried
    assert retried.statuses.must >> 404 & 1
    retried = decorated("backoff.on_exception(backoff.expo, requests.HTTPError)", libraries, before=before, body=body).retried
    assert not retried.statuses.may >> 404 & 1


@pytest.mark.parametrize(
    ("decorator", "expected"),
    [
        ("tenacity.retry", ("none", None, None, None)),
        ("tenacity.retry(wait=tenacity.wait_fixed(2))", ("constant", 2.0, False, None)),
        ("tenacity.retry(wait=tenacity.wait_exponential(multiplier=2, max=30))", ("growing", 2.0, False, 30.0)),
        ("tenacity.retry(wait=tenacity.wait_fixed(3) + tenacity.wait_random(0, 2))", ("constant", None, True, None)),
        ("tenacity.retry(wait=tenacity.wait_random_exponential(max=60))", ("growing", 1.0, True, 60.0)),
        ("tenacity.retry(wait=tenacity.wait_chain(tenacity.wait_fixed(1), tenacity.wait_fixed(9)))", ("unknown", 10.0, False, None)),
        ("backoff.on_exception(backoff.expo, Exception)", ("growing", 1.0, True, None)),
        ("backoff.on_exception(backoff.expo, Exception, jitter=None, factor=3, max_value=60)", ("growing", 3.0, False, 60.0)),
        ("backoff.on_exception(backoff.constant, Exception, interval=0, jitter=None)", ("none", 0.0, False, None)),
        ("stamina.retry(on=Exception, wait_initial=1, wait_jitter=0)", ("growing", 1.0, False, 5.0)),
        ("retrying.retry(wait_fixed=2000)", ("constant", 2.0, False, None)),
        ("retrying.retry(wait_exponential_multiplier=500, wait_exponential_max=9000)", ("growing", 0.5, False, 9.0)),
        ("retry.retry(delay=2)", ("constant", 2.0, False, None)),
        ("retry.retry(delay=2, backoff=2, jitter=(0, 1))", ("growing", 2.0, True, None)),
        ("celery.shared_task(autoretry_for=(Exception,))", ("constant", 180.0, None, None)),
        ("celery.shared_task(autoretry_for=(Exception,), retry_backoff=True, retry_backoff_max=60)", ("growing", 1.0, None, 60.0)),
        ("celery.shared_task(autoretry_for=(Exception,), retry_kwargs={'countdown': 5})", ("constant", 5.0, None, None)),
    ],
)
def test_how_long_it_waits(decorator: str, expected: tuple[object, ...], libraries: Libraries) -> None:
    wait = decorated(decorator, libraries).wait
    assert (wait.growth, wait.seconds, wait.jitter, wait.cap) == expected


@pytest.mark.parametrize(
    ("wait", "server"),
    [
        ("tenacity.wait_exponential()", False),
        ("lambda state: float(state.outcome.exception().response.headers['Retry-After'])", True),
        ("asked_for", True),
        ("AskedFor(tenacity.wait_fixed(2))", True),
        ("lambda state: 2", False),
        ("retryhttp.wait_retry_after()", True),
    ],
)
def test_whether_it_asks_the_server(wait: str, server: bool | None, libraries: Libraries) -> None:
    before = """
    def asked_for(state):
        return int(state.outcome.exception().response.headers.get("Retry-After", 1))
    class AskedFor(tenacity.wait.wait_base):
        def __call__(self, state):
            return asked_for(state)
    """
    assert decorated(f"tenacity.retry(wait={wait})", libraries, before=before).wait.server is server


@pytest.mark.parametrize(
    ("decorator", "expected"),
    [
        ("tenacity.retry", (False, None, None)),
        ("tenacity.retry(stop=tenacity.stop_after_attempt(4))", (True, 4, None)),
        ("tenacity.retry(stop=tenacity.stop_after_delay(60) | tenacity.stop_after_attempt(4))", (True, 4, 60.0)),
        ("tenacity.retry(stop=tenacity.stop_never & tenacity.stop_after_attempt(4))", (False, None, None)),
        ("tenacity.retry(stop=tenacity.stop_never)", (False, None, None)),
        ("tenacity.retry(stop=tenacity.stop_after_attempt(LIMIT))", (True, 7, None)),
        ("backoff.on_exception(backoff.expo, Exception)", (False, None, None)),
        ("backoff.on_exception(backoff.expo, Exception, max_tries=None)", (False, None, None)),
        ("backoff.on_exception(backoff.expo, Exception, max_time=lambda: limit())", (True, None, None)),
        ("backoff.on_exception(backoff.expo, Exception, max_tries=settings.TRIES, max_time=30)", (True, None, 30.0)),
        ("stamina.retry(on=Exception)", (True, 10, 45.0)),
        ("stamina.retry(on=Exception, attempts=None)", (True, None, 45.0)),
        ("stamina.retry(on=Exception, attempts=None, timeout=None)", (False, None, None)),
        ("retrying.retry(stop_max_delay=30000)", (True, None, 30.0)),
        ("retry.retry(delay=1)", (False, None, None)),
        ("retry.retry(tries=-1)", (False, None, None)),
        ("celery.shared_task(autoretry_for=(Exception,))", (True, 4, None)),
        ("celery.shared_task(autoretry_for=(Exception,), max_retries=None)", (False, None, None)),
        ("celery.shared_task(autoretry_for=(Exception,), retry_kwargs={'max_retries': 5})", (True, 6, None)),
    ],
)
def test_when_it_stops(decorator: str, expected: tuple[object, ...], libraries: Libraries) -> None:
    stop = decorated(decorator, libraries, before="LIMIT = 7").stop
    assert (stop.bounded, stop.attempts, stop.seconds) == expected


@pytest.mark.parametrize(
    "code",
    [
        """
        def fetch():
            for attempt in tenacity.Retrying(stop=tenacity.stop_after_attempt(3)):
                with attempt:
                    requests.post("https://api.example.com/items")
        """,
        """
        async def fetch(client: httpx.AsyncClient):
            async for attempt in tenacity.AsyncRetrying(stop=tenacity.stop_after_attempt(3)):
                with attempt:
                    await client.post("https://api.example.com/items")
        """,
        """
        def fetch():
            return tenacity.Retrying(stop=tenacity.stop_after_attempt(3))(send, 1)
        def send(item):
            requests.post("https://api.example.com/items", json=item)
        """,
        """
        retrier = tenacity.Retrying(stop=tenacity.stop_after_attempt(3))
        def fetch():
            return retrier(requests.post, "https://api.example.com/items")
        """,
        """
        class Client:
            def __init__(self):
                self.session = requests.Session()
                self.retrier = tenacity.Retrying(stop=tenacity.stop_after_attempt(3))
            def fetch(self):
                return self.retrier(self.session.post, "https://api.example.com/items")
        """,
        """
        again = tenacity.retry(stop=tenacity.stop_after_attempt(3))
        @again
        def fetch():
            requests.post("https://api.example.com/items")
        """,
        """
        def again(attempts):
            return tenacity.retry(stop=tenacity.stop_after_attempt(3))
        @again(3)
        def fetch():
            requests.post("https://api.example.com/items")
        """,
        """
        def again(function):
            return tenacity.retry(stop=tenacity.stop_after_attempt(3))(function)
        @again
        def fetch():
            requests.post("https://api.example.com/items")
        """,
        """
        def fetch():
            for attempt in stamina.retry_context(on=httpx.HTTPError, attempts=3):
                with attempt:
                    httpx.post("https://api.example.com/items")
        """,
        """
        def fetch():
            stamina.RetryingCaller(attempts=3)(httpx.HTTPError, httpx.post, "https://api.example.com/items")
        """,
        """
        from retry.api import retry_call
        def fetch():
            retry_call(requests.post, fargs=["https://api.example.com/items"], tries=3)
        """,
        """
        session = requests.Session()
        session.mount("https://", HTTPAdapter(max_retries=Retry(total=2, status_forcelist=[503], allowed_methods=None)))
        session.post("https://api.example.com/items")
        """,
        """
        def make():
            policy = Retry(2, status_forcelist=[503], allowed_methods=None)
            adapter = HTTPAdapter(max_retries=policy)
            session = requests.Session()
            for prefix in ("http://", "https://"):
                session.mount(prefix, adapter)
            return session
        def fetch():
            make().post("https://api.example.com/items")
        """,
        """
        class Adapter(HTTPAdapter):
            pass
        session = requests.Session()
        session.mount("https://", Adapter(max_retries=Retry(2, status_forcelist=[503], allowed_methods=None)))
        session.post("https://api.example.com/items")
        """,
        """
        pool = urllib3.PoolManager(retries=Retry(2, status_forcelist=[503], allowed_methods=None))
        pool.request("POST", "https://api.example.com/items")
        """,
        """
        with httpx.Client(transport=httpx_retries.RetryTransport(retry=httpx_retries.Retry(total=2, allowed_methods=["POST"]))) as client:
            client.post("https://api.example.com/items")
        """,
        """
        async def fetch():
            async with aiohttp_retry.RetryClient(retry_options=aiohttp_retry.ExponentialRetry(attempts=3)) as client:
                await client.post("https://api.example.com/items")
        """,
        """
        app = celery.Celery("jobs")
        @app.task(autoretry_for=(requests.RequestException,), max_retries=2)
        def fetch():
            requests.post("https://api.example.com/items")
        """,
    ],
)
def test_which_calls_are_covered(code: str, libraries: Libraries) -> None:
    policy = next(found for found in layers(code, libraries) if not found.builtin)
    assert [attempt.method for attempt in policy.attempts] == ["POST"]
    assert policy.stop.attempts == 3
    assert policy.trail


def test_a_decorator_that_is_shared_is_one_policy(libraries: Libraries) -> None:
    code = f"again = tenacity.retry(wait=tenacity.wait_fixed(1))\n@again\ndef a():\n    {CALL}\n@again\ndef b():\n    {CALL}\n"
    assert len(only(code, libraries).attempts) == 2


def test_only_the_methods_that_are_sent_again_count(libraries: Libraries) -> None:
    code = """
    session = requests.Session()
    session.mount("https://", HTTPAdapter(max_retries=Retry(status_forcelist=[503])))
    session.post("https://api.example.com/items")
    session.get("https://api.example.com/items")
    """
    policy = only(code, libraries)
    assert policy.methods == GET_LIKE
    assert [attempt.method for attempt in policy.attempts] == ["GET"]


def test_a_retry_of_an_http_library_needs_no_call(libraries: Libraries) -> None:
    policy = only("def policy():\n    return Retry(total=3, status_forcelist=range(400, 600))\n", libraries)
    assert policy.trail
    assert policy.retried.statuses.must == ERRORS
    assert not policy.retried.named


@pytest.mark.parametrize(
    "code",
    [
        "session = requests.Session()\nsession.mount('https://', HTTPAdapter())",
        "session = requests.Session()\nsession.mount('https://', HTTPAdapter(max_retries=0))",
        "session = requests.Session()\nsession.mount('https://', somebodys_adapter())",
        "client = openai.OpenAI(max_retries=0)",
        "client = httpx.Client(transport=httpx.HTTPTransport())",
        "@celery.shared_task\ndef fetch():\n    pass",
        "@tenacity.retry(stop=tenacity.stop_after_attempt(1))\ndef fetch():\n    pass",
        "from backoff_of_ours import on_exception\n@on_exception()\ndef fetch():\n    pass",
    ],
)
def test_what_retries_nothing_is_no_policy(code: str, libraries: Libraries) -> None:
    assert layers(code, libraries) == []


def test_what_a_client_retries_by_itself_is_a_layer_and_nobodys_mistake(libraries: Libraries) -> None:
    code = """
    client = openai.OpenAI()
    client.chat.completions.create(model="m")
    client.with_options(max_retries=7).chat.completions.create(model="m")
    """
    found = layers(code, libraries)
    assert [(policy.builtin, policy.stop.attempts, len(policy.attempts)) for policy in found] == [(True, 3, 1), (True, 8, 1)]


TRANSLATES = """
class ApiError(Exception): pass
class Missing(ApiError): pass
class Busy(ApiError): pass

def checked(response):
    if response.status_code == 404:
        raise Missing(response.text)
    if response.status_code in (429, 503):
        raise Busy(response.text)
    if not response.ok:
        raise ApiError(response.text)
    return response.json()
"""


@pytest.mark.parametrize(
    ("types", "must"),
    [("Busy", bits(429, 503)), ("(Missing, Busy)", bits(404, 429, 503)), ("ApiError", ERRORS), ("requests.HTTPError", 0), ("KeyError", 0)],
)
def test_statuses_that_a_helper_translates_are_followed(types: str, must: int, libraries: Libraries) -> None:
    body = f"return checked({CALL.partition('.raise')[0]})"
    retried = decorated(f"backoff.on_exception(backoff.expo, {types}, max_tries=3)", libraries, before=TRANSLATES, body=body).retried
    assert retried.statuses == Range(must, must)


def test_what_only_may_be_raised_is_not_certainly_retried(libraries: Libraries) -> None:
    body = f"response = {CALL.partition('.raise')[0]}\n    if self.strict:\n        response.raise_for_status()\n    return response"
    retried = decorated("tenacity.retry", libraries, body=body).retried
    assert (retried.statuses, retried.transport) == (Range(ERRORS, 0), True)


def test_options_that_come_from_elsewhere_leave_open_what_they_may_say(libraries: Libraries) -> None:
    policy = decorated("tenacity.retry(wait=tenacity.wait_fixed(2), **options())", libraries)
    assert policy.retried.statuses.must == 0
    assert policy.stop.bounded is None
    assert policy.wait.growth == "constant"


def test_options_that_are_written_in_the_file_are_read(libraries: Libraries) -> None:
    before = "OPTIONS = {'stop': tenacity.stop_after_attempt(4), 'retry': tenacity.retry_if_exception_type(requests.HTTPError)}"
    policy = decorated("tenacity.retry(**OPTIONS)", libraries, before=before)
    assert (policy.stop.attempts, policy.retried.statuses.must, policy.wait.growth) == (4, ERRORS, "none")


def test_work_without_http_has_no_trail(libraries: Libraries) -> None:
    assert decorated("tenacity.retry", libraries, body="return open('lock')").trail == ()


_TWO_KINDS = """
class Refused(Exception):
    def __init__(self, status):
        self.status = status

def asked():
    response = requests.get("https://api.example.com/items")
    if response.status_code == 404:
        raise Refused(404)
    response.raise_for_status()
"""
_OTHERWISE = """
    if not isinstance(status, int):
        return True
    return status >= 500
"""


@pytest.mark.parametrize(
    ("read", "unknown"),
    [
        ('status = getattr(error, "status", None)', ERRORS & ~bits(404)),
        ('status = getattr(error, "status", None) or getattr(error, "status_code", None)', ERRORS & ~bits(404)),
        (
            (
                "if isinstance(error, requests.HTTPError):\n        status = error.response.status_code\n"
                '    else:\n        status = getattr(error, "status", None)'
            ),
            0,
        ),
    ],
)
def test_a_status_is_read_only_off_exceptions_that_have_it(read: str, unknown: int, libraries: Libraries) -> None:
    predicate = f"{_TWO_KINDS}\ndef again(error):\n    {read}{_OTHERWISE}"
    policy = decorated("tenacity.retry(retry=tenacity.retry_if_exception(again))", libraries, before=predicate, body="return asked()")
    found = policy.retried.statuses
    assert found.may & ~found.must & ERRORS == unknown
    assert not found.may & bits(404)
