"""The notebook's cells, run as a script on a small demo."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import notebook
from conftest import ROOT


def test_the_notebook_plots_the_demo(gage: str, tmp_path: Path) -> None:
    # The figures are written where a browser would show them, so that empty ones would be seen.
    script = notebook.code(ROOT / "python" / "examples" / "demo.ipynb")
    script += "for number in plt.get_fignums():\n    plt.figure(number).savefig(f'figure-{number}.png')\n"
    environment = {**os.environ, "TMPDIR": str(tmp_path), "GAGE_BIN": gage, "GAGE_DEMO_VAULTS": "20", "MPLBACKEND": "agg"}
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environment, text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert "20 vaults" in done.stdout and "quarters of an hour" in done.stdout
    figures = sorted(tmp_path.glob("figure-*.png"))
    assert len(figures) == 3 and all(figure.stat().st_size > 5_000 for figure in figures)
