"""``errlint catalogue`` and ``errlint explain API:CODE`` as their users meet them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import tomli
from click.testing import CliRunner, Result

from errlint import registry
from errlint.catalogue import load_catalogue
from errlint.cli import cli, codes
from errlint.terminal import Style

ROOT = Path(__file__).parents[1]
BUILT_IN = sorted((ROOT / "rules" / "errlint_rules" / "catalogues").glob("*.toml"))
ACME = """\
schema = 1

[api]
id = "acme"
name = "Acme"
hosts = ["api.acme.example"]

[envelope]
code = [{ json = "$.error.code" }]

[[retry_after]]
header = "Retry-After"
formats = ["delta-seconds"]
on = [429]

[status.429]
retry = "yes"
wait = "retry_after"

[status.503]
retry = "by_code"

[[code]]
names = ["SLOW_DOWN"]
status = [429]
retry = "yes"
wait = "retry_after"
meanings = { SLOW_DOWN = "Too many requests in a minute" }

[[code]]
names = ["JOB_FAILED"]
status = [422, 503]
retry = "by_status"

[[code.case]]
when = { status = 422 }
retry = "no"

[[code.case]]
when = { status = 503 }
retry = "yes"
wait = "backoff"
write_effect = "rolled_back"
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".errlint.toml").write_text('catalogues = ["acme.toml"]\n')
    (tmp_path / "acme.toml").write_text(ACME)
    return tmp_path


def errlint(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


# show -----------------------------------------------------------------------------------------------------------------------------


def test_show_has_a_line_for_every_code_with_what_it_means() -> None:
    shown = errlint("catalogue", "show", "acme").stdout
    assert re.search(r"^SLOW_DOWN +429 +yes, when told +Too many requests in a minute$", shown, re.MULTILINE)
    assert re.search(r"^ +yes, growing delays +→ status 503$", shown, re.MULTILINE)
    assert "when to retry: header Retry-After (seconds)" in shown


def test_show_says_of_a_status_without_words_of_its_own_what_http_says() -> None:
    assert re.search(r"^503 +by code +Service Unavailable$", errlint("catalogue", "show", "girardai").stdout, re.MULTILINE)


@pytest.mark.parametrize("path", BUILT_IN, ids=lambda path: path.stem)
def test_show_as_json_has_every_code_and_status_of_the_file(path: Path) -> None:
    done = errlint("catalogue", "show", load_catalogue(path).id, "--format", "json")
    data = json.loads(done.stdout)
    one = load_catalogue(path)
    assert data["schema"] == 1
    assert {entry["name"] for entry in data["catalogue"]["codes"] if "*" not in entry["name"]} == set(one.names)
    assert {entry["status"]: entry["retry"] for entry in data["catalogue"]["statuses"]} == {
        key: rule.retry for key, rule in one.status.items()
    }
    assert [entry["place"] for entry in data["catalogue"]["envelope"]["code"]] == [str(place) for place in one.envelope.code]


def test_show_takes_a_file(here: Path) -> None:
    (here / "other.toml").write_text(ACME.replace('id = "acme"', 'id = "other"'))
    assert errlint("catalogue", "show", "other.toml").stdout.startswith("other: Acme\n")
    assert errlint("catalogue", "show", "nowhere.toml").exit_code == 2
    (here / "acme").write_text("no catalogue")
    assert errlint("catalogue", "show", "acme").stdout.startswith("acme: Acme\n")


# check ----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "said", "line"),
    [
        ('retry = "by_code"', 'retry = "never"', "never", 21),
        ('formats = ["delta-seconds"]', 'formats = ["seconds"]', "seconds", 13),
        ("when = { status = 422 }", "when = { status = 404 }", "this case is never reached", 36),
        (
            'retry = "by_status"\n\n[[code.case]]\nwhen = { status = 422 }',
            'retry = "by_status"\ntype = "a"\n[[code.case]]\nwhen = { status = 422, type = "b" }',
            "this case is never reached: the code comes with the type 'a'",
            36,
        ),
        ("when = { status = 422 }", "when = { status = 503 }", "this case contradicts an earlier one", 40),
        ('retry = "by_status"', 'retry = "no"\nwait = "backoff"', "a wait before a retry that cannot succeed", 34),
        ("hosts =", "host =", "host", 6),
        ('names = ["JOB_FAILED"]', 'names = ["SLOW_DOWN"]', "code 'SLOW_DOWN' is described twice; they disagree", 31),
    ],
)
def test_check_shows_what_is_wrong_with_file_line_and_frame(here: Path, old: str, new: str, said: str, line: int) -> None:
    assert old in ACME
    text = ACME.replace(old, new, 1)
    (here / "acme.toml").write_text(text)
    done = errlint("catalogue", "check", "acme.toml")
    assert done.exit_code == 1
    assert said in done.stderr
    assert f"--> acme.toml:{line}:" in done.stderr
    assert re.search(rf"^{line} \| {re.escape(text.splitlines()[line - 1])}$", done.stderr, re.MULTILINE)


