"""What a library sheet says about retries: the tables ``[[retry]]``.

One table describes calls of one kind: a decorator (``backoff.on_exception``), an object that is mounted or handed on (``urllib3.Retry``), a
client with a retry of its own, or only a part of one (``tenacity.stop_after_attempt``). It says what each argument *says*, what holds
without it, and which HTTP calls are covered. The engine puts policies together from that and knows no library.
"""

# no `from __future__ import annotations`: msgspec would compile the text of each annotation again
from typing import Literal

import msgspec

Says = Literal[
    "policy", "retried", "wait", "stop",
    "types", "not-types", "when", "unless", "text", "text-pattern", "result", "not-result", "statuses", "methods",
    "delay", "delay-of", "growing", "multiplier", "cap", "jitter", "server",
    "attempts", "retries", "retries-of-a-kind", "seconds",
    "callee",
]  # fmt: skip
"""What an argument says.

*A part that another table describes*, as a call or by its bare name: ``policy`` (a whole one), ``retried``, ``wait``, ``stop`` (only that
piece; a function of the project that is none of the sheet's is taken for what it reads).

*What is tried again*: exception ``types``, ``not-types``; a function of the exception that says ``when`` to try again, or (inverted)
``unless``; the ``text`` that the exception has to be, or a ``text-pattern`` for it; a function of the ``result``, or of what is
``not-result``; ``statuses``; HTTP ``methods`` (None, False or nothing: any).

*How long it waits*, in seconds or ``unit``: the same ``delay`` each time; a number from which delays are ``growing`` (0, None, False: no
delay; True: 1); ``multiplier`` by which each delay is longer than the last (1: the same); ``delay-of``, a function of the exception or the
response (beside ``when``: one that says whether to try again, and may say so by a delay); ``cap``, the longest delay; ``jitter``, whether
chance is in it (0, None, False: no); ``server``, whether Retry-After is followed.

*When it ends*: after so many ``attempts``, the first one included; after so many ``retries`` more; after ``seconds``. None and negative
numbers are no limit. ``retries-of-a-kind`` limits those after failures of one kind: it ends, without a limit for all of them.

``callee``: the function that is called again and again.
"""

Growth = Literal["none", "constant", "growing", "unknown"]
"""How the delays relate: no delay, always the same, longer each time, not known."""


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Strict decoding for the tables of retries."""


class RetryArgument(_Table, frozen=True, kw_only=True):
    """An argument of a call: by keyword ``name``, by 0-based ``position``, or both; ``key``: the value under that key of a dict.

    Several words in ``says``: which one holds is told by the value (``["types", "when"]``: a class, or a function).
    """

    says: tuple[Says, ...]
    name: str = ""
    position: int | None = None
    key: str = ""
    unit: float = 1.0
    """Seconds in one unit of the number: 0.001 for milliseconds."""
    rest: bool = False
    """All positional arguments from ``position`` on."""
    adds: tuple[int | str, ...] = ()
    """Of ``statuses``: the argument is a switch, and adds these when it is true."""
    by_default: bool = False
    """Of a switch: whether it is true where it is not given."""
    off: tuple[str, ...] = ()
    """Of ``retries`` and ``attempts``: names with which nothing is retried at all, where the library takes None so."""
    failure: str = ""
    """Of a ``wait`` that may be a function of one value, ``{given}``: the exception of the failed attempt, by that value."""
    result: str = ""
    """Of a ``retried`` that may be such a function: the result of the attempt by that value; where it has failed, that raises."""
    sent: bool = False
    """Of a ``wait`` that is a function of a generator: it is sent the failed attempt's exception, or result, for each delay."""
    chance: str = ""
    """Of ``jitter``: the function that chooses what is slept of each delay, where the argument names no other one, or None."""
    interrupts: bool = False
    """Of ``when``: the function is asked about what is no ``Exception``, too: KeyboardInterrupt, a task that was cancelled."""


