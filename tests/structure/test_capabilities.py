"""What `infra/capabilities.md` claims is backed by tests that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
CLAIM = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def test_every_claim_names_a_test_that_exists():
    missing = []
    for file, name in CLAIM.findall((ROOT / "infra/capabilities.md").read_text()):
        path = ROOT / file
        if not path.exists() or (name and f"def {name}(" not in path.read_text()):
            missing.append(f"{file}::{name}")
    assert missing == []


def test_every_row_has_a_claim():
    rows = [
        line
        for line in (ROOT / "infra/capabilities.md").read_text().splitlines()
        if re.match(r"\| [A-Z]{2,3}-\d", line)
    ]
    assert len(rows) > 30
    assert [row for row in rows if not CLAIM.search(row)] == []
