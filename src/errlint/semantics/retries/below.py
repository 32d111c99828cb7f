"""Layers below a retry that wait by themselves: an SDK's own retries, a client that another module made."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.meaning import Meaning, Place
from errlint.semantics.program.names import dotted
from errlint.semantics.retries.library.clients import asks_by_itself, clients_that_ask, is_sent_again
from errlint.semantics.retries.library.values import is_nothing
from errlint.semantics.retries.policy import Attempt, RetryPolicy

if TYPE_CHECKING:
    from errlint.catalogue import Catalogue
    from errlint.semantics.analysis import Semantics


class Below:
    """Answers for the policies of one file."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics

    def honour(self, policy: RetryPolicy) -> bool:
        """Whether a layer below (an SDK's own retries, a mounted adapter) already waits as long as the server says."""
        if any(self._by_its_client(attempt) for attempt in policy.attempts):
            return True
        if all(attempt.assumed for attempt in policy.attempts) and any(map(self._by_any_client, types_named(self._semantics, policy))):
            return True
        if policy.catalogue is not None and self._follows_all_hints(policy.catalogue, types_named(self._semantics, policy)):
            return True
        calls = {attempt.call for attempt in policy.attempts} | {place.node for attempt in policy.attempts for place in attempt.trail}
        for other in self._semantics.retries.layers:
            if other is not policy and other.wait.server and any(attempt.call in calls for attempt in other.attempts):
                return True
        return False

    def _follows_all_hints(self, catalogue: Catalogue, types: Collection[str]) -> bool:
        """Whether an API tells how long to wait in headers of its own alone, which its SDK, whose errors are caught, follows by itself."""
        told = {place.place.header.lower() for place in catalogue.retry_after if place.place.header is not None}
        roots = {name.partition(".")[0] for name in types}
        followed = (
            set(sdk.builtin_retry.honours) for sdk in catalogue.sdks if sdk.builtin_retry and not roots.isdisjoint(sdk.import_roots)
        )
        return bool(told) and "retry-after" not in told and any(told <= headers for headers in followed)

    def _by_any_client(self, name: str) -> bool:
        """Whether clients of the SDK that a type is of wait by themselves, and not all that this file makes are told not to."""
        if not self._semantics.libraries.asks_by_itself(name):
            return False
        told = clients_that_ask(self._semantics, name)
        return not told or True in told

    def _by_its_client(self, attempt: Attempt) -> bool:
        """An SDK's client that was made elsewhere: it retries as it does without being told."""
        if self._said_on_the_way(attempt.trail):
            return True
        for place in attempt.trail:
            if not isinstance(place.node, cst.Call) or asks_by_itself(self._semantics, place.node) is not None:
                continue  # `client.with_options(max_retries=0)` makes a client, of which its calls are asked
            expression = place.node.func
            while isinstance(expression, cst.Attribute):
                expression = expression.value
                client = self._semantics.meaning(expression)
                if client is None or client.sheet is None:
                    continue
                if client.sheet.retried_by and self._is_retried_by_parts(client, expression, client.sheet.retried_by):
                    return True
                described = self._semantics.libraries.retry(client.sheet.name)
                if described is None or not described.sheet.builtin or not described.sheet.default.server:
                    continue
                if is_sent_again(described.sheet, attempt) and self._waits_by_itself(client):
                    return True
        return False

    def _said_on_the_way(self, trail: Sequence[Place]) -> bool | None:
        """Whether the last place on a way that tells anything of its client is one of another module, where it waits by itself.

        None where no place does; false where one of this file does, which is a layer like others.
        """
        for place in reversed(trail):
            if asks_by_itself(self._semantics, place.node) is not None:
                return False
            told = self._told_elsewhere(place)
            if told is not None:
                return told
        return None

    def _is_retried_by_parts(self, client: Meaning, written: cst.BaseExpression, name: str) -> bool:
        """``WebClient(retry_handlers=[…])``, ``client.retry_handlers.append(…)``: somebody has said how it waits, but for ``[]``."""
        made = [place.node for place in client.trail if isinstance(place.node, cst.Call)]
        given = (argument for call in made for argument in call.args if argument.keyword is not None and argument.keyword.value == name)
        if not all(is_nothing(argument.value) for argument in given):
            return True
        tree = self._semantics.tree
        # `self.client` of another class is another client
        around = tree.enclosing(written, cst.ClassDef) if (dotted(written) or "").startswith("self.") else None
        reads = (node for node in tree.all(cst.Attribute) if node.attr.value == name and dotted(node.value) == dotted(written))
        return any(around is None or tree.within(node, around) for node in reads)

    def _waits_by_itself(self, client: Meaning) -> bool:
        """Whether a client of which another module, or nobody, tells how it was made was not made so that it does not wait.

        One that is made in this file is a layer like others.
        """
        told = self._said_on_the_way(client.trail)
        if told is not None:
            return told
        return bool(client.trail[0].elsewhere) or not isinstance(client.trail[0].node, cst.Call)

    def _told_elsewhere(self, place: Place) -> bool | None:
        """Whether the client that another module made on the way to a place waits by itself; None where none is seen."""
        imported = self._semantics.imported
        told = (imported.asks_by_itself(spot) for spot in reversed(place.elsewhere) if imported is not None)
        return next((said for said in told if said is not None), None)


def types_named(semantics: Semantics, policy: RetryPolicy) -> list[str]:
    """The exception types that a policy names where it says what is retried."""
    named: list[str] = []
    for place in policy.retried.places:
        expression = getattr(place.node, "type", None) or getattr(place.node, "value", None)
        named += semantics.predicates.types.named(expression) if isinstance(expression, cst.BaseExpression) else []
    return named
