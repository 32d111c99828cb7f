"""Which service of an API a client is for: codes that other services alone have never come to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from errlint.catalogue import Catalogue
from errlint.semantics.program.constants import string_value

if TYPE_CHECKING:
    from errlint.semantics.retries.policy import RetryPolicy


def services_of(policy: RetryPolicy, catalogue: Catalogue) -> frozenset[str]:
    """The services that the clients of a retry are made for (``client("s3")``), of those that codes name; none if not all are known."""
    rules = (catalogue.code(code) for code in catalogue.names)
    known = {service for rule in rules if rule is not None for service in rule.services}
    found: set[str] = set()
    for attempt in policy.attempts:
        made = [place.node for place in attempt.trail if isinstance(place.node, cst.Call) and place.node is not attempt.call]
        texts = {string_value(argument.value) for call in made for argument in call.args if isinstance(argument.value, cst.SimpleString)}
        if not texts & known:
            return frozenset()
        found |= {text for text in texts if text in known}
    return frozenset(found)
