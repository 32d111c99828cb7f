"""The JSON Schema of catalogue files, for editors: what the structs of :mod:`.schema` say, with their documentation."""

from __future__ import annotations

import ast
import inspect
from itertools import pairwise
from typing import Any

import msgspec

from errlint.catalogue import schema

TITLE = "errlint catalogue"


def json_schema() -> dict[str, Any]:
    """The schema; its keys have the documentation of the fields, which editors show."""
    made = msgspec.json.schema(schema.CatalogueFile)
    texts = _documentation()
    for name, definition in made.get("$defs", {}).items():
        definition["description"] = texts.get((name, ""), "")
        for key, field in definition.get("properties", {}).items():
            text = _documented(name, key, texts)
            if text:
                field["description"] = text
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": TITLE, **made}


def _documented(name: str, key: str, texts: dict[tuple[str, str], str]) -> str:
    """What is said of a field, where it stands or in the struct that it comes from."""
    owners = [one.__name__ for one in getattr(schema, name).__mro__ if issubclass(one, msgspec.Struct)]
    return next((texts[owner, attribute] for owner in owners for attribute in (key, f"{key}_") if (owner, attribute) in texts), "")


def _documentation() -> dict[tuple[str, str], str]:
    """The docstrings of the structs, and of their fields, by struct and field; a field without one has that of its type."""
    body = ast.parse(inspect.getsource(schema)).body
    types = {
        one.targets[0].id: _plain(text)
        for one, after in pairwise(body)
        if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name) and (text := _text(after))
    }
    found: dict[tuple[str, str], str] = {}
    for node in body:
        if not isinstance(node, ast.ClassDef):
            continue
        found[node.name, ""] = _plain(ast.get_docstring(node) or "")
        for one, after in pairwise((*node.body, ast.Pass())):
            if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
                kinds = [name.id for name in ast.walk(one.annotation) if isinstance(name, ast.Name)]
                text = _plain(_text(after)) or next((types[kind] for kind in kinds if kind in types), "")
                if text:
                    found[node.name, one.target.id] = text
    return found


def _text(node: ast.stmt) -> str:
    value = node.value if isinstance(node, ast.Expr) else None
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""


def _plain(text: str) -> str:
    return " ".join(text.replace("``", "`").split())
