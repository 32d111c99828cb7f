"""Library sheets: they fit together, and say what the installed libraries do."""

from __future__ import annotations

import asyncio
import errno
import importlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from functools import reduce
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest
import requests

import errlint_rules
from errlint.installed import UNKNOWN
from errlint.sheets.libraries import Libraries
from errlint.sheets.library import KINDS, Sheet, TypeSheet, load_sheet
from errlint.versions import Versions, parse_versions

FOLDER = Path(errlint_rules.__path__[0]) / "libraries"
SHEETS: dict[str, Sheet] = {path.stem: load_sheet(path) for path in sorted(FOLDER.glob("*.toml"))}
LIBRARIES = Libraries(tuple(SHEETS.values())).at(UNKNOWN)
INSTALLED = ("requests", "httpx", "aiohttp", "urllib", "http_client")
"""Sheets whose library is there for the tests: their facts are checked against it."""


def names(entry: TypeSheet) -> tuple[str, ...]:
    return (entry.name, *entry.also)


def types(*sheets: str) -> list[TypeSheet]:
    return [entry for stem in (sheets or SHEETS) for entry in SHEETS[stem].type]


def load(dotted: str) -> Any:
    """The object at a dotted name, importing as many leading parts as are modules."""
    parts = dotted.split(".")
    for end in range(len(parts), 0, -1):
        try:
            module = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        return reduce(getattr, parts[end:], module)
    raise LookupError(dotted)


def evaluate(expression: str, error: Exception) -> Any:
    return eval(expression.format(e="error"), {"error": error})


@pytest.mark.parametrize("stem", SHEETS)
def test_a_sheet_is_named_after_its_library_and_says_what_it_was_checked_with(stem: str) -> None:
    library = SHEETS[stem].library
    assert library.id == stem
    assert library.checked
    assert library.roots or stem in ("foreign", "python", "speech")


def contested(claims: Iterable[tuple[str, str]]) -> list[str]:
    """The names of which two rows speak that can hold at once."""
    ranges: dict[str, list[Versions]] = {}
    for name, versions in claims:
        found = parse_versions(versions)
        assert found, f"{name}: versions = {versions!r}"
        ranges.setdefault(name, []).append(found)
    return [name for name, found in ranges.items() if any(one & other for one, other in combinations(found, 2))]


def test_no_two_types_claim_the_same_name() -> None:
    assert contested((name, entry.versions) for entry in types() for name in names(entry)) == []


def test_no_two_functions_claim_the_same_name_and_none_is_a_type() -> None:
    claims = [(name, function.versions) for sheet in SHEETS.values() for function in sheet.function for name in function.names]
    assert contested(claims) == []
    assert [name for name, _ in claims if LIBRARIES.type(name) is not None] == []


def test_no_two_tables_about_retries_claim_the_same_name() -> None:
    assert contested((name, entry.versions) for sheet in SHEETS.values() for entry in sheet.retry for name in entry.names) == []


@pytest.mark.parametrize("stem", SHEETS)
def test_every_meaning_is_a_kind_or_a_type_of_some_sheet(stem: str) -> None:
    sheet = SHEETS[stem]
    used = {meaning for entry in sheet.type for members in (entry.attributes, entry.methods, entry.keys) for meaning in members.values()}
    used |= {function.returns for function in sheet.function if function.returns}
    plain = {meaning.removesuffix("?") for meaning in used}
    assert {meaning for meaning in plain if meaning not in KINDS and LIBRARIES.type(meaning) is None} == set()


@pytest.mark.parametrize("stem", SHEETS)
def test_parents_exist_and_are_of_the_same_sort(stem: str) -> None:
    for entry in SHEETS[stem].type:
        for parent in entry.parents:
            if parent in ("OSError", "Exception"):
                continue  # Python's own: what programs catch for failures of the network, and for all that a library raises
            found = LIBRARIES.type(parent)
            assert found is not None, f"{entry.name}: no type {parent}"
            assert found.is_a == entry.is_a


@pytest.mark.parametrize("stem", SHEETS)
def test_every_dotted_name_starts_at_a_root_of_a_sheet(stem: str) -> None:
    sheet = SHEETS[stem]
    listed = [name for entry in sheet.type for name in names(entry)] + [name for entry in sheet.function for name in entry.names]
    assert {name.partition(".")[0] for name in listed} <= {*sheet.library.roots, *LIBRARIES.roots}


