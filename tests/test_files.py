"""Files are rewritten whole or not at all."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from errlint.files import CannotRead, CannotWrite, read_bytes, write_atomically

OLD, NEW = b"\xef\xbb\xbfold\r\n", b"new\x0c\r"

posix = pytest.mark.skipif(sys.platform == "win32", reason="permissions and links of POSIX")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "client.py"
    path.write_bytes(OLD)
    return path


def assert_untouched(path: Path, content: bytes = OLD) -> None:
    assert path.read_bytes() == content
    assert [entry for entry in path.parent.iterdir() if entry.name.startswith(".errlint")] == []


def test_a_file_is_replaced_byte_for_byte(file: Path) -> None:
    write_atomically(file, OLD, NEW)
    assert_untouched(file, NEW)


@posix
@pytest.mark.parametrize("mode", [0o644, 0o755, 0o600, 0o666, 0o200])
def test_permissions_are_kept(file: Path, mode: int) -> None:
    file.chmod(mode)
    if not os.access(file, os.R_OK):
        pytest.skip("this user cannot read the file")
    write_atomically(file, OLD, NEW)
    assert stat.S_IMODE(file.stat().st_mode) == mode


@posix
def test_the_owner_is_kept_where_the_system_allows_it(file: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root gives files away")
    os.chown(file, 12345, 54321)
    write_atomically(file, OLD, NEW)
    assert (file.stat().st_uid, file.stat().st_gid) == (12345, 54321)


def test_nothing_is_written_when_nothing_changes(file: Path) -> None:
    before = file.stat()
    write_atomically(file, OLD, OLD)
    assert (file.stat().st_mtime_ns, file.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_a_file_that_changed_meanwhile_is_not_touched(file: Path) -> None:
    file.write_bytes(b"somebody was faster")
    with pytest.raises(CannotWrite, match="has changed since it was read"):
        write_atomically(file, OLD, NEW)
    assert_untouched(file, b"somebody was faster")


def test_a_file_that_was_deleted_meanwhile_is_not_made_again(file: Path) -> None:
    file.unlink()
    with pytest.raises(CannotWrite, match="does not exist any more"):
        write_atomically(file, OLD, NEW)
    assert list(file.parent.iterdir()) == []


@posix
def test_a_symbolic_link_stays_a_link(file: Path, tmp_path: Path) -> None:
    (tmp_path / "links").mkdir()
    link = tmp_path / "links" / "link.py"
    link.symlink_to(Path("..") / "client.py")
    write_atomically(link, OLD, NEW)
    assert link.is_symlink()
    assert_untouched(file, NEW)
    assert list((tmp_path / "links").iterdir()) == [link]


@posix
def test_a_hard_link_is_detached(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.py"
    other.hardlink_to(file)
    write_atomically(file, OLD, NEW)
    assert (file.read_bytes(), other.read_bytes()) == (NEW, OLD)


def test_a_read_only_file_is_not_touched(file: Path) -> None:
    file.chmod(0o444)
    with pytest.raises(CannotWrite, match="is read-only"):
        write_atomically(file, OLD, NEW)
    assert_untouched(file)


@posix
def test_a_read_only_folder_is_not_touched(file: Path) -> None:
    file.parent.chmod(0o555)
    try:
        if os.access(file.parent, os.W_OK):
            pytest.skip("this user may write everywhere")
        with pytest.raises(CannotWrite, match="permission denied"):
            write_atomically(file, OLD, NEW)
        assert_untouched(file)
    finally:
        file.parent.chmod(0o755)


@posix
def test_a_disk_that_takes_no_more_loses_nothing(file: Path) -> None:
    with file_size_limit(4096), pytest.raises(CannotWrite, match="file too large"):
        write_atomically(file, OLD, b"x" * 100_000)
    assert_untouched(file)


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """The system itself fails in the middle of writing."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_regular_file_is_read(file: Path) -> None:
    assert read_bytes(file) == OLD


def test_what_is_no_file_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(CannotRead, match="does not exist any more"):
        read_bytes(tmp_path / "gone.py")
    with pytest.raises(CannotRead, match="is a folder"):
        read_bytes(tmp_path)
    with pytest.raises(CannotRead, match="null byte|null character"):  # noqa: RUF043
        read_bytes(tmp_path / "a\0.py")


@posix
def test_a_loop_of_links_and_a_pipe_do_not_hang(tmp_path: Path) -> None:
    loop, pipe = tmp_path / "loop.py", tmp_path / "pipe.py"
    loop.symlink_to("loop.py")
    os.mkfifo(pipe)
    with pytest.raises(CannotRead, match="is a loop of symbolic links") as caught:
        read_bytes(loop)
    assert (caught.value.path, caught.value.message) == (loop, "is a loop of symbolic links")
    with pytest.raises(CannotWrite, match="is a loop of symbolic links"):
        write_atomically(loop, OLD, NEW)
    with pytest.raises(CannotRead, match="is not a regular file"):
        read_bytes(pipe)


@posix
def test_an_unreadable_file_is_said_so(file: Path) -> None:
    file.chmod(0)
    if os.access(file, os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(CannotRead, match="permission denied"):
        read_bytes(file)
