"""Codes and statuses with their verdicts: what is said of the one holds for the other where that one is not spoken of itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

from errlint.catalogue.importers.facts import Advice, Fact, Facts, Place, Subject, code, lines_of, note, status
from errlint.catalogue.importers.sources import Source
from errlint.catalogue.importers.verdicts import UNSTATED, Said, settle
from errlint.catalogue.importers.words import statuses_by_meaning
from errlint.catalogue.problem import KeyPath
from errlint.catalogue.schema import Case, CodeRule, Evidence, Statement, StatusRule, When
from errlint.lean import dataclass

_MAY_PASS = {408, 409, 425, 429}
"""Statuses below 500 under which the same request may well succeed later: a remedy alone is no reason to call them permanent."""
_BY_STATUS = {401: "credentials", 403: "permissions"}
"""Where a remedy names both key and permissions, the status tells which of them failed."""


@dataclass(frozen=True, slots=True)
class _Code:
    name: str
    said: Said
    status: tuple[int, ...]
    evidence: Evidence
    places: tuple[Place, ...]


class Retries:
    """Settles everything on codes and statuses; notes for each key where it stands."""

    def __init__(self, facts: Facts, sources: Sequence[Source], places: dict[KeyPath, tuple[Place, ...]], *, has_waits: bool) -> None:
        self._facts = facts
        self._sources = sources
        self._places = places
        self._has_waits = has_waits
        self._weights = Counter((fact.about, fact.at.source) for fact in facts)
        self._by_status: dict[str, Said] = {}
        self._cases: dict[str, list[Said]] = {}
        self._meanings = {
            int(key): [fact.value for fact in facts.of(status(key), "meaning")] for _, key in facts.subjects("status") if key.isdigit()
        }
        """What each status is said to mean."""
        for subject in facts.subjects("status"):
            self._take_status(subject)

    def codes(self) -> tuple[CodeRule, ...]:
        """A rule for each code, those of tables first, and one for each family that has no known member."""
        listed = [fact.about for fact in self._facts if fact.about[0] == "code" and fact.key == "listed"]
        rules: list[CodeRule] = []
        for subject in dict.fromkeys([*listed, *self._facts.subjects("code")]):
            one = self._code(subject)
            if one is not None:
                rules.append(self._rule(one, len(rules)))
        return tuple(self._with_patterns(rules))

    def statuses(self, codes: Iterable[CodeRule]) -> dict[str, StatusRule]:
        """The rules of all statuses: what is said of them, else what is true of every code that comes with one."""
        rules = tuple(codes)
        keys = {*self._by_status, *(str(number) for rule in rules for number in rule.status)}
        found: dict[str, StatusRule] = {}
        for key in sorted(keys, key=lambda key: (key.endswith("xx"), key)):
            said = self._by_status.get(key, UNSTATED)
            if said.advice.retry == "unstated" and not self._cases.get(key) and key.isdigit():
                said = self._from_codes(int(key), rules, said)
            if key.isdigit() and said is UNSTATED and self._class(key) is not None and not self._meaning(status(key)):
                continue
            if said.advice.retry == "unstated" and (of_class := self._class(key)) is not None and not self._cases.get(key):
                said = of_class
            found[key] = StatusRule(
                **self._statement(said, ("status", key), number=int(key) if key.isdigit() else None),
                meaning=self._meaning(status(key)),
                case=self._case_rules(key),
            )
        return found

    # statuses ---------------------------------------------------------------------------------------------------------------

    def _take_status(self, subject: Subject) -> None:
        key = subject[1]
        told = self._facts.of(subject, "advice")
        general = [fact for fact in told if not fact.value.operation]
        special = [fact for fact in told if fact.value.operation]
        said = self._settled(general, subject)
        number = int(key) if key.isdigit() else None
        if said.advice.retry == "no" and said.evidence == "inferred" and not _permanent(number):
            self._remedy_only(key, said)
            said = replace(said, advice=Advice("unstated", action=said.advice.action))
        self._cases[key] = [self._settled(group, subject) for group in _by_operation(special)]
        if special and said.advice.retry == "unstated":
            # the document tells two things apart that share the status; nothing in the answer does
            said = Said(Advice("ambiguous"), lines_of(special))
        self._by_status[key] = said

    def _class(self, key: str) -> Said | None:
        return self._by_status.get(f"{key[0]}xx") if key.isdigit() else None

    def _of_status(self, number: int) -> Said:
        """What the documents say of a status, itself or as one of its class."""
        own = self._by_status.get(str(number))
        if own is not None and own.advice.retry != "unstated":
            return own
        return self._by_status.get(f"{number // 100}xx", own or UNSTATED)

    def _from_codes(self, number: int, rules: Sequence[CodeRule], said: Said) -> Said:
        """What is true of every code under a status."""
        if self._class(str(number)) is not None and self._class(str(number)).advice.retry != "unstated":  # type: ignore[union-attr]
            return said
        all_with_it = [rule for rule in rules if number in rule.status]
        with_it = [rule for rule in all_with_it if rule.retry != "by_status"]
        kinds = {rule.retry for rule in with_it}
        if len(kinds) == 1:
            one = with_it[0]
            waits = {rule.wait for rule in with_it}
            actions = {rule.action for rule in with_it}
            wait = one.wait if len(waits) == 1 else "backoff" if kinds == {"yes"} else ""
            advice = Advice(one.retry, wait, one.change, one.poll, one.action if len(actions) == 1 else "")
            disputed = next((rule.disputed for rule in with_it if rule.disputed), "")
            return Said(advice, (), "inferred", disputed)
        if kinds and kinds <= {"no", "after_change"}:
            return Said(Advice("no"), (), "inferred")
        if not kinds or len(with_it) < len(all_with_it):
            return said  # a code that leaves the verdict to the status, and a status that leaves it to the code, say nothing
        return Said(Advice("by_code"), (), "inferred")

    def _case_rules(self, key: str) -> tuple[Case, ...]:
        rules: list[Case] = []
        for said in self._cases.get(key, ()):
            at: KeyPath = ("status", key, "case", len(rules))
            rules.append(Case(when=When(operation=said.advice.operation), **self._statement(said, at)))
        return tuple(rules)

    # codes ------------------------------------------------------------------------------------------------------------------

    def _code(self, subject: Subject) -> _Code | None:
        """A code with its verdict; None for a word that only looked like one in running text."""
        listed = self._facts.of(subject, "listed")
        shown = self._facts.of(subject, "shown")
        told = self._facts.of(subject, "status")
        if not (listed or shown or told):
            self._facts.doubt(f"{subject[1]} is spoken of like a code, but listed nowhere", self._facts.of(subject, "advice")[0].at)
            return None
        evidence: Evidence = "stated" if listed else "example" if shown else "summary"
        numbers, guessed, disputed = self._numbers(subject[1], told)
        said = self._verdict(subject, numbers)
        if disputed:
            said = replace(said, disputed=f"{said.disputed}; {disputed}" if said.disputed else disputed)
        if guessed and evidence == "stated":
            evidence = "inferred"
        return _Code(subject[1], said, numbers, evidence, lines_of([*listed, *shown] or told))

    def _numbers(self, name: str, told: Sequence[Fact]) -> tuple[tuple[int, ...], bool, str]:
        """The statuses of a code, whether they are only concluded from what the words mean, and how the sources disagree on them."""
        strong = [fact for fact in told if fact.evidence in {"stated", "example"}]
        numbers = tuple(dict.fromkeys(fact.value for fact in strong or told))
        by_source: dict[int, set[int]] = {}
        for fact in strong:
            by_source.setdefault(fact.at.source, set()).add(fact.value)
        everything = set(numbers)
        disputed = ""
        if len(by_source) > 1 and not any(found == everything for found in by_source.values()):
            where = {number: self._cite(lines_of(fact for fact in strong if fact.value == number)) for number in numbers}
            disputed = "; ".join(f"status {number} according to {places}" for number, places in where.items())
        if numbers:
            return numbers, False, disputed
        guess = statuses_by_meaning(name, self._meanings)
        if len(guess) == 1:
            self._facts.doubt(f"that {name} comes with {guess[0]} follows from the words only", None)
            return tuple(guess), True, ""
        return (), False, ""

    def _verdict(self, subject: Subject, numbers: tuple[int, ...]) -> Said:
        own = self._settled([fact for fact in self._facts.of(subject, "advice") if not fact.value.operation], subject)
        general = [self._of_status(number) for number in numbers]
        undecided = any(said.advice.retry == "by_code" for said in general)
        general = [UNSTATED if said.advice.retry == "by_code" else said for said in general]
        if own.advice.retry == "by_status" and (undecided or not numbers):
            self._facts.doubt(f"{subject[1]}: the verdict is left to the status, which says nothing", own.places[0])
            own = UNSTATED
        if own.advice.retry != "unstated" and own.evidence == "inferred":
            agrees = all(said.can_succeed is False for said in general)
            if not agrees and any(said.can_succeed is not None for said in general):
                against = next(said for said in general if said.can_succeed is not None)
                where = self._cite(against.places)
                own = replace(
                    own, disputed=f"the remedy ({self._cite(own.places)}) is something else than a retry, the status is retried ({where})"
                )
            elif not (numbers and all(map(_permanent, numbers))) and not (general and agrees):
                self._remedy_only(subject[1], own)
                own = replace(own, advice=Advice("unstated", action=own.advice.action))
        if own.advice.retry != "unstated" or not general:
            return own
        kinds = {(said.advice.retry, said.advice.wait) for said in general}
        has_cases = any(self._cases.get(str(number)) for number in numbers)
        if undecided and len(kinds) > 1:
            told = "nothing is said of it, and one of its statuses leaves the verdict to the code"
            self._facts.doubt(f"{subject[1]}: {told}", next((place for said in general for place in said.places), None))
            return replace(own, advice=Advice("unstated", action=own.advice.action))
        if has_cases or len(kinds) > 1:
            return Said(Advice("by_status"), own.places or tuple(place for said in general for place in said.places))
        if general[0].advice.retry == "ambiguous":
            return own  # which of the things under the status the code stands for is not said
        action = own.advice.action or general[0].advice.action
        return replace(general[0], advice=replace(general[0].advice, action=action), evidence=general[0].evidence)

    def _rule(self, one: _Code, index: int) -> CodeRule:
        at: KeyPath = ("code", index)
        subject = code(one.name)
        statement = self._statement(one.said, at, number=one.status[0] if len(one.status) == 1 else None)
        if one.evidence != "stated":
            statement["evidence"] = one.evidence
        texts = self._facts.of(subject, "message")
        kinds = [fact.value for fact in self._facts.of(subject, "type")]
        shapes = [fact.value for fact in self._facts.of(subject, "details_shape")]
        meaning = self._meaning(subject)
        note(self._places, (*at, "names", 0), one.places)
        note(self._places, (*at, "messages", one.name), lines_of(texts))
        return CodeRule(
            names=(one.name,),
            status=one.status,
            type=kinds[0] if len(set(kinds)) == 1 else "",
            messages={one.name: tuple(dict.fromkeys(fact.value for fact in texts))} if texts else {},
            meanings={one.name: meaning} if meaning else {},
            details_shape=shapes[0] if shapes else "",
            **statement,
        )

    def _with_patterns(self, rules: list[CodeRule]) -> list[CodeRule]:
        """The families that the documents speak of, each with the rule of its members, or as a rule of its own."""
        from msgspec.structs import replace as changed

        for _, pattern in self._facts.subjects("pattern"):
            told = self._facts.of(("pattern", pattern), "status")
            numbers = tuple(dict.fromkeys(fact.value for fact in told))
            members = [index for index, rule in enumerate(rules) if rule.names and fnmatchcase(rule.names[0], pattern)]
            for index in members:
                rules[index] = changed(rules[index], pattern=pattern)
                self._places["code", index, "pattern"] = lines_of(told)
            if members:
                continue
            subject = ("pattern", pattern)
            said = self._verdict(subject, numbers)
            at: KeyPath = ("code", len(rules))
            note(self._places, (*at, "pattern"), lines_of(told))
            rules.append(CodeRule(names=(), pattern=pattern, status=numbers, **self._statement(said, at)))
        return rules

    # statements -------------------------------------------------------------------------------------------------------------

    def _settled(self, facts: Sequence[Fact], subject: Subject) -> Said:
        circular = "by_status" if subject[0] == "status" else "by_code"
        facts = [fact for fact in facts if fact.value.retry != circular]  # what leaves the verdict to itself says nothing

        def weight(source: int) -> int:
            return self._weights[subject, source]

        return settle(facts, weight, self._cite)

    def _statement(self, said: Said, at: KeyPath, number: int | None = None) -> dict[str, Any]:
        """The fields of a statement, each noted with its lines; only what the schema lets stand together."""
        advice = said.advice
        retry = advice.retry
        action = advice.action
        if number in _BY_STATUS and action in {"credentials", "permissions"}:
            action = _BY_STATUS[number]
        wait = advice.wait if retry not in {"no", "by_code", "by_status"} else ""
        if wait == "retry_after" and not self._has_waits:
            wait = "backoff"
            if said.places:
                self._facts.doubt("the server tells how long to wait, but where it does is not said", said.places[0])
        fields: dict[str, Any] = {"retry": retry, "wait": wait, "action": action, "write_effect": advice.write_effect}
        if retry in {"conditional", "after_change"}:
            fields["change"] = advice.change or "see the document"
        if retry == "after_poll":
            fields["poll"] = advice.poll or "the resource"
        fields["idempotency_key"] = advice.idempotency_key
        fields["disputed"] = said.disputed
        if said.evidence != "stated" and retry not in {"unstated", "by_status"}:
            fields["evidence"] = said.evidence
        if said.places:
            note(self._places, (*at, "retry"), said.places)
        known = Statement.__struct_fields__
        return {name: value for name, value in fields.items() if value and name in known}

    def _meaning(self, subject: Subject) -> str:
        """The fullest of the descriptions."""
        found = self._facts.of(subject, "meaning")
        return max((" ".join(fact.value.split()) for fact in found), key=len, default="")

    def _remedy_only(self, name: str, said: Said) -> None:
        where = said.places[0] if said.places else None
        self._facts.doubt(f"{name}: the document names a remedy ({said.advice.action}) and no word on a retry", where)

    def _cite(self, places: Iterable[Place]) -> str:
        from errlint.catalogue.importers.sources import cite

        return cite(places, self._sources)


def _permanent(number: int | None) -> bool:
    """Whether a remedy under this status means that the same request fails again."""
    return number is not None and 400 <= number < 500 and number not in _MAY_PASS


def _by_operation(facts: Sequence[Fact]) -> list[list[Fact]]:
    groups: dict[str, list[Fact]] = {}
    for fact in facts:
        groups.setdefault(fact.value.operation, []).append(fact)
    return list(groups.values())
