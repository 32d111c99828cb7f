"""What a pack ships of its TOML files is what stands in them, and is not used for anything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from errlint.catalogue import load_catalogue
from errlint.prepared import SHIPPED, to_ship
from errlint.registry import Pack
from errlint.sheets.library import load_sheet
from tests.support.packs import copied, own_pack


def test_what_is_shipped_is_what_stands_in_the_files(update: bool) -> None:
    pack = own_pack()
    assert [load_catalogue(path) for path in pack.catalogues], "one in which something is wrong is not to be shipped"
    wanted = to_ship(pack.folder, pack.digests)
    if update:
        (pack.folder / SHIPPED).write_bytes(wanted)
    assert (pack.folder / SHIPPED).read_bytes() == wanted, "`pytest tests/test_prepared.py --update` writes it anew"


def test_what_is_shipped_reads_as_the_files_do() -> None:
    pack = own_pack()
    assert [*pack.prepared] == [*pack.libraries, *pack.catalogues]
    assert [load_sheet(path, pack.prepared) for path in pack.libraries] == [load_sheet(path) for path in pack.libraries]
    for path in pack.catalogues:
        one, other = load_catalogue(path, pack.prepared), load_catalogue(path)
        assert repr(one) == repr(other)


@pytest.mark.parametrize("kind", ["catalogues", "libraries"])
def test_a_file_that_was_changed_is_read_itself(kind: str, tmp_path: Path) -> None:
    pack = copied(own_pack(), tmp_path, SHIPPED)
    file = min((tmp_path / kind).glob("*.toml"))
    file.write_bytes(file.read_bytes() + b"# changed\n")
    assert {*pack.catalogues, *pack.libraries} - {*pack.prepared} == {file}


def test_what_does_not_fit_any_more_is_read_from_the_file(tmp_path: Path) -> None:
    pack = copied(own_pack(), tmp_path, SHIPPED)
    shipped = (tmp_path / SHIPPED).read_bytes()
    (tmp_path / SHIPPED).write_bytes(shipped.replace(b'{"schema":1', b'{"schema":2').replace(b'"names":[', b'"names":7,"x":['))
    assert len(pack.prepared) == len(own_pack().prepared)
    assert [load_sheet(path, pack.prepared) for path in pack.libraries] == [load_sheet(path) for path in pack.libraries]


@pytest.mark.parametrize("body", [b"", b"\xff\n[]", b"a\tb\n", b"\n\n"])
def test_what_is_damaged_is_not_used(body: bytes, tmp_path: Path) -> None:
    pack = copied(own_pack(), tmp_path, SHIPPED)
    (tmp_path / SHIPPED).write_bytes(body)
    assert pack.prepared == {}
    (tmp_path / SHIPPED).unlink()
    assert Pack(pack.name, tmp_path).prepared == {}
