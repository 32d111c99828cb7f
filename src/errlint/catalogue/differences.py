"""What changed between two versions of an API's contract, and which verdicts on a retry flip."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from errlint.catalogue.model import Catalogue, Envelope
from errlint.catalogue.schema import ENVELOPE_PARTS
from errlint.catalogue.verdicts import Verdict
from errlint.lean import dataclass

Kind = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One change: of ``what``, ``before`` and ``after`` as people read them (empty: not there).

    ``flips``: a client that does what the one catalogue says of retries does the opposite of what the other says.
    """

    kind: Kind
    what: str
    before: str = ""
    after: str = ""
    flips: bool = False


def differences(before: Catalogue, after: Catalogue) -> tuple[Difference, ...]:
    """Every difference that matters to a client: texts for people (meanings, notes, evidence) do not count."""
    return tuple(_all(before, after))


def _all(before: Catalogue, after: Catalogue) -> Iterator[Difference]:
    yield from _lists("host", before.hosts, after.hosts)
    yield from _lists("path prefix", before.path_prefixes, after.path_prefixes)
    yield from _lists("failure", map(str, map(_failure, before.failure)), map(str, map(_failure, after.failure)))
    yield from _envelope(before.envelope, after.envelope)
    yield from _waits(before, after)
    yield from _value("override headers", _flat(before.override_headers), _flat(after.override_headers))
    yield from _idempotency(before, after)
    yield from _codes(before, after)
    yield from _statuses(before, after)
    yield from _lists("SDK", _sdks(before), _sdks(after))
    yield from _surfaces(before, after)


def _value(what: str, before: str, after: str) -> Iterator[Difference]:
    if before != after:
        yield Difference("changed" if before and after else "added" if after else "removed", what, before, after)


def _lists(what: str, before: Iterable[str], after: Iterable[str]) -> Iterator[Difference]:
    old, new = list(before), list(after)
    yield from (Difference("removed", what, before=one) for one in old if one not in new)
    yield from (Difference("added", what, after=one) for one in new if one not in old)


def _envelope(before: Envelope, after: Envelope) -> Iterator[Difference]:
    for part in ENVELOPE_PARTS:
        old = [str(place) for place in getattr(before, part)]
        new = [str(place) for place in getattr(after, part)]
        yield from _value(part.replace("_", " "), ", ".join(old), ", ".join(new))
        if old == new:
            extra = ("type", "case", "optional", "shapes") if part == "code" else ("optional", "shapes")
            for one, other in zip(getattr(before, part), getattr(after, part), strict=True):
                for name in extra:
                    yield from _value(f"{part.replace('_', ' ')} at {one}: {name}", _told(getattr(one, name)), _told(getattr(other, name)))
    yield from _value("request id echoes", before.request_id_echo or "", after.request_id_echo or "")
    yield from _value("clients branch on", ", ".join(before.branch_on), ", ".join(after.branch_on))
    yield from _value("the list of codes is", before.codes, after.codes)
    yield from _value("the statuses of codes are", before.code_statuses, after.code_statuses)
    yield from _value("message texts are", before.message_contract, after.message_contract)


def _waits(before: Catalogue, after: Catalogue) -> Iterator[Difference]:
    old = {str(one.place): f"{'/'.join(one.formats)} on {_told(one.on) or 'any error'}" for one in before.retry_after}
    new = {str(one.place): f"{'/'.join(one.formats)} on {_told(one.on) or 'any error'}" for one in after.retry_after}
    for place in dict.fromkeys((*old, *new)):
        yield from _value(f"time to retry at {place}", old.get(place, ""), new.get(place, ""))


def _idempotency(before: Catalogue, after: Catalogue) -> Iterator[Difference]:
    for name in ("header", "required_on", "missing", "mismatch", "reuse_on_retry", "replay", "ttl"):
        old, new = (_told(getattr(one.idempotency, name, "")) for one in (before, after))
        yield from _value(f"idempotency key: {name.replace('_', ' ')}", old, new)


def _families(catalogue: Catalogue) -> list[str]:
    return list(dict.fromkeys(rule.pattern for rule in catalogue.codes if rule.pattern))