@pytest.mark.parametrize("stem", SHEETS)
def test_exceptions_that_carry_a_status_say_how_to_read_it(stem: str) -> None:
    # these have classes for statuses, or codes, but no attribute for the status
    without = {"acme", "consul", "databricks_sdk", "dropbox", "hcloud", "hvac", "razorpay", "telegram"}
    for entry in SHEETS[stem].type:
        if entry.carries_status and stem not in without:
            # what a row says of some versions is not among what holds for all
            read = (entry.status, *(ancestor.status for ancestor in LIBRARIES.ancestors(entry.name)))
            assert any("{e}" in status for status in read), entry.name


def test_catching_the_parent_of_what_carries_a_status_covers_the_status() -> None:
    for entry in types():
        if entry.covers_status or entry.carries_status:
            uncovered = [ancestor.name for ancestor in LIBRARIES.ancestors(entry.name) if not ancestor.covers_status]
            assert uncovered == [], f"{entry.name} carries a status"


def test_only_exceptions_have_statuses_and_only_error_statuses() -> None:
    for entry in types():
        if entry.is_a != "exception":
            said = (entry.covers_status, entry.carries_status, entry.status, entry.status_guard, entry.statuses, entry.text)
            assert not any(said), entry.name
        assert all(400 <= status < 600 for status in entry.statuses), entry.name


def test_statuses_of_a_class_are_among_those_of_its_parents() -> None:
    for entry in types():
        for ancestor in LIBRARIES.ancestors(entry.name):
            assert not ancestor.statuses or set(entry.statuses) <= set(ancestor.statuses), entry.name


@pytest.mark.parametrize(
    ("exception", "base"),
    [
        ("requests.HTTPError", "requests.RequestException"),
        ("requests.exceptions.HTTPError", "requests.RequestException"),
        ("requests.ConnectTimeout", "requests.Timeout"),
        ("httpx.ConnectTimeout", "httpx.HTTPError"),
        ("httpx.HTTPStatusError", "httpx.HTTPError"),
        ("aiohttp.client_exceptions.ContentTypeError", "aiohttp.ClientError"),
        ("urllib.error.HTTPError", "urllib.error.URLError"),
        ("openai.RateLimitError", "openai.OpenAIError"),
        ("anthropic.OverloadedError", "anthropic.APIStatusError"),
        ("stripe.error.CardError", "stripe.StripeError"),
        ("google.api_core.exceptions.ResourceExhausted", "google.api_core.exceptions.GoogleAPICallError"),
    ],
)
def test_ancestors_reach_the_base(exception: str, base: str) -> None:
    assert base in [ancestor.name for ancestor in LIBRARIES.ancestors(exception)]


def test_httpx_and_httpx2_have_no_ancestor_in_common() -> None:
    assert {entry.name for entry in LIBRARIES.ancestors("httpx2.ReadTimeout")}.isdisjoint(
        entry.name for entry in LIBRARIES.ancestors("httpx.ReadTimeout")
    )


@pytest.mark.parametrize(
    ("name", "covers"),
    [
        ("requests.RequestException", True),
        ("requests.HTTPError", True),
        ("requests.ConnectionError", False),
        ("requests.exceptions.RetryError", False),
        ("httpx.HTTPError", True),
        ("httpx.RequestError", False),
        ("httpx.TimeoutException", False),
        ("aiohttp.ClientError", True),
        ("aiohttp.ClientConnectionError", False),
        ("urllib.error.URLError", True),
        ("urllib3.exceptions.HTTPError", False),
        ("openai.APIError", True),
        ("openai.APIConnectionError", False),
        ("botocore.exceptions.ClientError", True),
        ("botocore.exceptions.BotoCoreError", False),
    ],
)
def test_what_a_handler_of_the_type_also_catches(name: str, covers: bool) -> None:
    entry = LIBRARIES.type(name)
    assert entry is not None
    assert entry.covers_status is covers


@pytest.mark.parametrize(
    ("name", "attribute", "meaning"),
    [
        ("google.genai.errors.APIError", "code", "status"),
        ("google.genai.errors.APIError", "status", "code"),
        ("elasticsearch.ApiError", "error", "code"),
        ("elastic_transport.ApiError", "message", "code"),
        ("kubernetes.client.ApiException", "reason", "reason"),
        ("aiohttp.ClientResponseError", "message", "reason"),
        ("twilio.base.exceptions.TwilioRestException", "msg", "message"),
        ("googleapiclient.errors.HttpError", "reason", "message"),
        ("pyactiveresource.connection.ClientError", "code", None),
        ("pyactiveresource.connection.Error", "code", "status"),
        ("groq.APIError", "code", None),
        ("openai.APIError", "code", "code"),
    ],
)
def test_attributes_mean_what_they_are_and_not_what_they_are_called(name: str, attribute: str, meaning: str | None) -> None:
    entry = LIBRARIES.type(name)
    assert entry is not None
    assert entry.attributes.get(attribute) == meaning


