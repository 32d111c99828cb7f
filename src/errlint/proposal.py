"""Settings and a hook for a repository that has none: texts to be added to its files, in which nothing else changes.

A text with an addition is parsed, and has to say what it said before, and the addition.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from errlint import __version__
from errlint.config import FILE_NAMES
from errlint.errors import UsageProblem
from errlint.files import CannotRead, CannotWrite, read_bytes, write_atomically
from errlint.globs import is_below
from errlint.lean import dataclass

PRE_COMMIT = ".pre-commit-config.yaml"
_PYPROJECT = "pyproject.toml"
_OWN = "errlint.toml"
_BOM = "\ufeff"
_MOST_FILES = 8
"""Files that a proposal names one by one."""


@dataclass(frozen=True)
class Change:
    """A file that would be written; ``before`` is None for one that does not exist."""

    path: Path
    before: bytes | None
    after: bytes

    def write(self) -> None:
        """Write it.

        :raises UsageProblem: the file changed, or appeared, since it was looked at, or cannot be written.
        """
        try:
            if self.before is not None:
                write_atomically(self.path, self.before, self.after)
            else:
                with self.path.open("xb") as file:
                    file.write(self.after)
        except CannotWrite as problem:
            raise UsageProblem(f"cannot write '{self.path}': {problem.message}") from problem
        except OSError as error:
            raise UsageProblem(f"cannot write '{self.path}': {error.strerror or error}") from error


def settings(folder: Path, catalogues: Sequence[Path], unbound: Sequence[tuple[Path, str]] = ()) -> Change | str:
    """The settings for a folder, or why there are none to add.

    :param catalogues: files below the folder; :param unbound: files there and the API that their calls are likely to go to: a line that
    says so is only proposed as a comment, since nothing in the code tells.
    """
    for name in FILE_NAMES:
        path = folder / name
        if path.is_file() and (name != _PYPROJECT or "errlint" in _parsed(_text(path), path).get("tool", {})):
            return f"{name} has settings already"
    said = [
        *_catalogue_lines([path.relative_to(folder).as_posix() for path in catalogues]),
        *_api_lines([(path.relative_to(folder).as_posix(), api) for path, api in unbound]),
    ]
    if not said:
        return "No settings are needed: each API that errlint knows is told by the hosts and SDKs in the code"
    lines = ["# every key: https://errlint.readthedocs.io/configuration/", *said]
    path = folder / _PYPROJECT
    if path.is_file() and is_below(path, folder):
        before = _text(path)
        after = _appended(before, ["[tool.errlint]", *lines])
        if _says_the_same(before, after, path):
            return Change(path, read_bytes(path), after.encode())
    return Change(folder / _OWN, None, "".join(f"{line}\n" for line in lines).encode())


def hook(folder: Path) -> Change | str:
    """An entry for pre-commit, or why there is none to add."""
    import yaml

    path = folder / PRE_COMMIT
    if not path.exists():
        return Change(path, None, "".join(f"{line}\n" for line in ("repos:", *_hook_lines("  "))).encode())
    if not is_below(path, folder):
        return f"{PRE_COMMIT} is a symlink to a file elsewhere, which is left alone"
    before = _text(path)
    try:
        data = yaml.safe_load(before)
        node = yaml.compose(before, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return f"{PRE_COMMIT} cannot be read as YAML"
    if _has_hook(data):
        return f"{PRE_COMMIT} has a hook already"
    after = _with_hook(before, node)
    if after is not None:
        wanted = {**data, "repos": [*data["repos"], yaml.safe_load("\n".join(_hook_lines("")))[0]]}
        try:
            if yaml.safe_load(after) == wanted:
                return Change(path, read_bytes(path), after.encode())
        except yaml.YAMLError:
            pass
    return f"{PRE_COMMIT} has no list of `repos` that a program could add to; add\n" + "\n".join(_hook_lines("  "))


# TOML ----------------------------------------------------------------------------------------------------------------------------


def _catalogue_lines(paths: Sequence[str]) -> list[str]:
    quoted = [json.dumps(path, ensure_ascii=False) for path in paths]
    if len(quoted) < 2:
        return [f"catalogues = [{quoted[0]}]"] if quoted else []
    return ["catalogues = [", *(f"    {path}," for path in quoted), "]"]


def _api_lines(bound: Sequence[tuple[str, str]]) -> list[str]:
    lines = [f"# apis.{json.dumps(path, ensure_ascii=False)} = {json.dumps(api, ensure_ascii=False)}" for path, api in bound[:_MOST_FILES]]
    return (
        ["# the address of calls in these files only shows at run time; if they go to this API, uncomment the line", *lines]
        if lines
        else []
    )


def _appended(text: str, lines: Sequence[str]) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    ended = text if not text or text.endswith("\n") else text + newline
    return ended + newline.join(["", *lines, ""] if ended.strip(_BOM) else [*lines, ""])


def _says_the_same(before: str, after: str, path: Path) -> bool:
    """Whether the text still says what it said, besides the settings."""
    old = _parsed(before, path)
    try:
        new = _parsed(after, path)
    except UsageProblem:
        return False
    del new["tool"]["errlint"]
    return new == ({**old, "tool": {}} if "tool" not in old else old)


def _parsed(text: str, path: Path) -> dict[str, Any]:
    from errlint.toml import Document

    return Document.parse(text, str(path)).data


def _text(path: Path) -> str:
    """:raises UsageProblem: the file cannot be read, or is not UTF-8."""
    try:
        return read_bytes(path).decode()
    except CannotRead as problem:
        raise UsageProblem(f"cannot read '{path}': {problem.message}") from problem
    except UnicodeDecodeError as error:
        raise UsageProblem(f"'{path}' is not UTF-8: {error.reason}") from error


# YAML ----------------------------------------------------------------------------------------------------------------------------


def _hook_lines(indent: str) -> list[str]:
    """The entry of the list ``repos``."""
    source = _installed_from()
    if source is not None:
        url, revision = source
        lines = [f"- repo: {url}", f"  rev: {revision}", "  hooks:", "    - id: errlint"]
    else:
        # where this errlint came from is not known to pre-commit, so the one that is installed runs
        lines = [
            "- repo: local",
            "  hooks:",
            "    - id: errlint",
            "      name: errlint",
            "      entry: errlint check --force-exclude",
            "      language: system",
            "      types_or: [python, pyi]",
            "      require_serial: true",
        ]
    return [indent + line for line in lines]


def _installed_from() -> tuple[str, str] | None:
    """The git repository and the revision that errlint was installed from, if pip knows them (PEP 610)."""
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        said = json.loads(distribution("errlint").read_text("direct_url.json") or "{}")
    except (PackageNotFoundError, ValueError, OSError):
        return None
    version = said.get("vcs_info", {})
    if version.get("vcs") != "git":
        return None
    return said["url"], version.get("requested_revision") or version.get("commit_id") or f"v{__version__}"


def _has_hook(data: Any) -> bool:
    repos = data.get("repos") if isinstance(data, dict) else None
    hooks = [one for repo in repos or () if isinstance(repo, dict) for one in repo.get("hooks") or () if isinstance(one, dict)]
    return any(str(one.get("id", "")).startswith("errlint") or str(one.get("entry", "")).startswith("errlint ") for one in hooks)


def _with_hook(text: str, root: Any) -> str | None:
    """The text with the hook after the last entry of ``repos``; None where that is no list of indented entries."""
    import yaml

    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    repos = next((value for key, value in pairs if key.value == "repos"), None)
    if not isinstance(repos, yaml.SequenceNode) or repos.flow_style or not repos.value:
        return None
    indent = repos.start_mark.column
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = re.split(r"(?<=\n)", text)
    end = repos.value[-1].end_mark
    at = min(end.line if end.column <= indent else end.line + 1, len(lines))  # the mark of a block is where the next token begins
    while at > 0 and _is_between(lines[at - 1], indent):
        at -= 1
    kept = "".join(lines[:at])
    added = newline.join([*_hook_lines(" " * indent), ""])
    return (kept if kept.endswith("\n") else kept + newline) + added + "".join(lines[at:])


def _is_between(line: str, indent: int) -> bool:
    """Whether a line after an entry may belong to what follows: blank, or a comment that is not indented below the entry."""
    bare = line.strip()
    return not bare or (bare.startswith("#") and len(line) - len(line.lstrip()) <= indent)
