"""A real node for the tests: the release binary, or what GAGE_BIN names, or one built here."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Browser, found

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "python" / "tools"))
PASSWORD = "a password of the tests"


@pytest.fixture(scope="session")
def gage() -> str:
    """The binary. Building it is the last resort; without it the tests fail, they are not skipped."""
    named = os.environ.get("GAGE_BIN")
    if named:
        return str(Path(named).resolve(strict=True))
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    binary = target / "release" / "gage"
    if not binary.exists():
        assert shutil.which("cargo"), f"there is no {binary} and no cargo; set GAGE_BIN"
        build = ["cargo", "build", "--release", "--locked", "--package", "gage-cli", "--bin", "gage"]
        subprocess.run(build, cwd=ROOT, check=True)
    return str(binary)


class Place:
    """A folder with keys, a genesis file and a running node."""

    def __init__(self, gage: str, folder: Path, *options: str) -> None:
        self.gage, self.folder = gage, folder
        self.env = {**os.environ, "GAGE_PASSWORD": PASSWORD}
        self.key, self.account = self.new_key("alice.json")
        self.wallet, self.wallet_account = self.new_key("wallet.json", "--scheme", "wallet")
        self.run("genesis", "new", "--key", self.key, "--key", self.wallet, "--out", "genesis.toml")
        self.genesis = self.run("genesis", "hash", "genesis.toml").strip()
        self.options = ["--genesis", "genesis.toml", "--interval-ms", "20", *options]
        self.process: subprocess.Popen[str] | None = None
        self.listen = "127.0.0.1:0"
        self.start()

    def new_key(self, file: str, *options: str) -> tuple[str, str]:
        words = self.run("keys", "new", "--out", file, *options)
        return re.search(r"^key +(\S+)", words, re.M)[1], re.search(r"^account +(\S+)", words, re.M)[1]

    def tried(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [self.gage, *arguments]
        return subprocess.run(command, cwd=self.folder, env=self.env, text=True, capture_output=True)

    def run(self, *arguments: str) -> str:
        done = self.tried(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self) -> None:
        command = [self.gage, "node", "--dir", "data", "--listen", self.listen, *self.options]
        self.process = subprocess.Popen(command, cwd=self.folder, env=self.env, text=True, stdout=subprocess.PIPE)
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if match := re.match(r"api +(http://(\S+))", line):
                self.url, self.listen = match[1], match[2]
                return
        raise AssertionError("the node did not start: " + "".join(lines))

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.communicate(timeout=60)
            self.process = None


@pytest.fixture(scope="session")
def place(gage: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    made = Place(gage, tmp_path_factory.mktemp("node"))
    yield made
    made.stop()


@pytest.fixture()
def own_place(gage: str, tmp_path: Path) -> Iterator[Place]:
    """A node of one test, which may stop it."""
    made = Place(gage, tmp_path)
    yield made
    made.stop()


@pytest.fixture(scope="session")
def origin(place: Place) -> Iterator[str]:
    """Where the node's pages are."""
    from origin import site

    with site(place.url) as url:
        yield url


@pytest.fixture()
def browser(tmp_path: Path) -> Iterator[Browser]:
    if found() is None:
        print("SKIPPED: there is no Chromium on this machine; the node's pages are NOT tried in a browser")
        pytest.skip("no Chromium")
    made = Browser(tmp_path)
    yield made
    made.close()
