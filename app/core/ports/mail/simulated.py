"""The mail server of the demo and the tests: real SMTP, and a desk that can say afterwards what arrived."""

from urllib.parse import urlencode

import msgspec

from app.core.ports.addresses import LOOPBACK
from app.core.ports.egress import Egress
from app.core.ports.failures import OutcomeUnknown
from app.core.ports.mail import Mail, Sent
from app.core.ports.mail.compose import message_id
from app.core.ports.mail.smtp import Smtp, SmtpMailer
from themes.catalogue import say


class _Kept(msgspec.Struct):
    id: str


class SimulatedMailer(SmtpMailer):
    """Sends like any other; `ask` looks the Message-ID up at the simulator's HTTP door."""

    def __init__(self, smtp: Smtp, desk_url: str, secret: str) -> None:
        super().__init__(smtp, Egress(allow=LOOPBACK, http=True))
        self._desk, self._secret = desk_url.rstrip("/"), secret

    async def ask(self, mail: Mail, key: str) -> Sent | None:
        name = message_id(mail.from_address, key)
        url = f"{self._desk}/mail?{urlencode({'message_id': name})}"
        answer = await self._egress.get(url, headers={"Authorization": f"Bearer {self._secret}"})
        if answer.status == 404:
            return None
        if not answer.ok:
            raise OutcomeUnknown(say("The mail server could not be asked (HTTP %(status)s).", status=answer.status))
        return Sent(answer.read(_Kept).id, name)