@pytest.mark.parametrize("path", BUILT_IN, ids=lambda path: path.stem)
def test_check_is_content_with_what_errlint_brings(path: Path) -> None:
    assert errlint("catalogue", "check", str(path)).exit_code == 0


# diff -----------------------------------------------------------------------------------------------------------------------------


def test_diff_tells_what_changed_and_which_verdicts_flip(here: Path) -> None:
    changed = ACME.replace(
        'names = ["SLOW_DOWN"]\nstatus = [429]\nretry = "yes"\nwait = "retry_after"', 'names = ["SLOW_DOWN"]\nstatus = [429]\nretry = "no"'
    )
    changed = changed.replace("$.error.code", "$.code").replace('"JOB_FAILED"', '"JOB_BROKE"').replace("on = [429]", "on = [429, 503]")
    (here / "new.toml").write_text(changed)
    done = errlint("catalogue", "diff", "acme", "new.toml")
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        "~ code: $.error.code → $.code",
        "~ time to retry at header Retry-After: delta-seconds on 429 → delta-seconds on 429, 503",
        "- code JOB_FAILED: 422, 503, retry: by status",
        "+ code JOB_BROKE: 422, 503, retry: by status",
        "~ code SLOW_DOWN: retry: yes, wait: retry-after → no  flips",
        "5 differences, 1 verdict on a retry flips.",
    ]


def test_diff_as_json(here: Path) -> None:
    (here / "new.toml").write_text(ACME.replace("api.acme.example", "api.acme.test"))
    data = json.loads(errlint("catalogue", "diff", "acme.toml", "new.toml", "--format", "json").stdout)
    assert data == {
        "schema": 1,
        "differences": [
            {"kind": "removed", "what": "host", "before": "api.acme.example", "after": "", "flips": False},
            {"kind": "added", "what": "host", "before": "", "after": "api.acme.test", "flips": False},
        ],
    }


@pytest.mark.parametrize("path", BUILT_IN, ids=lambda path: path.stem)
def test_diff_of_a_catalogue_with_itself_is_nothing(path: Path) -> None:
    done = errlint("catalogue", "diff", str(path), load_catalogue(path).id)
    assert (done.exit_code, done.stdout) == (0, "No differences.\n")


def test_diff_of_what_is_not_there() -> None:
    assert errlint("catalogue", "diff", "acme", "acmee").exit_code == 2
    assert errlint("catalogue", "diff", "acme", "nowhere.toml").exit_code == 2


# schema ---------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def json_schema() -> dict[str, object]:
    data: dict[str, object] = json.loads(errlint("catalogue", "schema").stdout)
    return data


