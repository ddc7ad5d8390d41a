"""Contact within the law: the rules by state, the lists, the gate before every contact, its log.

Nothing leaves but through `service.gate`: it gathers what is known about the person, asks the rules, and
either reserves the contact, so that two at once cannot both be the last one allowed, or writes down why not.
"""

from app.compliance.models import tables as tables
from app.core import config, events, permissions
from app.core.events import Kind
from app.core.slice import NavItem, Slice, declare

permissions.declare(
    "Compliance",
    compliance_view="See rules, lists and refusals",
    compliance_manage="Correct rules and keep the lists",
)
config.declare_defaults(
    vertical="",  # the trade whose special rules bind: debt-relief, debt-collection, legal
    contact_subject="",  # what all contacts are about, for states that count per subject
    dnc_lists={},  # list (or state:FL) → {"scrubbed_at", "count"} of the last upload
)
events.declare(
    Kind("compliance.refused", "was kept from a contact", icon="shield-off"),
    Kind("compliance.opted_out", "opted out", icon="shield-off", audited=True),
    Kind("compliance.opted_in", "opted in again", icon="shield-check", audited=True),
    Kind("compliance.listed", "was put on a list", icon="ban", audited=True),
    Kind("compliance.unlisted", "was taken off a list", icon="undo-2", audited=True),
    Kind("compliance.list_uploaded", "uploaded a list", icon="upload", audited=True),
    Kind("compliance.rule_corrected", "corrected a rule", icon="scale", audited=True),
)
declare(
    Slice(
        name="compliance",
        nav=(
            NavItem(
                "admin",
                "Compliance",
                "/admin/compliance",
                "scale",
                "compliance.view",
                order=45,
                group="settings",
                section="contact",
            ),
        ),
        configure={"compliance": "app.compliance.service:configure_compliance"},
        timeline={"compliance": "app.compliance.queries:describe_compliance"},
    )
)
