"""What can be said of a tenant's health, in words, worst first."""

from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from app.core import clock
from tenants.migrate import head
from themes.catalogue import say, say_many
from themes.formats import percent

SILENT_DAYS = 14
NEARLY = 0.9  # of a limit
Health = Literal["good", "look", "bad", "off"]


class Limits(msgspec.Struct, frozen=True):
    """What the plan allows: seats at a time, leads and messages in 30 days. None is no limit."""

    seats: int | None = None
    leads: int | None = None
    messages: int | None = None


def verdicts(row: dict[str, Any], seen: datetime | None, limits: Limits) -> list[tuple[Health, str]]:
    """At least one, the worst first. A tenant that is not active has its state said and nothing else."""
    if row["state"] != "active":
        return [("off", {"suspended": say("Suspended"), "archived": say("Archived")}[row["state"]])]
    found = [*_broken(row), *_quotas(row, limits), *_silence(row, seen)]
    return sorted(found, key=lambda verdict: verdict[0]) or [("good", say("All is well"))]  # "bad" before "look"


def _broken(row: dict[str, Any]) -> list[tuple[Health, str]]:
    found: list[tuple[Health, str]] = []
    if row["migration_error"]:
        found.append(("bad", say("Its tables could not be brought up to date")))
    elif row["schema_version"] != head():
        found.append(("look", say("Its tables wait to be brought up to date")))
    if row["failed"]:
        many = say_many("%(count)s job waits for somebody", "%(count)s jobs wait for somebody", int(row["failed"]))
        found.append(("bad", many))
    if row["sender_troubles"]:
        found.append(("look", say("Its mail is not known to come from it (sender check)")))
    return found


def _quotas(row: dict[str, Any], limits: Limits) -> list[tuple[Health, str]]:
    named = (
        (say("seats"), row["seats"], limits.seats),
        (say("leads"), row["leads"], limits.leads),
        (say("messages"), row["messages"], limits.messages),
    )
    found: list[tuple[Health, str]] = []
    for what, used, limit in named:
        share = int(used) / limit if limit else 0
        if share > 1:
            found.append(
                ("bad", say("Over its plan: %(used)s of %(limit)s %(what)s", used=used, limit=limit, what=what))
            )
        elif share >= NEARLY:
            found.append(
                ("look", say("%(share)s of its %(what)s used", share=percent(int(share * 100) / 100), what=what))
            )
    return found


def _silence(row: dict[str, Any], seen: datetime | None) -> list[tuple[Health, str]]:
    quiet = clock.now() - (seen or row["created_at"])
    if quiet <= timedelta(days=SILENT_DAYS):
        return []
    return [("look", say("Nobody signed in for %(days)s days", days=quiet.days))]
