"""How a cell is started: inside bubblewrap where that works, else as a plain process that fences itself
in.
"""

import json
import os
import shutil
import site
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "PATH": "/usr/bin:/bin",
    "HOME": "/nonexistent",
    "PYTHONDONTWRITEBYTECODE": "1",
}
_SYSTEM = ["/usr", "/lib", "/lib64", "/lib32", "/etc/fonts", "/etc/ld.so.cache", "/var/cache/fontconfig"]


def plain(told: Mapping[str, object]) -> list[str]:
    """`told` is what `cell.Told` holds, but for the root of the sources."""
    cell = str(Path(__file__).with_name("cell.py"))
    return [sys.executable, "-I", cell, json.dumps({"root": str(ROOT), **told})]


def bubblewrapped(entry: str, inner: list[str]) -> list[str] | None:
    """None where bubblewrap is not installed. The file system in there is Python, fonts and the work's
    own files.

    Not `--die-with-parent`: that follows the thread which started the cell, and threads of a pool end
    while the process goes on. A cell ends when its socket is closed.
    """
    program = shutil.which("bwrap")
    if program is None:
        return None
    places = [*_SYSTEM, *_python(), *_sources(entry)]
    binds = [word for path in dict.fromkeys(places) if os.path.exists(path) for word in ("--ro-bind", path, path)]
    return [
        program,
        *("--unshare-all", "--new-session", "--cap-drop", "ALL", "--hostname", "cell"),
        *("--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--chdir", "/"),
        *binds,
        *inner,
    ]


def _python() -> list[str]:
    """The interpreter and the installed libraries, wherever they live."""
    found = [sys.prefix, sys.base_prefix, sysconfig.get_paths()["stdlib"], *site.getsitepackages()]
    return [path for path in found if path not in ("/", "")]


def _sources(entry: str) -> list[str]:
    """The jail's own files and the work's package; of the packages above it only what makes them packages."""
    parts = entry.partition(":")[0].split(".")
    package = ROOT.joinpath(*parts[:-1])
    above = [str(ROOT.joinpath(*parts[:depth], "__init__.py")) for depth in range(1, len(parts) - 1)]
    own = [str(ROOT / "themes" / "__init__.py"), str(ROOT / "themes" / "jail")]
    return [*own, *above, str(package)]
