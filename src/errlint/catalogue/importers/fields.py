"""What a field of an error's body is for, by its name and by what stands in it."""

from __future__ import annotations

import re
from typing import Any, Literal

from errlint.catalogue.importers.tokens import is_code, looks_like_code
from errlint.catalogue.schema import Format
from errlint.lean import dataclass

Part = Literal[
    "code", "message", "hint", "details", "type", "param", "status", "request_id", "upstream_message", "retry_after", "success", ""
]
"""A field's part in an error; the first eight are the places of :class:`errlint.catalogue.schema.EnvelopeSheet`."""

_NAMES: dict[str, Part] = {
    **dict.fromkeys(["code", "errorcode", "errcode", "errno", "error_code"], "code"),
    **dict.fromkeys(
        [
            "message", "errormessage", "msg", "errmsg", "detail", "description", "errordescription", "title", "text",
            "usermessage", "developermessage", "statusmessage",
        ],
        "message",
    ),
    **dict.fromkeys(["hint", "suggestion", "suggestedaction", "resolution", "remedy", "howtofix", "tip"], "hint"),
    **dict.fromkeys(
        [
            "details", "data", "context", "meta", "metadata", "fields", "violations", "issues", "extra", "errordetails",
            "additionalinfo", "validationerrors", "fielderrors",
        ],
        "details",
    ),
    **dict.fromkeys(["type", "errortype", "category"], "type"),
    **dict.fromkeys(["param", "parameter"], "param"),
    **dict.fromkeys(["status", "statuscode", "httpstatus", "httpstatuscode", "httpcode"], "status"),
    **dict.fromkeys(
        [
            "requestid", "reqid", "traceid", "correlationid", "logid", "transactionid", "operationid", "debugid",
            "requestlogid",
        ],
        "request_id",
    ),
    **dict.fromkeys(
        [
            "originalerror", "upstreamerror", "upstreammessage", "providererror", "providermessage", "causemessage",
        ],
        "upstream_message",
    ),
    **dict.fromkeys(["success", "ok", "successful", "issuccess"], "success"),
}  # fmt: skip
_RETRY_NAME = re.compile(
    r"^(?:retry(?:after|delay|in|at)|reset(?:at|s|sat|in|time|after)?|(?:wait|cooldown)(?:time|for)?)(?:s|sec|secs|seconds|ms|millis|milliseconds|epoch)?$"
)
_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_HTTP_DATE = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4}")
_GO = re.compile(r"(?:\d+(?:\.\d+)?(?:h|m|ms))+(?:\d+(?:\.\d+)?s)?|\d+h\d+m")
_CONTAINERS = {"error", "errors", "fault", "exception", "problem", "err"}

JsonPath = tuple[str, ...]
"""Keys from the root of the body; ``"*"`` stands for every element of a list."""


@dataclass(frozen=True, slots=True)
class Found:
    """A field of a body: its part, its path, what stands there, and its line."""

    part: Part
    path: JsonPath
    value: Any
    line: int


def part_of(path: JsonPath, value: Any) -> Part:
    """The part that a field plays; ``value`` is what stands in it (a dict or list if it has fields of its own, ``...`` if unknown)."""
    if not path or path[-1] == "*":
        return ""
    name = _folded(path[-1])
    if name in _CONTAINERS:
        # Slack and OAuth put the code itself there; others put the sentence there
        return "" if isinstance(value, (dict, list)) or value is ... else _text_or_code(value)
    if _RETRY_NAME.match(name) and isinstance(value, (int, float, str)) and not isinstance(value, bool):
        return "retry_after"
    part = _NAMES.get(name, "")
    if part == "success" and not isinstance(value, bool):
        return ""
    if part in {"code", "message", "type", "request_id", "hint", "param"} and isinstance(value, (dict, list)):
        return ""
    if part == "message" and len(path) > 1 and path[-2] == "*" and name == "title":
        return "message"
    if name == "reason":
        return _text_or_code(value)
    if part == "status" and isinstance(value, str) and value.isupper() and not value.isdigit() and len(value) > 3:
        return "code"  # google.rpc.Code by its name
    if part == "status" and not (isinstance(value, int) or (isinstance(value, str) and value[:3].isdigit())):
        return ""
    if part == "details" and not isinstance(value, (dict, list)) and value is not ...:
        return "" if name in {"data", "context", "meta", "metadata"} else "message" if isinstance(value, str) else ""
    return part


def in_details(path: JsonPath) -> bool:
    """Whether a field lies inside what an error says in detail, where parts repeat for each single complaint."""
    return any(_NAMES.get(_folded(key)) == "details" or (_folded(key) == "errors" and at > 0) for at, key in enumerate(path[:-1]))


def format_of(name: str, value: Any) -> Format | None:
    """How a time to retry is written, by an example of it and, for the unit, the name of the field."""
    folded = _folded(name)
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        if value > 1e11:
            return "epoch-ms"
        if value > 1e8:
            return "epoch-seconds"
        return "milliseconds" if folded.endswith(("ms", "millis", "milliseconds")) else "seconds-number"
    text = str(value).strip()
    if _ISO.match(text):
        return "rfc3339"
    if _HTTP_DATE.match(text):
        return "http-date"
    if re.fullmatch(r"\d+(?:\.\d+)?s", text):
        return "proto-duration"
    if _GO.fullmatch(text):
        return "go-duration"
    if re.fullmatch(r"\d+", text):
        number = format_of(name, int(text))
        return "delta-seconds" if number == "seconds-number" else number
    return "decimal-seconds" if re.fullmatch(r"\d+\.\d+", text) else None


def written(path: JsonPath) -> str:
    """The path as a catalogue has it: ``$.errors[*].code``."""
    text = "$"
    for key in path:
        if key == "*":
            text += "[*]"
        elif re.fullmatch(r"[A-Za-z_@][\w@-]*", key):
            text += f".{key}"
        else:
            text += f'["{key}"]'
    return text


def _text_or_code(value: Any) -> Part:
    if not isinstance(value, str):
        return ""
    return "code" if looks_like_code(value) or (is_code(value) and value.islower() and "." not in value) else "message"


def _folded(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())
