"""The answers of an API, made from its catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from errlint.catalogue import Catalogue, Place, RetryAfter, parse_json_path
from errlint.catalogue.places import Step
from errlint.catalogue.schema import FailureTest
from tests.support.answers import HANG, RESET, REWORDED, Answer, Told, html, ok

WAIT = 37.0
"""Seconds that the server asks to wait: more than any client's own first delays, so that nobody waits as long by accident."""
REQUEST_ID = "req-5f2a91"
_UPSTREAM = "Rate limit exceeded for requests; not found: model"
"""What another vendor said, inside an error of this API: full of words that other errors of this API use."""
NUMBERS = "We counted 401, 404, 409, 429 and 529 of them."
"""A text in which other statuses stand, for any error."""
_PAGES = (502, 504)
"""Statuses that proxies answer with themselves."""


def error(
    api: Catalogue,
    code: str = "",
    *,
    status: int | None = None,
    message: str | None = None,
    places: Sequence[tuple[RetryAfter, Told]] = (),
    upstream: bool = False,
    label: str = "",
) -> Answer:
    """One error in the API's envelope.

    :param code: empty: an error of which only the status is known; :param status: else the first that the code comes with;
    :param message: else the first that the document shows for the code, else the code in words;
    :param places: where to say how long to wait; :param upstream: puts another vendor's message where this API may pass one on.
    """
    rule = api.code(code) if code else None
    status = status if status is not None else comes_with(api, code)[0]
    if message is None:
        message = _documented(api, code, status)
    body: dict[str, Any] = {}
    headers: list[tuple[str, str | Told]] = []
    for failure in api.failure:
        _fail(body, failure)
    envelope = api.envelope
    values: list[tuple[tuple[Place, ...], Any]] = [
        (envelope.code[:1], code or None),
        (envelope.message[:1], message),
        (envelope.type[:1], rule.type if rule is not None and rule.type else None),
        (envelope.status[:1], status),
        (envelope.request_id[:1], REQUEST_ID),
        (envelope.upstream_message[:1], _UPSTREAM if upstream else None),
    ]
    values += [((sheet.place,), told) for sheet, told in places]
    values += [((Place(header=sheet.only_if.header),), sheet.only_if.equals) for sheet, _ in places if sheet.only_if is not None]
    for where, value in values:
        for place in where:
            if value is not None:
                _put(body, headers, place, value)
    told = places[0][1].seconds if places else None
    return Answer(
        label or f"{status} {code}".strip(),
        status,
        tuple(headers),
        body,
        code=code,
        text=message,
        told=told,
        request_id=REQUEST_ID if envelope.request_id else "",
    )


def success(api: Catalogue, data: Any = None) -> Answer:
    """What the API answers when all is well; where its body tells of failures, it tells that this is none."""
    fine = ok(data)
    for failure in api.failure:
        if failure.json and isinstance(failure.equals, bool) and isinstance(fine.body, dict):
            _store(fine.body, parse_json_path(failure.json) or (), not failure.equals)
    return fine


def comes_with(api: Catalogue, code: str) -> tuple[int, ...]:
    """The statuses of an error; of one without, 200 where the body tells of failures, and else 400."""
    told_by_the_body = any(failure.json and failure.equals is False for failure in api.failure)
    return api.statuses_of(code) or ((200,) if told_by_the_body else (400,))


def waits(api: Catalogue, code: str = "", *, status: int, seconds: float = WAIT) -> Iterator[Answer]:
    """The error once for every place and format in which the API says how long to wait; alone, so that a client has to read just that."""
    for sheet in api.retry_after:
        if not sheet.applies(status=status, codes=(code,) if code else ()):
            continue
        for written in sheet.formats:
            label = f"{status} {code}".strip() + f", {sheet.place}: {written}"
            yield error(api, code, status=status, places=((sheet, Told(seconds, written)),), label=label)


def every_answer(api: Catalogue, data: Any = None) -> list[Answer]:
    """Everything that the catalogue knows to come, in its envelope, and what comes over any network.

    Each code with each of its statuses, with the documented text and reworded; each status alone, with a reason phrase of its own, and
    with other statuses in its text; for each status every way to say how long to wait; pages of proxies; a connection that is reset, and
    an answer that never comes; and a success, with ``data`` for a body.
    """
    found = [success(api, data)]
    told: set[tuple[int, str]] = set()
    """What has been said about the time to wait, by status: whatever the code, it stands in the same places."""

    def once(answers: Iterator[Answer]) -> Iterator[Answer]:
        for answer in answers:
            if (way := (answer.status, answer.label.rpartition(", ")[2])) not in told:
                told.add(way)
                yield answer

    for code in api.names:
        for status in comes_with(api, code):
            found += [error(api, code, status=status), error(api, code, status=status, message=REWORDED, label=f"{status} {code} reworded")]
            found += once(waits(api, code, status=status))
            if api.envelope.upstream_message and status >= 500:
                found.append(error(api, code, status=status, upstream=True, label=f"{status} {code}, upstream text"))
    for status in _statuses(api):
        plain = error(api, status=status, label=f"{status} without a code")
        found += [plain, replace(plain, label=f"{status} with another reason phrase", reason="Nope")]
        found.append(error(api, status=status, message=NUMBERS, label=f"{status} with other numbers in its text"))
        if not any(status in api.statuses_of(code) for code in api.names):
            found += waits(api, status=status)
    found += [html(status) for status in _PAGES]
    return [*found, RESET, HANG]


def _statuses(api: Catalogue) -> list[int]:
    """The statuses of errors that the catalogue names; of a class (``4xx``) of which it names none, the first."""
    named = {int(key) for key in api.status if key.isdigit()} | {status for code in api.names for status in api.statuses_of(code)}
    classes = {int(key[0]) * 100 for key in api.status if key.endswith("xx")}
    alone = {first for first in classes if all(status // 100 * 100 != first for status in named)}
    return sorted(status for status in named | alone if status >= 400)


def _documented(api: Catalogue, code: str, status: int) -> str:
    rule = api.code(code) if code else None
    shown = rule.messages.get(code, ()) if rule is not None else ()
    if shown:
        return shown[0]
    sheet = api.status.get(str(status))
    if not code and sheet is not None and sheet.phrases:
        return sheet.phrases[0]
    return code.replace("_", " ").lower() or f"error {status}"


def _fail(body: dict[str, Any], failure: FailureTest) -> None:
    steps = parse_json_path(failure.json) if failure.json else None
    if steps and isinstance(failure.equals, (bool, int, str)):
        _store(body, steps, failure.equals)


def _put(body: dict[str, Any], headers: list[tuple[str, str | Told]], place: Place, value: Any) -> None:
    if place.header is not None:
        headers.append((place.header, value if isinstance(value, Told) else str(value)))
    elif place.json is not None:
        _store(body, place.json, value)


def _store(body: Any, steps: Sequence[Step], value: Any) -> None:
    """Put a value at a path, with the objects and lists on the way; ``*`` is one element."""
    plain = [0 if step == "*" else step for step in steps]
    for step, following in pairwise(plain):
        body = _child(body, step, [] if isinstance(following, int) else {})
    _child(body, plain[-1], value)


def _child(container: Any, step: Step, default: Any) -> Any:
    if isinstance(step, int):
        while len(container) <= step:
            container.append(default)
        return container[step]
    return container.setdefault(step, default)
