"""A catalogue as the rest of errlint asks it: what an API promises about its errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import field, replace
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Literal

from errlint.catalogue.places import Place, Step, parse_json_path
from errlint.catalogue.regexes import finds
from errlint.catalogue.schema import (
    Api,
    CodeRule,
    Contract,
    FailureTest,
    Format,
    Idempotency,
    MessageAllow,
    OnlyIf,
    Retry,
    Sdk,
    StatusRule,
)
from errlint.catalogue.spelling import near
from errlint.catalogue.text import matching
from errlint.catalogue.verdicts import Facts, Verdict, decide
from errlint.installed import Installed
from errlint.lean import dataclass


@dataclass(frozen=True, slots=True)
class Envelope:
    """Where the parts of an error stand: candidates in order of preference; empty where the document knows of none."""

    code: tuple[Place, ...] = ()
    message: tuple[Place, ...] = ()
    hint: tuple[Place, ...] = ()
    details: tuple[Place, ...] = ()
    type: tuple[Place, ...] = ()
    param: tuple[Place, ...] = ()
    status: tuple[Place, ...] = ()
    request_id: tuple[Place, ...] = ()
    upstream_message: tuple[Place, ...] = ()
    request_id_echo: str | None = None
    """The request header that the API echoes as the request id."""
    branch_on: tuple[str, ...] = ()
    codes: Literal["unstated", "open", "complete"] = "unstated"
    code_statuses: Literal["unstated", "typical", "complete"] = "unstated"
    message_contract: Contract = "unstated"
    message_allow: tuple[MessageAllow, ...] = ()


@dataclass(frozen=True, slots=True)
class RetryAfter:
    """A place where the API says when to retry.

    ``on`` holds statuses, classes ("3xx") and codes that it is promised on; empty: any error.
    """

    place: Place
    formats: tuple[Format, ...]
    on: tuple[int | str, ...] = ()
    only_if: OnlyIf | None = None

    def applies(self, *, status: int | None = None, codes: tuple[str, ...] = ()) -> bool:
        """True if the document promises it for this status or for one of these codes."""
        wanted = {status, f"{status // 100}xx"} if status is not None else set()
        return not self.on or not (wanted | set(codes)).isdisjoint(self.on)


@dataclass(frozen=True, eq=False)
class Catalogue:
    """One API, or one surface of it, whose id is then ``api/surface``.

    ``status`` maps "429" or "5xx" to what holds where no rule of a code does. ``path`` is the file it came from.
    """

    id: str
    name: str
    hosts: tuple[str, ...]
    path_prefixes: tuple[str, ...]
    envelope: Envelope
    failure: tuple[FailureTest, ...]
    retry_after: tuple[RetryAfter, ...]
    override_headers: dict[str, dict[str, Retry]]
    idempotency: Idempotency | None
    status: dict[str, StatusRule]
    codes: tuple[CodeRule, ...]
    sdks: tuple[Sdk, ...]
    api: Api
    path: str
    surfaces: tuple[Catalogue, ...] = field(default=())

    @property
    def message_contract(self) -> Contract:
        """What the document promises about message texts."""
        return self.envelope.message_contract

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of all codes, in the order of the file."""
        return tuple(self._rules)

    @cached_property
    def flags_of_success(self) -> frozenset[tuple[Step, ...]]:
        """Places in the body that are true for successes and false for errors, of an API whose errors have statuses of errors as well."""
        if not any(test.status for test in self.failure):
            return frozenset()
        paths = (parse_json_path(test.json) for test in self.failure if test.json and test.equals is False)
        return frozenset(path for path in paths if path is not None)

    @cached_property
    def addresses(self) -> frozenset[str]:
        """Parts of texts one of which stands in every address of this API that is written in code: hosts, and environment variables."""
        hosts = (_literal_part(host) for one in (self, *self.surfaces) for host in one.hosts)
        return frozenset(word for word in (*hosts, *self.api.host_env_hint) if word)

    @cached_property
    def import_roots(self) -> frozenset[str]:
        """Dotted names of the modules that its SDKs are."""
        return frozenset(root for sdk in self.sdks for root in sdk.import_roots)

    def at(self, installed: Installed) -> Catalogue:
        """The catalogue with what its SDKs are in these versions; where a version is not known, all that are possible."""
        sdks = tuple(sdk for sdk in self.sdks if not sdk.versions or installed.allows(sdk.package, sdk.versions))
        same = len(sdks) == len(self.sdks)
        return self if same else replace(self, sdks=sdks, surfaces=tuple(surface.at(installed) for surface in self.surfaces))

    def is_imitated(self, name: str) -> bool:
        """Whether other vendors, too, answer to the SDK that a dotted name belongs to."""
        root = name.partition(".")[0]
        return any(sdk.shared_protocol for sdk in self.sdks if root in {one.partition(".")[0] for one in sdk.import_roots})

    def code(self, name: str) -> CodeRule | None:
        """What the file says of a code; by its name, else by the pattern of a family it belongs to."""
        exact = self._rules.get(name)
        return exact or next((rule for rule in self.codes if rule.pattern and fnmatchcase(name, rule.pattern)), None)

    def part_of(self, codes: Iterable[str]) -> Literal["code", "type"] | None:
        """The part of an error that has these codes; None if they do not all stand in the same one."""
        rules = map(self.code, codes)
        parts: set[Literal["code", "type"]] = {"code" if rule is None else rule.part for rule in rules}
        return parts.pop() if len(parts) == 1 else None

    def near(self, name: str) -> tuple[str, ...]:
        """The codes that a name which is none is likely to be a misspelling of."""
        return near(name, self.names)

    def only_statuses_of(self, code: str) -> tuple[int, ...]:
        """All statuses that the code can come with; empty where the document does not say that there are no others."""
        return self.statuses_of(code) if self.envelope.code_statuses == "complete" else ()

    def statuses_of(self, code: str) -> tuple[int, ...]:
        """The statuses that the code is known to come with; empty if unknown."""
        rule = self.code(code)
        return rule.status if rule else ()

    def codes_at(self, status: int) -> tuple[str, ...]:
        """The codes that are known to come with the status."""
        return tuple(name for name, rule in self._rules.items() if status in rule.status)

    def codes_of_type(self, kind: str) -> tuple[str, ...]:
        """The codes that come with the type (``"type": "insufficient_quota"``)."""
        return tuple(name for name, rule in self._rules.items() if rule.type == kind)

    def alias_group(self, code: str) -> tuple[str, ...]:
        """All codes that mean the same as this one, itself included."""
        rule = self._rules.get(code)
        if rule is None or not rule.alias_group:
            return (code,)
        return tuple(name for name, other in self._rules.items() if other.alias_group == rule.alias_group)

    def codes_for_text(self, text: str) -> tuple[str, ...]:
        """The codes that a literal in the linted code could stand for.

        A whole message or a code spelt as words always counts; two and more words also count as a phrase inside a message.
        Alias groups come whole. :func:`errlint.catalogue.text.matching` has the details.

        :return: empty: none; all of one alias group (or a single code): a unique answer; otherwise the candidates.
        """
        texts = ((name, said) for rule in self.codes for name, all_said in rule.messages.items() for said in all_said)
        found = matching(text, texts, self.names)
        return tuple(dict.fromkeys(name for hit in found for name in self.alias_group(hit)))

    def is_told_by_text(self, words: Iterable[str], may_be: Callable[[int], bool] = lambda _: True) -> bool:
        """Whether the document knows nothing but the message that tells the errors which these texts stand for.

        Where it is not known which texts are asked for, that is only so if it holds for all errors.

        :param may_be: says of a status whether it is possible where the texts are asked for; any, if nothing is known of it there.
        """
        envelope = self.envelope
        if envelope.message_contract == "sole_discriminator":
            return True
        here = [allow for allow in envelope.message_allow if not allow.status or any(map(may_be, allow.status))]
        told = [any(finds(allow.regex, word) for allow in here) for word in words]
        return bool(told) and all(told)

    def statuses_for_text(self, text: str) -> tuple[int, ...]:
        """The statuses whose reason phrase the literal could stand for, matched as in :meth:`codes_for_text`."""
        texts = ((key, phrase) for key, rule in self.status.items() for phrase in rule.phrases)
        return tuple(int(key) for key in matching(text, texts))

    def verdict(
        self,
        *,
        status: int | None = None,
        code: str | None = None,
        operation: str | None = None,
        method: str | None = None,
        type: str | None = None,  # noqa: A002 -- what APIs call it
    ) -> Verdict:
        """May the same request be sent again after this error? See :mod:`errlint.catalogue.verdicts` for what wins."""
        rule = self.code(code) if code is not None else None
        return decide(code, rule, self.status, Facts(status, operation, method, type))

    @cached_property
    def _rules(self) -> dict[str, CodeRule]:
        return {name: rule for rule in self.codes for name in rule.names}


def _literal_part(host: str) -> str:
    """The labels after the last one with a ``*``: what every address that the glob matches ends with."""
    labels = host.split(".")
    free = max((at for at, label in enumerate(labels) if "*" in label), default=-1)
    return ".".join(labels[free + 1 :])
