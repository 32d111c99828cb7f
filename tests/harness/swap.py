"""The same client code written with another library.

Only libraries whose code differs in names can be swapped; what differs in shape needs a fixture of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import reduce


@dataclass(frozen=True)
class Names:
    """Names of one library that are spelt differently in the other.

    :ivar members: of the module or its submodules, without the submodule; :ivar attributes: of responses; :ivar arguments: of calls.
    """

    members: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)
    arguments: dict[str, str] = field(default_factory=dict)

    def reversed(self) -> Names:
        """The names for the way back."""
        return Names(*({new: old for old, new in table.items()} for table in (self.members, self.attributes, self.arguments)))


_REQUESTS_TO_HTTPX = Names(
    members={
        "Session": "Client",
        "RequestException": "HTTPError",
        "HTTPError": "HTTPStatusError",
        "ConnectionError": "ConnectError",
        "Timeout": "TimeoutException",
    },
    attributes={"reason": "reason_phrase"},
    arguments={"allow_redirects": "follow_redirects"},
)

_TABLES = {
    ("requests", "httpx"): _REQUESTS_TO_HTTPX,
    ("httpx", "requests"): _REQUESTS_TO_HTTPX.reversed(),
    ("requests", "niquests"): Names(),
    ("openai", "groq"): Names(members={"OpenAI": "Groq", "AsyncOpenAI": "AsyncGroq", "OpenAIError": "GroqError"}),
}


def swap(text: str, written: str, library: str) -> str:
    """Rewrite code from one library to the other, line by line: no line is added or removed.

    :raises ValueError: when there is no table for the two.
    """
    names = _TABLES.get((written, library))
    if names is None:
        known = ", ".join(f"{old} to {new}" for old, new in _TABLES)
        raise ValueError(f"no table swaps {written} to {library}; known are {known}")
    modules = {written, *re.findall(rf"^\s*import {written} as (\w+)", text, re.MULTILINE)}
    imported = set(re.findall(r"\w+", " ".join(re.findall(rf"^\s*from {written}(?:\.\w+)* import (.+)", text, re.MULTILINE))))
    for module in modules:
        text = re.sub(rf"(?<![\w./]){module}\.(?:exceptions\.)?(\w+)", lambda found: _member(found, names), text)
    for old in sorted(imported & names.members.keys()):
        text = re.sub(rf"(?<![\w.]){old}\b", f"\0{names.members[old]}", text)
    # a new name may be another old one (HTTPError): the mark keeps it from being renamed twice
    text = text.replace("\0", "")
    text = reduce(lambda code, pair: re.sub(rf"(?<!codes)\.{pair[0]}\b", f".{pair[1]}", code), names.attributes.items(), text)
    text = reduce(lambda code, pair: re.sub(rf"\b{pair[0]}(?=\s*=)", pair[1], code), names.arguments.items(), text)
    text = re.sub(rf"^(\s*)from {written}(?:\.exceptions)?(?=[. ])", rf"\1from {library}", text, flags=re.MULTILINE)
    return re.sub(rf"(?<![\w./]){written}(?=\.\w)|(?<=import ){written}\b", library, text)


def _member(found: re.Match[str], names: Names) -> str:
    module = found[0].split(".", 1)[0]
    return f"{module}.{names.members.get(found[1], found[1])}"
