"""Sequences: what happens by itself, step by step, after something happened; durable, gated, and
stopped by an answer.
"""

from app.core import events, live, permissions
from app.core.events import Kind
from app.core.slice import Handover, NavItem, Panel, Slice, declare
from app.leads.models import Verb, declare_verb
from app.messages.service.uses import declare_uses
from app.team.models import NoticeKind, declare_notices
from themes.catalogue import later

permissions.declare(
    "Sequences",
    sequences_view="See sequences and who is in them",
    sequences_manage="Change sequences, turn them on and off",
)
events.declare(
    Kind("sequence.started", "entered a sequence", icon="play"),
    Kind("sequence.finished", "came to the end of a sequence", icon="flag"),
    Kind("sequence.stopped", "left a sequence", icon="octagon-x"),
    Kind("sequence.held", "paused a sequence here", icon="pause"),
    Kind("sequence.resumed", "let a sequence go on here", icon="play"),
    Kind("sequence.failed", "got stuck in a sequence", icon="octagon-alert"),
    Kind("sequence.hook_paused", "paused a webhook that refuses", icon="webhook", audited=True),
    Kind("sequence.hook_resumed", "let a webhook go on", icon="webhook", audited=True),
    Kind("sequence.changed", "changed a sequence", icon="workflow", audited=True),
    Kind("sequence.turned_on", "turned a sequence on", icon="workflow", audited=True),
    Kind("sequence.paused", "paused a sequence", icon="workflow", audited=True),
)
# Hints carry ids only; whoever hears one fetches what lies in their own reach.
live.topic("sequences", lambda person, hint: person.may("sequences.view"))
declare_notices(
    NoticeKind(
        name="sequence.failed",
        label=later("A sequence got stuck"),
        sentence=later("A sequence got stuck at %(record)s"),
        url="/agent/leads/{id}",
        icon="workflow",
        mail=True,
        permission="sequences.manage",
    ),
    NoticeKind(
        name="sequence.told",
        label=later("A sequence tells you something"),
        sentence=later("%(title)s (%(record)s, “%(sequence)s”)"),
        url="/agent/leads/{id}",
        icon="workflow",
    ),
)
declare_notices(
    NoticeKind(
        name="sequence.hook_paused",
        label=later("A webhook of a sequence was paused"),
        sentence=later("“%(sequence)s” waits for %(host)s: %(said)s"),
        url="/admin/sequences/{id}",
        icon="webhook",
        mail=True,
        permission="sequences.manage",
    ),
)
declare_uses("app.sequences.queries.words:uses_of_templates")
declare_verb(
    Verb(
        name="sequence",
        label="Add to sequence",
        permission="leads.edit",
        apply="app.sequences.service:add_one",
        choices="app.sequences.queries:open_to_hand",
        done="Added %(n)s to the sequence.",
    )
)
declare(
    Slice(
        name="sequences",
        nav=(
            NavItem(
                "admin",
                "Sequences",
                "/admin/sequences",
                "workflow",
                "sequences.manage",
                order=50,
                group="settings",
                section="contact",
            ),
        ),
        panels=(Panel("lead.next", "/agent/leads/{id}/sequences", "sequences.view", order=40, label="Sequences"),),
        handovers=(
            Handover(
                name="runs",
                label=later("People in a running sequence"),
                count="app.sequences.service.leaving:in_hand",
                along=later("Their sequences go on, in the name of whoever gets the %(leads)s."),
                order=14,
            ),
        ),
        configure={"sequences": "app.sequences.service:configure_sequences"},
        timeline={"sequence": "app.sequences.queries:describe_sequences"},
        needs="app.sequences.queries.needs:needs",
    )
)
