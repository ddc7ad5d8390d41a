"""Builds the front end (`themes/` → `themes/dist/`) with npm, only when its sources have changed."""

import hashlib
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from infra.local import binaries

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "themes"
DIST = SOURCES / "dist"
STAMP = "sources.sha256"
NODE_LEAST = 20


class BuildFailed(RuntimeError):
    """npm failed; the message is what it printed."""


def build(say: Callable[[str], None], root: Path = ROOT) -> bool:
    """Makes `themes/dist` current. True when it built; without a `package.json` there is nothing to."""
    themes = root / "themes"
    if not (themes / "package.json").exists():
        return False
    digest, locked = sources_digest(root), file_digest(themes / "package-lock.json")
    stamp = themes / "dist" / STAMP
    if (themes / "dist" / "manifest.json").exists() and read(stamp) == digest:
        return False
    installed = themes / "node_modules" / STAMP
    if read(installed) != locked:
        say("installing front-end packages")
        npm(themes, "ci", "--no-audit", "--no-fund")
        installed.write_text(locked)
    say("building the front end")
    npm(themes, "run", "build")
    stamp.write_text(digest)
    return True


def npm(directory: Path, *arguments: str) -> None:
    """Runs npm from PATH, else from the nodejs wheel. Raises BuildFailed."""
    program = binaries.npm(NODE_LEAST, ROOT / ".venv")
    environment = dict(os.environ, PATH=f"{program.parent}{os.pathsep}{os.environ.get('PATH', '')}")
    done = subprocess.run(
        [program, *arguments], cwd=directory, env=environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise BuildFailed(f"npm {' '.join(arguments)} failed:\n{done.stdout}")


def sources(root: Path) -> Iterator[Path]:
    """Every file whose change may change the result, in a stable order."""
    themes = root / "themes"
    for folder, folders, files in os.walk(themes):
        folders[:] = sorted(set(folders) - {"node_modules", "dist", "__pycache__"})
        yield from (Path(folder, name) for name in sorted(files) if not name.endswith(".pyc"))
    # The style sheet holds the classes that templates use, the sheet of icons those that anything names.
    for pattern in ("templates/**/*.html", "app/**/*.py", "app/**/*.yaml"):
        yield from sorted(root.glob(pattern))


def sources_digest(root: Path) -> str:
    digest = hashlib.sha256()
    for path in sources(root):
        digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def file_digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


def read(path: Path) -> str:
    return path.read_text() if path.exists() else ""
