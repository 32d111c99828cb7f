"""Library sheets: what HTTP libraries, SDKs and retry libraries do, as data.

A sheet is a TOML file in a rule pack's ``libraries`` folder. The engine contains no name of a library: it asks the sheets.

*Kinds* are the words a sheet uses for what a value means: ``status`` (int), ``reason`` (the phrase), ``ok`` (true below 400), ``success``
(true for 2xx only), ``is-error`` (true from 400), ``client-error`` (true for 4xx), ``server-error`` (true for 5xx), ``headers``, ``text``
(the undecoded body), ``body`` (the decoded body), ``code``, ``message``, ``request-id``,
``retry-after``, ``http`` (an HTTP call was made; the value itself is of no interest). Anything else is the dotted name of a type of some
sheet. Behind either, ``?`` says that the value may be None.
"""

# no `from __future__ import annotations`: msgspec would compile the text of each annotation again
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

import msgspec

from errlint.prepared import NOTHING, Prepared, decoded
from errlint.sheets.retry import RetrySheet
from errlint.sheets.speech import ServingSheet, SpeechSheet
from errlint.toml import decode_file

KINDS = frozenset({
    "status", "reason", "ok", "success", "is-error", "client-error", "server-error", "headers", "text", "body", "code", "message",
    "request-id", "retry-after", "http",
})  # fmt: skip
"""The meanings that a sheet may give to an attribute or a call, beside the names of types."""


class _Sheet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Strict decoding for everything in a sheet."""


class Library(_Sheet, frozen=True):
    """``[library]``: ``roots`` are the top-level import names, which also wake the byte gate."""

    id: str
    roots: tuple[str, ...]
    checked: str = ""
    """The versions that the facts were seen in, e.g. ``"2.34.2"``."""
    package: str = ""
    """The package whose version the ``versions`` of rows mean, as it is installed; without it, ``id``."""
    network: tuple[str, ...] = ()
    """The exception types of all failures of the network, none of which stands for an answer."""
    temporary: tuple[int, ...] = ()
    """Client errors after which the API behind the library may answer otherwise, as the library's own retries know."""


class TypeSheet(_Sheet, frozen=True):
    """``[[type]]``: a class and what its members mean.

    ``is_a`` is ``response``, ``exception``, ``client`` (every call reached through it does HTTP), ``object`` (only the listed methods
    do) or ``class`` (nothing is known but its members). ``also`` lists other import paths of the same class or factories that return it.
    """

    name: str
    is_a: Literal["response", "exception", "client", "object", "class"] = "object"
    also: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    attributes: dict[str, str] = {}
    methods: dict[str, str] = {}
    falsy_on_error: bool = False
    """``bool(response)`` is False for 4xx and 5xx."""
    items: Literal["", "body", "headers"] = ""
    """What subscripting the object itself, and its ``get``, reads: ``response["error"]`` is ``body["error"]`` for ``body``."""
    keys: dict[str, str] = {}
    """What stands under a key of the object itself, or, for one that is a tuple, in a position: ``0 = "httplib2.Response"``."""
    plain_headers: bool = False
    """The headers that it has are an ordinary dict: the name of one has to be written as it was sent, or as the library wrote it."""
    raises: tuple[str, ...] = ()
    """Clients: the types that their calls raise for a status. Without them: all of the library that carry one."""
    retried_by: str = ""
    """Clients: the attribute, and argument of the constructor, that holds what tries again. Whoever fills it has said how to wait."""
    hooks: str = ""
    """Clients: the argument of the constructor that holds, under ``response``, functions to which every answer is shown. They may raise."""
    undecodable: tuple[str, ...] = ()
    """Responses: what decoding the body raises, beside ``ValueError``, when it is no JSON."""
    told_by: tuple[str, ...] = ()
    """Members that nothing else has: a value of which nothing else is known is of this type where one of them is read."""
    told_beside_status: tuple[str, ...] = ()
    """Members that tell it only of a value whose status, by an attribute of this table, is compared with that of an answer (200, 404)."""
    covers_status: bool = False
    """Exceptions: catching this type also catches errors that carry an HTTP status (4xx, 5xx)."""
    carries_status: bool = False
    """Exceptions: every instance stands for an HTTP answer with an error status."""
    statuses: tuple[int, ...] = ()
    """Exceptions: the only statuses it stands for, when it is that specific."""
    status_class: Literal["", "4xx", "5xx"] = ""
    """Exceptions: the class of all statuses it stands for, when it is no more specific than that."""
    any_status: bool = False
    """Exceptions: some stand for an answer that is no error: a redirect that is not followed, a body of another type."""
    status: str = ""
    """Exceptions: the expression of the status, with ``{e}`` for the exception."""
    status_guard: str = ""
    """Exceptions: what must hold before ``status`` may be read."""
    unwrapped: str = ""
    """Exceptions: what they keep as the ``body`` is only what stands under this key of the answer."""
    only_from_calls: bool = False
    """Exceptions: nothing raises it, and what inherits from it, but calls of the library's API: what is tried where it is caught is one."""
    raised_by: tuple[str, ...] = ()
    """Exceptions: the only methods that raise it (``*`` for any part of a name); others of the library make another type of it."""
    wait_in: str = ""
    """Exceptions: where the API says how long to wait, if not in a header, in words that follow "as"."""
    wait_headers: dict[str, Literal["delta-seconds", "epoch-seconds", "milliseconds"]] = {}
    """Exceptions: the headers in which the API says how long to wait, in place of Retry-After, and what stands in each."""
    unsent: bool = False
    """Exceptions: the request was not sent yet, so the server knows nothing of it."""
    text: Literal["", "body", "message", "none", "code", "status"] = ""
    """Exceptions: the most that ``str(e)`` is known to contain of the answer."""
    text_in: tuple[str, ...] = ()
    """Exceptions: attributes that hold what ``str(e)`` says of the answer, and not only the error's own message."""
    for_users: tuple[str, ...] = ()
    """Exceptions: attributes whose text the API means for the end users of the program: who hands it to them has an answer of its own."""
    versions: str = ""
    """The versions that this holds for (``>=1,<3``), where a class changed: then it has several tables, one a range."""

    def may_leave(self, method: str) -> bool:
        """Whether calls of a method of this name may raise it."""
        return not self.raised_by or any(fnmatchcase(method, pattern) for pattern in self.raised_by)


