"""Under which account Postgres runs (it refuses to be root), and where that account can keep files."""

import hashlib
import os
import pwd
import subprocess
from pathlib import Path
from typing import Any

SERVICE = "marquee-db"
STATE = Path("/var/lib")


def service_account() -> str | None:
    """None for an ordinary user; for root the login name to drop to, made when absent (else `nobody`)."""
    if os.geteuid() != 0:
        return None
    if not _exists(SERVICE):
        nologin = "/usr/sbin/nologin"
        subprocess.run(
            ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent",
             "--shell", nologin, SERVICE],
            check=False, capture_output=True,
        )  # fmt: skip
    return SERVICE if _exists(SERVICE) else "nobody"


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def can(account: str | None, test: str, path: Path) -> bool:
    """Whether the account passes `test -<test> path` (r, w, x). True for ourselves: we find out by doing."""
    if account is None:
        return True
    answer = subprocess.run(["test", f"-{test}", str(path)], check=False, cwd="/", **rights(account))
    return answer.returncode == 0


def rights(account: str | None) -> dict[str, Any]:
    """Arguments for `subprocess` that make the command run under the account, with none of our groups."""
    if account is None:
        return {}
    user = pwd.getpwnam(account)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def state_directory(directory: Path) -> Path:
    """The stand-in for a directory that the account cannot enter, named from that directory's path."""
    digest = hashlib.sha256(str(directory.resolve()).encode()).hexdigest()[:12]
    return STATE / f"marquee-{digest}"


def home_for(account: str | None, directory: Path) -> Path:
    """Where the account's files go: `directory` if it can get there, else the system's state directory.

    No parent is ever opened up for it.
    """
    if can(account, "x", directory):
        return directory
    home = state_directory(directory)
    home.mkdir(mode=0o755, exist_ok=True)
    return home


def give(account: str | None, path: Path) -> None:
    """Makes the account the owner of this one path."""
    if account is not None:
        user = pwd.getpwnam(account)
        os.chown(path, user.pw_uid, user.pw_gid)