class RetryFacts(_Table, frozen=True, kw_only=True):
    """What a call says by itself, as far as no argument says otherwise. What is left out is not known."""

    types: tuple[str, ...] = ()
    """Exception types that are retried."""
    statuses: tuple[int | str, ...] | None = None
    """Statuses (429) and classes of them ("5xx") that are retried although nothing raises."""
    hinted: tuple[int | str, ...] = ()
    """Statuses that are retried when the answer carries Retry-After."""
    transport: bool | None = None
    """Whether failures of the network are."""
    falsy: bool = False
    """Whether a result is retried when it is false."""
    methods: tuple[str, ...] = ()
    """The only HTTP methods that are sent again."""
    growth: Growth | None = None
    delay: float | None = None
    """The first delay, in seconds."""
    cap: float | None = None
    jitter: bool | None = None
    server: bool | None = None
    """Whether it waits as long as Retry-After says."""
    bounded: bool | None = None
    attempts: int | None = None
    seconds: float | None = None


Covers = Literal["", "function", "client", "receiver", "call"]
"""Which HTTP calls are retried.

Those of the ``function`` that is decorated, handed over, or is the body of the loop; those made through the ``client`` that the call
returns; those made through the ``receiver`` whose method this is; the ``call`` itself; none, because it is only a part.
"""


class LastAnswer(_Table, frozen=True, kw_only=True):
    """How the answer of the last attempt becomes an exception; what is not retried does not."""

    named: tuple[str, ...]
    """What it is raised as, by the library and by those that stand above it."""
    unless: str
    """The argument by which it comes back, if that is false."""


class RetrySheet(_Table, frozen=True, kw_only=True):
    """``[[retry]]``: calls of these names (``acme.Client.mount`` for a method) set up a retry, or a part of one."""

    names: tuple[str, ...]
    covers: Covers = ""
    """Which HTTP calls are retried: of the function, through the client or the receiver, the call itself; none: only a part."""
    arguments: tuple[RetryArgument, ...] = ()
    default: RetryFacts = RetryFacts()
    combines: Literal["", "any", "all", "sum", "chain"] = ""
    """The call only combines its arguments, as ``|``, ``&`` and ``+`` do (``chain``: one after the other)."""
    called: tuple[RetryArgument, ...] = ()
    """What arguments say when the object that the call makes is itself called."""
    extends: bool = False
    """A method: what it does not say is as in the policy of the object that it is called on."""
    taken_as: str = ""
    """The argument by which calls of the library's API take what the call makes: it retries the call that it is passed to."""
    forwards: bool = False
    """Keyword arguments that are not listed are handed to the parts."""
    generators: bool = False
    """Generator functions are run again, too, while they are read; others only see the call, which makes the generator and cannot fail."""
    calls: tuple[str, ...] = ()
    """Of a client: its only methods (``*`` for any part of a name) whose requests are sent again, where no method of HTTP is to be seen."""
    needs: str = ""
    """The argument without which nothing is retried."""
    again: str = ""
    """Of a decorator: the method by which the function has itself run again, as its first parameter or by its name: `self.retry()`."""
    again_after: str = ""
    """Of such a method: the argument that says after how many seconds; without it, that is not known."""
    again_count: str = ""
    """By which attribute of that parameter, at any depth, such a function knows how often it was run again: it may end by itself."""
    coroutines: bool = True
    """Of a decorator: it knows of coroutines. One that does not calls the function, hands the coroutine on, and has nothing to retry."""
    hinted: bool = False
    """The function that says ``when`` to try again may say so by the delay: seconds, or true for the delay that it would have been."""
    looks_at_answers: bool = False
    """It goes by the answers of a client: exceptions for a status reach it only where that client raises them."""
    http: bool = False
    """It can only be about HTTP: no call has to be seen."""
    ends_as: str = ""
    """The exception that comes out after the last attempt, in place of the failure."""
    ends_as_it_is_by: tuple[str, ...] = ()
    """The arguments by which the failure itself comes out, or something else does; unless they are False or None."""
    calls_back_by: tuple[str, ...] = ()
    """The arguments that name a function that is called after the last attempt, with whose result the call ends; unless None."""
    raises_last_answer: LastAnswer | None = None
    """What becomes of an answer that is listed after the last attempt, where others come back; without it, that does so as well."""
    versions: str = ""
    """The versions that this holds for."""
    builtin: bool = False
    """What is retried is the library's own choice and works without being asked for: no mistake of the caller, but a layer of retries."""
