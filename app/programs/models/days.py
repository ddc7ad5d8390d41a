"""Two calendars. Business days, by which law counts: Monday to Friday without the federal holidays (5 U.S.C. 6103) and the
days on which they are observed. Bank days, on which money moves by ACH: the Federal Reserve's, which keeps a Saturday's
holiday on no other day (frbservices.org, holiday schedules; Nacha Operating Rules, "banking day")."""

from datetime import date, timedelta

from app.compliance.models.holidays import holiday

REFUND_DAYS = 7  # 16 CFR 310.4(a)(5)(ii)(E): all money but earned fees, within seven business days of the request


def is_business_day(day: date) -> bool:
    return day.weekday() < 5 and holiday("US", day) is None


def is_bank_day(day: date) -> bool:
    named = holiday("US", day)
    only_observed = day.weekday() == 4 and named is not None and holiday("US", day + timedelta(days=1)) == named
    return day.weekday() < 5 and (named is None or only_observed)


def bank_day(day: date) -> date:
    """This day, or the next on which a bank draws money: nobody is charged before the day that was agreed."""
    while not is_bank_day(day):
        day += timedelta(days=1)
    return day


def bank_day_of_month(day: date) -> date:
    """This day, or the next bank day; the last one before it where the next is already in another month ("modified
    following"), so that a month keeps its deposit."""
    drawn = bank_day(day)
    while drawn.month != day.month or not is_bank_day(drawn):
        drawn -= timedelta(days=1)
    return drawn


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
