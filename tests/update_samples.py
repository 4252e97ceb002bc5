"""Take today's results of the samples as the expected ones: `python tests/update_samples.py`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from sample_result import NAMES, SAMPLES, audit_sample, result

for name in NAMES:
    path = SAMPLES / name / "expected.yaml"
    text = result(audit_sample(name))
    changed = not path.exists() or path.read_text(encoding="utf-8") != text
    path.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{name}: {'changed' if changed else 'as before'}\n")
