"""Finds rule packs: Python packages named by the entry point group ``errlint.rules``; and packages of catalogues (``errlint.catalogues``).

A pack is a package. Each module in it with a rule is a rule; TOML files in its ``catalogues`` and ``libraries`` folders are its knowledge.
A pack that cannot be imported is an error, never a silent "clean".
"""

from __future__ import annotations

from collections.abc import Container
from functools import cache, cached_property, lru_cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from errlint.declared import declared
from errlint.digests import digest
from errlint.errors import UsageProblem
from errlint.lean import dataclass
from errlint.model import RuleText
from errlint.own_findings import own_texts
from errlint.prepared import NOTHING, Prepared, prepared

if TYPE_CHECKING:
    from errlint.catalogue import Catalogues
    from errlint.rule import Rule
    from errlint.sheets.libraries import Libraries

GROUP = "errlint.rules"
CATALOGUES = "errlint.catalogues"


@dataclass(frozen=True)
class Pack:
    """One installed rule pack: its package and the files of its knowledge."""

    name: str
    folder: Path
    documentation: str = ""
    """The address of a rule's page, with ``{name}`` for the rule's name: ``DOCUMENTATION`` of the package."""

    def _data(self, kind: str) -> list[Path]:
        return sorted((self.folder / kind).glob("*.toml"))

    @cached_property
    def catalogues(self) -> list[Path]:
        """Its error catalogues."""
        return self._data("catalogues")

    @cached_property
    def libraries(self) -> list[Path]:
        """Its library sheets."""
        return self._data("libraries")

    @cached_property
    def digests(self) -> dict[Path, bytes]:
        """Of the contents of each of these files.

        :raises OSError: one cannot be read.
        """
        return {file: digest(file.read_bytes()) for file in (*self.libraries, *self.catalogues)}

    @cached_property
    def prepared(self) -> Prepared:
        """What it ships of them in a form that is read more quickly."""
        try:
            return prepared(self.folder, self.digests)
        except OSError:
            return NOTHING

    @property
    def modules(self) -> list[str]:
        """The names of its modules that may hold a rule."""
        return sorted(path.stem for path in self.folder.glob("*.py") if not path.stem.startswith("_"))


@lru_cache(maxsize=1)
def packs() -> tuple[Pack, ...]:
    """All installed packs, by name.

    :raises UsageProblem: when a pack is declared but cannot be imported.
    """
    found: dict[str, Pack] = {}
    for entry in declared(GROUP):
        try:
            package = import_module(entry.value)
        except Exception as error:
            raise UsageProblem(f"rule pack `{entry.name}` ({entry.value}) cannot be imported: {error}") from error
        if package.__file__ is None:
            raise UsageProblem(f"rule pack `{entry.name}` ({entry.value}) is not a package with files")
        found[entry.value] = Pack(entry.value, Path(package.__file__).parent, getattr(package, "DOCUMENTATION", ""))
    return tuple(found[name] for name in sorted(found))


@lru_cache(maxsize=1)
def rules() -> tuple[Rule, ...]:
    """All rules of all packs, by id. Imports libcst.

    :raises UsageProblem: when there is no rule at all, a rule module cannot be imported, or two rules share an id or a name.
    """
    import errlint.nodes  # noqa: F401  (before anything else imports libcst)
    from errlint.rule import Rule

    found: list[Rule] = []
    for pack in packs():
        for stem in pack.modules:
            try:
                module = import_module(f"{pack.name}.{stem}")
            except Exception as error:
                raise UsageProblem(f"rule module `{pack.name}.{stem}` cannot be imported: {error}") from error
            found.extend(value for value in vars(module).values() if isinstance(value, Rule))
    if not found:
        raise UsageProblem("no rules are installed", hint="install a rule pack; errlint's own comes with `pip install errlint`")
    found.sort(key=lambda entry: entry.id)
    for attribute in ("id", "name"):
        names = [getattr(entry, attribute) for entry in found]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise UsageProblem(f"two rules have the {attribute} {', '.join(twice)}")
    return tuple(found)


def rule_texts() -> tuple[RuleText, ...]:
    """What formats tell of the rules, and of the findings of the tool itself, by id. Raises as :func:`rules`."""
    own = (RuleText(rule.id, rule.name, rule.title, rule.doc, rule.severity, page(rule.name)) for rule in rules())
    return (*own_texts(), *own)


@cache
def page(name: str) -> str:
    """The address of the page about what is found under a name; empty if there is none. Imports no rule, as modules have their names.

    :raises UsageProblem: when a pack is declared but cannot be imported.
    """
    pages = {text.name: text.url for text in own_texts()}
    stem = name.replace("-", "_")
    return pages.get(name, "") or next((pack.documentation.format(name=name) for pack in packs() if stem in pack.modules), "")


@lru_cache(maxsize=1)
def libraries() -> Libraries:
    """All library sheets of all packs."""
    from errlint.sheets.libraries import Libraries
    from errlint.sheets.library import load_sheet

    return Libraries(tuple(load_sheet(path, ready) for pack in packs() for ready in [pack.prepared] for path in pack.libraries))


@lru_cache(maxsize=1)
def packaged_catalogues() -> tuple[Path, ...]:
    """The catalogues of installed packages: the TOML files of each package that the entry point group ``errlint.catalogues`` names.

    Nothing of such a package is imported.

    :raises UsageProblem: when a package is declared but not there, or brings no catalogue.
    """
    return tuple(path for entry in declared(CATALOGUES) for path in _files_of(entry.name, entry.value))


def _files_of(name: str, package: str) -> list[Path]:
    from importlib.util import find_spec

    top, *below = package.split(".")
    try:
        spec = find_spec(top)
    except (ImportError, ValueError):
        spec = None
    where = f"the package `{package}` that the entry point `{name}` of `{CATALOGUES}` names"
    if spec is None or not spec.submodule_search_locations:
        raise UsageProblem(f"{where} is not there")
    folders = [Path(location, *below) for location in spec.submodule_search_locations]
    found = sorted(path for folder in folders for pattern in ("*.toml", "catalogues/*.toml") for path in folder.glob(pattern))
    if not found:
        raise UsageProblem(f"{where} brings no catalogue", hint="put TOML files beside its modules, or into a folder `catalogues` there")
    return found


def catalogues(extra: tuple[Path, ...] = (), outside: Container[Path] = ()) -> Catalogues:
    """All catalogues: those of the packs, of installed packages, and of the user, each taking the place of earlier ones with its id.

    :param outside: files of which nothing is quoted when there is something wrong with them.
    """
    from errlint.catalogue import load_catalogues

    ready = {path: body for pack in packs() for path, body in pack.prepared.items()}
    try:
        return load_catalogues([path for pack in packs() for path in pack.catalogues], packaged_catalogues(), extra, ready=ready)
    except UsageProblem as problem:
        if problem.path is None or Path(problem.path) not in outside:
            raise
        raise problem.withheld() from None
