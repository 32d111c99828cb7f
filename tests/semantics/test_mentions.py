"""Which APIs a file names: by the import of an SDK or by an address, never by where the project lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from errlint import registry
from errlint.api_comments import ApiComments
from errlint.config import Configs
from errlint.engine import Setup, semantics_of
from errlint.plan import Plan
from errlint.runner import Mode, run
from errlint.semantics.analysis import Semantics
from errlint.semantics.values.mentions import may_be_bound
from errlint.source import Source


def asked(file: Path) -> Semantics:
    """The semantic layer of a file."""
    setup = Setup((), registry.libraries(), registry.catalogues())
    source = Source.parse(file.read_bytes(), "client.py")
    return semantics_of(source, setup, ApiComments.parse(source.text, setup.api_ids), str(file))


@pytest.mark.parametrize(
    ("code", "apis"),
    [
        ("import anthropic", {"anthropic"}),
        ("from slack_sdk.errors import SlackApiError as Failed", {"slack"}),
        ("from compat import sdk", {"stripe"}),
        ("import compat", set()),
        ("URL = 'https://api.github.com'", {"github"}),
        ("URL = f'{scheme}://api.github.com/{path}'", {"github"}),
        ("# errlint: api=slack\nimport requests", {"slack"}),
        ("'''See https://github.com/acme/client, and stripe.'''", set()),
        ("import mystripe.openai", set()),
        ("# import openai", set()),
    ],
)
@pytest.mark.parametrize("place", ["project", "github/openai"])
def test_imports_addresses_and_comments_name_an_api(code: str, apis: set[str], place: str, tmp_path: Path) -> None:
    folder = tmp_path / place
    folder.mkdir(parents=True)
    (folder / "pyproject.toml").touch()
    (folder / "compat.py").write_text("import stripe as sdk\nLIMIT = 3\n", encoding="utf-8")
    (folder / "client.py").write_text(f"{code}\nfrom compat import LIMIT\n", encoding="utf-8")
    assert {api.id for api in asked(folder / "client.py").mentioned_apis} == apis


@pytest.mark.parametrize(
    ("code", "may_be"),
    [
        ("import requests", False),
        ("from compat import Failed", True),
        ("from compat import *", True),
        ("import abc\nclass Base:\n    @abc.abstractmethod\n    def call(self): ...", True),
        ("class Base:\n    def call(self):\n        raise NotImplementedError", True),
        ("import stripe", True),
        ("URL = 'https://api.github.com'", True),
    ],
)
def test_what_names_no_api_may_be_told_one(code: str, may_be: bool, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "compat.py").write_text("class Failed(Exception): ...\n", encoding="utf-8")
    (tmp_path / "client.py").write_text(f"{code}\n", encoding="utf-8")
    assert may_be_bound(asked(tmp_path / "client.py")) == may_be


CLIENT = """
import logging
from {package}.clients import client

def ask(text):
    try:
        return client.images.generate(prompt=text)
    except Exception as e:
        logging.error("no answer: %s", e)
"""


@pytest.mark.parametrize("package", ["shop", "openai_shop"])
def test_a_request_id_is_missed_wherever_the_client_was_made(package: str, tmp_path: Path) -> None:
    folder = tmp_path / package
    folder.mkdir()
    for name, code in {"__init__": "", "clients": "import openai\nclient = openai.OpenAI()\n", "main": CLIENT}.items():
        (folder / f"{name}.py").write_text(code.replace("{package}", package), encoding="utf-8")
    [outcome] = run([folder / "main.py"], Plan(Configs(isolated=True)), Mode.CHECK)
    assert [finding.rule for finding in outcome.report.findings] == ["ERR402"]
