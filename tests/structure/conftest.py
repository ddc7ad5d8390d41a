"""These tests read files: no database, nothing to put back."""

import pytest


@pytest.fixture(autouse=True)
def clean() -> None:
    return