@pytest.mark.parametrize("path", BUILT_IN, ids=lambda path: path.stem)
def test_the_schema_accepts_what_errlint_brings(json_schema: dict[str, object], path: Path) -> None:
    jsonschema.Draft202012Validator(json_schema).validate(tomli.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(("old", "new"), [('retry = "by_code"', 'retry = "never"'), ("hosts =", "host ="), ("schema = 1", "schema = 2")])
def test_the_schema_refuses_what_errlint_refuses(json_schema: dict[str, object], old: str, new: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tomli.loads(ACME.replace(old, new, 1)), json_schema)


def test_the_schema_explains_the_keys(json_schema: dict[str, object]) -> None:
    definitions = json_schema["$defs"]
    assert isinstance(definitions, dict)
    assert definitions["Api"]["properties"]["hosts"]["description"].startswith("Hosts that answer calls")
    assert definitions["StatusRule"]["properties"]["retry"]["description"].startswith("May the same request be sent again?")


# explain --------------------------------------------------------------------------------------------------------------------------


def test_explain_says_of_a_code_what_it_means_and_what_to_do() -> None:
    text = errlint("explain", "girardai:RATE_LIMITED").stdout
    told = dict(re.findall(r"^  ([a-zA-Z ]+):\s+(.+)$", text, re.MULTILINE))
    assert text.startswith("girardai:RATE_LIMITED\n")
    assert told["meaning"] == "Generic rate limit"
    assert told["status"] == "429 Too Many Requests"
    assert told["retry"] == "yes"
    assert told["wait"].startswith("what the answer says: header Retry-After (seconds)")
    assert told["what to do"] == "Send the same request again after the time that the answer names."
    assert told["same as"] == "RATE_LIMIT_EXCEEDED"
    assert {rule.split()[0] for rule in told["used by"].split(", ")} >= {"ERR101", "ERR102", "ERR105", "ERR201", "ERR301"}


def test_explain_tells_cases_apart() -> None:
    text = errlint("explain", "acme:JOB_FAILED").stdout
    assert "status 422: Do not send the same request again, it fails again." in text
    assert "status 503: Send the same request again after delays that grow. A write was rolled back." in text


def test_explain_draws_no_conclusion_from_a_contradiction() -> None:
    text = errlint("explain", "withgiga:SANDBOX_FAILED").stdout
    assert "Draw no conclusion, the documents contradict themselves" in text
    assert "ERR201" not in text


def test_explain_knows_families_and_statuses() -> None:
    assert "family:      *_NOT_FOUND" in errlint("explain", "girardai:USER_NOT_FOUND").stdout
    assert "AI_NOT_CONFIGURED: Do not send the same request again" in errlint("explain", "girardai:503").stdout


def test_explain_knows_codes_with_a_colon(here: Path) -> None:
    (here / "acme.toml").write_text(ACME.replace("SLOW_DOWN", "limit:minute").replace("{ limit:minute", '{ "limit:minute"'))
    assert "Too many requests in a minute" in errlint("explain", "acme:limit:minute").stdout


def test_explain_uses_catalogues_of_the_command_line(here: Path) -> None:
    (here / "beta.toml").write_text(ACME.replace('"acme"', '"beta"'))
    assert errlint("explain", "beta:SLOW_DOWN", "--catalogue", "beta.toml").exit_code == 0
    assert errlint("explain", "beta:SLOW_DOWN").exit_code == 2


@pytest.mark.parametrize(
    ("wanted", "hint"), [("girardai:RATE_LIMITD", "'RATE_LIMITED'"), ("girardi:TIMEOUT", "'girardai'"), ("acme:", "SLOW_DOWN")]
)
def test_explain_of_what_is_not_there_names_what_was_meant(wanted: str, hint: str) -> None:
    done = errlint("explain", wanted)
    assert done.exit_code == 2
    assert hint in done.stderr or "catalogue show" in done.stderr


def test_explain_of_a_code_alone_says_which_apis_have_it() -> None:
    assert "girardai:RATE_LIMITED, withgiga:RATE_LIMITED" in errlint("explain", "RATE_LIMITED").stderr


def test_every_code_of_every_catalogue_can_be_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    known = registry.catalogues()
    monkeypatch.setattr(codes, "known_catalogues", lambda _: known)
    for api in known:
        for name in (*api.names, *api.status):
            lines = list(codes.explained(f"{api.id}:{name}", (), Style()))
            assert any(line.startswith("  what to do:") for line in lines), (api.id, name)


# packages -------------------------------------------------------------------------------------------------------------------------


def installed(site: Path, package: str, files: dict[str, str], entry: str) -> Path:
    """A package as an installer lays it out."""
    for name, text in files.items():
        path = site / package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    info = site / f"{package}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[errlint.catalogues]\n{entry}\n")
    return site


def with_site(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(site), *sys.path])
    command = [sys.executable, "-m", "errlint", *arguments]
    return subprocess.run(command, env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("where", ["beta.toml", "catalogues/beta.toml"])
def test_catalogues_of_an_installed_package_are_known_and_the_package_is_not_run(here: Path, where: str) -> None:
    files = {"__init__.py": "raise SystemExit('was run')\n", where: ACME.replace('"acme"', '"beta"')}
    site = installed(here / "site", "beta_errors", files, "beta = beta_errors")
    done = with_site(site, "catalogue", "list")
    assert done.returncode == 0, done.stderr
    assert re.search(r"^beta +2 +Acme", done.stdout, re.MULTILINE)


def test_a_catalogue_of_the_repository_takes_the_place_of_a_packages(here: Path) -> None:
    site = installed(here / "site", "acme_errors", {"acme.toml": ACME.replace('"Acme"', '"Packaged"')}, "acme = acme_errors")
    assert "Packaged" not in with_site(site, "catalogue", "list").stdout
    (here / ".errlint.toml").write_text("")
    assert "Packaged" in with_site(site, "catalogue", "list").stdout


@pytest.mark.parametrize(
    ("files", "entry", "said"),
    [
        ({"__init__.py": ""}, "acme = acme_errors", "brings no catalogue"),
        ({"__init__.py": ""}, "acme = elsewhere", "is not there"),
        ({"acme.toml": ACME.replace("schema = 1", "schema = 9")}, "acme = acme_errors", "acme_errors/acme.toml:1:"),
    ],
)
def test_a_package_that_brings_nothing_right_is_named(here: Path, files: dict[str, str], entry: str, said: str) -> None:
    done = with_site(installed(here / "site", "acme_errors", files, entry), "check", ".")
    assert done.returncode == 2
    assert said in done.stderr