def test_patterns_stand_for_the_calls_of_module_level_interfaces() -> None:
    for name in ("openai.ChatCompletion.create", "openai.chat.completions.create", "stripe.Charge.create", "google.cloud.storage.Client"):
        assert LIBRARIES.function(name) is not None, name
    assert LIBRARIES.function("openai.OpenAI") is None
    assert LIBRARIES.function("stripe.api_key") is None


def test_ways_to_defeat_retry_after() -> None:
    retry = LIBRARIES.defeats_retry_after["urllib3.util.retry.Retry"]
    assert [(entry.argument.name, entry.equals, entry.needs) for entry in retry] == [("respect_retry_after_header", "False", False)]
    jitter = LIBRARIES.defeats_retry_after["backoff.on_exception"]
    assert [(entry.argument.name, entry.equals, entry.needs, entry.when_is) for entry in jitter] == [
        ("jitter", "None", True, "backoff.runtime")
    ]


# the facts, against the libraries that are installed ------------------------------------------------------------------------------


@pytest.mark.parametrize("stem", INSTALLED)
def test_all_import_paths_lead_to_the_same_class(stem: str) -> None:
    for entry in types(stem):
        found = load(entry.name)
        assert isinstance(found, type), entry.name
        others = [load(path) for path in entry.also]
        assert all(other is found for other in others if isinstance(other, type)), entry.name
        assert all(isinstance(factory(), found) for factory in others if not isinstance(factory, type)), entry.name


@pytest.mark.parametrize("stem", INSTALLED)
def test_functions_exist(stem: str) -> None:
    assert all(callable(load(name)) for function in SHEETS[stem].function for name in function.names if "*" not in name)


@pytest.mark.parametrize("stem", INSTALLED)
def test_ancestors_are_those_of_the_class(stem: str) -> None:
    listed = {load(entry.name): entry.name for entry in types(stem)}
    for entry in types(stem):
        real = {listed[base] for base in load(entry.name).__mro__ if base in listed}
        own = {ancestor.name for ancestor in LIBRARIES.ancestors(entry.name)}
        assert own == real, entry.name


@pytest.mark.parametrize("stem", INSTALLED)
def test_methods_of_clients_exist(stem: str) -> None:
    missing = [
        f"{e.name}.{name}" for e in types(stem) if e.is_a in ("client", "object") for name in e.methods if not hasattr(load(e.name), name)
    ]
    assert missing == []


def failed_requests() -> requests.Response:
    response = requests.Response()
    response.status_code, response.reason, response._content = 404, "Not Found", b'{"error": {"code": "no_such_thing"}}'
    return response


def failed_httpx() -> httpx.Response:
    return httpx.Response(404, json={"error": {"code": "no_such_thing"}}, request=httpx.Request("GET", "https://api.example.com/"))


@pytest.mark.parametrize(("name", "response"), [("requests.Response", failed_requests()), ("httpx.Response", failed_httpx())])
def test_members_of_responses_mean_what_the_sheet_says(name: str, response: Any) -> None:
    entry = LIBRARIES.type(name)
    assert entry is not None
    assert bool(response) is not entry.falsy_on_error
    values = {meaning: getattr(response, attribute) for attribute, meaning in entry.attributes.items()}
    assert values["status"] == 404
    assert values["reason"] == "Not Found"
    assert "no_such_thing" in str(values["text"])
    assert not values.get("ok", False)
    assert not values.get("success", False)
    assert values.get("is-error", True)
    bodies = [getattr(response, method)() for method, meaning in entry.methods.items() if meaning == "body"]
    assert bodies == [{"error": {"code": "no_such_thing"}}]


def raised() -> Iterator[tuple[str, Exception]]:
    for name, response in (("requests.HTTPError", failed_requests()), ("httpx.HTTPStatusError", failed_httpx())):
        with pytest.raises((requests.HTTPError, httpx.HTTPStatusError)) as caught:
            response.raise_for_status()
        yield name, caught.value


@pytest.mark.parametrize(("name", "error"), list(raised()))
def test_the_status_of_an_exception_is_where_the_sheet_says(name: str, error: Exception) -> None:
    readers = [ancestor for ancestor in LIBRARIES.ancestors(name) if ancestor.status]
    assert readers
    for entry in readers:
        assert not entry.status_guard or evaluate(entry.status_guard, error)
        assert evaluate(entry.status, error) == 404