def ancestors(name: str, named: Callable[[str], TypeSheet | None]) -> Iterator[TypeSheet]:
    """A type and everything it inherits from, nearest first; cycles end the walk.

    :param named: gives the type of a name.
    """
    seen: set[str] = set()
    queue = [name]
    while queue:
        entry = named(queue.pop(0))
        if entry is not None and entry.name not in seen:
            seen.add(entry.name)
            yield entry
            queue.extend(entry.parents)


class FunctionSheet(_Sheet, frozen=True):
    """``[[function]]``: calls of these dotted names (``*`` matches within and across dots) give ``returns``.

    A name may be that of a method (``acme_http.Client.get``); it then takes precedence over what the type says of the method.
    """

    names: tuple[str, ...]
    returns: str = ""
    """Without it, the value is of no interest, and calling it is no HTTP call."""
    raises_on_status: bool = False
    """Calling it raises when the status is an error."""
    raises: tuple[str, ...] = ()
    """The types it raises for a status. Without them: all of its library that carry a status."""
    versions: str = ""
    """The versions that this holds for."""

    @property
    def raises_for_status(self) -> bool:
        """Whether a call raises because the status is an error, said either way."""
        return self.raises_on_status or bool(self.raises)


class Argument(_Sheet, frozen=True):
    """An argument of a call: by keyword ``name``, by 0-based ``position``, or both."""

    name: str = ""
    position: int | None = None


class RetryAfterDefeat(_Sheet, frozen=True):
    """``[[defeats_retry_after]]``: a call of ``calls`` that makes a layer ignore or shorten the Retry-After it would honour.

    The call defeats it when ``argument`` is the literal ``equals``; or, with ``needs``, when it is *not* that literal
    (absent counts as not). ``when`` restricts the sheet to calls whose other argument is the dotted name ``when_is``.
    """

    calls: tuple[str, ...]
    argument: Argument
    equals: str
    needs: bool = False
    when: Argument | None = None
    when_is: str = ""
    strict: bool = False
    """The layer raises for a header that it cannot read: to have it honoured may turn an answer into an exception."""
    useless_with: tuple[str, ...] = ()
    """Arguments with which no answer is tried again where they are 0 or False: nothing is defeated then."""
    harmless: tuple[str, ...] = ()
    """With ``needs``: dotted names of other values that leave the wait whole."""
    reads: Argument | None = None
    """With ``needs``: the function that reads the wait. One that knows no other wait has nothing else to lose."""
    because: str = ""
    """What happens, as the end of a sentence that starts with the name of the call."""
    versions: str = ""
    """The versions that this holds for."""


