"""The documentation is true: generated parts are fresh, links lead somewhere, options exist, examples load, exit codes are what is said."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec
import pytest
import tomli

from errlint.catalogue import load_catalogues
from errlint.cli import cli
from errlint.config.schema import Settings
from errlint.sheets.library import load_sheet
from tests.harness.pages import generated, pages, run

ROOT = Path(__file__).parent.parent
PAGES = pages(ROOT)
_LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
_FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())


def options() -> dict[str, set[str]]:
    """The options of each command, ``errlint catalogue show`` and the like by their whole name."""

    def walk(command: click.Command, name: str) -> Iterator[tuple[str, set[str]]]:
        yield name, {option for parameter in command.params for option in parameter.opts} | {"--help", "-h", "--version"}
        if isinstance(command, click.Group):
            for child in command.commands.values():
                yield from walk(child, f"{name} {child.name}")

    return dict(walk(cli, "errlint"))


def unknown_options(text: str, known: dict[str, set[str]]) -> list[str]:
    """Command lines and options in a page that errlint does not have."""
    wrong: list[str] = []
    for line in (line for _, kind, block in _FENCE.findall(text) if kind in ("console", "text", "diff") for line in block.splitlines()):
        words = line.removeprefix("$ ").split()
        if words[:1] != ["errlint"]:
            continue
        command = max((name for name in known if words[: name.count(" ") + 1] == name.split()), key=len)
        taken = words[command.count(" ") + 1 :]
        wrong.extend(f"{command} {word}" for word in taken if word.startswith("--") and word not in known[command])
        if command == "errlint" and taken and not taken[0].startswith("-"):
            wrong.append(line)
    every = set().union(*known.values()) | {"--update", "--preview", "--rule", "--new"}
    for code in _CODE.findall(_FENCE.sub("", text)):
        wrong.extend(word for word in re.findall(r"(?<![\w-])--[a-z][\w-]*", code) if word not in every)
    return wrong


def dead_links(text: str, folder: Path) -> list[str]:
    """Relative links of a page that lead nowhere."""
    return [link for link in _LINK.findall(_FENCE.sub("", text)) if not (folder / link).exists()]


def check_toml(block: str, folder: Path) -> None:
    """A TOML example is what it looks like: settings, a catalogue or a library sheet."""
    read = tomli.loads(block)
    path = folder / "example.toml"
    path.write_text(block, encoding="utf-8")
    if "tool" in read:
        msgspec.convert(read["tool"]["errlint"], Settings)
    elif "library" in read:
        load_sheet(path)
    else:
        load_catalogues([path])


@each_page
def test_generated_parts_are_fresh(page: Path, update: bool) -> None:
    text = page.read_text(encoding="utf-8")
    wanted = generated(text, ROOT)
    if update and wanted != text:
        page.write_text(wanted, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == wanted, "`pytest tests/test_docs.py --update` writes it anew"


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    assert not dead_links(page.read_text(encoding="utf-8"), page.parent)


@each_page
def test_commands_and_options_exist(page: Path) -> None:
    assert not unknown_options(page.read_text(encoding="utf-8"), options())


@each_page
def test_toml_examples_load(page: Path, tmp_path: Path) -> None:
    for _, kind, block in _FENCE.findall(page.read_text(encoding="utf-8")):
        if kind == "toml":
            check_toml(block, tmp_path)


def test_exit_codes_are_what_the_readme_says(tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (tmp_path / "clean.py").write_text("x = 1\n")
    told = {int(code) for code in re.findall(r"^\| (\d) \|", text, re.MULTILINE)}
    seen = {run(tmp_path, "check", "--isolated", path).returncode for path in (str(ROOT / "docs" / "client.py"), "clean.py", "missing")}
    assert told == seen == {0, 1, 2}


def test_targets_of_make_exist() -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {name for page in PAGES for name in re.findall(r"`?make ([a-z]+)\b(?=[`\n ])", _shown(page))}
    assert {"demo", "test"} <= named
    assert named <= targets


def _shown(page: Path) -> str:
    """Code only: prose may make anything."""
    text = page.read_text(encoding="utf-8")
    return "\n".join(
        [*(f"{block}\n" for _, kind, block in _FENCE.findall(text) if kind == "console"), *(f"{code}\n" for code in _CODE.findall(text))]
    )


def test_a_rule_of_ones_own_is_found_and_mends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / "docs" / "own-rules.md").read_text(encoding="utf-8")
    pack, told = tmp_path / "site" / "acme_rules", tmp_path / "site" / "acme_rules-1.0.dist-info"
    for folder in (pack, told):
        folder.mkdir(parents=True)
    (pack / "__init__.py").touch()
    (pack / "asserted_success.py").write_text(next(block for _, kind, block in _FENCE.findall(text) if kind == "python"), encoding="utf-8")
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-rules\nVersion: 1.0\n", encoding="utf-8")
    (told / "entry_points.txt").write_text("[errlint.rules]\nacme = acme_rules\n", encoding="utf-8")
    (tmp_path / "a.py").write_text('import requests\n\nr = requests.get("https://api.acme.io", timeout=3)\nassert r.ok\n', encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path / "site"), *filter(None, [os.environ.get("PYTHONPATH")])]))
    shown = run(tmp_path, "check", "--isolated", "--no-cache", "--select", "ACM", "--diff", "--unsafe-fixes", "a.py")
    assert "-assert r.ok\n+r.raise_for_status()\n" in shown.stdout, shown.stderr
    assert "An assert of a response that is a success" in run(tmp_path, "explain", "ACM001").stdout


# the checks themselves -----------------------------------------------------------------------------------------------------------


def test_a_stale_part_is_seen() -> None:
    page = (ROOT / "docs" / "library-sheets.md").read_text(encoding="utf-8")
    stale = page.replace("<!-- kinds -->\n", "<!-- kinds -->\nstale ")
    assert stale != page
    assert generated(stale, ROOT) == page


def test_the_values_of_words_are_listed() -> None:
    part = generated("<!-- schema src/errlint/catalogue/schema.py -->\n<!-- /schema -->", ROOT)
    for name, value in (("Format", "ietf-ratelimit"), ("Retry", "after_poll"), ("Contract", "sole_discriminator"), ("Attribute", "param")):
        listed = part.partition(f"### {name}\n")[2].partition("\n### ")[0]
        assert f"`{value}`" in listed.strip().splitlines()[0]


def test_a_dead_link_is_seen() -> None:
    assert dead_links("[there](nowhere.md) [here](README.md)", ROOT) == ["nowhere.md"]


@pytest.mark.parametrize("text", ["```console\nerrlint check --fixx\n```\n", "```console\nerrlint chekc\n```\n", "Use `--no-such-option`."])
def test_an_unknown_command_or_option_is_seen(text: str) -> None:
    assert unknown_options(text, options())


@pytest.mark.parametrize("block", ["[tool.errlint]\nselct = []\n", 'schema = 1\n[library]\nid = 1\nroots = ["x"]\n', "schema = 1\n[api]\n"])
def test_a_wrong_example_is_seen(block: str, tmp_path: Path) -> None:
    with pytest.raises(Exception, match=r"."):
        check_toml(block, tmp_path)
