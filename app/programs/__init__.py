"""Programs: disclosures, enrolment, debts, deposits, settlements, and fees only once they are earned."""

from typing import Any

from app.compliance.service.facts import declare_standing
from app.core import events, permissions
from app.core.slice import Handover, NavItem, Panel, Slice, declare
from app.team.models import NoticeKind, declare_notices
from themes.catalogue import later

permissions.declare(
    "Programs",
    programs_view="See programs",
    programs_manage="Enrol clients, record deposits, offers and settlements",
)
events.declare(
    events.Kind("program.drafted", "prepared a program", icon="file-pen"),
    events.Kind("program.disclosure_accepted", "accepted a disclosure", icon="file-check"),
    events.Kind("program.enrolled", "enrolled", group="stage", icon="badge-check", audited=True),
    events.Kind("program.cancelled", "left the program", group="stage", icon="log-out", audited=True),
    events.Kind("program.completed", "finished the program", group="stage", icon="flag", audited=True),
    events.Kind("deposit.cleared", "made a deposit", icon="piggy-bank"),
    events.Kind("deposit.returned", "had a deposit returned", icon="undo-2", audited=True),
    events.Kind("deposit.skipped", "skipped a deposit", icon="skip-forward", audited=True),
    events.Kind("deposit.moved", "moved a deposit", icon="calendar-clock", audited=True),
    events.Kind("deposit.changed", "changed a deposit", icon="calendar-clock", audited=True),
    events.Kind("deposit.added", "planned an extra deposit", icon="calendar-plus", audited=True),
    events.Kind("deposit.asked", "asked to change a deposit", icon="circle-help"),
    events.Kind("deposit.answered", "answered about a deposit", icon="check", audited=True),
    events.Kind("deposit.resumed", "let deposits go on", icon="play", audited=True),
    events.Kind("refund.booked", "has money to get back", icon="undo-2", audited=True),
    events.Kind("refund.paid", "got money back", icon="banknote", audited=True),
    events.Kind("settlement.offered", "received a settlement offer", icon="handshake"),
    events.Kind("settlement.approved", "approved a settlement", icon="thumbs-up", audited=True),
    events.Kind("settlement.declined", "declined a settlement", icon="thumbs-down", audited=True),
    events.Kind("settlement.expired", "had an offer run out", icon="clock", audited=True),
    events.Kind("settlement.agreed", "has a settlement in writing", icon="file-signature", audited=True),
    events.Kind("settlement.paid", "settled a debt", group="stage", icon="circle-check", audited=True),
    events.Kind("fee.earned", "earned a fee", icon="receipt", audited=True),
)
declare_notices(
    NoticeKind(
        name="settlement.approved",
        label=later("A client approved an offer"),
        sentence=later("%(record)s approved a settlement"),
        url="/agent/leads/{id}",
        setting="program",
        icon="thumbs-up",
        mail=True,
    ),
    NoticeKind(
        name="settlement.declined",
        label=later("A client declined an offer"),
        sentence=later("%(record)s declined a settlement"),
        url="/agent/leads/{id}",
        setting="program",
        icon="thumbs-down",
        mail=True,
    ),
    NoticeKind(
        name="deposit.returned",
        label=later("A deposit came back"),
        sentence=later("A deposit of %(record)s was returned by the bank"),
        url="/agent/leads/{id}",
        setting="program",
        icon="undo-2",
        mail=True,
    ),
)
# The gate on contact asks since when somebody is served.
declare_standing("app.programs.queries:standing")


def where_there_are_programs(item: NavItem, settings: dict[str, Any]) -> NavItem | None:
    """Only a business whose blueprint has programs sees the entry."""
    return item if settings.get("program") else None


declare(
    Slice(
        name="programs",
        nav=(
            NavItem(
                "agent",
                "Programs",
                "/agent/programs",
                "piggy-bank",
                "programs.view",
                order=45,
                fit=where_there_are_programs,
                term="won",
            ),
            NavItem(
                "admin",
                "Client changes",
                "/admin/program",
                "calendar-clock",
                "settings.manage",
                order=59,
                group="settings",
                section="money",
                fit=where_there_are_programs,
            ),
        ),
        panels=(Panel("lead.next", "/agent/leads/{id}/program/panel", "programs.view", order=30, label="Program"),),
        handovers=(
            Handover(
                name="programs",
                label=later("Clients in a program"),
                count="app.programs.service.handover:in_hand",
                give="app.programs.service.handover:give",
                order=20,
            ),
            Handover(
                name="settlements",
                label=later("Offers that clients have not answered"),
                count="app.programs.service.handover:offers_in_hand",
                along=later("They go along with the clients."),
                order=22,
            ),
        ),
        configure={"program": "app.programs.service:configure_program"},
    )
)
