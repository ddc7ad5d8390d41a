"""Business days: Monday to Friday without the federal holidays (5 U.S.C. 6103) and the days on which they are observed."""

from datetime import date, timedelta

from app.compliance.models.holidays import holiday

REFUND_DAYS = 7  # 16 CFR 310.4(a)(5)(ii)(E): all money but earned fees, within seven business days of the request


def is_business_day(day: date) -> bool:
    return day.weekday() < 5 and holiday("US", day) is None


def business_days_after(day: date, count: int) -> date:
    """The day so many business days later; the day itself never counts."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_business_day(day)
    return day


def business_days_before(day: date, count: int) -> date:
    while count > 0:
        day -= timedelta(days=1)
        count -= is_business_day(day)
    return day