@pytest.mark.parametrize(("name", "error"), list(raised()))
def test_the_text_of_an_exception_holds_the_status_and_nothing_of_the_body(name: str, error: Exception) -> None:
    entry = LIBRARIES.type(name)
    assert entry is not None
    assert entry.text == "status"
    assert re.search(r"\b404\b", str(error))
    assert "no_such_thing" not in str(error)


@pytest.mark.parametrize(
    ("base", "error"),
    [
        ("requests.RequestException", requests.ConnectionError("refused")),
        ("requests.RequestException", requests.exceptions.RetryError("too many 503 error responses")),
        ("httpx.HTTPError", httpx.ConnectError("refused")),
    ],
)
def test_the_guard_keeps_from_reading_a_status_that_is_not_there(base: str, error: Exception) -> None:
    entry = LIBRARIES.type(base)
    assert entry is not None
    assert not evaluate(entry.status_guard, error)


SYSTEM = (
    errno.ECONNREFUSED, errno.ECONNRESET, errno.ETIMEDOUT, errno.EPIPE, errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EHOSTDOWN,
    errno.ENOSPC, errno.ENOENT, errno.EMFILE, errno.EROFS,
)  # fmt: skip
NO_JSON = ("", "1 2", '"a', "{1", '[1 "a"]', '{"a" 1}', '"\x01"')
NO_XML = ("<a>&</a>", "", "<a></b>", "<a/><b/>", "<a>&b;</a>")
MISTAKES = (
    "import nowhere_to_be_found", "from os import nowhere_to_be_found", "(1).nothing", "number = 1; number()", "number = 1; number[0]",
    "iter(1)", "(lambda: 0)(given=1)", "(lambda given: 0)()", "{[]: 1}", "[][0]", "1 / 0", "int('x')", "float('x')",
    "def again(): again()\nagain()",
    "import asyncio; asyncio.get_running_loop()",
    "from concurrent.futures import ThreadPoolExecutor as P; pool = P(); pool.shutdown(); pool.submit(print)",
)  # fmt: skip
OTHER_MACHINES = frozenset({
    "Name or service not known", "Temporary failure in name resolution", "nodename nor servname provided",
    "getaddrinfo failed", "CERTIFICATE_VERIFY_FAILED", "certificate verify failed", "certificate has expired", "hostname mismatch",
    "EOF occurred in violation of protocol", "The read operation timed out", "Remote end closed connection without response",
})  # fmt: skip
"""What takes a network, a wrong certificate or another system to be said."""


def said_here() -> Iterator[str]:
    """The texts of failures that can be had without a network."""
    yield from map(os.strerror, SYSTEM)
    for text in NO_JSON:
        with pytest.raises(json.JSONDecodeError) as caught:
            json.loads(text)
        yield str(caught.value)
    for text in NO_XML:
        with pytest.raises(ET.ParseError) as broken:
            ET.fromstring(text)
        yield str(broken.value)
    with pytest.raises(UnicodeDecodeError) as undecoded:
        b"\xff".decode()
    yield str(undecoded.value)
    with pytest.raises(UnicodeEncodeError) as unencoded:
        "\u00e9".encode("ascii")
    yield str(unencoded.value)
    for code in MISTAKES:
        with pytest.raises(Exception, match=r".") as mistaken:
            exec(code, {})
        yield str(mistaken.value)
    yield from asyncio.run(said_in_a_loop())
    closed = asyncio.new_event_loop()
    closed.close()
    with pytest.raises(RuntimeError) as over:
        closed.call_soon(print)
    yield str(over.value)


async def said_in_a_loop() -> list[str]:
    """What asyncio says of a loop in a loop."""
    found: list[str] = []
    never = asyncio.sleep(0)
    for run in (asyncio.run, asyncio.get_running_loop().run_until_complete):
        with pytest.raises(RuntimeError) as refused:
            run(never)
        found.append(str(refused.value))
    await never
    return found


def test_what_fails_without_an_answer_says_what_the_sheet_says() -> None:
    said = {text for row in SHEETS["python"].saying for text in row.says}
    here = list(said_here())
    assert {text for text in said if not any(text in found for found in here)} == OTHER_MACHINES
    assert all(LIBRARIES.is_local_text(os.strerror(number)) for number in SYSTEM)
    assert all(map(LIBRARIES.is_local_text, ("Expecting value", "well-formed (invalid", "certificate_verify_failed")))
    assert not any(
        map(
            LIBRARIES.is_local_text,
            ("timeout", "refused", "not found", "404", "rate limit", "permission denied", "value", "timed out upstream"),
        )
    )
