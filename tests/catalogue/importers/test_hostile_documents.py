"""Documents that are broken, huge or made to do harm: told in plain words, within bounds, and never followed anywhere."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from errlint.catalogue.importers import import_sources
from errlint.errors import UsageProblem
from tests.catalogue.importers.conftest import Outcome

Imports = Callable[..., Outcome]
_SECONDS = 60
"""Of computing time, for what docs/catalogues.md promises; the machines of CI are slow and busy."""


def problem(path: Path) -> UsageProblem:
    with pytest.raises(UsageProblem) as caught:
        import_sources([path])
    return caught.value


def put(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def blown_up(depth: int, first: str, level: Callable[[str, str], str]) -> str:
    lines = [first]
    names = [f"a{index}" for index in range(depth)]
    lines += [level(name, before) for before, name in pairwise(names)]
    return "\n".join(lines)


# what cannot be read --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["e.md", "e.html", "e.txt", "e.json", "e.yaml"])
@pytest.mark.parametrize("content", [b"", b" \n\n\t", b"\xef\xbb\xbf"])
def test_an_empty_file(tmp_path: Path, name: str, content: bytes) -> None:
    assert problem(put(tmp_path, name, content)).message == "this document is empty"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.md", "# Welcome\n\nOur API is friendly and fast.\n"),
        ("a.html", "<html><body><h1>Welcome</h1><p>Our API is friendly and fast.</p></body></html>"),
        ("a.txt", "Welcome\n\nOur API is friendly and fast."),
        ("a.yaml", "openapi: 3.0.0\ninfo: { title: A }\npaths: { /a: { get: { responses: { 200: { description: ok } } } } }\n"),
    ],
)
def test_a_document_that_says_nothing_of_errors(tmp_path: Path, name: str, content: str) -> None:
    told = problem(put(tmp_path, name, content))
    assert told.message == "nothing is said about errors here"
    assert told.hint is not None


def test_a_page_without_any_table_is_read_for_what_its_sentences_say(imported: Imports) -> None:
    page = "# Errors\n\nErrors with status 503 can be retried with exponential backoff. Never retry a 400.\n"
    done = imported(errors__md=page)
    assert done.catalogue.verdict(status=503).retry == "yes"
    assert done.catalogue.verdict(status=400).retry == "no"


@pytest.mark.parametrize(
    ("name", "content", "message", "line"),
    [
        ("a.json", '{"openapi": "3.0.0",\n  "paths": {,}}', "this is not JSON: expecting property name enclosed in double quotes", 2),
        ("a.yaml", "openapi: 3.0.0\npaths: [1, 2\ninfo: {", "this is not YAML: ", 3),
        ("a.yaml", "openapi: 3.0.0\npaths: *nowhere\n", "the alias *nowhere has no anchor", 2),
        ("a.yaml", "openapi: 3.0.0\n{a: b}: c\n", "a key that is no text", 2),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, name: str, content: str, message: str, line: int) -> None:
    told = problem(put(tmp_path, name, content))
    assert told.message.startswith(message)
    assert told.line == line


@pytest.mark.parametrize(
    ("name", "content"), [("a.json", '{"name": "x"}'), ("a.json", "[1]"), ("a.yaml", "name: x\n"), ("a.yaml", "just words")]
)
def test_json_and_yaml_of_another_kind(tmp_path: Path, name: str, content: str) -> None:
    assert "no OpenAPI document" in problem(put(tmp_path, name, content)).message


def test_a_key_that_stands_twice_is_told(imported: Imports) -> None:
    twice = "openapi: 3.0.0\npaths: { /a: { get: { responses: { 429: { description: Slow }, 429: { description: Retry later } } } } }\n"
    assert any("the key '429' stands twice" in line for line in imported(a__yaml=twice).report.doubtful)


# encodings ------------------------------------------------------------------------------------------------------------------------

_PAGE = "# Errors\n\n| Code | Status | Meaning |\n| --- | --- | --- |\n| `TOO_MANY` | 429 | Trop de requêtes, réessayez |\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_unicode_in_any_of_its_encodings(tmp_path: Path, encoding: str) -> None:
    (rule,) = import_sources([put(tmp_path, "a.md", _PAGE.encode(encoding))]).file.code
    assert rule.meanings == {"TOO_MANY": "Trop de requêtes, réessayez"}


def test_an_encoding_that_nobody_names_is_guessed_and_told(tmp_path: Path) -> None:
    done = import_sources([put(tmp_path, "a.md", _PAGE.encode("cp1252"))])
    assert done.file.code[0].meanings == {"TOO_MANY": "Trop de requêtes, réessayez"}
    assert any("it was read as Windows-1252" in line for line in done.report.doubtful)


def test_a_page_that_names_its_encoding_is_read_in_it(tmp_path: Path) -> None:
    page = "<meta charset='koi8-r'><h1>Errors</h1><table><tr><th>Code</th><th>Status</th><th>Meaning</th></tr>"
    page += "<tr><td>TOO_MANY</td><td>429</td><td>Слишком часто</td></tr></table>"
    (rule,) = import_sources([put(tmp_path, "a.html", page.encode("koi8-r"))]).file.code
    assert rule.meanings == {"TOO_MANY": "Слишком часто"}


@pytest.mark.parametrize("name", ["a.md", "a.json", "a.yaml"])
def test_a_mark_of_an_encoding_that_it_is_not(tmp_path: Path, name: str) -> None:
    assert "this is not utf-16" in problem(put(tmp_path, name, b"\xff\xfeabc")).message


@pytest.mark.parametrize(("content", "what"), [(b"%PDF-1.7", "a PDF"), (b"PK\x03\x04", "a ZIP archive"), (b"\x89PNG", "a picture")])
def test_what_is_no_text_is_called_what_it_is(tmp_path: Path, content: bytes, what: str) -> None:
    assert what in problem(put(tmp_path, "a.html", content)).message


# harm -----------------------------------------------------------------------------------------------------------------------------


def test_scripts_of_a_page_say_nothing(imported: Imports) -> None:
    table = "<table><tr><th>Code</th><th>Status</th></tr><tr><td>{}</td><td>429</td></tr></table>"
    page = f"""<html><head><script>document.write("{table.format("FROM_SCRIPT")}")</script>
    <style>.x::after {{ content: "| Code |" }}</style></head>
    <body onload="alert(1)"><h1>Errors</h1>{table.format("SHOWN")}
    <template>{table.format("FROM_TEMPLATE")}</template><div hidden>{table.format("HIDDEN")}</div>
    <img src="https://tracker.example/x.gif"><iframe src="https://evil.example">{table.format("FRAMED")}</iframe></body></html>"""
    done = imported(errors__html=page)
    assert done.catalogue.names == ("SHOWN",)
    assert "script" not in done.toml.lower()


def test_text_of_a_page_cannot_break_out_of_the_catalogue(imported: Imports) -> None:
    page = "# Errors\n\n| Code | Status | Meaning |\n| --- | --- | --- |\n| A_B | 404 | gone\" ]] \\ ''' # x\u2028[api] \x85 \x7f |\n"
    done = imported(errors__md=page)
    rule = done.catalogue.code("A_B")
    assert rule is not None
    assert """gone" ]] \\ \'\'\' # x""" in rule.meanings["A_B"]


