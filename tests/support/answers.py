"""What the fault server can say: one answer, in data."""

from __future__ import annotations

import email.utils
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any, Literal

from errlint.catalogue import Format

Fault = Literal["", "reset", "hang"]
"""What happens instead of an answer: the connection is reset (TCP RST), or nothing ever comes."""

REWORDED = "Sorry, something went wrong on our side."
"""A text of which no documentation knows, for any error."""


@dataclass(frozen=True)
class Told:
    """A time to retry, put into words when the answer is sent: dates and epochs count from then.

    :ivar seconds: how long to wait; :ivar format: how the API writes it.
    """

    seconds: float
    format: Format = "delta-seconds"

    def value(self, now: float) -> str | float:
        """What stands on the wire, when it is ``now`` (seconds since 1970); a number in JSON for ``seconds-number`` only."""
        whole, at = round(self.seconds), now + self.seconds
        written: dict[str, str | float] = {
            "delta-seconds": str(whole),
            "decimal-seconds": f"{self.seconds:.1f}",
            "milliseconds": str(round(self.seconds * 1000)),
            "http-date": email.utils.formatdate(at, usegmt=True),
            "epoch-seconds": str(round(at)),
            "epoch-ms": str(round(at * 1000)),
            "rfc3339": datetime.fromtimestamp(at, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "go-duration": f"{whole // 60}m{whole % 60}s",
            "proto-duration": f"{whole}s",
            "ietf-ratelimit": f'"api";r=0;t={whole}',
            "seconds-number": whole,
        }
        return written[self.format]


Json = Any
"""What :mod:`json` can write, with :class:`Told` anywhere in it."""


@dataclass(frozen=True)
class Answer:
    """One answer of the server.

    :ivar label: how tests and tables call it; :ivar reason: the reason phrase, None for the usual one; :ivar body: bytes as they are,
    anything else as JSON; :ivar code: the error code that it carries, empty if none; :ivar text: the message that it carries; :ivar told:
    the seconds that it asks to wait, if it does; :ivar request_id: the id of the request, wherever the API puts it; :ivar late: virtual
    seconds until it comes.
    """

    label: str
    status: int = 200
    headers: tuple[tuple[str, str | Told], ...] = ()
    body: Json = field(default=b"", hash=False)
    code: str = ""
    text: str = ""
    told: float | None = None
    request_id: str = ""
    late: float = 0.0
    fault: Fault = ""
    reason: str | None = None

    @property
    def is_error(self) -> bool:
        """Whether it is anything but a success."""
        return bool(self.fault or self.code) or self.status >= 400

    def rendered(self, now: float) -> tuple[list[tuple[str, str]], bytes]:
        """Headers and body as they are sent at ``now``."""
        headers = [(name, str(value.value(now)) if isinstance(value, Told) else value) for name, value in self.headers]
        if isinstance(self.body, bytes):
            return headers, self.body
        if not any(name.lower() == "content-type" for name, _ in headers):
            headers.insert(0, ("Content-Type", "application/json"))
        return headers, json.dumps(_told(self.body, now)).encode()


def ok(data: Json = None, label: str = "200") -> Answer:
    """A success with a JSON body."""
    return Answer(label, 200, body={"data": {"id": "w1"}} if data is None else data)


def html(status: int) -> Answer:
    """The page of a proxy in front of the API, which knows nothing of its envelope."""
    page = f"<html><head><title>{status}</title></head><body><h1>{status}</h1><hr>nginx</body></html>"
    return Answer(f"{status} HTML", status, (("Content-Type", "text/html"),), page.encode())


def bare(status: int, headers: Mapping[str, str | Told] | None = None, label: str = "") -> Answer:
    """A status and nothing else."""
    named = tuple((headers or {}).items())
    told = next((value.seconds for _, value in named if isinstance(value, Told)), None)
    return Answer(label or f"{status} empty", status, named, told=told)


def slow(answer: Answer, seconds: float) -> Answer:
    """The same answer, so many virtual seconds later; a client whose timeout is shorter does not get it."""
    return replace(answer, label=f"{answer.label} after {seconds:g} s", late=seconds)


RESET = Answer("connection reset", 0, fault="reset")
HANG = Answer("no answer", 0, late=float("inf"), fault="hang")


def _told(value: Json, now: float) -> Json:
    if isinstance(value, Told):
        return value.value(now)
    if isinstance(value, dict):
        return {key: _told(item, now) for key, item in value.items()}
    return [_told(item, now) for item in value] if isinstance(value, list) else value
