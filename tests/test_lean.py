"""Data classes that are defined leanly are what they would have been otherwise."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any, ClassVar, cast

import pytest

from errlint import lean
from errlint.lean import defined_leanly

_DESCRIBE = """
import dataclasses, inspect, json, sys
import libcst as cst

def below(kind):
    yield kind
    for inner in kind.__subclasses__():
        yield from below(inner)

def described(kind):
    fields = {name: [str(one.type), one.init, one.kw_only is True] for name, one in getattr(kind, "__dataclass_fields__", {}).items()}
    made_with = kind.__dict__.get("__dataclass_params__")
    try:
        signature = [(one.name, str(one.kind), one.default is one.empty) for one in inspect.signature(kind).parameters.values()]
    except ValueError:
        signature = None
    names = sorted(kind.__dict__), kind.__dict__.get("__slots__"), kind.__match_args__, sorted(kind.__abstractmethods__)
    return [fields, repr(made_with), signature, names, [base.__name__ for base in kind.__mro__]]

kinds = {kind for kind in below(cst.CSTNode) if "__getstate__" in kind.__dict__}  # not what `add_slots` has made anew
print(json.dumps({kind.__qualname__: described(kind) for kind in kinds}, sort_keys=True))
"""

_BEHAVE = """
import dataclasses, inspect, pickle, sys
import libcst as cst
from libcst import helpers

assert type(vars(cst.Await)["__init__"]).__name__ == sys.argv[1], vars(cst.Await)["__init__"]
name = cst.Name("a")
for change in (lambda: setattr(name, "value", "b"), lambda: setattr(name, "other", 1), lambda: delattr(name, "value")):
    try:
        change()
    except (dataclasses.FrozenInstanceError, TypeError):  # a TypeError for what is no field, where `add_slots` has made the class anew
        continue
    raise AssertionError("a node was changed")
assert name == name and name != cst.Name("a") and len({name, cst.Name("a")}) == 2
assert cst.Name("b").deep_equals(cst.Name(value="b")) and name.with_changes(value="c").value == "c"
for wrong in (lambda: cst.Name(), lambda: cst.Name("a", nothing=1), lambda: cst.Name("a", (), (), 1), lambda: cst.Name("a", value="a")):
    try:
        wrong()
    except TypeError as error:
        assert "Name.__init__()" in str(error), error
        continue
    raise AssertionError("a node was made of nothing")
try:
    cst.Name("")
except cst.CSTValidationError:
    pass
else:
    raise AssertionError("a node was not validated")

code = 'import a\\nasync def f(x: int = 1, *y) -> None:\\n    with a as b:\\n        return [await z(f"{q!r}") for z in b if not z]\\n'
module = cst.parse_module(code)
assert module.code == code and module.deep_clone().deep_equals(module) and pickle.loads(pickle.dumps(module)).code == code

class Renamed(cst.CSTTransformer):
    def leave_Name(self, original_node, updated_node):
        return updated_node.with_changes(value=updated_node.value * 2)

assert "async def ff(xx: intint" in module.visit(Renamed()).code
match name:
    case cst.Name(value):
        assert value == "a"
assert list(inspect.signature(cst.Name).parameters) == ["value", "lpar", "rpar"]
assert dataclasses.replace(name, value="d").value == "d" and cst.Call(name).args == () and cst.Arg(name).comma is cst.MaybeSentinel.DEFAULT

@dataclasses.dataclass(frozen=True)
class Mine(cst.Name):
    extra: int = 3

