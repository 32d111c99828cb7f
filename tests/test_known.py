"""What a pack ships of its knowledge is what is read from the whole, and is not used for anything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from errlint import registry
from errlint.engine import Setup
from errlint.known import SHIPPED, Known, shipped, to_ship
from errlint.registry import Pack
from tests.support.packs import copied, own_pack


def test_what_is_shipped_is_what_the_sheets_and_catalogues_say(update: bool) -> None:
    pack = own_pack()
    wanted = to_ship(pack, Known.of(Setup((), registry.libraries(), registry.catalogues())))
    if update:
        (pack.folder / SHIPPED).write_bytes(wanted)
    assert (pack.folder / SHIPPED).read_bytes() == wanted, "`pytest tests/test_known.py --update` writes it anew"
    used = shipped(pack)
    assert used is not None
    assert "requests" in used.gate.roots


@pytest.mark.parametrize("kind", ["catalogues", "libraries"])
def test_where_a_sheet_or_catalogue_was_changed_it_is_not_used(kind: str, tmp_path: Path) -> None:
    pack = copied(own_pack(), tmp_path, SHIPPED)
    assert shipped(pack) is not None
    file = min((tmp_path / kind).glob("*.toml"))
    file.write_bytes(file.read_bytes() + b"# changed\n")
    assert shipped(Pack(pack.name, pack.folder)) is None


@pytest.mark.parametrize("body", [b"", b"\xff\n[]", b"[[], [], []]", b"{}", b"1\n"])
def test_what_is_damaged_is_not_used(body: bytes, tmp_path: Path) -> None:
    pack = copied(own_pack(), tmp_path, SHIPPED)
    good = (tmp_path / SHIPPED).read_bytes()
    (tmp_path / SHIPPED).write_bytes(good.partition(b"\n")[0] + b"\n" + body)
    assert shipped(pack) is None
    (tmp_path / SHIPPED).write_bytes(body)
    assert shipped(pack) is None
