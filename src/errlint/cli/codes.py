"""``errlint explain API:CODE``: what a catalogue says of one error code, and which rules make use of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from errlint.cli.knowledge import known_catalogues
from errlint.errors import UsageProblem
from errlint.hints import did_you_mean
from errlint.terminal import Style, shown_path, wrapped

if TYPE_CHECKING:
    from errlint.catalogue import Catalogue, Verdict
    from errlint.catalogue.schema import Case, CodeRule, StatusRule

_LABEL = 12


def explained(wanted: str, files: tuple[Path, ...], look: Style) -> Iterator[str]:
    """The lines of the explanation of a code (``girardai:RATE_LIMITED``) or of a status (``girardai:503``).

    :raises UsageProblem: there is no such catalogue, or it says nothing of the code.
    """
    api_id, _, name = wanted.partition(":")
    api = known_catalogues(files).require(api_id)
    rule = api.code(name)
    if rule is not None:
        facts = _of_code(api, name, rule)
    elif name in api.status:
        facts = _of_status(api, name, api.status[name])
    else:
        near = did_you_mean(name, (*api.names, *api.status))
        raise UsageProblem(f"{api.name} has no error code '{name}'", hint=near or f"`errlint catalogue show {api.id}` lists its codes")
    yield look.paint(wanted, "bold") + "\n"
    for label, text in facts:
        prefix = f"  {label + ':' if label else '':<{_LABEL}} "
        yield from (f"{line}\n" for line in wrapped(prefix, prefix, text, look) if text)


def _of_code(api: Catalogue, name: str, rule: CodeRule) -> Iterator[tuple[str, str]]:
    from errlint.catalogue.words import waits_in_words

    verdict = api.verdict(code=name)
    waits = waits_in_words(api, status=rule.status, codes=(name,))
    group = api.alias_group(name)
    yield "API", api.name
    yield "meaning", rule.meanings.get(name, "")
    yield "family", rule.pattern if name not in rule.names else ""
    yield "status", ", ".join(map(phrased, rule.status)) or "not documented"
    yield from _what_to_do(api, verdict, waits)
    yield from _cases(api, rule.case)
    if verdict.retry == "by_status":
        told = {case.when.status for case in rule.case}
        yield from _told({f"status {one}": api.verdict(code=name, status=one) for one in rule.status if one not in told}, api)
    yield "note", rule.note
    yield "same as", ", ".join(other for other in group if other != name)
    yield "texts", ", ".join(f"“{text}”" for text in rule.messages.get(name, ()))
    yield "read it at", ", ".join(map(str, api.envelope.code))
    yield "request id", ", ".join(map(str, api.envelope.request_id)) or "not documented"
    verdicts = [verdict, *(api.verdict(code=name, status=one) for one in rule.status)]
    uses = ("code", "message", *_if("status", rule.status), *_if("alias", group[1:]))
    yield "used by", _rules(api, *uses, *_of_verdicts(verdicts, waits))
    yield "file", shown_path(Path(api.path))


def _of_status(api: Catalogue, key: str, rule: StatusRule) -> Iterator[tuple[str, str]]:
    from errlint.catalogue.verdicts import Verdict
    from errlint.catalogue.words import waits_in_words

    verdict = Verdict(rule.retry, rule.wait, f"status {key}", rule.disputed, rule)
    waits = waits_in_words(api, status=[int(key)]) if key.isdigit() else []
    codes = api.codes_at(int(key)) if key.isdigit() else ()
    yield "API", api.name
    yield "meaning", rule.meaning or (phrased(int(key)) if key.isdigit() else "")
    yield "codes", ", ".join(codes)
    yield from _what_to_do(api, verdict, waits)
    yield from _cases(api, rule.case)
    if rule.retry == "by_code":
        yield from _told({code: api.verdict(code=code, status=int(key)) for code in codes}, api)
    yield "note", rule.note
    verdicts = [verdict, *(api.verdict(code=code, status=int(key)) for code in codes)]
    yield "used by", _rules(api, "message", *_of_verdicts(verdicts, waits))
    yield "file", shown_path(Path(api.path))


def _what_to_do(api: Catalogue, verdict: Verdict, waits: list[str]) -> Iterator[tuple[str, str]]:
    from errlint.catalogue.words import remedy, retry_in_words, wait_in_words

    yield "retry", retry_in_words(verdict)
    if verdict.retry not in {"no", "after_change"}:
        told = wait_in_words(verdict.wait) if verdict.wait else ""
        yield "wait", ": ".join(part for part in (told, ", else ".join(waits)) if part)
    yield "what to do", remedy(verdict, api)


def _cases(api: Catalogue, cases: Iterable[Case]) -> Iterator[tuple[str, str]]:
    from errlint.catalogue.verdicts import Verdict
    from errlint.catalogue.words import when_in_words

    yield from _told({when_in_words(case.when): Verdict(case.retry, case.wait, "", case.disputed, case) for case in cases}, api)


def _told(verdicts: dict[str, Verdict], api: Catalogue) -> Iterator[tuple[str, str]]:
    from errlint.catalogue.words import remedy

    yield from (("", f"{circumstances}: {remedy(verdict, api)}") for circumstances, verdict in verdicts.items())


def phrase(status: int) -> str:
    """The reason phrase of a status, as Python knows it; empty if it does not."""
    return {one.value: one.phrase for one in HTTPStatus}.get(status, "")


def phrased(status: int) -> str:
    """A status with its reason phrase: ``429 Too Many Requests``."""
    return f"{status} {phrase(status)}".strip()


def _if(use: str, given: object) -> list[str]:
    return [use] if given else []


def _of_verdicts(verdicts: Iterable[Verdict], waits: list[str]) -> list[str]:
    """What of a verdict rules can make use of: not one that is unsettled or disputed."""
    return [*_if("retry", any(one.can_succeed is not None for one in verdicts)), *_if("wait", waits)]


def _rules(api: Catalogue, *uses: str) -> str:
    from errlint import registry

    of_api = (*_if("request_id", api.envelope.request_id), *_if("envelope", api.envelope.code), *_if("idempotency", api.idempotency))
    return ", ".join(f"{rule.id} {rule.name}" for rule in registry.rules() if not set(rule.uses).isdisjoint({*uses, *of_api}))
