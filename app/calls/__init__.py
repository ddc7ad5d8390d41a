"""Calls: placed through the gate, followed by the carrier's reports, ended with an outcome that does what
follows.
"""

from app.core import config, events, live, permissions
from app.core.events import Kind
from app.core.slice import NavItem, Panel, Slice, declare

permissions.declare("Calls", calls_view="See calls", calls_make="Call people")
# `call_outcomes`, `call_scripts` come from the blueprint. `call_goals`: calls a day, for all and by person id.
config.declare_defaults(call_outcomes=[], call_scripts=[], call_goals={"calls": 40, "people": {}})
events.declare(
    Kind("call.placed", "called", group="call", icon="phone-outgoing"),
    Kind("call.answered", "reached them", group="call", icon="phone"),
    Kind("call.ended", "call ended", group="call", icon="phone"),
    Kind("call.failed", "could not call", group="call", icon="octagon-alert"),
    Kind("call.refused", "could not call", group="call", icon="shield-off"),
    Kind("call.unknown", "may have called", group="call", icon="circle-help"),
    Kind("call.missed", "called us", group="call", icon="phone-missed"),
    Kind("call.logged", "logged a call", group="call", icon="phone"),
    Kind("call.outcome", "ended a call", group="call", icon="circle-check", audited=True),
    Kind("calls.configured", "changed how calls are worked", icon="phone", audited=True),
    Kind("call.outcome_undone", "took the outcome back", group="call", icon="undo-2", audited=True),
)
# Hints carry ids only; whoever hears one fetches what lies in their own reach.
live.topic("calls", lambda person, hint: person.may("calls.view"))
declare(
    Slice(
        name="calls",
        nav=(
            NavItem("agent", "Calls", "/agent/calls", "phone", "calls.view", order=28),
            NavItem(
                "admin",
                "Calling",
                "/admin/outcomes",
                "phone",
                "settings.manage",
                order=43,
                group="settings",
                also=("/admin/scripts", "/admin/snippets", "/admin/goals"),
                section="contact",
            ),
        ),
        panels=(
            Panel("lead.call", "/agent/leads/{id}/call-button", "calls.make", order=10, label="Call"),
            Panel("lead.next", "/agent/leads/{id}/call-bar?going=1", "calls.make", order=5, label="Call"),
            Panel("queue.reach", "/agent/leads/{id}/call-bar", "calls.make", order=10, label="Call"),
            Panel("lead.composer", "/agent/leads/{id}/log-call", "calls.make", order=30, label="Log call"),
        ),
        configure={
            "outcomes": "app.calls.service:configure_outcomes",
            "scripts": "app.calls.service:configure_scripts",
        },
        timeline={"call": "app.calls.queries:describe_calls"},
    )
)