def test_no_tag_of_yaml_makes_an_object(imported: Imports) -> None:
    tagged = "503: { description: !!python/object/apply:os.system [x] }"
    done = imported(a__yaml=f"openapi: 3.0.0\npaths: {{ /a: {{ get: {{ responses: {{ {tagged} }} }} }} }}\n")
    assert list(done.catalogue.status) == ["503"]


@pytest.mark.parametrize(
    "text",
    [
        blown_up(12, "a0: &a0 [x, x, x, x, x, x, x, x, x]", lambda name, before: f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]"),
        blown_up(40, "a0: &a0 { x: 1 }", lambda name, before: f"{name}: &{name} {{ l: *{before}, r: *{before} }}"),
    ],
)
def test_aliases_that_blow_a_document_up(tmp_path: Path, text: str) -> None:
    started = time.process_time()
    told = problem(put(tmp_path, "a.yaml", f"openapi: 3.0.0\n{text}\n"))
    assert "blow this up" in told.message
    assert told.line
    assert time.process_time() - started < 10


def test_an_alias_of_what_it_stands_in(tmp_path: Path) -> None:
    told = problem(put(tmp_path, "a.yaml", "openapi: 3.0.0\npaths: &p { /a: *p }\n"))
    assert (told.message, told.line) == ("what the anchor &p stands for contains itself", 2)


