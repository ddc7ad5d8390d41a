"""E-mails and texts: templates, sending through the gate, what became of each, and what people wrote back."""

from app.compliance.service.facts import declare_standing
from app.core import config, events, live, permissions
from app.core.events import Kind
from app.core.slice import Meter, NavItem, Panel, Slice, declare, declare_meter
from app.team.models import NoticeKind, declare_notices
from themes.catalogue import later

permissions.declare(
    "Messages",
    messages_view="See messages",
    messages_send="Send texts and e-mails",
)
permissions.declare("Templates", templates_manage="Change message templates")
config.declare_defaults(
    phone_number="",  # the number that texts and calls come from, E.164
)
events.declare(
    Kind("message.queued", "wrote a message", group="message", icon="send"),
    Kind("message.scheduled", "wrote a message for later", group="message", icon="clock"),
    Kind("message.put_off", "waits to leave", group="system", icon="clock"),
    Kind("message.canceled", "took a message back", group="message", icon="undo-2"),
    Kind("conversation.taken", "answers this conversation", group="system", icon="hand"),
    Kind("conversation.given_back", "gave the conversation back", group="system", icon="undo-2"),
    Kind("conversation.done", "finished the conversation", group="system", icon="check"),
    Kind("conversation.reopened", "opened the conversation again", group="system", icon="undo-2"),
    Kind("message.sent", "sent a message", group="system", icon="send"),
    Kind("message.delivered", "was delivered", group="system", icon="circle-check"),
    Kind("message.refused", "could not write", group="message", icon="shield-off"),
    Kind("message.failed", "was not delivered", group="message", icon="octagon-alert"),
    Kind("message.bounced", "came back", group="message", icon="octagon-alert"),
    Kind("message.complained", "reported a mail as spam", group="message", icon="octagon-alert"),
    Kind("message.mail_paused", "paused marketing mail", icon="mail", audited=True),
    Kind("message.mail_resumed", "let marketing mail leave again", icon="mail", audited=True),
    Kind("message.unknown", "may have been sent", group="message", icon="circle-help"),
    Kind("message.received", "wrote back", group="message", icon="message-square"),
    Kind("message.answered", "was answered", group="system", icon="check"),
    Kind("message.resolved", "cleared up a doubt", group="system", icon="check", audited=True),
    Kind("message.unsubscribed", "unsubscribed", group="message", icon="shield-off", audited=True),
    Kind("template.changed", "changed a template", icon="file-text", audited=True),
)
declare_notices(
    NoticeKind(
        name="message.received",
        label=later("Somebody writes to me"),
        sentence=later("%(record)s wrote back"),
        url="/agent/leads/{id}",
        icon="message-square",
        urgent=True,
    ),
    NoticeKind(
        name="message.not_sent",
        label=later("A message of mine did not leave"),
        sentence=later("A message to %(record)s did not leave: %(why)s"),
        url="/agent/leads/{id}",
        icon="shield-off",
        mail=True,
    ),
    NoticeKind(
        name="message.stuck",
        label=later("A message of mine did not arrive"),
        sentence=later("Your message to %(record)s did not arrive"),
        url="/agent/leads/{id}",
        icon="octagon-alert",
        mail=True,
    ),
)
declare_notices(
    NoticeKind(
        name="message.mail_paused",
        label=later("Marketing mail was paused"),
        sentence=later("%(said)s"),
        url="/admin/sender",
        icon="mail",
        mail=True,
        urgent=True,
        permission="brand.manage",
    ),
)
# Hints carry ids only; whoever hears one fetches what lies in their own reach.
live.topic("messages", lambda person, hint: person.may("messages.view"))
# The gate asks leads for what a person asked for, bought and suffered.
declare_standing("app.messages.queries:standing")
declare(
    Slice(
        name="messages",
        nav=(
            NavItem(
                "agent",
                "Inbox",
                "/agent/inbox",
                "inbox",
                "messages.view",
                order=29,
                key="m",
                also=("/agent/messages", "/agent/snippets"),
            ),
            NavItem(
                "admin",
                "Templates",
                "/admin/templates",
                "file-text",
                "templates.manage",
                order=55,
                group="settings",
                section="contact",
            ),
        ),
        panels=(
            Panel(
                "lead.composer",
                "/agent/leads/{id}/composer?channel=sms",
                "messages.send",
                order=20,
                label="Text",
            ),
            Panel(
                "lead.composer",
                "/agent/leads/{id}/composer?channel=email",
                "messages.send",
                order=25,
                label="E-mail",
            ),
            Panel("sender", "/admin/sender/health", "brand.manage", label="Sending"),
            Panel("lead.next", "/agent/leads/{id}/reach", "messages.view", order=10, label="Ways to reach them"),
            Panel(
                "queue.reach",
                "/agent/leads/{id}/reach",
                "messages.view",
                order=20,
                label="Ways to reach them",
            ),
        ),
        configure={"templates": "app.messages.service:configure_templates"},
        timeline={"message": "app.messages.queries:describe_messages"},
        needs="app.messages.queries:needs",
        setup="app.messages.queries:steps",
    )
)
declare_meter(Meter("messages", "Messages", "app.messages.queries:sent_on"))