mine = Mine("e", extra=4)
assert (mine.value, mine.extra, mine.lpar) == ("e", 4, ())
"""


def _run(code: str, *arguments: str) -> str:
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_classes_of_nodes_look_the_same() -> None:
    lean, plain = (
        json.loads(_run(first + _DESCRIBE))
        for first in ("from errlint.lean import defined_leanly\nwith defined_leanly('libcst.'): import libcst\n", "")
    )
    assert len(lean) > 150
    assert lean == plain


@pytest.mark.parametrize(("first", "kind"), [("import errlint.nodes", "_Later"), ("import libcst, errlint.nodes", "function")])
def test_nodes_behave_the_same_whoever_imports_libcst_first(first: str, kind: str) -> None:
    _run(f"{first}\n{_BEHAVE}", kind)


def test_the_usual_way_is_back_afterwards() -> None:
    usual = dataclasses.dataclass
    with pytest.raises(KeyError), defined_leanly("some.package."):
        raise KeyError
    assert dataclasses.dataclass is usual


def _defined(package: str) -> type:
    with defined_leanly(package):

        @dataclasses.dataclass(frozen=True)
        class Made:
            value: int
            others: list[int] = dataclasses.field(default_factory=list)

            def __repr__(self) -> str:
                return "made"

            def __eq__(self, other: object) -> bool:
                return self is other

            def __hash__(self) -> int:
                return 1

    return Made


@pytest.mark.parametrize("package", [__name__, "another.package."])
def test_only_the_package_is_meant(package: str) -> None:
    made = _defined(package)
    assert (type(vars(made)["__init__"]).__name__ == "_Later") == (package == __name__)
    first, second = made(1), made(2, [3])
    assert (first.value, first.others, second.others) == (1, [], [3])
    assert first.others is not made(1).others
    with pytest.raises(dataclasses.FrozenInstanceError):
        first.value = 2


def test_a_class_that_needs_more_is_made_as_always() -> None:
    with defined_leanly(__name__):

        @dataclasses.dataclass(frozen=True)
        class Compared:
            value: int

        @dataclasses.dataclass
        class Changed:
            value: int

        @dataclasses.dataclass(frozen=True)
        class Named:
            first: int
            _: dataclasses.KW_ONLY
            second: int = 2

    changed = Changed(1)
    changed.value = 2
    assert (Compared(1), changed, Named(1)) == (Compared(1), Changed(2), Named(1, second=2))
    assert not any(type(vars(kind)["__init__"]).__name__ == "_Later" for kind in (Compared, Changed, Named))


def _shapes(dataclass: Callable[..., Any]) -> dict[str, Any]:
    """Classes of all kinds that errlint has, made by one or the other."""

    @dataclass(frozen=True)
    class Plain:
        """A text."""

        first: int
        second: list[int] = dataclasses.field(default_factory=list)
        third: str = "3"
        limit: ClassVar[int] = 7

    @dataclass(frozen=True, slots=True)
    class Slots:
        first: int
        second: tuple[int, ...] = ()
        third: object = dataclasses.field(default=None, compare=False, repr=False)

    @dataclass(frozen=True, eq=False)
    class Identity:
        first: int
        second: int = 2

    @dataclass(frozen=True)
    class Own:
        first: int
        second: int = dataclasses.field(default=2, hash=False)

        def __repr__(self) -> str:
            return "own"

        def __post_init__(self) -> None:
            if self.first < 0:
                raise ValueError(self.first)

    @dataclass(frozen=True)
    class OwnHash:
        first: int
        second: int = 2

        def __hash__(self) -> int:
            return 5

    @dataclass(frozen=True)
    class OwnEq:  # noqa: PLW1641  (its hash is what is asked about)
        first: int
        second: int = 2

        def __eq__(self, other: object) -> bool:
            return True

    @dataclass(frozen=True, slots=True)
    class Below(Slots):
        fourth: int = 4

    @dataclass(frozen=True, slots=True, order=True)
    class Ordered:
        first: int
        second: object = ()
        third: int = dataclasses.field(default=3, compare=False)

    @dataclass
    class Loose:
        first: int
        second: list[int] = dataclasses.field(default_factory=list)

    @dataclass(slots=True)
    class LooseSlots:
        first: int
        second: object = ()

    @dataclass(eq=False)
    class LooseIdentity:
        first: int
        second: object = ()

    @dataclass(order=True)
    class LooseOrdered:  # noqa: PLW1641  (its hash is what is asked about)
        first: int
        second: object = ()

        def __eq__(self, other: object) -> bool:
            return True

    @dataclass
    class LooseBelow(Loose):
        fourth: int = 4

        def __hash__(self) -> int:
            return 5

    @dataclass(frozen=True)
    class Nothing:
        pass

    frozen = (Plain, Slots, Identity, Own, OwnHash, OwnEq, Below, Ordered, Nothing)
    return {kind.__name__: kind for kind in (*frozen, Loose, LooseSlots, LooseIdentity, LooseOrdered, LooseBelow)}


LEAN, USUAL = _shapes(lean.dataclass), _shapes(dataclasses.dataclass)
NAMES = sorted(name for name in LEAN if name != "Nothing")


def _outcome(ask: Callable[[], Any]) -> Any:
    """What comes of it, in words that are the same for two classes of the same name."""
    try:
        return repr(ask())
    except Exception as error:  # noqa: BLE001  (any of them is an outcome)
        return type(error), str(error)


def _same_hash(one: object, other: object) -> bool:
    """Of two objects that are there at the same time; else one may take the other's place in memory, and its identity."""
    return hash(one) == hash(other)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "ask",
    [
        lambda kind: kind(1),
        lambda kind: kind(first=1, second=(3,)),
        lambda kind: kind(),
        lambda kind: kind(1, 2, 3, 4, 5, 6),
        lambda kind: kind(1, first=1),
        lambda kind: kind(1, other=1),
        lambda kind: kind(-1),
        lambda kind: (kind(1) == kind(1), kind(1) == kind(2), kind(1) != kind(1), kind(1) == 1, kind(1, 5) == kind(1, 6)),
        lambda kind: _same_hash(kind(1, (2,)), kind(1, (2,))),
        lambda kind: _same_hash(kind(1, []), kind(1, [])),
        lambda kind: _same_hash(kind(1, 5), kind(1, 6)),
        lambda kind: [(one.name, one.compare, one.repr) for one in dataclasses.fields(kind)],
        lambda kind: dataclasses.replace(kind(1), first=2),
        lambda kind: dataclasses.asdict(kind(1)),
        lambda kind: (copy.copy(kind(1)), copy.deepcopy(kind(1, (2,))), copy.copy(kind(1)).first),
        lambda kind: (kind(1) < kind(2), kind(1) <= kind(1), kind(1) > kind(2), kind(1, (2,)) >= kind(1, (3,))),
        lambda kind: kind(1) < 1,
        lambda kind: setattr(kind(1), "first", 2),
        lambda kind: delattr(kind(1), "first"),
        lambda kind: (kind.__match_args__, kind.__dict__.get("__slots__"), hasattr(kind(1), "__dict__")),
        lambda kind: list(inspect.signature(kind).parameters),
        lambda kind: repr(kind.__dataclass_params__)[:60],
        lambda kind: kind.__hash__ is None,
        lambda kind: (
            cast("Any", dataclasses.dataclass(frozen=True))(type("Further", (kind,), {"__annotations__": {"more": int}, "more": 5}))(1).more
        ),
        lambda kind: dataclasses.dataclass(type("Loose", (kind,), {})),
    ],
)
def test_it_is_what_it_would_have_been(name: str, ask: Callable[[Any], Any]) -> None:
    assert _outcome(lambda: ask(LEAN[name])) == _outcome(lambda: ask(USUAL[name]))


