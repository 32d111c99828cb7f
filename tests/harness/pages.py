"""The generated parts of the documentation: tables of keys from the schemas, and output of real runs."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from errlint.sheets.library import KINDS

_BLOCK = re.compile(r"(<!-- (?P<name>example|json|kinds|meaning|schema)(?: (?P<argument>\S+))? -->\n).*?(<!-- /(?P=name) -->)", re.DOTALL)


def pages(root: Path) -> list[Path]:
    """All pages that people read."""
    return [
        *sorted(root.glob("*.md")),
        *sorted((root / "docs").glob("*.md")),
        root / "fixtures" / "README.md",
        root / "rules" / "README.md",
    ]


def generated(text: str, root: Path) -> str:
    """The page with its generated parts written anew."""

    def fill(match: re.Match[str]) -> str:
        return f"{match[1]}{_content(match['name'], match['argument'], root)}{match[4]}"

    return _BLOCK.sub(fill, text)


def _content(name: str, argument: str | None, root: Path) -> str:
    if name == "kinds":
        return f"{', '.join(f'`{kind}`' for kind in sorted(KINDS))}\n"
    if name == "schema":
        assert argument is not None
        return "\n".join(_tables(root / argument))
    if name == "meaning":
        told = run(root, "debug", "meaning", argument or "", folder=root / "docs")
        assert told.returncode == 0, told.stderr
        return f"```text\n$ errlint debug meaning {argument}\n{told.stdout}```\n"
    options = ["--output-format", "json"] if name == "json" else []
    found = run(root, "check", "--isolated", *options, "client.py", folder=root / "docs")
    assert found.returncode == 1, found.stderr
    if name == "json":
        return f"```json\n{found.stdout}```\n"
    patch = run(root, "check", "--isolated", "--diff", "--unsafe-fixes", "client.py", folder=root / "docs").stdout
    first = found.stdout.split("\n\n")[0]
    return f"```text\n$ errlint check client.py\n{first}\n```\n\n```diff\n$ errlint check --diff --unsafe-fixes client.py\n{patch}```\n"


def run(root: Path, *arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run errlint."""
    command = [sys.executable, "-m", "errlint", *arguments]
    return subprocess.run(command, cwd=folder or root, capture_output=True, text=True, check=False)


def _tables(path: Path) -> Iterator[str]:
    """A table of keys for each documented struct of a schema module, and the values that its kinds of words have."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    for node, after in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.Assign) and (values := _values(node.value)):
            yield f"### {ast.unparse(node.targets[0])}\n"
            yield f"{', '.join(f'`{value}`' if value else 'nothing' for value in values)}\n"
            yield f"{_markdown(_told(after))}\n"
        if not isinstance(node, ast.ClassDef) or node.name.startswith("_"):
            continue
        rows = list(_rows(node))
        if not rows or not any(keyword.arg == "frozen" for keyword in node.keywords):
            continue
        kebab = any(keyword.arg == "rename" for keyword in node.keywords)
        yield f"### {node.name}\n"
        yield f"{_markdown(ast.get_docstring(node) or '')}\n"
        yield "| Key | Type | Default | |\n| --- | --- | --- | --- |"
        for key, kind, default, meaning in rows:
            name = key.rstrip("_").replace("_", "-") if kebab else key.rstrip("_")
            yield f"| `{name}` | {kind} | {default} | {meaning} |"
        yield ""


def _values(value: ast.expr) -> list[str]:
    """The values of a type that is called ``Literal[…]``."""
    if not isinstance(value, ast.Subscript) or ast.unparse(value.value) != "Literal":
        return []
    return [str(one) for one in ast.literal_eval(ast.unparse(value.slice))]


def _told(after: ast.stmt | None) -> str:
    """What a string below a definition says of it."""
    told = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) and isinstance(after.value.value, str)
    return after.value.value if told else ""  # type: ignore[union-attr]


def _rows(node: ast.ClassDef) -> Iterator[tuple[str, str, str, str]]:
    for statement, after in zip(node.body, [*node.body[1:], None], strict=True):
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        meaning = _markdown(_told(after))
        default = f"`{ast.unparse(statement.value)}`" if statement.value is not None else "required"
        kind = ast.unparse(statement.annotation).replace("|", "\\|")
        yield statement.target.id, f"`{kind}`", default.replace("|", "\\|"), meaning.replace("\n", " ").replace("|", "\\|")


def _markdown(docstring: str) -> str:
    return re.sub(r":\w+:`~?([^`]+)`", r"`\1`", docstring.strip()).replace("``", "`")
