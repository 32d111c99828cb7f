"""Every SDK that a sheet knows, retried blindly and with care: made from the sheets, so a new one is tried without being listed here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from errlint import registry
from errlint.sheets.library import TypeSheet
from tests.semantics.asking import semantics

BLIND = """
import time
import {imports}

def in_a_loop(client: {client}):
    for attempt in range(3):
        try:
            return {call}
        except {error}:
            time.sleep(2)

def by_recursion(client: {client}, left=3):
    try:
        return {call}
    except {error}:
        if not left:
            raise
        time.sleep(2)
        return by_recursion(client, left - 1)
"""
MAY_PASS = {"anthropic": "some of the codes that come with 400 are about the state of an account, and its catalogue does not settle them"}
"""Libraries with a type for 400 or 422 after which the same request is not known to fail again, and why."""

libraries = registry.libraries()
CLIENTS = {
    client.name: f"client{'' if client.name.endswith('GenerativeModel') else '.things'}.change(name='x')"
    for sheet in libraries.sheets
    for client in sheet.type
    if client.is_a == "client"
}
FUNCTIONS = {
    name: f"{name.replace('*', 'Thing')}('x')"
    for sheet in libraries.sheets
    for function in sheet.function
    if function.raises_for_status and not function.versions
    for name in function.names
    if libraries.type(name.rpartition(".")[0]) is None
}


def judged(called: str, call: str, error: str) -> list[bool]:
    """Whether each of the two retries is in vain; one that is not seen to be a retry is left out."""
    modules = {name.rpartition(".")[0].partition(".*")[0] for name in (called, error)} - {""}
    client = called if called in CLIENTS else "object"
    layer, _ = semantics(BLIND.format(imports=", ".join(sorted(modules)), client=client, call=call, error=error))
    return [layer.judge.hopeless(policy) is not None for policy in layer.retries.policies if policy.written_by_hand]


def errors_of(called: str) -> list[str]:
    """The types by which an error status leaves a call."""
    function = libraries.function(called)
    return list(function.raises if function is not None and function.raises else libraries.errors_of(called))


def broad_errors_of(called: str) -> Iterator[str]:
    """Those of them that stand for no status of their own, and that any method raises, what they have in common, and whatever there is."""
    raised = errors_of(called)
    lines = [[above.name for above in libraries.ancestors(name)] for name in raised]
    common = (name for name in lines[0] if all(name in line for line in lines)) if lines else ()
    for name in dict.fromkeys([*raised, *common]):
        sheet = libraries.type(name)
        if sheet is None or not (sheet.covers_status or sheet.carries_status) or not sheet.may_leave("change"):
            continue
        if not (sheet.statuses or sheet.status_class):
            yield name
    yield "Exception"


def types_for(called: str, *statuses: int) -> Iterator[TypeSheet]:
    """The exceptions of a library that stand for nothing but these statuses."""
    home = next(sheet for sheet in libraries.sheets if any(called == entry.name for entry in sheet.type))
    for entry in home.type:
        if entry.is_a == "exception" and entry.statuses and set(entry.statuses) <= set(statuses) and not entry.versions:
            yield entry


@pytest.mark.parametrize("called", [*CLIENTS, *FUNCTIONS])
def test_whoever_tries_again_whatever_an_sdk_says_tries_in_vain(called: str) -> None:
    call = {**CLIENTS, **FUNCTIONS}[called]
    assert {error: judged(called, call, error) for error in broad_errors_of(called)} == {
        error: [True, True] for error in broad_errors_of(called)
    }


@pytest.mark.parametrize("client", CLIENTS)
def test_a_type_for_rejected_requests_is_tried_again_in_vain(client: str) -> None:
    for error in types_for(client, 400, 422):
        settled = 422 in error.statuses or client.partition(".")[0] not in MAY_PASS
        assert judged(client, CLIENTS[client], error.name) == [settled, settled], error.name


@pytest.mark.parametrize("client", CLIENTS)
def test_a_type_for_too_many_requests_is_not_tried_again_in_vain(client: str) -> None:
    for error in types_for(client, 429):
        assert judged(client, CLIENTS[client], error.name) == [False, False], error.name