def test_one_without_fields() -> None:
    kind: Any
    for kind in (LEAN["Nothing"], USUAL["Nothing"]):
        assert (kind() == kind(), hash(kind()) == hash(kind()), repr(kind()).endswith("Nothing()")) == (True, True, True)


@pytest.mark.parametrize("options", [{"unsafe_hash": True}, {"repr": False}, {"frozen": True, "kw_only": True}])
def test_other_options_are_left_to_python(options: dict[str, bool]) -> None:
    @lean.dataclass(**options)
    class Made:
        value: int

    assert not isinstance(vars(Made)["__init__"], lean._Later)
    assert Made(value=1) == Made(value=1)


@pytest.mark.parametrize("dataclass", [lean.dataclass, dataclasses.dataclass])
def test_what_python_refuses_is_refused(dataclass: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match="eq must be true"):
        dataclass(order=True, eq=False)(type("Made", (), {}))
    with pytest.raises(TypeError, match="__lt__"):
        dataclass(order=True)(type("Made", (), {"__lt__": lambda _self, _other: True}))
    with pytest.raises(TypeError, match="non-frozen"):
        dataclass(type("Below", (USUAL["Plain"],), {}))
    with pytest.raises(TypeError, match="non-frozen"):
        dataclass(frozen=True)(type("Below", (USUAL["Loose"],), {}))