def _codes(before: Catalogue, after: Catalogue) -> Iterator[Difference]:
    yield from _lists("family of codes", _families(before), _families(after))
    yield from (Difference("removed", f"code {name}", before=_of_code(before, name)) for name in before.names if after.code(name) is None)
    yield from (Difference("added", f"code {name}", after=_of_code(after, name)) for name in after.names if before.code(name) is None)
    for name in (name for name in before.names if after.code(name) is not None):
        old, new = before.statuses_of(name), after.statuses_of(name)
        yield from _value(f"code {name}: status", _told(sorted(old)), _told(sorted(new)))
        seen: set[tuple[str, str]] = set()
        for status in (None, *sorted(set(old) & set(new))):
            for operation in (None, *_operations(before, after, name)):
                one = before.verdict(code=name, status=status, operation=operation)
                other = after.verdict(code=name, status=status, operation=operation)
                under = (f" under {status}" if status else "") + (f" ({operation})" if operation else "")
                for difference in _verdict(f"code {name}{under}: retry", one, other):
                    if (difference.before, difference.after) not in seen:  # the same under every status is told once
                        seen.add((difference.before, difference.after))
                        yield difference
        yield from _value(f"code {name}: texts", _texts(before, name), _texts(after, name))
        yield from _value(f"code {name}: means the same as", _aliases(before, name), _aliases(after, name))


def _statuses(before: Catalogue, after: Catalogue) -> Iterator[Difference]:
    for key in sorted({*before.status, *after.status}):
        # a class is asked about with a status of it that is listed nowhere
        number = int(key) if key.isdigit() else int(key[0]) * 100 + 99
        yield from _verdict(f"status {key}: retry", before.verdict(status=number), after.verdict(status=number))


def _verdict(what: str, before: Verdict, after: Verdict) -> Iterator[Difference]:
    old, new = _of_verdict(before), _of_verdict(after)
    if old != new:
        flips = before.can_succeed is not None and after.can_succeed is not None and before.can_succeed != after.can_succeed
        yield Difference("changed", what, old, new, flips)


def _surfaces(before: Catalogue, after: Catalogue) -> Iterator[Difference]:
    old = {one.id.partition("/")[2]: one for one in before.surfaces}
    new = {one.id.partition("/")[2]: one for one in after.surfaces}
    yield from _lists("surface", old, new)
    for name in (name for name in old if name in new):
        for one in differences(old[name], new[name]):
            yield Difference(one.kind, f"{name}: {one.what}", one.before, one.after, one.flips)


def _of_verdict(verdict: Verdict) -> str:
    text = verdict.retry.replace("_", " ")
    if verdict.wait:
        text += f", wait: {verdict.wait.replace('_', '-')}"
    return text + (" (disputed)" if verdict.disputed else "")


def _of_code(catalogue: Catalogue, name: str) -> str:
    statuses = _told(catalogue.statuses_of(name))
    return f"{statuses + ', ' if statuses else ''}retry: {_of_verdict(catalogue.verdict(code=name))}"


def _operations(before: Catalogue, after: Catalogue, name: str) -> list[str]:
    cases = [case for one in (before, after) if (rule := one.code(name)) is not None for case in rule.case]
    return list(dict.fromkeys(case.when.operation for case in cases if case.when.operation))


def _texts(catalogue: Catalogue, name: str) -> str:
    rule = catalogue.code(name)
    return _told(rule.messages.get(name, ())) if rule is not None else ""


def _aliases(catalogue: Catalogue, name: str) -> str:
    return ", ".join(other for other in catalogue.alias_group(name) if other != name)


def _sdks(catalogue: Catalogue) -> list[str]:
    return [f"{sdk.package} {sdk.versions}".strip() for sdk in catalogue.sdks]


def _failure(test: object) -> str:
    status, json = getattr(test, "status", ""), getattr(test, "json", "")
    truthy = getattr(test, "truthy", None)
    return (
        f"status {status}"
        if status
        else f"{json} {'is ' + _told(truthy) if truthy is not None else '= ' + _told(getattr(test, 'equals', ''))}"
    )


def _flat(headers: Mapping[str, Mapping[str, str]]) -> str:
    return "; ".join(f"{name}: {value} = {retry}" for name, values in sorted(headers.items()) for value, retry in sorted(values.items()))


def _told(value: object) -> str:
    if isinstance(value, (tuple, list)):
        return ", ".join(_told(one) for one in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    code = getattr(value, "code", None)
    if code is not None and hasattr(value, "status"):
        return f"{getattr(value, 'status', '')} {code}".strip()
    return "" if value is None else str(value)
