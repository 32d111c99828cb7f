"""Frozen data classes that cost little to define: ``__init__`` is written when somebody asks for it, and refusing is one function for all.

:func:`dataclasses.dataclass` writes the source of each method of each class and compiles it, a third of a millisecond a class. libcst
defines two hundred of them whenever it is imported, of which a file uses fifty; and three of the five methods that are written for each
are thrown away, since its nodes bring their own.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar

C = TypeVar("C", bound=type)

_OWN = ("__repr__", "__eq__", "__hash__")
_GIVEN = ("__init__", "__setattr__", "__delattr__")
_FIELDS = "__dataclass_fields__"
_PARAMETERS = "__dataclass_params__"
_PUT = object.__setattr__


@contextmanager
def defined_leanly(package: str) -> Iterator[None]:
    """While a package is imported, its frozen data classes are made lean; those of every other package are made as always."""
    usual = dataclasses.dataclass

    def dataclass(cls: Any = None, /, **options: Any) -> Any:
        if cls is None:
            return lambda cls: dataclass(cls, **options)
        if options == {"frozen": True} and cls.__module__.startswith(package) and _may_be_lean(cls):
            return _lean(cls, usual)
        return usual(cls, **options)

    dataclasses.dataclass = dataclass
    try:
        yield
    finally:
        dataclasses.dataclass = usual


def _may_be_lean(cls: type) -> bool:
    """Whether :func:`_lean` makes of a class what ``dataclass(frozen=True)`` makes of it."""
    own = vars(cls)
    if any(name not in own for name in _OWN) or any(name in own for name in _GIVEN):
        return False
    try:
        kinds = inspect.get_annotations(cls).values()
    except NameError:  # Python 3.14 evaluates them now
        return False
    fields = [*own.values(), *(field for base in cls.__mro__[1:] for field in getattr(base, _FIELDS, {}).values())]
    return (
        all(hasattr(parameters, "frozen") for parameters in _inherited(cls))
        and not any(kind is dataclasses.KW_ONLY or isinstance(kind, dataclasses.InitVar) for kind in kinds)
        and not any(isinstance(kind, str) and ("KW_ONLY" in kind or "InitVar" in kind) for kind in kinds)
        and all(field.init and field.kw_only is not True for field in fields if isinstance(field, dataclasses.Field))
    )


def _inherited(cls: type) -> list[Any]:
    """What the data classes among the bases were made with."""
    return [vars(base)[_PARAMETERS] for base in cls.__mro__[1:] if _PARAMETERS in vars(base)]


def _lean(cls: C, dataclass: Callable[..., C]) -> C:
    """A class with methods of its own for all but making and changing its objects, as a frozen data class."""
    if not cls.__doc__:
        cls.__doc__ = cls.__name__  # else the signature is looked up for it
    bases = _inherited(cls)
    for parameters in bases:
        parameters.frozen = False  # a frozen class has frozen bases and the reverse, which only means that all refuse
    try:
        made = dataclass(cls, init=False, repr=False, eq=False)
    finally:
        for parameters in bases:
            parameters.frozen = True
    for name in ("init", "repr", "eq", "frozen"):
        setattr(getattr(made, _PARAMETERS), name, True)
    made.__init__ = _Later()  # type: ignore[misc]
    made.__setattr__ = _refuse  # type: ignore[method-assign]
    made.__delattr__ = _refuse  # type: ignore[assignment]
    return made


def _refuse(_self: object, name: str, *_value: object) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot {'assign to' if _value else 'delete'} field {name!r}")


class _Later:
    """Stands for an ``__init__`` until somebody asks for it; then it is written into the class."""

    def __get__(self, instance: object, owner: type) -> Any:
        home = next(cls for cls in owner.__mro__ if vars(cls).get("__init__") is self)
        written = _written_init(home)
        home.__init__ = written  # type: ignore[misc]
        return written.__get__(instance, owner)


def _written_init(cls: type) -> Callable[..., None]:
    """As :func:`dataclasses.dataclass` writes it for a frozen class."""
    names: dict[str, Any] = {"_put": _PUT, "_unset": dataclasses.MISSING}
    parameters, lines = ["self"], []
    for field in dataclasses.fields(cls):
        name, value = field.name, field.name
        if field.default is not dataclasses.MISSING:
            names[f"_default_{name}"] = field.default
            parameters.append(f"{name}=_default_{name}")
        elif field.default_factory is not dataclasses.MISSING:
            names[f"_make_{name}"] = field.default_factory
            parameters.append(f"{name}=_unset")
            value = f"_make_{name}() if {name} is _unset else {name}"
        else:
            parameters.append(name)
        lines.append(f"_put(self, {name!r}, {value})")
    if hasattr(cls, "__post_init__"):
        lines.append("self.__post_init__()")
    body = "\n ".join(lines or ["pass"])
    exec(f"def __init__({', '.join(parameters)}):\n {body}", names)  # noqa: S102  (dataclasses does, too)
    written: Callable[..., None] = names["__init__"]
    written.__qualname__ = f"{cls.__qualname__}.__init__"
    written.__module__ = cls.__module__
    return written
