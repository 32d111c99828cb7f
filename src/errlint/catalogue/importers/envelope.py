"""The envelope out of all examples and statements: one place for each part, or candidates in order of preference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from errlint.catalogue.importers.bodies import Body
from errlint.catalogue.importers.facts import ENVELOPE, FAILURE, Fact, Facts, Place, lines_of, note
from errlint.catalogue.importers.tokens import case_of
from errlint.catalogue.problem import KeyPath
from errlint.catalogue.schema import ENVELOPE_PARTS, EnvelopeSheet, FailureTest, PlaceSheet

_RARE = 25
"""One answer in this many is an odd one, whose fields are not those of the API's errors."""


def envelope(facts: Facts, names: Sequence[str], places: dict[KeyPath, tuple[Place, ...]]) -> EnvelopeSheet:
    """The envelope; ``names`` are all codes, which tell how codes are spelt."""
    bodies = facts.of(ENVELOPE, "body")
    found = {part: _places(part, bodies, facts, places) for part in ENVELOPE_PARTS}
    if not found["code"] and found["type"]:
        found["code"], found["type"] = found["type"], []
        _moved("type", "code", places)
    headers = facts.of(ENVELOPE, "request_id_header")
    for fact in headers:
        if fact.value.lower() not in {sheet.header.lower() for sheet in found["request_id"]}:
            places["envelope", "request_id", len(found["request_id"])] = (fact.at,)
            found["request_id"].append(PlaceSheet(header=fact.value))
    numbers = all(name.lstrip("-").isdecimal() for name in names)  # one example with a number makes no numbers of codes that are words
    numeric = numbers and bool(bodies) and all(fact.value.numeric for fact in bodies if fact.value.places)
    only_statuses = numeric and not any(fact.value.code or fact.value.specimen for fact in bodies) and not names
    case = "" if numeric else case_of(names)
    kind = "http_status" if only_statuses else "int" if numeric else "str"
    found["code"] = [_replaced(sheet, case, kind) for sheet in found["code"]]
    contract = facts.of(ENVELOPE, "message_contract")
    branch = facts.of(ENVELOPE, "branch_on")
    echo = facts.of(ENVELOPE, "request_id_echo")
    stated = {fact.value for fact in contract}
    told_codes = facts.of(ENVELOPE, "codes")
    if len({fact.value for fact in told_codes}) > 1:
        facts.doubt("the documents call their list of codes both complete and a selection", told_codes[0].at)
    codes = _careful(told_codes, "open")
    if codes == "unstated" and names and not any(fact.key == "listed" for fact in facts if fact.about[0] == "code"):
        codes = "open"  # examples show some of them
    told_statuses = facts.of(ENVELOPE, "code_statuses") if _have_statuses(facts) else []
    if len(stated) > 1:
        facts.doubt("the documents call messages both stable and unstable", contract[0].at)
    for key, told in (
        ("message_contract", contract),
        ("branch_on", branch),
        ("request_id_echo", echo),
        ("codes", [fact for fact in told_codes if fact.value == codes]),
        ("code_statuses", told_statuses[:1]),
    ):
        if told:
            places["envelope", key] = lines_of(told)
    return EnvelopeSheet(
        **{part: tuple(sheets) for part, sheets in found.items()},  # type: ignore[arg-type]
        request_id_echo=echo[0].value if echo else "",
        branch_on=tuple(dict.fromkeys(fact.value for fact in branch)),
        codes=codes,
        code_statuses=_careful(told_statuses, "typical"),
        message_contract="unstable" if "unstable" in stated else contract[0].value if contract else "unstated",
    )


def _careful(told: Sequence[Fact], careful: str) -> Any:
    """What is said; where several things are said, the one that promises less."""
    return careful if any(fact.value == careful for fact in told) else told[0].value if told else "unstated"


def _have_statuses(facts: Facts) -> bool:
    """Whether the documents give a status for every code that they list."""
    listed = [fact.about for fact in facts if fact.about[0] == "code" and fact.key == "listed"]
    return all(facts.of(about, "status") for about in dict.fromkeys(listed))


def failure(facts: Facts, places: dict[KeyPath, tuple[Place, ...]]) -> tuple[FailureTest, ...]:
    """What makes an answer an error: its status, and the fields that say so."""
    told = facts.of(FAILURE, "status")
    tests = [FailureTest(status=told[0].value if told else ">=400")]
    if told:
        places["failure", 0, "status"] = lines_of(told)
    for fact in facts.of(FAILURE, "json"):
        path, value = fact.value
        if path not in {test.json for test in tests}:
            places["failure", len(tests), "json"] = (fact.at,)
            tests.append(FailureTest(json=path, equals=value))
    return tuple(tests)


def _places(part: str, bodies: Sequence[Fact], facts: Facts, places: dict[KeyPath, tuple[Place, ...]]) -> list[PlaceSheet]:
    """The candidates of a part, the one that most examples show first; what some example does without is optional."""
    if part == "details":
        return _details(bodies, places)
    seen: dict[str, list[Place]] = {}
    weights: dict[str, int] = {}
    extra: set[str] = set()
    for fact in bodies:
        body: Body = fact.value
        for kind, path, is_extra, line in body.places:
            if kind == part:
                seen.setdefault(path, []).append(Place(fact.at.source, line))
                weights[path] = weights.get(path, 0) + body.weight
                extra |= {path} if is_extra else set()
    order = sorted(seen, key=lambda path: (path in extra, -weights[path]))
    full = len(bodies)
    total = sum(fact.value.weight for fact in bodies)
    rare = [path for path in order if weights[path] * _RARE < total]
    for path in rare:
        facts.doubt(f"{path} looks like a {part.replace('_', ' ')}, but few answers have it: left out", seen[path][0])
    order = [path for path in order if path not in rare]
    sheets: list[PlaceSheet] = []
    for path in order:
        places["envelope", part, len(sheets)] = tuple(seen[path][:3])
        others = sum(len(seen[other]) for other in order if other != path and other not in extra)
        sheets.append(PlaceSheet(json=path, optional=part != "upstream_message" and (path in extra or len(seen[path]) + others < full)))
    return sheets


def _details(bodies: Sequence[Fact], places: dict[KeyPath, tuple[Place, ...]]) -> list[PlaceSheet]:
    shapes: dict[str, dict[str, Place]] = {}
    with_it = Counter[str]()
    for fact in bodies:
        with_it[fact.value.details] += fact.value.weight
    for fact in bodies:
        if fact.value.details and with_it[fact.value.details] * _RARE >= with_it.total():
            shapes.setdefault(fact.value.details, {}).setdefault(fact.value.details_shape, Place(fact.at.source, fact.value.details_line))
    sheets: list[PlaceSheet] = []
    for path, found in shapes.items():
        absent = any(fact.value.details != path for fact in bodies)
        order = [shape for shape in ("object", "array", "string") if shape in found] + ["absent"] * absent
        places["envelope", "details", len(sheets)] = tuple(found.values())
        sheets.append(PlaceSheet(json=path, shapes=tuple(order) if len(order) > 1 else (), optional=absent))  # type: ignore[arg-type]
    return sheets


def _moved(old: str, new: str, places: dict[KeyPath, tuple[Place, ...]]) -> None:
    for key in [key for key in places if key[:2] == ("envelope", old)]:
        note(places, ("envelope", new, *key[2:]), places.pop(key))


def _replaced(sheet: PlaceSheet, case: str, kind: str) -> PlaceSheet:
    return PlaceSheet(json=sheet.json, header=sheet.header, type=kind, case=case, optional=sheet.optional)  # type: ignore[arg-type]
