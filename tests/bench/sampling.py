"""Where a process's CPU goes: every few milliseconds of it, which function the main thread is in. Cheap, and blind to nothing
Python runs there; what other threads use is counted to whatever the main thread does meanwhile."""

import signal
import sysconfig
from collections import Counter
from pathlib import Path
from types import FrameType

EVERY = 0.002  # seconds of CPU; the kernel's tick may be longer
_SITE = sysconfig.get_paths()["purelib"] + "/"
_STDLIB = sysconfig.get_paths()["stdlib"] + "/"
_HERE = str(Path(__file__).parents[2]) + "/"
_SHOWN = 45


class Sampler:
    """`toggle` starts it, or stops it and writes `profile.txt` into the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running = False
        self._inside: Counter[str] = Counter()
        self._below: Counter[str] = Counter()
        self._rooms: Counter[str] = Counter()
        self._samples = 0

    def toggle(self, *_: object) -> None:
        """As a signal's handler."""
        self._running = not self._running
        signal.signal(signal.SIGPROF, self._sample)
        signal.setitimer(signal.ITIMER_PROF, *((EVERY, EVERY) if self._running else (0, 0)))
        if not self._running:
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / "profile.txt").write_text(self._report(), "utf-8")

    def _sample(self, _signal: int, frame: FrameType | None) -> None:
        if frame is None:
            return
        self._samples += 1
        self._inside[_name(frame)] += 1
        self._rooms[_room(frame)] += 1
        stack = set()
        while frame is not None:
            stack.add(_name(frame))
            frame = frame.f_back
        self._below.update(stack)

    def _report(self) -> str:
        lines = [f"{self._samples} samples"]
        parts = (("by package", self._rooms), ("inside", self._inside), ("inside and below", self._below))
        for title, counted in parts:
            lines += ["", title]
            lines += [f"{100 * n / max(1, self._samples):5.1f} %  {name}" for name, n in counted.most_common(_SHOWN)]
        return "\n".join(lines) + "\n"


def _file(frame: FrameType) -> str:
    name = frame.f_code.co_filename
    for root, shown in ((_SITE, ""), (_STDLIB, "python/"), (_HERE, "")):
        if name.startswith(root):
            return shown + name.removeprefix(root)
    return name


def _name(frame: FrameType) -> str:
    return f"{_file(frame)}:{frame.f_code.co_qualname}"


def _room(frame: FrameType) -> str:
    return (
        "/".join(_file(frame).split("/")[:2])
        if _file(frame).startswith(("bot/", "python/"))
        else _file(frame).split("/")[0]
    )
