"""Screening: the questions before somebody is taken on, the last day for a claim, conflicts, declining and referring."""

from typing import Any

from app.core import config, events, permissions
from app.core.events import Kind
from app.core.slice import NavItem, Panel, Slice, declare
from app.leads.queries import declare_hidden
from app.team.models import NoticeKind, declare_notices
from themes.catalogue import later

permissions.declare(
    "Screening",
    screening_view="See the questionnaire, deadlines and referrals",
    screening_edit="Answer the questionnaire, check conflicts, decline and refer",
    screening_decide="Decide on possible conflicts",
    screening_configure="Set law firms and correct deadlines",
)
config.declare_defaults(screening={}, law_firms=[], limitation_rules=[])
events.declare(
    Kind("screening.answered", "answered the questionnaire", icon="clipboard-list"),
    Kind("screening.deadline_set", "has a deadline", icon="hourglass", audited=True),
    Kind("screening.deadline_near", "comes near the deadline", group="task", icon="hourglass"),
    Kind("screening.checked", "was checked for conflicts", icon="scale", audited=True),
    Kind("screening.cleared", "was cleared of a possible conflict", icon="scale", audited=True),
    Kind("screening.locked", "was locked for a conflict", icon="lock", audited=True),
    Kind("screening.declined", "was declined", group="stage", icon="circle-minus", audited=True),
    Kind("referral.offered", "was offered to a law firm", group="stage", icon="send", audited=True),
    Kind("referral.answered", "has an answer of a law firm", group="stage", icon="scale", audited=True),
    Kind("referral.expired", "got no answer from a law firm", group="stage", icon="hourglass", audited=True),
    Kind("limitation.corrected", "corrected a deadline rule", icon="hourglass", audited=True),
)
declare_notices(
    NoticeKind(
        name="screening.deadline",
        label=later("A deadline for a claim comes near"),
        sentence="%(days)s days are left to file: %(record)s",
        url="/agent/leads/{id}/screening",
        setting="screening.incident",
        icon="hourglass",
        mail=True,
        urgent=True,
    ),
    NoticeKind(
        name="screening.conflict",
        label=later("A possible conflict waits for a decision"),
        sentence="A possible conflict waits for you: %(record)s",
        url="/agent/leads/{id}/screening",
        setting="screening",
        icon="scale",
        mail=True,
    ),
    NoticeKind(
        name="referral.expired",
        label=later("A law firm has not answered"),
        sentence="%(firm)s has not answered in time: %(record)s",
        url="/agent/leads/{id}/screening",
        setting="law_firms",
        icon="hourglass",
    ),
)
declare_hidden("app.screening.queries:hidden_fields")


def where_days_end(item: NavItem, settings: dict[str, Any]) -> NavItem | None:
    """Only a business whose cases have a last day sees the entry."""
    return item if (settings.get("screening") or {}).get("incident") else None


declare(
    Slice(
        name="screening",
        nav=(
            NavItem(
                "agent", "Deadlines", "/agent/deadlines", "hourglass", "screening.view", order=46, fit=where_days_end
            ),
            NavItem(
                "admin",
                "Screening",
                "/admin/screening",
                "scale",
                "screening.configure",
                order=52,
                group="settings",
                section="leads",
                fit=where_days_end,
            ),
        ),
        panels=(
            Panel("lead.next", "/agent/leads/{id}/screening/panel", "screening.view", order=15, label="Screening"),
        ),
        configure={"screening": "app.screening.service:configure_screening"},
        timeline={
            "screening": "app.screening.queries:describe_screening",
            "referral": "app.screening.queries:describe_screening",
        },
    )
)
