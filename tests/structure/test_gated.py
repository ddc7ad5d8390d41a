"""Nothing leaves to a person but through the gate: only the gated senders name the ports' sending verbs."""

import re

from tests.structure.tree import ROOT

# Account mails (sign-in links, resets, invitations) answer what somebody did just now and sell nothing. A template that is
# tried goes to whoever writes it, and to nobody else.
MAY_SEND = {
    "app/messages/service/leaving.py",
    "app/calls/jobs.py",
    "app/access/service/posting.py",
    "app/reports/jobs.py",  # reports to people of the house, on their own order
    "app/messages/service/trying.py",
}
SENDS = re.compile(
    r"\.send_sms\(\s*to=|\.place_call\(|SmtpMailer\(|SimulatedCarrier\(|TwilioCarrier\(|\bmailer\(\)\.send\(|\bcarrier\(\)"
)


def _senders() -> set[str]:
    files = [*(ROOT / "app").rglob("*.py"), *(ROOT / "workers").rglob("*.py")]
    paths = {str(path.relative_to(ROOT)): path.read_text() for path in files}
    ports = "app/core/ports/"
    return {name for name, text in paths.items() if not name.startswith(ports) and SENDS.search(text)}


def test_only_gated_services_reach_carrier_and_mail_server() -> None:
    assert _senders() - {"app/messages/pages/hooks.py"} == MAY_SEND


def test_each_of_them_asks_the_gate_again_before_anything_leaves() -> None:
    for name in ("app/messages/service/leaving.py", "app/calls/jobs.py"):
        assert "compliance.recheck(" in (ROOT / name).read_text()
    for name in ("app/messages/service/sending.py", "app/calls/service/placing.py"):
        assert "compliance.gate(" in (ROOT / name).read_text()


def test_a_page_that_only_reads_webhooks_sends_nothing() -> None:
    assert "carrier().read_webhook(" in (ROOT / "app/messages/pages/hooks.py").read_text()


def test_a_template_is_tried_on_its_writer_alone() -> None:
    text = (ROOT / "app/messages/service/trying.py").read_text()
    assert text.count("to=") == 1 and "to=person.email" in text and "work.get(PersonRow, person_id)" in text
