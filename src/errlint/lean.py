"""Data classes that cost little to define: their methods are written when somebody asks for them.

:func:`dataclasses.dataclass` writes the source of six methods for each class and compiles it. libcst defines hundreds of classes
whenever it is imported, and errlint does as well; a file uses few of their methods, and a start would be made of compiling them. So here
``__init__``, comparisons and ``__hash__`` are left for later, and the others, which need not be quick, are one function for all classes.
What is made with other options than those of :data:`_OPTIONS`, or has unusual fields, is made as always.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(cls: Any = None, /, **options: Any) -> Any:
        """As :func:`dataclasses.dataclass`."""
        return _decorated(_USUAL, cls, options)


__all__ = ["dataclass", "defined_leanly"]

C = TypeVar("C", bound=type)

_USUAL: Any = dataclasses.dataclass
_OPTIONS = {"frozen": False, "slots": False, "eq": True, "order": False}
_SIGNS = {"__eq__": "==", "__lt__": "<", "__le__": "<=", "__gt__": ">", "__ge__": ">="}
_ORDER = ("__lt__", "__le__", "__gt__", "__ge__")
_GIVEN = ("__init__", "__setattr__", "__delattr__", "__getstate__", "__setstate__", *_ORDER)
_FIELDS = "__dataclass_fields__"
_PARAMETERS = "__dataclass_params__"
_PUT = object.__setattr__


@contextmanager
def defined_leanly(package: str) -> Iterator[None]:
    """While a package is imported, its data classes are made lean; those of every other package are made as always."""
    usual: Any = dataclasses.dataclass

    def replacement(cls: Any = None, /, **options: Any) -> Any:
        if cls is not None and not cls.__module__.startswith(package):
            return usual(cls, **options)
        return _decorated(usual, cls, options) if cls is not None else lambda cls: replacement(cls, **options)

    dataclasses.dataclass = replacement
    try:
        yield
    finally:
        dataclasses.dataclass = usual


def _decorated(usual: Any, cls: Any, options: dict[str, Any]) -> Any:
    if cls is None:
        return lambda cls: _decorated(usual, cls, options)
    chosen = {**_OPTIONS, **options}
    if chosen.keys() == _OPTIONS.keys() and (chosen["eq"] or not chosen["order"]) and _is_plain(cls, frozen=chosen["frozen"]):
        return _lean(usual, cls, **chosen)
    return usual(cls, **options)


def _is_plain(cls: type, *, frozen: bool) -> bool:
    """Whether :func:`_lean` knows everything that a class has."""
    own = vars(cls)
    try:
        kinds = inspect.get_annotations(cls).values()
    except NameError:  # Python 3.14 evaluates them now
        return False
    fields = [*own.values(), *(field for base in cls.__bases__ for field in getattr(base, _FIELDS, {}).values())]
    return (
        not any(name in own for name in _GIVEN)
        and all(getattr(parameters, "frozen", None) is frozen for parameters in _inherited(cls))
        and not any(kind is dataclasses.KW_ONLY or isinstance(kind, dataclasses.InitVar) for kind in kinds)
        and not any(isinstance(kind, str) and ("KW_ONLY" in kind or "InitVar" in kind) for kind in kinds)
        and all(field.init and field.kw_only is not True for field in fields if isinstance(field, dataclasses.Field))
    )


def _inherited(cls: type) -> list[Any]:
    """What the data classes among the bases were made with."""
    return [vars(base)[_PARAMETERS] for base in cls.__mro__[1:] if _PARAMETERS in vars(base)]


def _lean(usual: Any, cls: C, *, frozen: bool, slots: bool, eq: bool, order: bool) -> C:
    """As ``dataclass`` with these options."""
    own = dict(vars(cls))
    if not cls.__doc__:
        cls.__doc__ = cls.__name__  # else the signature is looked up for it
    bases = _inherited(cls) if frozen else []
    for parameters in bases:
        parameters.frozen = False  # a frozen class has frozen bases and the reverse, which only means that all refuse
    try:
        made: C = usual(cls, init=False, repr=False, eq=False, slots=slots)
    finally:
        for parameters in bases:
            parameters.frozen = True
    said = getattr(made, _PARAMETERS)
    said.init, said.repr, said.eq, said.order, said.frozen = True, True, eq, order, frozen
    methods: dict[str, Any] = {"__init__": _Later("__init__", _frozen_init if frozen else _init)}
    if "__repr__" not in own:
        methods["__repr__"] = _repr
    if frozen:
        methods |= {"__setattr__": _refuse, "__delattr__": _refuse}
        if slots:
            methods |= {"__getstate__": _state, "__setstate__": _set_state}
    if eq:
        if "__eq__" not in own:
            methods["__eq__"] = _Later("__eq__", _comparison("__eq__"))
        if "__hash__" not in own or (own["__hash__"] is None and "__eq__" in own):  # Python's own word for what defines `__eq__` alone
            methods["__hash__"] = _Later("__hash__", _hash) if frozen else None
    if order:
        methods |= {name: _Later(name, _comparison(name)) for name in _ORDER}
    for name, method in methods.items():
        setattr(made, name, method)
    return made


class _Later:
    """Stands for a method until somebody asks for it; then it is written into the class."""

    def __init__(self, name: str, source: Callable[[type, dict[str, Any]], str]) -> None:
        self._name = name
        self._source = source

    def __get__(self, instance: object, owner: type) -> Any:
        asked = (*owner.__mro__, *(instance.__mro__ if isinstance(instance, type) else ()))  # `inspect` binds it to the class itself
        home = next(cls for cls in asked if vars(cls).get(self._name) is self)
        names: dict[str, Any] = {}
        exec(self._source(home, names), names)  # noqa: S102  (dataclasses does, too)
        method = names[self._name]
        method.__qualname__ = f"{home.__qualname__}.{self._name}"
        method.__module__ = home.__module__
        setattr(home, self._name, method)
        return method.__get__(instance, owner)


def _init(cls: type, names: dict[str, Any]) -> str:
    return _source_of_init(cls, names, lambda name, value: f"self.{name} = {value}")


def _frozen_init(cls: type, names: dict[str, Any]) -> str:
    names["_put"] = _PUT

    def line(name: str, value: str) -> str:
        slot = getattr(cls, name, None)
        if not inspect.ismemberdescriptor(slot):
            return f"_put(self, {name!r}, {value})"
        names[f"_set_{name}"] = slot.__set__
        return f"_set_{name}(self, {value})"

    return _source_of_init(cls, names, line)


def _source_of_init(cls: type, names: dict[str, Any], line: Callable[[str, str], str]) -> str:
    names["_unset"] = dataclasses.MISSING
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
        lines.append(line(name, value))
    if hasattr(cls, "__post_init__"):
        lines.append("self.__post_init__()")
    body = "\n ".join(lines or ["pass"])
    return f"def __init__({', '.join(parameters)}):\n {body}"


def _comparison(method: str) -> Callable[[type, dict[str, Any]], str]:
    def source(cls: type, _names: dict[str, Any]) -> str:
        compared = [field.name for field in dataclasses.fields(cls) if field.compare]
        mine, others = ("".join(f"{owner}.{name}, " for name in compared) for owner in ("self", "other"))
        body = f"({mine}) {_SIGNS[method]} ({others}) if other.__class__ is self.__class__ else NotImplemented"
        return f"def {method}(self, other):\n return {body}"

    return source


def _hash(cls: type, _names: dict[str, Any]) -> str:
    hashed = "".join(f"self.{field.name}, " for field in dataclasses.fields(cls) if (field.compare if field.hash is None else field.hash))
    return f"def __hash__(self):\n return hash(({hashed}))"


@recursive_repr()
def _repr(self: Any) -> str:
    said = ", ".join(f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr)
    return f"{type(self).__qualname__}({said})"


def _refuse(_self: object, name: str, *_value: object) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot {'assign to' if _value else 'delete'} field {name!r}")


def _state(self: Any) -> list[Any]:
    """What is pickled and copied of an object without a ``__dict__``."""
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _set_state(self: Any, state: list[Any]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        _PUT(self, field.name, value)
