"""The code of a notebook as a script: `python tools/notebook.py examples/demo.ipynb | python`."""

from __future__ import annotations

import json
import sys
from pathlib import Path


def code(path: Path) -> str:
    """Its code cells, one after another."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code") + "\n"


if __name__ == "__main__":
    print(code(Path(sys.argv[1])), end="")