@pytest.mark.parametrize("keyword", ["allOf", "oneOf", "properties"])
def test_references_that_blow_a_schema_up(imported: Imports, keyword: str) -> None:
    """Ten times ten times ten … alternatives: nothing is written out, and the rest of the document is read."""

    def level(index: int) -> object:
        inner = [{"$ref": f"#/components/schemas/S{index + 1}"} for _ in range(10)]
        return {"properties": {f"p{at}": one for at, one in enumerate(inner)}} if keyword == "properties" else {keyword: inner}

    schemas = {f"S{index}": level(index) for index in range(15)} | {"S15": {"properties": {"code": {"enum": ["A_B"]}, "message": {}}}}
    body = {"description": "Down; retry later", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/S0"}}}}
    document = {"openapi": "3.1.0", "paths": {"/a": {"get": {"responses": {"503": body}}}}, "components": {"schemas": schemas}}
    started = time.process_time()
    done = imported(a__json=json.dumps(document))
    assert time.process_time() - started < _SECONDS
    assert done.catalogue.verdict(status=503).retry == "yes"


@pytest.mark.parametrize("pair", ["[]", "{}"])
@pytest.mark.parametrize("name", ["a.json", "a.yaml"])
def test_nesting_without_end(tmp_path: Path, name: str, pair: str) -> None:
    opening = '{"a":' if pair == "{}" else "["
    text = f'{{"openapi": "3.0.0", "x": {opening * 50_000}1{pair[1] * 50_000}}}'
    assert "nest" in problem(put(tmp_path, name, text)).message


def test_a_number_with_a_hundred_thousand_digits(tmp_path: Path) -> None:
    assert "too long" in problem(put(tmp_path, "a.json", f'{{"openapi": "3.0.0", "x": {"9" * 100_000}}}')).message


def test_a_document_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    with path.open("wb") as file:
        file.truncate(65_000_000)
    assert problem(path).message == "this is larger than 64 MB"


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="a file without an end is a device of Unix")
def test_a_document_without_an_end_is_not_read() -> None:
    assert problem(Path("/dev/zero")).message == "this is larger than 64 MB"


@pytest.mark.parametrize(("name", "size"), [("a.json", 8_000_000), ("a.yaml", 2_000_000)])
def test_megabytes_within_the_time_that_is_promised(tmp_path: Path, name: str, size: int) -> None:
    error = {"type": "object", "required": ["code", "message"], "properties": {"code": {"type": "string"}, "message": {"type": "string"}}}
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}

    def operation(index: int) -> object:
        answers = {
            str(status): {"description": f"Thing {index} failed with {status}", "content": content} for status in (400, 404, 429, 500)
        }
        item = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
        return {"get": {"operationId": f"op{index}", "parameters": [item], "responses": {"200": {"description": "ok"}, **answers}}}

    document = {"openapi": "3.0.0", "info": {"title": "Large"}, "components": {"schemas": {"Error": error}}}
    one = len(json.dumps(operation(0))) + 20
    text = json.dumps({**document, "paths": {f"/p{index}/{{id}}": operation(index) for index in range(size // one + 1)}})
    assert len(text) >= size
    path = put(tmp_path, name, text)  # JSON is YAML, too
    started = time.process_time()
    done = import_sources([path])
    assert time.process_time() - started < _SECONDS * size / 20_000_000
    assert list(done.file.status) == ["400", "404", "429", "500"]
    assert [sheet.json for sheet in done.file.envelope.code] == ["$.code"]


@pytest.mark.parametrize("row", ["| `code_{0}` | {1} | no |", "| `code_{0}` | 4xx | no |"])
def test_the_time_for_a_table_grows_with_its_rows(tmp_path: Path, row: str) -> None:
    def seconds(rows: int) -> float:
        lines = [row.format(number, 400 + number % 100) for number in range(rows)]
        path = put(tmp_path, "codes.md", "\n".join(("# Errors", "", "| Code | Status | Retry |", "| --- | --- | --- |", *lines, "")))
        started = time.process_time()
        import_sources([path])
        return time.process_time() - started

    seconds(10)  # what is imported and compiled once
    assert seconds(3000) < 25 * seconds(300)
