"""Virtual time: what a client sleeps is recorded and passes at once.

While a :class:`Clock` runs, ``time.sleep`` and ``asyncio.sleep`` only move it, and ``time.time``, ``time.monotonic`` and
``datetime.now`` follow it; names that libraries bound by ``from time import sleep`` included. Stand-ins ask for the running clock each
time, so one that a module bound meanwhile does what the real function does as soon as no clock runs.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

START = 1_767_225_600.0
"""Seconds since 1970 when every clock starts: 2026-01-01 00:00 UTC."""
MOST_SLEEPS = 500
LONGEST = 400 * 86400.0
"""Virtual seconds after which nobody would still wait."""

_sleep, _time, _monotonic, _async_sleep = time.sleep, time.time, time.monotonic, asyncio.sleep
_datetime = dt.datetime


class Endless(BaseException):
    """The client never comes to an end; derived like KeyboardInterrupt, so that no ``except Exception`` of a client holds it up."""


@dataclass
class Clock:
    """Time of one run.

    :ivar passed: virtual seconds since the start; :ivar sleeps: what the client slept, in order; :ivar ahead: seconds by which the steady
    clock is ahead of the real one, so that it starts at a whole second: aiohttp rounds its timeouts up to the next.
    """

    passed: float = 0.0
    ahead: float = field(default_factory=lambda: -_monotonic() % 1.0)
    sleeps: list[float] = field(default_factory=list)

    @property
    def now(self) -> float:
        """Seconds since 1970."""
        return START + self.passed

    def slept(self, seconds: float) -> None:
        """Let time pass because the client sleeps.

        :raises Endless: it sleeps for the 500th time, or into next year.
        """
        self.sleeps.append(float(seconds))
        self.advance(seconds)
        if len(self.sleeps) >= MOST_SLEEPS:
            raise Endless(f"slept {MOST_SLEEPS} times")

    def advance(self, seconds: float) -> None:
        """Let time pass for any other reason.

        :raises Endless: more than a year has passed.
        """
        self.passed += max(0.0, seconds)
        if self.passed > LONGEST:
            raise Endless("waited for more than a year")


_running: list[Clock] = []


@contextmanager
def virtual_time() -> Iterator[Clock]:
    """Run a clock. Clocks do not nest."""
    assert not _running, "a clock runs already"
    clock = Clock()
    replaced = list(_replace())
    _running.append(clock)
    try:
        yield clock
    finally:
        _running.clear()
        for module, name, original in replaced:
            setattr(module, name, original)


def _sleeping(seconds: float) -> None:
    if not _running:
        _sleep(seconds)
        return
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")  # as the real one does
    _running[0].slept(_finite(seconds))


async def _sleeping_async(delay: float, result: Any = None) -> Any:
    if not _running or delay <= 0 or delay == float("inf"):
        return await _async_sleep(delay, result)
    _running[0].slept(_finite(delay))
    return await _async_sleep(0, result)


def _finite(seconds: float) -> float:
    if math.isnan(seconds):
        raise ValueError("Invalid value NaN (not a number)")
    if seconds == float("inf"):
        raise OverflowError("timestamp out of range for platform time_t")
    return seconds


def _now() -> float:
    return _running[0].now if _running else _time()


def _steady() -> float:
    return _monotonic() + (_running[0].ahead + _running[0].passed if _running else 0.0)


class _AnyDatetime(type):
    """Makes what the real class made an instance of the stand-in."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _datetime)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, _datetime)


class _Datetime(_datetime, metaclass=_AnyDatetime):
    """``datetime`` whose ``now`` is the running clock's."""

    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> _datetime:  # type: ignore[override]
        return _datetime.fromtimestamp(_now(), tz)

    @classmethod
    def utcnow(cls) -> _datetime:  # type: ignore[override]
        return _datetime.fromtimestamp(_now(), dt.timezone.utc).replace(tzinfo=None)

    @classmethod
    def __get_pydantic_core_schema__(cls, _: Any, handler: Callable[[Any], Any]) -> Any:
        """Pydantic evaluates annotations when it first needs them, and has to find the type that it knows."""
        return handler(_datetime)


_STAND_INS: dict[Any, Any] = {
    _sleep: _sleeping,
    _async_sleep: _sleeping_async,
    _time: _now,
    _monotonic: _steady,
    _datetime: _Datetime,
}
_PATCHED = (
    (time, "sleep"),
    (time, "time"),
    (time, "monotonic"),
    (asyncio, "sleep"),
    (asyncio.tasks, "sleep"),
    (dt, "datetime"),
)
_seen: set[str] = set()
_bound: list[tuple[Any, str]] = []
"""The names that modules bound to one of the real functions; each module is looked through once."""


def _replace() -> Iterator[tuple[Any, str, Any]]:
    """Put the stand-ins in place; what was there is yielded."""
    for name in sys.modules.keys() - _seen:
        _seen.add(name)
        root = name.partition(".")[0]
        if root not in sys.stdlib_module_names and root not in ("tests", "errlint", "libcst"):
            _bound.extend((sys.modules[name], attribute) for attribute in _names_of_real(sys.modules[name]))
    for module, attribute in (*_PATCHED, *_bound):
        original = getattr(module, attribute)
        stand_in = _STAND_INS.get(original)
        if stand_in is not None:
            yield module, attribute, original
            setattr(module, attribute, stand_in)


def _names_of_real(module: Any) -> Iterator[str]:
    for name, value in list(vars(module).items()) if hasattr(module, "__dict__") else ():
        try:
            if value in _STAND_INS:
                yield name
        except Exception:  # noqa: BLE001 -- values that cannot be compared or hashed are none of ours
            continue
