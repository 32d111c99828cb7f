"""When a retry of a library ends, by the arguments that say so."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.meaning import Place
from errlint.semantics.retries.library.calls import Given
from errlint.semantics.retries.library.said import Said
from errlint.semantics.retries.policy import Stop

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics


class Limits:
    """Answers for the calls of one file.

    :param part: what an expression in the library's own words says.
    """

    def __init__(self, semantics: Semantics, part: Callable[[cst.BaseExpression], Said | None]) -> None:
        self._semantics = semantics
        self._part = part

    def of(self, passed: list[Given], base: Stop | None) -> Stop | None:
        """The first limit that is reached ends it; a limit that is said replaces the default of its own kind."""
        count = Stop(True, attempts=base.attempts) if base is not None and base.attempts is not None else None
        time = Stop(True, seconds=base.seconds) if base is not None and base.seconds is not None else None
        places: list[Place] = []
        of_kinds = [item for item in passed if "retries-of-a-kind" in item.argument.says]
        for item in passed:
            words = item.argument.says
            if "stop" in words:
                part = self._part(item.value)
                ended = part.stop if part is not None and part.stop is not None else Stop()
                return replace(ended, node=item.value, places=(Place(item.node, "says when to stop"),))
            if "policy" in words and self._part(item.value) is not None:
                continue
            if "seconds" in words:
                time = self._limit(item)
            elif {"attempts", "retries"}.intersection(words):
                count = self._limit(item)
            else:
                continue
            places.append(Place(item.node, "says when to stop"))
        if not places:
            return base
        if count is not None and not count.bounded and any(self._limit(item).bounded for item in of_kinds):
            count = Stop(bounded=True)
        limits = [limit for limit in (count, time) if limit is not None]
        bounded = any(limit.bounded for limit in limits)
        attempts, seconds = (count.attempts if count is not None else None), (time.seconds if time is not None else None)
        return Stop(bounded, attempts, seconds, places[-1].node, tuple(places))

    def _limit(self, item: Given) -> Stop:
        """None, infinity and negative numbers are no limit, if the sheet does not say otherwise; a value that is not known is one."""
        if isinstance(item.value, cst.Name) and item.value.value in item.argument.off:
            return Stop(bounded=True, attempts=1)
        if isinstance(item.value, cst.Name) and item.value.value == "None":
            return Stop(bounded=False)
        if isinstance(item.value, cst.Name) and item.value.value == "False":
            return Stop(bounded=True, attempts=1)
        number = self._semantics.waits.number(item.value)
        name = self._semantics.names.qualified(item.value)
        if name == "math.inf" or (number is not None and (number < 0 or math.isinf(number))):
            return Stop(bounded=False)
        if number is None:
            return Stop(bounded=True)
        if "seconds" in item.argument.says:
            return Stop(bounded=True, seconds=number * item.argument.unit)
        return Stop(bounded=True, attempts=int(number) + (1 if "retries" in item.argument.says else 0))
