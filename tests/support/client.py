"""Runs the source text of a client against the fault server, and says what it did."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import gc
import importlib
import io
import logging
import os
import random
import re
import sys
import types
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from tests.support.answers import Answer
from tests.support.clock import Endless, virtual_time
from tests.support.network import Network, redirected
from tests.support.server import Call, FaultServer

_MODULE = "client_under_test"
_PROXIES = [f"{scheme}_proxy" for scheme in ("http", "https", "all", "no")]
_PER_RUN = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b[0-9a-f]{32}\b|\b[0-9a-f]{64}\b|0x[0-9a-f]{6,}")
_LIBRARIES = (
    *("aiohttp", "anthropic", "asyncio", "backoff", "boto3", "botocore", "celery", "github", "google"),
    *("httpcore", "httpcore2", "httpx", "httpx2"),
    *("httpx_retries", "kombu", "notion_client", "openai", "requests", "slack_sdk", "stamina", "stripe", "tenacity", "urllib3"),
)
"""Loggers of libraries: what they say is not what the client says."""
_HEADERS_OF_LIBRARIES = ("host", "user-agent", "accept", "accept-encoding", "connection", "content-length")


@dataclass(frozen=True)
class Run:
    """What a client did.

    :ivar returned: the value of the expression; :ivar raised: what it raised instead; :ivar calls: the requests that the server got;
    :ivar waits: the seconds that were slept, in order; :ivar logs: what the client logged; :ivar printed: what it printed.
    """

    returned: Any
    raised: BaseException | None
    calls: tuple[Call, ...]
    waits: tuple[float, ...]
    logs: tuple[logging.LogRecord, ...] = field(repr=False)
    printed: str = ""

    @property
    def is_endless(self) -> bool:
        """Whether it had to be stopped."""
        return isinstance(self.raised, Endless)

    @property
    def said(self) -> str:
        """All that a person could have read: log lines with their extra fields and tracebacks, and prints."""
        return "\n".join([*map(_spelt, self.logs), self.printed])

    @property
    def outcome(self) -> str:
        """How it ended, in a few words: ``returned None``, ``raised HTTPError``."""
        if self.is_endless:
            return f"never ended: {self.raised}"
        if self.raised is not None:
            cause = f" from {type(self.raised.__cause__).__name__}" if self.raised.__cause__ is not None else ""
            return f"raised {type(self.raised).__name__}{cause}"
        return f"returned {_shown(self.returned)}"

    @property
    def behaviour(self) -> dict[str, Any]:
        """All that can be told from outside, in a form that two runs have in common if they behave alike."""
        names: dict[str, str] = {}

        def stable(text: str) -> str:
            # keys and ids that are drawn at random get the order of their first appearance for a name
            return _PER_RUN.sub(lambda found: names.setdefault(found[0], f"<{len(names) + 1}>"), text)

        return {
            "outcome": stable(self.outcome),
            "error": stable(str(self.raised)) if self.raised is not None else "",
            "carried": stable(repr(_carried(self.raised))),
            "requests": [stable(_written(call)) for call in self.calls],
            "waits": [round(wait, 6) for wait in self.waits],
            "logs": [stable(_spelt(record, traceback=False)) for record in self.logs],
            "printed": stable(self.printed),
        }


def run(
    server: FaultServer,
    source: str,
    call: str,
    script: Sequence[Answer],
    *,
    environ: Mapping[str, str] | None = None,
    modules: Mapping[str, types.ModuleType] | None = None,
) -> Run:
    """Execute a client's source in a module of its own, then an expression in it, while the server plays a script.

    :param source: may speak to any host: ``https://`` becomes ``http://``, and every host leads to the server;
    :param call: an expression such as ``fetch("w1")``; a coroutine is run to its end;
    :param environ: variables of the environment that the client finds; :param modules: what it can import besides what is installed.

    Sleeps take no time. The random generator starts alike in each run. Whatever the code raises is in the result, also at import.
    """
    code = compile(_plain(source), f"<{_MODULE}>", "exec", dont_inherit=True)
    _import_libraries(source)
    module = types.ModuleType(_MODULE)
    returned, raised = None, None
    printed = io.StringIO()
    with _surroundings({_MODULE: module, **(modules or {})}, environ or {}) as logs, virtual_time() as clock:
        network = Network(server.address, clock)
        server.play(script, network)
        with redirected(network), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            try:
                exec(code, module.__dict__)
                returned = _completed(eval(_plain(call), module.__dict__))
            except BaseException as error:  # whatever a client raises is its result
                raised = error if isinstance(error, Exception) else _endless(error)
                if raised is None:
                    raise
        calls = tuple(server.calls)
        if isinstance(raised, Endless):
            raised = Endless(*raised.args)
            gc.collect()  # what was cut off warns of what it leaves open: here, where warnings are not heard
    return Run(returned, raised, calls, tuple(clock.sleeps), tuple(logs), printed.getvalue())


def _endless(error: BaseException) -> BaseException | None:
    """What stopped the client, also where an event loop put it into a group."""
    if isinstance(error, Endless):
        return error
    return next((found for one in getattr(error, "exceptions", ()) if (found := _endless(one)) is not None), None)


def _carried(raised: BaseException | None) -> dict[str, Any]:
    """The plain values that an exception has as attributes."""
    return {name: value for name, value in sorted(vars(raised).items()) if isinstance(value, (str, int, type(None)))} if raised else {}


@cache
def _import_libraries(source: str) -> None:
    """What a client imports finds real functions to bind, and real types to describe, while it is imported."""
    for node in ast.walk(ast.parse(source)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
        for name in names:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)


def _plain(code: str) -> str:
    """The code, without encryption: the server speaks none."""
    return code.replace("https://", "http://")


def _completed(value: Any) -> Any:
    return asyncio.run(value) if asyncio.iscoroutine(value) else value


@contextlib.contextmanager
def _surroundings(modules: Mapping[str, types.ModuleType], environ: Mapping[str, str]) -> Iterator[list[logging.LogRecord]]:
    """What a process has for itself: modules, environment, random numbers, loggers, warnings."""
    records: list[logging.LogRecord] = []
    handler = _Remembering(records)
    root = logging.getLogger()
    before, level, handlers = dict(os.environ), root.level, root.handlers[:]
    state = random.getstate()
    for name in _PROXIES:
        os.environ.pop(name, None)
        os.environ.pop(name.upper(), None)
    os.environ.update({name: _plain(value) for name, value in environ.items()})
    random.seed(0)
    root.handlers[:] = [handler]
    root.setLevel(logging.DEBUG)
    sys.modules.update(modules)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield records
    finally:
        for name in modules:
            sys.modules.pop(name, None)
        root.handlers[:] = handlers
        root.setLevel(level)
        random.setstate(state)
        os.environ.clear()
        os.environ.update(before)


class _Remembering(logging.Handler):
    def __init__(self, records: list[logging.LogRecord]) -> None:
        super().__init__()
        self._records = records

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.partition(".")[0] not in _LIBRARIES:
            self._records.append(record)


_ORDINARY = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def _spelt(record: logging.LogRecord, *, traceback: bool = True) -> str:
    extra = {name: value for name, value in sorted(vars(record).items()) if name not in _ORDINARY}
    parts = [record.levelname, record.name, record.getMessage(), str(extra) if extra else ""]
    if record.exc_info and traceback:
        parts.append(logging.Formatter().formatException(record.exc_info))
    return " ".join(part for part in parts if part)


def _written(call: Call) -> str:
    headers = "; ".join(f"{name}: {value}" for name, value in sorted(call.headers.items()) if name not in _HEADERS_OF_LIBRARIES)
    return f"{call.at:.3f} {call.method} {call.path} {headers} {call.body.decode('latin-1')}"


def _shown(value: Any) -> str:
    status = next((found for name in ("status_code", "status") if isinstance(found := getattr(value, name, None), int)), None)
    if status is not None:
        return f"{type(value).__name__} {status}"
    return repr(value)
