"""Schema 1 of error catalogues: the shape of the TOML, one frozen struct a table, nothing that is not known.

What a catalogue file says, and in which words, is defined here and nowhere else; what must hold *between* the tables
is in :mod:`errlint.catalogue.checks`.
"""

# no `from __future__ import annotations`: msgspec would compile the text of each annotation again
from typing import Literal

from msgspec import UNSET, Struct, UnsetType, field

Retry = Literal["yes", "no", "conditional", "after_change", "after_poll", "by_status", "by_code", "ambiguous", "unstated"]
"""May the same request be sent again?

``yes``: yes, after a wait. ``no``: it fails again. ``conditional``: only if what ``change`` says is done first or holds. ``after_change``:
the document speaks of a retry, but once something (``change``) is different. ``after_poll``: once ``poll`` says that it is ready.
``by_status`` (codes), ``by_code`` (statuses): the other one decides. ``ambiguous``: documented to mean different things
that the answer does not tell apart. ``unstated``: the document does not say; nobody may conclude anything.
"""

Wait = Literal["", "retry_after", "backoff", "poll"]
"""How long to wait before a retry: what the server says, growing delays of one's own, or until a poll says so."""

Format = Literal[
    "delta-seconds",
    "decimal-seconds",
    "milliseconds",
    "http-date",
    "epoch-seconds",
    "epoch-ms",
    "rfc3339",
    "go-duration",
    "proto-duration",
    "ietf-ratelimit",
    "seconds-number",
]
"""How a time to retry is written. The name of a header never tells: ``X-RateLimit-Reset`` is any of four of them.

``delta-seconds`` "45", ``decimal-seconds`` "2.0", ``milliseconds`` "1500", ``http-date`` "Sun, 06 Nov 1994 08:49:37 GMT",
``epoch-seconds`` and ``epoch-ms`` since 1970, ``rfc3339`` "2026-01-22T12:00:00Z", ``go-duration`` "6m0s", ``proto-duration`` "34s",
``ietf-ratelimit`` the structured field '"api";r=0;t=55', ``seconds-number`` a JSON number of seconds.
"""

Evidence = Literal["stated", "example", "summary", "inferred"]
"""Where a fact stands: in so many words, only in an example, only in a summary table, or concluded from what the document says."""

Contract = Literal["unstated", "unstable", "stable", "sole_discriminator"]
"""What the document promises about message texts; ``sole_discriminator``: nothing but the text tells some errors apart."""

Attribute = Literal[
    "code", "status", "message", "request_id", "headers", "response", "body", "retry_after", "type", "param", "hint", "details"
]  # fmt: skip
"""What an exception of an SDK can carry."""


