"""Reading and rewriting files so that no byte is ever lost.

A file is rewritten by putting a complete new one in its place, so that whatever happens there is either the old content or the new one
under its name. Consequences, which are chosen: a symbolic link stays, its target is rewritten; a hard link is detached, that is the
other names keep the old content (they often belong to a package cache that must not change). A process that is killed may leave its
unfinished file, ``.errlint-….tmp``, beside the old one; nothing reads it. Between the last look at a file and its replacement another
program's change could get lost: microseconds that no portable system call closes.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from contextlib import suppress
from pathlib import Path

_REASONS = {
    errno.ENOENT: "does not exist any more",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.EROFS: "is on a read-only file system",
    errno.ELOOP: "is a loop of symbolic links",
    errno.EISDIR: "is a folder",
    errno.ENOTDIR: "one of its folders is a file",
    errno.ENOSPC: "no space is left on the device",
    errno.ENAMETOOLONG: "its name is too long",
}


class CannotRead(Exception):
    """A file cannot be read; ``message`` says why, without the path and without a full stop."""

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path
        self.message = message


class CannotWrite(Exception):
    """A file was not rewritten and stands as it stood; ``message`` says why, without the path and without a full stop."""

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path
        self.message = message


def read_bytes(path: Path) -> bytes:
    """The content of a regular file (a pipe could block for ever).

    :raises CannotRead: when there is no such file, or it cannot be read.
    """
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            raise CannotRead(path, "is a folder" if stat.S_ISDIR(mode) else "is not a regular file")
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 -- a buffer takes as long as all else, for each file of a run
            return file.read()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise CannotRead(path, reason_of(error)) from None


def write_atomically(path: Path, old: bytes, new: bytes) -> None:
    """Put ``new`` in the place of ``old``; permissions are kept, the owner where the system allows it. Nothing happens if both are equal.

    :param old: what was read before: the file is not touched if it holds anything else by now.
    :raises CannotWrite: when the file changed or vanished since then, or is read-only (for everybody: then it is so on purpose, whatever
        the user may do), or its folder does not take a new file, or the disk is full. The file stands as it stood then.
    """
    if old == new:
        return
    import tempfile

    try:
        target = Path(os.path.realpath(path, strict=True))
        status = target.stat()
        if not status.st_mode & 0o222 or not os.access(target, os.W_OK):
            raise CannotWrite(path, "is read-only")
        handle, name = tempfile.mkstemp(prefix=".errlint-", suffix=".tmp", dir=target.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(new)
                file.flush()
                os.fsync(file.fileno())
            _adopt(temporary, status)
            if target.read_bytes() != old:
                raise CannotWrite(path, "has changed since it was read")
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except (OSError, ValueError) as error:
        raise CannotWrite(path, reason_of(error)) from None
    _sync_folder(target.parent)


def write_whole(path: Path, new: bytes) -> None:
    """Put a file under a name in one step, in the place of one that may be there; what is no regular file (a pipe) is written to.

    :raises CannotWrite: when that cannot be done. A file that was there stands as it stood.
    """
    import tempfile

    try:
        if os.path.lexists(path):
            if stat.S_ISREG(path.stat().st_mode):
                write_atomically(path, path.read_bytes(), new)
            else:
                path.write_bytes(new)
            return
        with tempfile.TemporaryDirectory(prefix=".errlint-", suffix=".tmp", dir=path.parent) as folder:
            unfinished = Path(folder, path.name)
            unfinished.write_bytes(new)  # in a file with the permissions that any new file has
            unfinished.replace(path)
    except (OSError, ValueError) as error:
        raise CannotWrite(path, reason_of(error)) from None


def _adopt(temporary: Path, status: os.stat_result) -> None:
    """Give a new file the owner and the permissions of the old one; owner first, because a change of owner clears permissions."""
    if sys.platform != "win32":
        with suppress(OSError):
            os.chown(temporary, status.st_uid, status.st_gid)
    temporary.chmod(stat.S_IMODE(status.st_mode))


def _sync_folder(folder: Path) -> None:
    """Make the new name survive a power cut, where the system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def reason_of(error: OSError | ValueError) -> str:
    """What an error of the system says, in the words that are used everywhere."""
    if isinstance(error, OSError):
        return _REASONS.get(error.errno or 0) or (error.strerror or str(error)).lower()
    return str(error)
