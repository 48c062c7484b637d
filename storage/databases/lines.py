"""The way to a PostgreSQL on another machine. One that dies, or a network that swallows everything, says nothing: who waits for an
answer would wait for ever. So the system asks now and then, and breaks the connection where nobody answers."""

import socket
from typing import Any

IDLE_SECONDS = 10  # without a word, before the other machine is asked
ASKED_SECONDS = 5  # from one time to the next
ASKED_TIMES = 3
SILENT_SECONDS = 20  # until what was sent must have arrived
_NAMES = {
    "TCP_KEEPIDLE": IDLE_SECONDS,
    "TCP_KEEPINTVL": ASKED_SECONDS,
    "TCP_KEEPCNT": ASKED_TIMES,
    "TCP_USER_TIMEOUT": SILENT_SECONDS * 1000,  # milliseconds
}


def notice_silence(raw: Any) -> None:
    """Of a connection of asyncpg's. A slow answer is none; where the system can't ask, nothing is different."""
    line = raw._transport.get_extra_info("socket")
    if line is None or line.family not in {socket.AF_INET, socket.AF_INET6}:
        return
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _NAMES.items():
        if (option := getattr(socket, name, None)) is not None:
            line.setsockopt(socket.IPPROTO_TCP, option, value)
