"""The user's own HTTP libraries, as three lines of the settings describe them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from errlint.cli import cli

RAISING = """\
[wrappers."acme_http.Client.get"]
returns = "requests.Response"
raises-on-status = true
"""
ANY_METHOD = RAISING.replace("Client.get", "Client.*")
FUNCTION = RAISING.replace("Client.get", "fetch")
RETURNING = '[wrappers."acme_http.Client.get"]\nreturns = "requests.Response"\n'
BODY = '[wrappers."acme_http.Client.get"]\nreturns = "body"\n'

METHOD_CLIENT = """\
import acme_http

client = acme_http.Client()


def load():
    try:
        return client.get("/items")
    except Exception as e:
        if "no such shop" in str(e):
            return None
        raise
"""
SHOP = METHOD_CLIENT.replace("client = acme_http.Client()", "").replace("client.get", "acme_http.fetch")
HELD_ON_SELF = """\
from acme_http import Client


class Shop:
    def __init__(self, client: Client):
        self.client = client

    def load(self):
        answer = self.client.get("/items")
        if not answer.ok and "no such shop" in answer.text:
            return None
        return answer.json()
"""
DECODED = """\
from acme_http import Client


def load(client: Client):
    body = client.get("/items")
    return None if body.get("error") and "no such" in body["error"]["message"] else body
"""


def findings(folder: Path, settings: str, source: str, **others: str) -> list[dict[str, Any]]:
    for name, text in {"errlint.toml": settings, "shop.py": source, **others}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    result = CliRunner().invoke(cli, ["check", "--output-format", "json", str(folder / "shop.py")])
    assert result.exit_code in (0, 1), result.output
    found: list[dict[str, Any]] = json.loads(result.stdout)["findings"]
    return found


@pytest.mark.parametrize(
    ("settings", "source"),
    [
        (RAISING, METHOD_CLIENT),
        (ANY_METHOD, METHOD_CLIENT),
        (ANY_METHOD, METHOD_CLIENT.replace("client.get(", "client.post(")),
        (FUNCTION, SHOP),
        (RETURNING, HELD_ON_SELF),
        (BODY, DECODED),
    ],
)
def test_three_lines_make_a_wrapper_known(settings: str, source: str, tmp_path: Path) -> None:
    assert findings(tmp_path, "", source) == []
    (found,) = findings(tmp_path, settings, source)
    assert found["rule"] == "ERR101"


@pytest.mark.parametrize(
    ("settings", "source"),
    [
        # it does not raise: the text is the network's
        (RETURNING, METHOD_CLIENT),
        # another method, another class, another library
        (RAISING, METHOD_CLIENT.replace("client.get(", "client.close(")),
        (RAISING, METHOD_CLIENT.replace("acme_http.Client()", "acme_http.Store()")),
        (RAISING, METHOD_CLIENT.replace("acme_http", "acme_ftp")),
    ],
)
def test_only_what_is_described_is_known(settings: str, source: str, tmp_path: Path) -> None:
    assert findings(tmp_path, settings, source) == []


def test_what_the_project_defines_is_believed_too(tmp_path: Path) -> None:
    wrapper = "class Client:\n    def get(self, path):\n        return plugin().run(path)\n\n\ndef sign(answer):\n    return answer\n"
    source = METHOD_CLIENT.replace("import acme_http", "import acme_http\nfrom acme_http import sign")
    assert len(findings(tmp_path, RAISING, source, **{"acme_http.py": wrapper})) == 1


def test_the_types_that_it_raises(tmp_path: Path) -> None:
    settings = RAISING.replace("raises-on-status = true", 'raises = ["httpx.HTTPStatusError"]')
    narrow = METHOD_CLIENT.replace("import acme_http", "import acme_http\nimport httpx")
    taken = narrow.replace("    except Exception", "    except httpx.HTTPStatusError:\n        raise\n    except Exception")
    assert findings(tmp_path, settings, taken) == []
    assert len(findings(tmp_path, settings, narrow)) == 1


def test_data_of_a_wrapper_that_returns_errors_is_unchecked(tmp_path: Path) -> None:
    source = 'import acme_http\n\nclient = acme_http.Client()\n\n\ndef name():\n    return client.get("/items").json()["name"]\n'
    (found,) = findings(tmp_path, "preview = true\n" + RETURNING, source)
    assert found["rule"] == "ERR501"
    assert findings(tmp_path, "preview = true\n" + RAISING, source) == []


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (RAISING.replace("requests.Response", "requests.Respnse"), "did you mean 'requests.Response'?"),
        (RAISING.replace("requests.Response", "bdoy"), "did you mean 'body'?"),
        (RAISING.replace("raises-on-status = true", 'raises = ["acme.Error"]'), "no library sheet knows 'acme.Error'"),
        (RAISING.replace("raises-on-status", "raise-on-status"), "raises-on-status"),
        (RAISING.replace("acme_http.Client.get", "get"), "is no dotted name"),
        (RAISING.replace("acme_http.Client.get", "acme_http.*"), "is no dotted name"),
        (RAISING.replace("true", '"yes"'), "expected true or false"),
    ],
)
def test_a_mistake_is_told_with_its_line(settings: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "errlint.toml").write_text(settings)
    (tmp_path / "shop.py").write_text("import requests\n")
    result = CliRunner().invoke(cli, ["check", str(tmp_path)])
    assert result.exit_code == 2
    assert said in result.stderr
    assert "errlint.toml:" in result.stderr
