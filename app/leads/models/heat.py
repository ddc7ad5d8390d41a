"""Heat: how much somebody wants to be called just now. Points from what they did, halved each day."""

from datetime import datetime, timedelta

HALF_LIFE = timedelta(hours=24)
LEVELS = (0.5, 1.5, 3.0)  # points from which on a lead is cold, warm, hot; below the first it has no heat
ARRIVAL = 4.0  # asking is the strongest sign: hot for ten hours, warm for a day and a half
MOST = 20.0  # so that a frantic hour does not keep somebody hot for a week


def decayed(points: float, since: datetime | None, now: datetime) -> float:
    """What is left of points that stood at `since`. Time that runs backwards takes nothing away."""
    if since is None or points <= 0:
        return max(points, 0.0)
    return points * 0.5 ** (max(now - since, timedelta(0)) / HALF_LIFE)


def level(points: float) -> int:
    """0 none · 1 cold · 2 warm · 3 hot."""
    return sum(points >= least for least in LEVELS)
