"""Turns a complaint of msgspec into plain words, a key path and a remedy. Imported only when there is something to complain about.

msgspec says ``Expected `array`, got `int` - at `$.ignores[...]```: in its own words for types, and without the key of a dict.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import inspect as types

from errlint.hints import did_you_mean
from errlint.lean import dataclass
from errlint.toml.positions import KeyPath

_PLACE = re.compile(r" - at (?P<key>`key` in )?`\$(?P<path>.*)`$")
_STEP = re.compile(r"\.(?P<key>[^.\[\]]+)|\[(?P<index>\d+)\]|(?P<any>\[\.\.\.\])")
_FIELD = re.compile(r"Object (?P<how>contains unknown|missing required) field `(?P<name>.*)`")
_TYPE = re.compile(r"Expected `(?P<expected>[^`]+)`(?P<limit>.*?)(?:, got `(?P<got>[^`]+)`)?")
_CHOICE = re.compile(r"Invalid enum value .*")

_WORDS = {
    "str": ("a string", "strings"),
    "int": ("an integer", "integers"),
    "float": ("a number", "numbers"),
    "bool": ("true or false", "booleans"),
    "array": ("a list", "lists"),
    "object": ("a table", "tables"),
    "date": ("a date", "dates"),
    "datetime": ("a date and time", "dates and times"),
    "time": ("a time", "times"),
}
"""msgspec's names of TOML's types, in plain words: one, and many."""

_TYPES: dict[type[types.Type], str] = {
    types.StrType: "str",
    types.IntType: "int",
    types.FloatType: "float",
    types.BoolType: "bool",
    types.DictType: "object",
    types.StructType: "object",
    types.TupleType: "array",
    types.DateType: "date",
    types.DateTimeType: "datetime",
    types.TimeType: "time",
}
"""The name that msgspec's messages have for each type of its schemas."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong: ``at`` leads to it from the value that was converted, ``hint`` is the remedy."""

    message: str
    at: KeyPath
    hint: str | None


def explain(text: str, value: object, wanted: Any) -> Complaint:
    """Say in plain words what msgspec said.

    :param text: msgspec's message; :param value: what was converted; :param wanted: the type it should have become.
    """
    text, at, is_key = _place(text, value, wanted)
    if match := _FIELD.fullmatch(text):
        return _about_field(match["name"], match["how"] == "missing required", at, _type_at(wanted, at))
    offender = at[-1] if is_key else _dig(value, at)
    if _CHOICE.fullmatch(text):
        return _about_choice(offender, at[:-1] if is_key else at, at, _type_at(wanted, at))
    if match := _TYPE.fullmatch(text):
        kind = _type_at(wanted, at)
        plain = _phrase(kind) if kind and not match["limit"] else None
        expected = f"{plain or _translated(match['expected'])}{_translated(match['limit'])}"
        got = f", got {kind_of(offender)}" if match["got"] else ""
        return Complaint(f"{_subject(at)}expected {expected}{got}", at, _brackets(match["expected"], offender, at))
    return Complaint(f"{_subject(at)}{_translated(text)}", at, None)


def kind_of(value: object) -> str:
    """What a value of a TOML file is, in words with an article."""
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, float):
        return "a decimal number"
    names = {str: "str", int: "int", float: "float", list: "array", dict: "object"}
    name = names.get(type(value), type(value).__name__)
    return _WORDS.get(name, (name,))[0]


def _about_field(name: str, missing: bool, at: KeyPath, kind: types.Type | None) -> Complaint:
    if missing:
        return Complaint(f"the key '{name}' is missing{f' in {_shown(at)}' if at else ''}", at, None)
    known = sorted(field.encode_name for one in _alternatives(kind) if isinstance(one, types.StructType) for field in one.fields)
    return Complaint(f"unknown key '{name}'", (*at, name), did_you_mean(name, known, else_list="known here are:"))


def _about_choice(offender: object, subject: KeyPath, at: KeyPath, kind: types.Type | None) -> Complaint:
    choices = [choice for one in _alternatives(kind) for choice in _choices(one)]
    shown = ", ".join(_literal(choice) for choice in choices)
    message = f"{_subject(subject)}{_literal(offender)} is not allowed here"
    near = did_you_mean(str(offender), [choice for choice in choices if isinstance(choice, str)]) if isinstance(offender, str) else None
    return Complaint(message, at, near or (f"allowed: {shown}" if shown else None))


def _brackets(expected: str, offender: object, at: KeyPath) -> str | None:
    """The commonest mistake: one string where a list of them belongs."""
    if expected.partition(" | ")[0] != "array" or not isinstance(offender, str):
        return None
    last = f"{_key(at[-1])} = " if at and isinstance(at[-1], str) else ""
    return f"write {last}[{_literal(offender)}]"


# places ------------------------------------------------------------------------------------------------------------------------


