"""A stand-in for an SDK of which only the catalogue is known: it calls the API, and raises what the catalogue says.

A package that is installed is always used itself; the development environment has openai, anthropic, boto3, slack_sdk, stripe and PyGithub.
"""

from __future__ import annotations

import json
import sys
import types
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

from errlint.catalogue import Catalogue, Place
from errlint.catalogue.schema import ExceptionSheet, Sdk

KEYS = {
    "ANTHROPIC_API_KEY": "k",
    "AWS_ACCESS_KEY_ID": "k",
    "AWS_SECRET_ACCESS_KEY": "k",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "OPENAI_API_KEY": "k",
}
"""Without which SDKs do not begin, as variables of the environment."""


def stand_ins(api: Catalogue) -> dict[str, types.ModuleType]:
    """By import root, the modules of the API's SDKs that are not installed."""
    return {
        root: _module(api, sdk, root)
        for sdk in api.sdks
        for root in sdk.import_roots
        if root not in sys.modules and find_spec(root) is None
    }


def _module(api: Catalogue, sdk: Sdk, root: str) -> types.ModuleType:
    module = types.ModuleType(root)
    base = _exception(sdk.base_exception, ())
    classes = {sheet.class_: _exception(sheet.class_, (base,)) for sheet in sdk.exceptions if sheet.class_ != sdk.base_exception}

    def raised(status: int, headers: Mapping[str, str], body: Any) -> Exception:
        code = _at(body, api.envelope.code)
        sheet = next((one for one in sdk.exceptions if one.class_ in classes and _covers(one, status, code)), None)
        known = {
            "code": code,
            "status": status,
            "message": _at(body, api.envelope.message),
            "request_id": _at(body, api.envelope.request_id),
            "headers": headers,
            "body": body,
        }
        error = (classes[sheet.class_] if sheet is not None else base)(known["message"] or f"status {status}")
        for name, expression in {**sdk.attrs, **(sheet.attrs if sheet is not None else {})}.items():
            _put(error, expression, known.get(name))
        return error

    host = api.hosts[0].replace("*", "any") if api.hosts else f"{root}.example.com"
    for name, value in {sdk.base_exception: base, **classes, f"{root}.client": _Calls(f"http://{host}", raised)}.items():
        setattr(module, name.rpartition(".")[2], value)
    return module


class _Calls:
    """``client.workflows.execute("w1", input={})`` asks for ``/workflows/execute``."""

    def __init__(self, url: str, raised: Any) -> None:
        self._url = url
        self._raised = raised

    def __getattr__(self, name: str) -> _Calls:
        return _Calls(f"{self._url}/{name}", self._raised)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        content = json.dumps([arguments, named]).encode()
        try:
            with urllib.request.urlopen(urllib.request.Request(self._url, content, method="POST"), timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raw = error.read()
            try:
                body = json.loads(raw)
            except ValueError:
                body = {}
            raise self._raised(error.code, dict(error.headers), body) from None


def _exception(name: str, bases: tuple[type[Exception], ...]) -> type[Exception]:
    return type(name.rpartition(".")[2], bases or (Exception,), {"__module__": name.rpartition(".")[0]})


def _covers(sheet: ExceptionSheet, status: int, code: Any) -> bool:
    if sheet.codes:
        return code in sheet.codes
    return status in sheet.status or f"{status // 100}xx" in sheet.status


def _at(body: Any, places: Sequence[Place]) -> Any:
    for place in places[:1]:
        for step in place.json or ():
            body = body.get(step) if isinstance(body, dict) else None
        return body if place.json is not None else None
    return None


def _put(error: Exception, expression: str, value: Any) -> None:
    """Set ``response.status_code`` and the like."""
    *way, last = expression.split(".")
    holder: Any = error
    for name in way:
        if not hasattr(holder, name):
            setattr(holder, name, types.SimpleNamespace())
        holder = getattr(holder, name)
    setattr(holder, last, value)
