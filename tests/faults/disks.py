"""Disks to fail on: one that is really full, and one whose next operations fail as told."""

import errno
import mmap
import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_SOURCE = Path(__file__).with_name("disk.c")
_FOR_EVER = 1 << 60


class Failing:
    """Writes, syncs and renames under `root` by processes with `environment`: as they should be, until told otherwise."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "disk"
        self.root.mkdir()
        control, library = folder / "control", folder / "disk.so"
        control.write_bytes(bytes(32))
        subprocess.run([_compiler(), "-shared", "-fPIC", "-O2", "-o", library, _SOURCE, "-ldl"], check=True)
        with control.open("r+b") as file:
            self._control = mmap.mmap(file.fileno(), 32)
        self.environment = {
            "LD_PRELOAD": str(library),
            "DISK_CONTROL": str(control),
            "DISK_ROOT": f"{self.root}/",
        }

    @property
    def failures(self) -> int:
        """Operations that have failed so far."""
        return int(struct.unpack("4q", self._control[:])[3])

    def fail(self, after: int, times: int = _FOR_EVER, code: int = errno.EIO) -> None:
        """So many operations go well, so many after those fail."""
        self._control[:16] = struct.pack("2q", after, 0)
        self._control[16:24] = struct.pack("q", code)
        self._control[8:16] = struct.pack("q", times)

    def heal(self) -> None:
        """All goes well again."""
        self._control[8:16] = struct.pack("q", 0)


class Full:
    """A small file system of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._filler = root / "filler"

    def fill(self) -> None:
        """To the last byte; what was free when asked to make room again may be taken meanwhile."""
        with self._filler.open("ab", buffering=0) as file:
            for size in (1 << 20, 4096, 1):
                try:
                    while file.write(bytes(size)):
                        pass
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise

    def make_room(self) -> None:
        """As before."""
        self._filler.unlink()


@contextmanager
def full(folder: Path, megabytes: int) -> Iterator[Full]:
    """Skips the test where nothing may be mounted: everywhere but as root."""
    root = folder / "small"
    root.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", root], check=False, capture_output=True
    )
    if mounted.returncode:
        _without(f"no small disk can be mounted here ({mounted.stderr.decode().strip()})")
    try:
        yield Full(root)
    finally:
        subprocess.run(["umount", "--lazy", root], check=True)


def _compiler() -> str:
    return shutil.which("cc") or shutil.which("gcc") or _without("no C compiler here to make a failing disk with")


def _without(reason: str) -> str:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
