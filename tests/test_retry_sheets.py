"""The retry tables of library sheets: they fit together, and say what the installed libraries do."""

from __future__ import annotations

import importlib
import inspect
from functools import reduce
from itertools import combinations
from pathlib import Path
from typing import Any, get_args

import pytest

import errlint_rules
from errlint.sheets.libraries import Libraries
from errlint.sheets.library import Sheet, load_sheet
from errlint.sheets.retry import RetryArgument, RetrySheet, Says
from errlint.versions import parse_versions

FOLDER = Path(errlint_rules.__path__[0]) / "libraries"
SHEETS: dict[str, Sheet] = {path.stem: load_sheet(path) for path in sorted(FOLDER.glob("*.toml"))}
LIBRARIES = Libraries(tuple(SHEETS.values()))
INSTALLED = (
    "tenacity", "backoff", "stamina", "retrying", "retry", "urllib3", "requests", "httpx", "httpx_retries", "aiohttp_retry", "retryhttp",
    "google_api_core",
)  # fmt: skip
"""Sheets whose library is there for the tests: their facts are checked against it."""
OLD_PATHS = ("requests.packages.", "tenacity.tornadoweb.")
"""Import paths that need another release of the library, or another library."""
TABLES = [(stem, table) for stem, sheet in SHEETS.items() for table in sheet.retry]
CHECKED = [(stem, name, table) for stem, table in TABLES if stem in INSTALLED for name in table.names if not name.startswith(OLD_PATHS)]


def load(dotted: str) -> Any:
    """The object at a dotted name; an attribute (the function ``tenacity.retry``) before a module of the same name."""
    parts = dotted.split(".")
    for end in range(1, len(parts) + 1):
        try:
            return reduce(getattr, parts[end:], importlib.import_module(".".join(parts[:end])))
        except AttributeError:
            continue
    raise LookupError(dotted)


def parameters(name: str) -> list[inspect.Parameter]:
    """The parameters of a call, without the object that a method is called on."""
    called = load(name)
    found = list(inspect.signature(called).parameters.values())
    owner = load(name.rpartition(".")[0])
    return found[1:] if isinstance(owner, type) else found


def test_every_word_is_explained() -> None:
    page = (Path(__file__).parent.parent / "docs" / "library-sheets.md").read_text(encoding="utf-8")
    table = page.partition("| An argument says |")[2].partition("\n\n")[0]
    assert [word for word in get_args(Says) if f"`{word}`" not in table] == []


def test_no_two_tables_claim_the_same_name() -> None:
    """At any one version of the library."""
    claims = [(name, parse_versions(table.versions)) for _, table in TABLES for name in table.names]
    pairs = [(one, other) for one, other in combinations(claims, 2) if one[0] == other[0]]
    assert pairs  # a name whose table changed with a release
    assert [name for (name, at), (_, also_at) in pairs if at is None or also_at is None or at & also_at] == []


@pytest.mark.parametrize(("stem", "table"), TABLES, ids=lambda value: value.names[0] if isinstance(value, RetrySheet) else value)
def test_a_table_fits_together(stem: str, table: RetrySheet) -> None:
    assert all(argument.name or argument.position is not None for argument in (*table.arguments, *table.called))
    assert not table.needs or table.needs in {argument.name for argument in table.arguments}
    assert all(kind in ("Exception", "BaseException") or LIBRARIES.type(kind) is not None for kind in table.default.types)
    roots = {name.partition(".")[0] for name in table.names}
    assert roots <= {*SHEETS[stem].library.roots, *LIBRARIES.roots}


@pytest.mark.parametrize(("stem", "name", "table"), CHECKED, ids=[name for _, name, _ in CHECKED])
def test_arguments_stand_where_the_sheet_says(stem: str, name: str, table: RetrySheet) -> None:
    if table.combines:
        assert callable(load(name))
        return
    found = parameters(name)
    plain = [parameter.name for parameter in found if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)]
    open_ended = any(parameter.kind is parameter.VAR_KEYWORD for parameter in found)
    many = any(parameter.kind is parameter.VAR_POSITIONAL for parameter in found)
    old = {"method_whitelist", "deadline"}  # names of earlier releases
    for argument in table.arguments:
        if argument.position is not None:
            assert many if argument.rest else argument.position < len(plain) or open_ended, argument
            assert not argument.name or argument.position >= len(plain) or plain[argument.position] == argument.name
        elif argument.name not in old:
            assert open_ended or argument.name in {parameter.name for parameter in found}, argument


def stated(argument: RetryArgument, table: RetrySheet) -> float | None:
    """What the sheet says is the default of an argument, if it is a number."""
    facts = table.default
    if argument.says == ("retries",) and facts.attempts is not None:
        return facts.attempts - 1
    if argument.says == ("growing",) and facts.growth == "none":
        return 0
    value = {"attempts": facts.attempts, "seconds": facts.seconds, "cap": facts.cap, "growing": facts.delay, "delay": facts.delay}
    return value.get(argument.says[0]) if len(argument.says) == 1 else None


@pytest.mark.parametrize(("stem", "name", "table"), CHECKED, ids=[name for _, name, _ in CHECKED])
def test_defaults_are_those_of_the_signature(stem: str, name: str, table: RetrySheet) -> None:
    if table.combines:
        return
    for parameter in parameters(name):
        argument = next((found for found in table.arguments if found.name == parameter.name and not found.key), None)
        if argument is None or isinstance(parameter.default, bool) or not isinstance(parameter.default, (int, float)):
            continue
        expected = stated(argument, table)
        if expected is not None:
            assert expected == parameter.default * argument.unit, parameter
