"""Write today's help into the README: `python tests/update_readme.py`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from help_text import BEGIN, END, block

README = Path(__file__).parents[1] / "README.md"
text = README.read_text(encoding="utf-8")
before, _, rest = text.partition(BEGIN)
README.write_text(before + block() + rest.partition(END)[2], encoding="utf-8")
