"""Real time for tests of access: true, but never about to leave a window or an authenticator's step."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from app.core import clock

WINDOW, MIDDLE = 300, 165  # all longer windows begin with one of these; 165 s is also the middle of a step


@pytest.fixture(autouse=True)
def steady(monkeypatch):
    """Shifted by less than three minutes, to the middle of the five that counters and codes depend on."""
    now = time.time()
    shift = timedelta(seconds=now // WINDOW * WINDOW + MIDDLE - now)
    monkeypatch.setattr(clock, "real_now", lambda: datetime.now(UTC) + shift)