class _Table(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Strict decoding for every table of a catalogue."""


class Source(_Table, frozen=True, kw_only=True):
    """A document that the facts were taken from."""

    title: str
    url: str = ""
    note: str = ""


class Api(_Table, frozen=True, kw_only=True):
    """``[api]``: who this is about, and by what it is recognised."""

    id: str
    name: str
    hosts: tuple[str, ...] = ()
    """Hosts that answer calls, ``*`` for any part of a name (``*.example.com``); none where every customer has their own."""
    path_prefixes: tuple[str, ...] = ()
    """If given, only paths below one of these belong to the API."""
    host_env_hint: tuple[str, ...] = ()
    """Environment variables that customarily hold the address."""
    auth_header: str = ""
    sources: tuple[Source, ...] = ()


class FailureTest(_Table, frozen=True, kw_only=True):
    """``[[failure]]``: any one of them makes an answer an error: a ``status`` (">=400", "4xx", "207") or a value at ``json``."""

    status: str = ""
    json: str = ""
    equals: bool | int | str | UnsetType = UNSET
    truthy: bool | None = None


class PlaceSheet(_Table, frozen=True, kw_only=True):
    """Where a value stands: exactly one of ``json`` (``$.error.code``, ``$.errors[*].code``), ``header``, ``xml``, ``sdk_attr``."""

    json: str = ""
    header: str = ""
    xml: str = ""
    sdk_attr: str = ""
    type: Literal["str", "int", "http_status", "canonical"] = "str"
    """Of codes: ``http_status`` repeats the status, ``canonical`` is a gRPC status name."""
    case: Literal["", "UPPER_SNAKE", "lower_snake", "camelCase", "PascalCase"] = ""
    """Of codes: how every code of the file is spelt."""
    optional: bool = False
    shapes: tuple[Literal["object", "array", "string", "absent"], ...] = ()
    """The JSON shapes the value is known to have, if not always the same."""


class MessageAllow(_Table, frozen=True, kw_only=True):
    """Texts that a client may, or has to, match: under ``status`` (any if empty), those that ``regex`` finds.

    Where the code has tested the status before, one of ``status`` has to be possible; where it has not, any may come."""

    regex: str
    """Searched in the first 200 characters of a text. It repeats no group (``(…)+``), refers to none (``\\1``), and has in each of its
    alternatives at most 2 repeats (``*``, ``+``, ``{2,}``) and 5 choices (``?``, and ``|`` in groups)."""
    status: tuple[int, ...] = ()
    because: str = ""


ENVELOPE_PARTS = ("code", "message", "hint", "details", "type", "param", "status", "request_id", "upstream_message")
"""The parts of an error that an envelope has places for."""


class EnvelopeSheet(_Table, frozen=True, kw_only=True):
    """``[envelope]``: where the parts of an error stand, candidates in order of preference; an empty list: documented nowhere."""

    code: tuple[PlaceSheet, ...] = ()
    message: tuple[PlaceSheet, ...] = ()
    hint: tuple[PlaceSheet, ...] = ()
    details: tuple[PlaceSheet, ...] = ()
    type: tuple[PlaceSheet, ...] = ()
    param: tuple[PlaceSheet, ...] = ()
    status: tuple[PlaceSheet, ...] = ()
    request_id: tuple[PlaceSheet, ...] = ()
    request_id_echo: str = ""
    """The *request* header whose value comes back as the request id."""
    upstream_message: tuple[PlaceSheet, ...] = ()
    """Where another vendor's message may stand inside an error of this API."""
    branch_on: tuple[Literal["code", "status", "type", "message"], ...] = ()
    """What the document tells clients to decide on."""
    codes: Literal["unstated", "open", "complete"] = "unstated"
    """Whether the file's list of codes is all there are: ``open``: there are more; a code that is not listed proves nothing."""
    code_statuses: Literal["unstated", "typical", "complete"] = "unstated"
    """Whether the statuses that the file gives for a code are all that it comes with."""
    message_contract: Contract = "unstated"
    message_allow: tuple[MessageAllow, ...] = ()
    """Texts that are all there is to tell an error by, where the contract is another one: to test them is advice at most."""


class OnlyIf(_Table, frozen=True, kw_only=True):
    """A header that must have this value, e.g. ``x-ratelimit-remaining`` = "0"."""

    header: str
    equals: str


class RetryAfterSheet(_Table, frozen=True, kw_only=True):
    """``[[retry_after]]``: a place where the API says when to retry; the order of the tables is the order of preference."""

    formats: tuple[Format, ...]
    header: str = ""
    json: str = ""
    sdk_attr: str = ""
    on: tuple[int | str, ...] = ()
    """Statuses (429), classes ("3xx") or codes that it is promised on; none: on any error."""
    only_if: OnlyIf | None = None
    optional: bool = False


class StatusAndCode(_Table, frozen=True, kw_only=True):
    """What a misuse is answered with."""

    status: int
    code: str = ""


class Idempotency(_Table, frozen=True, kw_only=True):
    """``[idempotency]``: how writes are repeated safely. No table: the document offers nothing."""

    header: str
    required_on: tuple[str, ...] = ()
    """Methods that are refused without it."""
    missing: StatusAndCode | None = None
    mismatch: StatusAndCode | None = None
    """The same key with another body."""
    reuse_on_retry: Literal["unstated", "same_key", "same_key_if_body_unchanged", "new_key"] = "unstated"
    replay: Literal["unstated", "saved_response", "reexecute"] = "unstated"
    ttl: str = ""
    sdk_auto: bool = False
    """The SDK adds a key by itself and keeps it while it retries."""


class Statement(_Table, frozen=True, kw_only=True):
    """What a document says about a retry: shared by codes, statuses and their cases."""

    retry: Retry
    wait: Wait = ""
    change: str = ""
    """What has to be different first; for people."""
    poll: str = ""
    """What to ask whether it is ready; for people."""
    action: str = ""
    """What somebody has to see to: ``request``, ``credentials``, ``permissions``, ``billing``, ``configuration``, ``support`` …"""
    write_effect: Literal["", "none", "unknown", "rolled_back", "maybe_partial"] = ""
    """What a write may have done although it failed."""
    idempotency_key: Literal["", "reuse", "new"] = ""
    """Which Idempotency-Key the retry has to carry."""
    evidence: Evidence = "stated"
    disputed: str = ""
    """How the document contradicts itself here; whoever relies on the verdict should not."""
    note: str = ""


class When(_Table, frozen=True, kw_only=True):
    """The circumstances of a case; all that are given must hold.

    ``status``, ``operation``, ``method`` and ``type`` can be told from code; a case that asks for ``param``, ``header``,
    ``sdk_version`` or ``cause`` is for people and decides nothing.
    """

    status: int | None = None
    operation: str = ""
    method: tuple[str, ...] = ()
    type: str = ""
    param: str = ""
    header: str = ""
    sdk_version: str = ""
    cause: str = ""


class Case(Statement, frozen=True, kw_only=True):
    """``[[code.case]]``, ``[[status.NNN.case]]``: what holds under more precise circumstances."""

    when: When


class CodeRule(Statement, frozen=True, kw_only=True):
    """``[[code]]``: one or more codes of which the same is true."""

    names: tuple[str, ...]
    status: tuple[int, ...] = ()
    """The statuses that they are known to come with."""
    type: str = ""
    """The error type they come with, in APIs that have both."""
    part: Literal["code", "type"] = "code"
    """The part of an error that has them: ``type`` where the types of an API are codes, too, and stand elsewhere."""
    services: tuple[str, ...] = ()
    """The services of the API that alone have them: nothing that a client of another one could meet."""
    pattern: str = ""
    """A family of names, ``*_NOT_FOUND``, of which ``names`` are the known members."""
    alias_group: str = ""
    """Codes of one group mean the same; a client has to handle them all."""
    messages: dict[str, tuple[str, ...]] = {}
    """By code, texts seen on the wire. Descriptions in a table are not messages."""
    details_shape: Literal["", "object", "array", "string", "absent"] = ""
    meanings: dict[str, str] = {}
    """By code, what the document says that it means; for people, and never compared with anything."""
    case: tuple[Case, ...] = ()


class StatusRule(Statement, frozen=True, kw_only=True):
    """``[status.429]``, ``[status.5xx]``: what holds where no rule of a code does."""

    phrases: tuple[str, ...] = ()
    """Reason phrases and titles that stand for the status on the wire."""
    meaning: str = ""
    """What the document says that it means; for people."""
    case: tuple[Case, ...] = ()


class ExceptionSheet(_Table, frozen=True, kw_only=True):
    """An exception class of an SDK."""

    class_: str = field(name="class")
    parents: tuple[str, ...] = ()
    status: tuple[int | str, ...] = ()
    """Statuses (404) or classes ("5xx") that raise it."""
    codes: tuple[str, ...] = ()
    attrs: dict[Attribute, str] = {}
    unreachable: tuple[Attribute, ...] = ()
    str_shows: tuple[Attribute, ...] | None = None


class BuiltinRetry(_Table, frozen=True, kw_only=True):
    """What an SDK retries by itself."""

    default_attempts: int
    """All attempts, the first one included."""
    statuses: tuple[int | str, ...] = ()
    codes: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    connection_errors: bool = False
    honours: tuple[str, ...] = ()
    """Headers that its wait follows."""
    retry_after_max: float | None = None
    """Longest Retry-After, in seconds, that it follows; None: any."""
    disable: str = ""
    """The expression or argument that switches it off."""


class Sdk(_Table, frozen=True, kw_only=True):
    """``[[sdk]]``: a Python package that calls the API. What changed between versions takes one table a range."""

    package: str
    import_roots: tuple[str, ...]
    versions: str = ""
    """A version range, ``>=1,<3``; empty: all."""
    http_lib: str = ""
    clients: tuple[str, ...] = ()
    """The client classes that call this API, where the package serves several; an import of the package alone then binds nothing."""
    shared_protocol: bool = False
    """Other vendors answer to this SDK, too: with an address that no catalogue knows, it calls one of them."""
    base_exception: str = ""
    exceptions: tuple[ExceptionSheet, ...] = ()
    attrs: dict[Attribute, str] = {}
    """Attributes of the exceptions: what stands after the dot (``status = "response.status_code"``), or an expression of ``{e}``."""
    unreachable: tuple[Attribute, ...] = ()
    """What an exception is known not to give."""
    unknown: tuple[Attribute, ...] = ()
    """What the document does not tell how to get."""
    str_contains: Literal["", "body", "message", "none", "code", "status"] = ""
    """The most that ``str(e)`` is known to contain."""
    str_shows: tuple[Attribute, ...] | None = None
    """All that ``str(e)`` shows of an answer whose body is an error of this API: what is not listed is not in it. Absent: not known."""
    builtin_retry: BuiltinRetry | None = None
    notes: tuple[str, ...] = ()


def sdk_expression(attribute: str, exception: str) -> str:
    """How a part of the error is read off an exception: ``attrs`` of an SDK, written out for the name ``exception``."""
    return attribute.replace("{e}", exception) if "{e}" in attribute else f"{exception}.{attribute}"


class Surface(_Table, frozen=True, kw_only=True):
    """``[[surface]]``: a part of the API with rules of its own. A table given here replaces the file's table whole."""

    id: str
    name: str = ""
    hosts: tuple[str, ...] = ()
    path_prefixes: tuple[str, ...] = ()
    failure: tuple[FailureTest, ...] | None = None
    envelope: EnvelopeSheet | None = None
    retry_after: tuple[RetryAfterSheet, ...] | None = None
    override_headers: dict[str, dict[str, Retry]] | None = None
    idempotency: Idempotency | None = None
    status: dict[str, StatusRule] | None = None
    code: tuple[CodeRule, ...] | None = None


class CatalogueFile(_Table, frozen=True, kw_only=True):
    """A whole file."""

    schema: Literal[1]
    api: Api
    failure: tuple[FailureTest, ...] = ()
    envelope: EnvelopeSheet = EnvelopeSheet()
    retry_after: tuple[RetryAfterSheet, ...] = ()
    override_headers: dict[str, dict[str, Retry]] = {}
    """Response headers that decide before everything else: ``x-should-retry = { true = "yes", false = "no" }``."""
    idempotency: Idempotency | None = None
    status: dict[str, StatusRule] = {}
    code: tuple[CodeRule, ...] = ()
    sdk: tuple[Sdk, ...] = ()
    surface: tuple[Surface, ...] = ()
