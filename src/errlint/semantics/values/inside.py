"""What is inside of a value: its attributes and items, as sheets, catalogues and the names that error bodies have in common say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import libcst as cst

from errlint.semantics.meaning import Kind, Meaning
from errlint.semantics.values.fields import kind_at, kind_of_header
from errlint.semantics.values.types import Types
from errlint.semantics.values.unknown import Unknown
from errlint.sheets.library import KINDS, TypeSheet

OF_TYPE = {
    "response": Kind.RESPONSE,
    "exception": Kind.EXCEPTION,
    "client": Kind.CLIENT,
    "object": Kind.OBJECT,
    "class": Kind.INSTANCE,
}
KIND_OF = {
    "status": Kind.STATUS, "reason": Kind.REASON, "ok": Kind.OK, "success": Kind.OK, "is-error": Kind.OK,
    "client-error": Kind.OK, "server-error": Kind.OK, "headers": Kind.HEADERS,
    "text": Kind.TEXT, "body": Kind.BODY, "code": Kind.CODE, "message": Kind.MESSAGE, "request-id": Kind.REQUEST_ID,
    "retry-after": Kind.RETRY_AFTER, "http": Kind.CALL,
}  # fmt: skip
assert set(KIND_OF) == KINDS
BODY = "body/"


def part_of_body(path: Sequence[str | int]) -> str:
    """The word for what stands at a path of keys in a body, as exceptions keep it; "" if there are others than names on the way."""
    return f"{BODY}{'/'.join(map(str, path))}" if all(isinstance(key, str) and "/" not in key for key in path) else ""


class Inside:
    """Answers for the values of one file."""

    def __init__(self, types: Types, unknown: Unknown) -> None:
        self._types = types
        self._unknown = unknown

    def member(self, base: Meaning, name: str, expression: cst.BaseExpression) -> Meaning | None:
        """What attribute ``name`` of a value means."""
        if base.kind is Kind.CLIENT and (base.sheet is None or not self.declared(base.sheet, name)):
            return replace(base, expression=expression)
        if base.kind is Kind.EXCEPTION and name == "exceptions":
            return replace(base, expression=expression)  # of a group, each of which is one
        if base.kind is Kind.EXCEPTION and name == "args":
            return base.becomes(Kind.MESSAGE, expression, from_exception=True, name="args")
        if base.kind is Kind.EXCEPTION and base.sheet is None:
            return self._unknown.member(base, name, expression)
        if base.sheet is None or base.kind not in OF_TYPE.values():
            return None
        declared = self.declared(base.sheet, name)
        return self.declared_value(base, declared[0], name, expression) if declared and not declared[1] else None

    def is_read(self, value: Meaning) -> bool:
        """Whether the body is read from the value as from a file, so that ``json.load(answer)`` decodes it."""
        if value.sheet is None or value.kind not in (Kind.RESPONSE, Kind.EXCEPTION):
            return False
        return self.declared(value.sheet, "read") == ("text", True)

    def declared(self, sheet: TypeSheet, name: str) -> tuple[str, bool] | None:
        """What a sheet says of a member, own or inherited, and whether it has to be called."""
        for ancestor in (sheet, *self._types.ancestors(sheet.name)):
            if name in ancestor.attributes:
                return ancestor.attributes[name], False
            if name in ancestor.methods:
                return ancestor.methods[name], True
        return None

    def _keyed(self, sheet: TypeSheet, key: str | int) -> str | None:
        """What a sheet says of what stands under a key, own or inherited."""
        return next((found.keys[str(key)] for found in (sheet, *self._types.ancestors(sheet.name)) if str(key) in found.keys), None)

    def declared_value(self, base: Meaning, declared: str, name: str, expression: cst.BaseExpression, *, read: str = "") -> Meaning | None:
        """What a member is that a sheet speaks of.

        :param read: how it is read of the value, as people are told; without it, as an attribute.
        """
        read = read or f".{name}"
        if declared.startswith(BODY):
            path: tuple[str | int, ...] = tuple(declared.removeprefix(BODY).split("/"))
            return base.becomes(Kind.BODY, expression, f"a part of the body: `{read}`", name=name, path=path)
        kind = KIND_OF.get(declared.rstrip("?"))
        if kind is not None:
            detail = declared.rstrip("?") if kind is Kind.OK else name
            path = self._types.unwrapped(base.sheet) if kind is Kind.BODY and base.kind is Kind.EXCEPTION and base.sheet else base.path
            return base.becomes(kind, expression, f"{kind.value}: `{read}`", name=detail, path=path)
        sheet = self._types.type(declared.rstrip("?"))
        if sheet is None:
            return None
        if sheet.is_a == "response" and base.kind is Kind.EXCEPTION and base.sheet is not None and self._types.is_answerless(base.sheet):
            return None
        return base.becomes(OF_TYPE[sheet.is_a], expression, f"`{read}` is a `{sheet.name}`", sheet=sheet, name=name)

    def item(self, base: Meaning, key: str | int, expression: cst.BaseExpression) -> Meaning | None:
        """What stands under a key of a value."""
        declared = self._keyed(base.sheet, key) if base.sheet is not None and base.kind in OF_TYPE.values() else None
        if declared is not None:
            return self.declared_value(base, declared, str(key), expression, read=f"[{key!r}]")
        if base.kind in (Kind.RESPONSE, Kind.OBJECT) and base.sheet is not None and base.sheet.items:
            # `e.response["error"]` of slack_sdk: subscripting the response reads its body
            base = base.becomes(KIND_OF[base.sheet.items], expression)
        if base.kind is Kind.EXCEPTION and key == "*":
            return base  # of a group
        if base.kind is Kind.HEADERS and isinstance(key, str):
            return base.becomes(kind_of_header(key), expression, f"header `{key}`", name=key)
        error_of_a_list = is_item(base) and base.name != "args" and isinstance(key, str)
        if base.kind is Kind.MESSAGE and not error_of_a_list:
            return base if isinstance(key, int) or base.name == "args" else None  # `e.args[0]`, one of several texts
        if base.kind not in (Kind.BODY, Kind.CODE) and not error_of_a_list:
            return None
        path = (*base.path, key)
        kind = kind_at(path, base.catalogue) or Kind.BODY
        shown = "".join(f"[{part!r}]" if part != "*" else "[…]" for part in path)
        return base.becomes(kind, expression, f"{kind.value}: `{shown}` of the body" if kind is not Kind.BODY else "", path=path)

    def part(self, base: Meaning, name: str | int, expression: cst.BaseExpression) -> Meaning | None:
        """What stands under a key of a mapping, or in an attribute of an object."""
        if isinstance(name, int) or base.kind in (Kind.BODY, Kind.HEADERS) or is_item(base):
            return self.item(base, name, expression)
        return self.member(base, name, expression)


def is_item(meaning: Meaning) -> bool:
    """An item of a list of errors: a text, or an object with one."""
    return meaning.kind is Kind.MESSAGE and bool(meaning.path)
