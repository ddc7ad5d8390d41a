"""What no tracked file may hold: a package registry's address, a path of somebody's machine, a secret."""

import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.structure.tree import ROOT, files

TEXT_LIMIT = 4 * 1024 * 1024  # bytes; longer files are not text of ours
# Put together here, so that this file does not name them.
HOSTS = (("pypi", "org"), ("pythonhosted", "org"), ("registry", "npmjs"), ("deb", "debian", "org"))
REGISTRIES = [".".join(host) for host in HOSTS]
INDEXES = "PIP_INDEX_URL PIP_EXTRA_INDEX_URL UV_INDEX_URL UV_DEFAULT_INDEX".split()
# Only where the path begins there: the same words further on are an address of ours.
MACHINE = re.compile(r"(?<![\w.}/:*-])/(?:work|root|home/\w+|tmp/team|Users/\w+)/\w")
SECRET = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bsk_live_\w{10}")


def configured_registries() -> Iterator[str]:
    """The hosts that this machine installs from, whatever they are called."""
    for name in INDEXES:
        for url in os.environ.get(name, "").split():
            if host := urlsplit(url).hostname:
                yield host


def texts() -> Iterator[tuple[str, str]]:
    for path in files():
        if path.stat().st_size <= TEXT_LIMIT:
            try:
                yield str(path.relative_to(ROOT)), path.read_text()
            except UnicodeDecodeError:
                continue


def offences(name: str, text: str, hosts: list[str]) -> list[str]:
    found = [f"{name}: registry {host}" for host in hosts if host in text]
    found += [f"{name}: machine path {match[0]}" for match in MACHINE.finditer(text)]
    found += [f"{name}: secret {match[0][:20]}" for match in SECRET.finditer(text)]
    return found


def test_tracked_files_name_no_registry_machine_or_secret() -> None:
    if not files():
        pytest.skip("not a checkout")
    hosts = REGISTRIES + list(configured_registries())
    found = [line for name, text in texts() for line in offences(name, text, hosts)]
    assert not found, "\n".join(found)


KEY = "-----BEGIN " + "PRIVATE KEY-----"
BAD = [f"https://{REGISTRIES[0]}/simple", "see /" + "work/main/app", "'/" + "root/x'", KEY]
GOOD = ["/agent/work/list", "{base}/home/x", "https://example.com/work/1", "a/root/b"]


@pytest.mark.parametrize("text", BAD)
def test_rule_bites(text: str) -> None:
    assert offences("a.md", text, REGISTRIES)


@pytest.mark.parametrize("text", GOOD)
def test_rule_lets_pass(text: str) -> None:
    assert not offences("a.md", text, REGISTRIES)


def pins(file: str) -> dict[str, str]:
    """Package → version of a lock file; every entry must carry a hash."""
    entries = re.split(r"\n(?=\S)", (ROOT / "infra" / "requirements" / file).read_text().strip())
    assert all("--hash=sha256:" in entry for entry in entries)
    matches = [re.match(r"([\w.-]+)==([^ ]+)", entry) for entry in entries]
    return {match[1]: match[2] for match in matches if match}


def declared(lines: list[str]) -> dict[str, str]:
    matches = [re.fullmatch(r"([\w.-]+)(?:\[.*\])?==([\w.]+)", line) for line in lines]
    assert all(matches), "every dependency names one version"
    return {match[1]: match[2] for match in matches if match}


def test_locks_hold_what_is_declared_with_one_version_each() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras = project["project"]["optional-dependencies"]
    run, test = pins("run.txt"), pins("test.txt")
    wheels = pins("postgres.txt") | pins("redis.txt") | pins("node.txt")
    bootstrap = pins("bootstrap.txt")
    assert declared(project["project"]["dependencies"]).items() <= run.items()
    assert declared(extras["test"]).items() <= test.items()
    assert declared(extras["embedded"]) == wheels
    assert declared(project["dependency-groups"]["bootstrap"]).items() <= bootstrap.items()
    assert declared(project["build-system"]["requires"]).items() <= bootstrap.items()
    for one in (run, test, bootstrap):
        for other in (run, test, bootstrap):
            assert all(other.get(name, version) == version for name, version in one.items())


def test_ci_runs_what_everyone_runs() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert "make test" in script.read_text()
    recipes = re.findall(r"^\t.*$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    targets = re.findall(r"^[a-z]+:.*## .+$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert len(recipes) == len(targets)


def test_no_file_is_a_merge_leftover() -> None:
    markers = re.compile(r"^(?:<{7} |>{7} |={7}$)", re.MULTILINE)
    found = [name for name, text in texts() if markers.search(text) and Path(name).suffix != ".md"]
    assert not found
