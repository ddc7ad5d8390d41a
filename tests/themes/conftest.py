"""Nothing here needs a database, and the browser's own event loop bears no other one beside it."""

import pytest


@pytest.fixture(autouse=True)
def clean() -> None:
    """Instead of the one that puts tables back."""
