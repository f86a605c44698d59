"""The tour: every command of it, in order, on a fresh network for each page; what is printed is compared."""

from __future__ import annotations

import os
import re
import socket
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT

GUIDE = ROOT / "docs" / "guide"
START = "README.md"
PAGES = ["borrower.md", "liquidator.md", "investor.md", "auditor.md"]
MARK = "=== step"


def steps(page: str) -> list[tuple[str, list[str]]]:
    """The commands of a page, each with the lines that are shown after it."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"^```console\n(.*?)^```", (GUIDE / page).read_text(encoding="ascii"), re.S | re.M):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line)
    return found


def run(gage: str, folder: Path, wanted: list[tuple[str, list[str]]]) -> list[str]:
    """What each command printed, all of them in one shell."""
    (folder / "bin").mkdir()
    (folder / "bin" / "gage").symlink_to(gage)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = "127.0.0.1:%d" % free.getsockname()[1]
    lines = ["set -m", "trap 'kill $(jobs -p) 2> /dev/null; wait' EXIT"]
    for number, (command, _) in enumerate(wanted):
        # The page names the port of every day; others may be at it.
        command = command.replace("gage node ", f"gage node --listen {address} ")
        lines += [command, f"echo '{MARK}' {number} $?"]
    environment = {**os.environ, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "GAGE_NODE": f"http://{address}"}
    script = folder / "tour.sh"
    script.write_text("\n".join(lines) + "\n")
    with (folder / "printed.txt").open("w") as out:
        subprocess.run(["bash", str(script)], cwd=folder, env=environment, stdout=out, stderr=out, timeout=500)
    printed = (folder / "printed.txt").read_text()
    outputs = re.split(rf"{MARK} \d+ \d+\n", printed)
    statuses = re.findall(rf"{MARK} \d+ (\d+)\n", printed)
    assert len(statuses) == len(wanted), f"the shell ended early:\n{printed[-2000:]}"
    for (command, _), status, output in zip(wanted, statuses, outputs):
        assert status == "0", f"$ {command}\nended with {status}:\n{output}"
    return outputs


def compare(command: str, shown: list[str], output: str) -> None:
    """Every line shown must be printed, in their order; `...` stands for anything."""
    rest = [" ".join(line.split()) for line in output.splitlines()]
    for line in shown:
        pattern = ".*".join(re.escape(" ".join(part.split())) for part in line.split("..."))
        pattern = re.sub(r"(?<=\.\*)\\ |\\ (?=\.\*)", "", pattern)
        place = next((at for at, text in enumerate(rest) if re.fullmatch(rf"\s*{pattern}\s*", text)), None)
        assert place is not None, f"$ {command}\ndid not print {line!r} here:\n{output}"
        rest = rest[place + 1 :]


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_the_page_does_what_it_shows(gage: str, tmp_path: Path, page: str) -> None:
    first, own = steps(START), steps(page)
    assert len(own) >= 5
    # The node is stopped at the very end.
    wanted = first[:-1] + own + first[-1:]
    outputs = run(gage, tmp_path, wanted)
    for (command, shown), output in zip(wanted, outputs):
        compare(command, shown, output)


def test_a_line_that_is_not_printed_is_found() -> None:
    compare("x", ["outcome ... done", "b"], "a\noutcome      done\nb\n")
    for shown in (["done"], ["b", "outcome done"], ["outcome ... done!"]):
        with pytest.raises(AssertionError):
            compare("x", shown, "a\noutcome      done\nb\n")


def test_every_page_is_run_and_linked() -> None:
    assert sorted(path.name for path in GUIDE.glob("*.md")) == sorted([START, *PAGES])
    for page in PAGES:
        assert f"({page})" in (GUIDE / START).read_text()
