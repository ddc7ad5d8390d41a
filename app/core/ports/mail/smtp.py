"""A mail server reached by SMTP: the platform's relay, or a tenant's own.

The one hard question is what a failure means. Up to the end of the message nothing has happened; after
it, silence may mean yes. So each failure is named by the stage that it came in.
"""

import asyncio
import re
import ssl
from contextlib import suppress
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib
import msgspec

from app.core import clock
from app.core.ports.addresses import LOOPBACK, may_reach
from app.core.ports.egress import Egress, trusted_tls
from app.core.ports.failures import OutcomeUnknown, Refused, Unavailable
from app.core.ports.mail import Mail, Sent
from app.core.ports.mail.compose import compose, message_id, one_line, read_address
from app.core.ports.mail.sign import signed
from themes.catalogue import say

Stage = Literal["connect", "sign_in", "sender", "recipient", "data"]
_QUEUED = re.compile(r"queued as (\S{1,100})", re.I)


class SenderBroken(Unavailable):
    """The mail server turns this sender away altogether (password, TLS, policy): a person has to mend it."""


class Smtp(msgspec.Struct, frozen=True, kw_only=True):
    """Where and how. `security`: `tls` from the first byte, `starttls` demanded, `none` only to this
    machine.
    """

    host: str
    port: int = 587
    username: str = ""
    password: str = ""
    security: Literal["tls", "starttls", "none"] = "starttls"
    helo: str = ""
    connect_seconds: float = 10
    total_seconds: float = 60

    def __post_init__(self) -> None:
        here = self.host == "localhost" or may_reach(self.host, LOOPBACK)
        if self.security == "none" and not here:
            raise ValueError("Mail leaves this machine only over TLS: use smtps:// or STARTTLS.")

    @classmethod
    def from_url(cls, url: str) -> "Smtp":
        """`smtps://user:password@host:465`, or `smtp://host:587?security=starttls|none`. Raises
        ValueError.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("A mail URL looks like smtps://user:password@mail.example.com:465.")
        wish = parse_qs(parts.query).get("security", ["starttls"])[0]
        security = "tls" if parts.scheme == "smtps" else wish
        given = {
            "host": parts.hostname,
            "port": parts.port or (465 if security == "tls" else 587),
            "username": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
            "security": security,
        }
        return msgspec.convert(given, cls)


class SmtpMailer:
    """`egress` decides which addresses may be connected to: the public ones, unless the operator said
    more.
    """

    def __init__(self, smtp: Smtp, egress: Egress | None = None, tls: ssl.SSLContext | None = None) -> None:
        self._smtp, self._egress, self._tls = smtp, egress or Egress(), tls

    async def send(self, mail: Mail, key: str) -> Sent:
        """See `Mailer`. A refusal's `code` starts with the server's three digits."""
        whole = signed(compose(mail, key, clock.now()), mail.signer)
        passage = _Passage(self._smtp)
        try:
            async with asyncio.timeout(self._smtp.total_seconds):
                answer = await passage.carry(await self._client(mail), mail, whole)
        except aiosmtplib.SMTPResponseException as error:
            raise _said_no(passage.stage, error.code, error.message) from error
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise _went_silent(passage.stage, error) from error
        finally:
            await passage.leave()
        return Sent(_provider_id(answer), message_id(mail.from_address, key))

    async def ask(self, mail: Mail, key: str) -> Sent | None:
        """Plain SMTP cannot be asked."""
        raise OutcomeUnknown(say("The mail server cannot say whether it took this message."))

    async def _client(self, mail: Mail) -> aiosmtplib.SMTP:
        smtp = self._smtp
        sock = await self._egress.connect(smtp.host, smtp.port, smtp.connect_seconds)
        return aiosmtplib.SMTP(
            hostname=smtp.host,
            sock=sock,
            use_tls=smtp.security == "tls",
            start_tls=False,
            tls_context=self._tls or trusted_tls(),
            local_hostname=smtp.helo or read_address(mail.from_address).rpartition("@")[2],
            timeout=smtp.total_seconds,
        )


class _Passage:
    """One message's way through one connection; `stage` says how far it came."""

    def __init__(self, smtp: Smtp) -> None:
        self._smtp, self._client, self.stage = smtp, None, "connect"

    async def carry(self, client: aiosmtplib.SMTP, mail: Mail, whole: bytes) -> str:
        self._client: aiosmtplib.SMTP | None = client
        self.stage: Stage = "connect"
        await client.connect(timeout=self._smtp.connect_seconds)
        self.stage = "sign_in"
        if self._smtp.security == "starttls":
            await client.starttls()
        if self._smtp.username:
            await client.login(self._smtp.username, self._smtp.password)
        self.stage = "sender"
        await client.mail(read_address(mail.return_path or mail.from_address))
        self.stage = "recipient"
        await client.rcpt(read_address(mail.to))
        self.stage = "data"
        return (await client.data(whole)).message

    async def leave(self) -> None:
        """Say goodbye, briefly: the message's fate is settled, and no farewell may change it."""
        if self._client is None:
            return
        with suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
            await self._client.quit(timeout=2)
        self._client.close()


def _said_no(stage: Stage, code: int, message: str) -> Exception:
    words = f"{code} {one_line(message)[:300]}"
    if stage in ("connect", "sign_in"):
        return SenderBroken(say("The mail server does not accept this sender: %(words)s", words=words))
    if 500 <= code < 600:
        return Refused(say("The mail server refused this message: %(words)s", words=words), words)
    return Unavailable(say("The mail server asks to try later: %(words)s", words=words))


def _went_silent(stage: Stage, error: Exception) -> Exception:
    if stage == "data":
        return OutcomeUnknown(say("The mail server fell silent after it had the message."))
    if stage == "sign_in" and not isinstance(error, OSError | TimeoutError):
        return SenderBroken(
            say("The mail server does not offer what this sender needs: %(words)s", words=one_line(str(error)))
        )
    return Unavailable("The mail server did not answer.")


def _provider_id(answer: str) -> str:
    found = _QUEUED.search(answer)
    return found.group(1) if found else one_line(answer)[:200]
