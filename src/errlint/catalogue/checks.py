"""What must hold between the tables of a catalogue: everything that the schema alone cannot refuse.

Each check is a generator of problems; :mod:`errlint.catalogue.contradictions` holds those about retries.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

from msgspec import UNSET

from errlint.catalogue.contradictions import contradictions
from errlint.catalogue.parts import Part, parts_of
from errlint.catalogue.places import CASES, parse_json_path
from errlint.catalogue.problem import KeyPath, Problem, nearest
from errlint.catalogue.regexes import refusal
from errlint.catalogue.schema import CatalogueFile, EnvelopeSheet, FailureTest, PlaceSheet, RetryAfterSheet, Sdk, sdk_expression

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_HOST = re.compile(r"[a-z0-9*-]+(?:\.[a-z0-9*-]+)*")
_CLASS = re.compile(r"[1-5]xx")
_STATUS_TEST = re.compile(r"(?:(?:>=|<=|>|<|==|!=)?[1-5]\d\d|[1-5]xx)")
_VERSIONS = re.compile(r"(?:(?:>=|<=|>|<|==|!=|~=)\s*\d+(?:\.\d+)*(?:\.\*)?)(?:\s*,\s*(?:>=|<=|>|<|==|!=|~=)\s*\d+(?:\.\d+)*(?:\.\*)?)*")


def problems_of(file: CatalogueFile) -> Iterator[Problem]:
    """Everything that is wrong with a file that fits the schema, each problem once."""
    seen: set[Problem] = set()
    for problem in _all(file):
        if problem not in seen:
            seen.add(problem)
            yield problem


def _all(file: CatalogueFile) -> Iterator[Problem]:
    if not _ID.fullmatch(file.api.id):
        yield Problem(f"'{file.api.id}' is no id", ("api", "id"), "use lower-case letters, digits and single hyphens, e.g. 'acme-billing'")
    yield from _twice([one.id for one in file.surface], "surface", lambda index: ("surface", index, "id"))
    parts = list(parts_of(file))
    for part in parts:
        for check in (_hosts, _failure, _envelope, _retry_after, _statuses, _codes, _idempotency, contradictions):
            yield from check(part)
    for index, sdk in enumerate(file.sdk):
        yield from _sdk(sdk, ("sdk", index), parts[0].known)
    yield from _twice(
        [" ".join((sdk.package, sdk.versions, *sdk.clients)).strip() for sdk in file.sdk],
        "package",
        lambda index: ("sdk", index, "package"),
    )


def _hosts(part: Part) -> Iterator[Problem]:
    own = part.surface.hosts if part.surface else part.hosts
    for index, host in enumerate(own):
        if not _HOST.fullmatch(host) or host.endswith("*"):
            hint = "write the host alone, in lower case: no scheme, port or path; '*' stands for any part of it but not for its end"
            yield Problem(f"'{host}' is no host", (*(part.at or ("api",)), "hosts", index), hint)


def _failure(part: Part) -> Iterator[Problem]:
    for index, test in enumerate(part.failure):
        at = (*part.where("failure"), index)
        if not _is_one_test(test):
            hint = "give `status`, or `json` with either `equals` or `truthy`"
            yield Problem("a failure test is about a status or about one value", at, hint)
        elif test.status and not _STATUS_TEST.fullmatch(test.status):
            yield Problem(f"'{test.status}' is no test of a status", (*at, "status"), "write '>=400', '4xx' or '207'")
        elif test.json:
            yield from _json_path(test.json, (*at, "json"))


def _is_one_test(test: FailureTest) -> bool:
    if test.status:
        return not test.json and test.equals is UNSET and test.truthy is None
    return bool(test.json) and (test.equals is UNSET) != (test.truthy is None)


def _envelope(part: Part) -> Iterator[Problem]:
    at = part.where("envelope")
    for name in EnvelopeSheet.__struct_fields__:
        places = getattr(part.envelope, name)
        for index, place in enumerate(places if isinstance(places, tuple) else ()):
            if isinstance(place, PlaceSheet):
                yield from _place((place.json, place.header, place.xml, place.sdk_attr), (*at, name, index))
    for index, allow in enumerate(part.envelope.message_allow):
        reason = refusal(allow.regex)
        if reason is not None:
            hint = "write a simple regular expression of Python's `re`; several entries may stand for its alternatives"
            yield Problem(f"this regex cannot be used: {reason}", (*at, "message_allow", index, "regex"), hint)


def _place(candidates: Sequence[str], at: KeyPath) -> Iterator[Problem]:
    if sum(1 for given in candidates if given) != 1:
        hint = "give exactly one of them; other places are candidates of their own"
        yield Problem("a place is one of json, header, xml and sdk_attr", at, hint)
    elif candidates[0]:
        yield from _json_path(candidates[0], (*at, "json"))


def _json_path(text: str, at: KeyPath) -> Iterator[Problem]:
    if parse_json_path(text) is None:
        hint = 'write it like $.error.code, $.errors[*].code, $[0].errorCode or $["odd key"]'
        yield Problem(f"'{text}' is no path into JSON", at, hint)


def _retry_after(part: Part) -> Iterator[Problem]:
    at = part.where("retry_after")
    for index, sheet in enumerate(part.retry_after):
        yield from _place((sheet.json, sheet.header, sheet.sdk_attr), (*at, index))
        if not sheet.formats:
            hint = "the name of a header does not tell its unit: name the format"
            yield Problem("a time to retry without a format", (*at, index, "formats"), hint)
        for position, on in enumerate(sheet.on):
            yield from _status_or_code(on, (*at, index, "on", position), part.known)
    for (_, one), (index, other) in combinations(enumerate(part.retry_after), 2):
        if _same_place(one, other) and _overlap(one, other) and one.only_if == other.only_if:
            hint = "give the place one table; a place with several formats lists them all in `formats`"
            kind, name = _named(other)
            yield Problem(f"{kind} {name} is described twice for the same errors", (*at, index, kind), hint)


def _same_place(one: RetryAfterSheet, other: RetryAfterSheet) -> bool:
    return (one.header.casefold(), one.json, one.sdk_attr) == (other.header.casefold(), other.json, other.sdk_attr)


def _overlap(one: RetryAfterSheet, other: RetryAfterSheet) -> bool:
    return not one.on or not other.on or not set(one.on).isdisjoint(other.on)


def _named(sheet: RetryAfterSheet) -> tuple[str, str]:
    kinds = (("header", sheet.header), ("json", sheet.json), ("sdk_attr", sheet.sdk_attr))
    return next((one for one in kinds if one[1]), kinds[0])


def _statuses(part: Part) -> Iterator[Problem]:
    at = part.where("status")
    for key, rule in part.status.items():
        if not (_CLASS.fullmatch(key) or (key.isascii() and key.isdigit() and 100 <= int(key) <= 599)):
            yield Problem(f"'{key}' is no status", (*at, key), "write a status (429) or a class (5xx)")
            continue
        if rule.retry == "by_status":
            yield Problem(f"[status.{key}] leaves the verdict to the status", (*at, key, "retry"), "say it here, or 'unstated'")
        if rule.phrases and not key.isdigit():
            yield Problem("phrases stand for one status, not for a class", (*at, key, "phrases"), "move them to the statuses")
        for index, case in enumerate(rule.case):
            if case.when.status is not None:
                hint = "drop `status`, or move the case to [[code.case]]"
                yield Problem(f"a case of [status.{key}] cannot ask for a status", (*at, key, "case", index, "when", "status"), hint)


def _codes(part: Part) -> Iterator[Problem]:
    at = part.where("code")
    places = part.envelope.code
    spelling: set[str] = {place.case for place in places if place.case}
    numeric = bool(places) and all(place.type in {"int", "http_status"} for place in places)
    owner: dict[str, int] = {}
    for index, rule in enumerate(part.code):
        if not rule.names and not rule.pattern:
            yield Problem("a [[code]] without names", (*at, index, "names"), "name the codes, or give the `pattern` of their family")
        for position, name in enumerate(rule.names):
            place = (*at, index, "names", position)
            yield from _name(name, place, spelling, numeric)
            if name in owner:
                first, disagree = part.code[owner[name]], "; they disagree" if part.code[owner[name]].retry != rule.retry else ""
                hint = f"keep one [[code]] (the other says retry = '{first.retry}') and tell circumstances apart with [[code.case]]"
                yield Problem(f"code '{name}' is described twice{disagree}", place, hint)
            owner.setdefault(name, index)
        if rule.pattern and "*" not in rule.pattern:
            yield Problem(f"the pattern '{rule.pattern}' has no '*'", (*at, index, "pattern"), "put the code into `names`")
        for position, status in enumerate(rule.status):
            yield from _status(status, (*at, index, "status", position))
        for table in ("messages", "meanings"):
            for name in getattr(rule, table):
                if name not in rule.names:
                    place = (*at, index, table, name)
                    yield Problem(f"{table} of '{name}', which this [[code]] does not name", place, nearest(name, rule.names))


def _name(name: str, at: KeyPath, spelling: set[str], numeric: bool) -> Iterator[Problem]:
    if "*" in name:
        yield Problem(f"'{name}' is a pattern, not a code", at, "list the codes that are known in `names`, and this as `pattern`")
    elif not name or name != "".join(name.split()):
        yield Problem(f"'{name}' is no code: it has white space", at, "codes are compared whole; a text belongs to `messages`")
    elif numeric and not name.lstrip("-").isdigit():
        hint = "write the number, or correct `type` in envelope.code"
        yield Problem(f"'{name}' is no number, but [envelope] says that codes are", at, hint)
    elif spelling and not any(CASES[case].fullmatch(name) for case in spelling):
        yield Problem(f"'{name}' is not spelt as {' or '.join(sorted(spelling))}", at, "correct it, or drop `case` in envelope.code")


def _idempotency(part: Part) -> Iterator[Problem]:
    for name in ("missing", "mismatch") if part.idempotency else ():
        answer = getattr(part.idempotency, name)
        at = (*part.where("idempotency"), name)
        if answer is not None:
            yield from _status(answer.status, (*at, "status"))
            if answer.code:
                yield from _status_or_code(answer.code, (*at, "code"), part.known)


def _sdk(sdk: Sdk, at: KeyPath, known: tuple[str, ...]) -> Iterator[Problem]:
    if sdk.versions and not _VERSIONS.fullmatch(sdk.versions):
        yield Problem(f"'{sdk.versions}' is no version range", (*at, "versions"), "write it like '>=1.2,<3'")
    if not sdk.import_roots:
        yield Problem("an SDK that nobody can import", (*at, "import_roots"), "name the modules it is imported as")
    for index, one in enumerate(sdk.exceptions):
        for position, status in enumerate(one.status):
            if isinstance(status, int):
                yield from _status(status, (*at, "exceptions", index, "status", position))
            else:
                yield from _status_or_code(status, (*at, "exceptions", index, "status", position), ())
        for position, code in enumerate(one.codes):
            yield from _status_or_code(code, (*at, "exceptions", index, "codes", position), known)
    for name in set(sdk.unreachable) & set(sdk.attrs):
        yield Problem(f"'{name}' is both given and out of reach", (*at, "unreachable"), "keep it in `attrs` or in `unreachable`")
    for name, expression in sdk.attrs.items():
        yield from _expression(expression, (*at, "attrs", name))
    for index, one in enumerate(sdk.exceptions):
        for name, expression in one.attrs.items():
            yield from _expression(expression, (*at, "exceptions", index, "attrs", name))
    for position, client in enumerate(sdk.clients):
        if not any(client.startswith(f"{root}.") for root in sdk.import_roots):
            hint = f"write its dotted name, e.g. '{next(iter(sdk.import_roots), 'acme')}.Client'"
            yield Problem(f"'{client}' is no class of the package", (*at, "clients", position), hint)


def _expression(text: str, at: KeyPath) -> Iterator[Problem]:
    try:
        ast.parse(sdk_expression(text, "e"), mode="eval")
    except SyntaxError:
        yield Problem(f"'{text}' is no expression", at, "write what stands after the dot (request_id), or an expression of {e}")


def _status(status: int, at: KeyPath) -> Iterator[Problem]:
    if not 100 <= status <= 599:
        yield Problem(f"{status} is no HTTP status", at, "statuses go from 100 to 599; other numbers are codes")


def _status_or_code(value: int | str, at: KeyPath, known: tuple[str, ...]) -> Iterator[Problem]:
    if isinstance(value, int):
        yield from _status(value, at)
    elif not _CLASS.fullmatch(value) and value not in known:
        yield Problem(f"'{value}' is neither a code of this catalogue nor a class of statuses", at, nearest(value, known))


def _twice(names: Sequence[str], what: str, at: Callable[[int], KeyPath]) -> Iterator[Problem]:
    for index, name in enumerate(names):
        if name in names[:index]:
            yield Problem(f"{what} '{name}' is described twice", at(index), "merge the two tables")