class Pause(_Sheet, frozen=True):
    """``[[pause]]``: calls that wait for as long as ``argument`` says, in seconds."""

    calls: tuple[str, ...]
    argument: Argument


class Limit(_Sheet, frozen=True):
    """``[[limit]]``: calls that end what they are given, or the ``with`` block that they open, when ``argument`` says so."""

    calls: tuple[str, ...]
    argument: Argument


class Runner(_Sheet, frozen=True):
    """``[[runner]]``: calls that have something else, as a thread, run what ``argument`` is, and give what that gives.

    ``calls`` are the ends of their dotted names: ``run_in_executor`` is one of whatever loop.
    """

    calls: tuple[str, ...]
    argument: Argument


class Ending(_Sheet, frozen=True):
    """``[[ending]]``: methods that end the program, of an object that is at hand everywhere: no type of it has to be seen, but the file
    imports the library.
    """

    methods: tuple[str, ...]


class AddressSheet(_Sheet, frozen=True):
    """``[[address]]``: calls whose value is given where a URL is expected, and stands for the one that ``argument`` is."""

    calls: tuple[str, ...]
    argument: Argument


class Named(_Sheet, frozen=True):
    """``[[random]]``, ``[[unique]]`` and ``[[clock]]``: functions whose value is drawn at random, is another one each time, or is the time.
    ``[[decoder]]``: functions that decode JSON. ``[[matcher]]``: modules with the functions of ``re``. ``[[record]]``: decorators that make
    the constructor of a class of its annotated names.

    ``*`` matches within and across dots.
    """

    names: tuple[str, ...]


class Alias(_Sheet, frozen=True):
    """``[[alias]]``: other names of the module, package or class ``of``: what it has is found below each of ``names`` as well.

    Other rows speak of it by the name ``of`` alone.
    """

    of: str
    names: tuple[str, ...]
    python2: bool = False
    """Only code that runs on Python 2, too, calls it so; and there is no ``of`` in Python 2."""


class Saying(_Sheet, frozen=True):
    """``[[saying]]``: texts of failures that no answer stands behind: of the network, of files, of parsers.

    ``names`` are the exceptions that have them; ``says`` are whole phrases that no API would use for its own errors.
    """

    names: tuple[str, ...]
    says: tuple[str, ...]


class Foreign(_Sheet, frozen=True):
    """``[[foreign]]``: what does something else than HTTP: databases, mail, directories, brokers, other programs, files.

    ``names`` are dotted names of modules, classes and functions; each stands for everything below it as well, unless a longer name says
    otherwise. No exception of theirs stands for an answer of HTTP, whatever number is in its text, and nothing that they give is one.
    """

    names: tuple[str, ...]
    passes_on: bool = False
    """What they give is made of what they are given: a decoder, a pattern, a log line."""


class Sheet(_Sheet, frozen=True):
    """One file: a library and its facts."""

    schema: Literal[1]
    library: Library
    type: tuple[TypeSheet, ...] = ()
    function: tuple[FunctionSheet, ...] = ()
    alias: tuple[Alias, ...] = ()
    defeats_retry_after: tuple[RetryAfterDefeat, ...] = ()
    pause: tuple[Pause, ...] = ()
    limit: tuple[Limit, ...] = ()
    runner: tuple[Runner, ...] = ()
    ending: tuple[Ending, ...] = ()
    address: tuple[AddressSheet, ...] = ()
    random: tuple[Named, ...] = ()
    unique: tuple[Named, ...] = ()
    clock: tuple[Named, ...] = ()
    decoder: tuple[Named, ...] = ()
    matcher: tuple[Named, ...] = ()
    record: tuple[Named, ...] = ()
    saying: tuple[Saying, ...] = ()
    foreign: tuple[Foreign, ...] = ()
    retry: tuple[RetrySheet, ...] = ()
    speech: tuple[SpeechSheet, ...] = ()
    serving: tuple[ServingSheet, ...] = ()


def load_sheet(path: Path, ready: Prepared = NOTHING) -> Sheet:
    """Read one sheet.

    :param ready: what is prepared of some files.
    :raises errlint.errors.UsageProblem: when the file is missing, is not TOML, or does not fit the schema.
    """
    return decoded(ready, path, Sheet) or decode_file(path, Sheet)