def _place(text: str, value: object, wanted: Any) -> tuple[str, KeyPath, bool]:
    """The message without its place, the place, and whether it is about the last key itself rather than its value."""
    match = _PLACE.search(text)
    if match is None:
        return text, (), False
    at: KeyPath = ()
    for step in _STEP.finditer(match["path"]):
        if step["any"]:
            at = (*at, _culprit(text, value, wanted, at))
        else:
            at = (*at, step["key"] if step["key"] is not None else int(step["index"]))
    if match["key"]:
        at = (*at, _culprit(text, value, wanted, at))
    return text[: match.start()], at, bool(match["key"])


def _culprit(text: str, value: object, wanted: Any, at: KeyPath) -> str:
    """The key of the dict at a path that msgspec complains about: the one that is enough to hear the same again."""
    keys = list(_dig(value, at))
    for key in keys:
        try:
            msgspec.convert(_with_only(value, at, key), wanted)
        except msgspec.ValidationError as error:
            if str(error) == text:
                return str(key)
    return str(keys[0])


def _with_only(value: Any, at: KeyPath, key: str) -> Any:
    """A copy in which the dict at a path has lost all keys but one."""
    if not at:
        return {key: value[key]}
    copy = value.copy()
    copy[at[0]] = _with_only(value[at[0]], at[1:], key)
    return copy


def _dig(value: Any, at: KeyPath) -> Any:
    for step in at:
        value = value[step]
    return value


# types -------------------------------------------------------------------------------------------------------------------------


def _type_at(wanted: Any, at: KeyPath) -> types.Type | None:
    """What the schema wants at a path; None where it does not say."""
    found = [types.type_info(wanted)]
    for step in at:
        found = [inner for kind in found for one in _alternatives(kind) for inner in _inside(one, step)]
    return found[0] if found else None


def _inside(kind: types.Type, step: str | int) -> Iterator[types.Type]:
    if isinstance(kind, types.StructType):
        yield from (field.type for field in kind.fields if field.encode_name == step)
    elif isinstance(kind, types.DictType):
        # A key that is not allowed is itself the offender.
        yield kind.key_type if isinstance(kind.key_type, types.LiteralType) and step not in kind.key_type.values else kind.value_type
    elif isinstance(kind, types.CollectionType):
        yield kind.item_type
    elif isinstance(kind, types.TupleType) and isinstance(step, int) and step < len(kind.item_types):
        yield kind.item_types[step]


def _alternatives(kind: types.Type | None) -> tuple[types.Type, ...]:
    if isinstance(kind, types.Metadata):
        return _alternatives(kind.type)
    if isinstance(kind, types.UnionType):
        return tuple(one for inner in kind.types for one in _alternatives(inner) if not isinstance(one, types.NoneType))
    return () if kind is None else (kind,)


def _choices(kind: types.Type) -> list[object]:
    if isinstance(kind, types.LiteralType):
        return list(kind.values)
    if isinstance(kind, types.EnumType):
        return [member.value for member in kind.cls]
    return []


def _phrase(kind: types.Type) -> str | None:
    """A type in words: ``a list of strings``."""
    phrases = [_one(one) for one in _alternatives(kind)]
    known = list(dict.fromkeys(phrase for phrase in phrases if phrase is not None))
    return " or ".join(known) if known and None not in phrases else None


def _one(kind: types.Type) -> str | None:
    if isinstance(kind, types.LiteralType | types.EnumType):
        return f"one of {', '.join(_literal(choice) for choice in _choices(kind))}"
    if isinstance(kind, types.CollectionType):
        inner = [_word(one) for one in _alternatives(kind.item_type)]
        names = list(dict.fromkeys(_WORDS[word][1] for word in inner if word))
        return f"a list of {' or '.join(names)}" if names else "a list"
    word = _word(kind)
    return _WORDS[word][0] if word else None


def _word(kind: types.Type) -> str | None:
    if isinstance(kind, types.CollectionType):
        return "array"
    if isinstance(kind, types.LiteralType | types.EnumType):
        return "str" if all(isinstance(choice, str) for choice in _choices(kind)) else "int"
    return _TYPES.get(type(kind))


# words -------------------------------------------------------------------------------------------------------------------------


def _translated(text: str) -> str:
    """msgspec's names of types in plain words, wherever they stand."""
    text = re.sub(r"`([^`]*)`", r"\1", text)
    words = [word for word in text.split(" | ") if word != "null"]
    return " or ".join(_WORDS[word][0] if word in _WORDS else word for word in words)


def _subject(at: KeyPath) -> str:
    return f"{_shown(at)}: " if at else ""


def _shown(at: KeyPath) -> str:
    """A key path as it would be written: ``per-file-ignores."tests/**"[0]``."""
    shown = ""
    for step in at:
        shown += f"[{step}]" if isinstance(step, int) else f"{'.' if shown else ''}{_key(step)}"
    return shown


def _key(step: str | int) -> str:
    return str(step) if re.fullmatch(r"[A-Za-z0-9_-]+", str(step)) else _literal(step)


def _literal(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str | bool | int | float) else kind_of(value)
