"""Everything that the environment decides, read once into one typed struct."""

import os
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import msgspec


class BadSettings(RuntimeError):
    """The environment cannot be started from; the message says which variable and how to mend it."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """`database_url` is the app login's, `owner_database_url` that of the role which owns all objects.

    `mail_spf` is what stands in a sender's SPF record for our mail server, like `include:mail.example.com`; `dns_server`
    (`host:port`) answers in the system's place.
    """

    database_url: str
    owner_database_url: str
    redis_url: str
    secret_key: str
    data_dir: Path = Path(".marquee")
    demo: bool = False
    test: bool = False
    port: int = 8000
    platform_domain: str = "localhost"
    secure: bool = True
    mail_url: str = ""
    mail_spf: str = ""
    dns_server: str = ""
    carrier_url: str = ""
    carrier_secret: str = ""
    desk_port: int = 0
    log_format: str = "json"

    @property
    def app_login(self) -> str:
        return urlsplit(self.database_url).username or "postgres"

    @property
    def playful(self) -> bool:
        """Demo or tests: the only places where the business clock may be shifted and plain http served."""
        return self.demo or self.test

    def origin(self, host: str) -> str:
        """The address that a link to this host starts with; hosts come from the registry, never from a request."""
        return f"https://{host}" if self.secure else f"http://{host}:{self.port}"


def from_environment(environment: dict[str, str] | None = None) -> Settings:
    """Read `MARQUEE_*` (and PORT). Raises BadSettings naming what is missing or unsafe."""
    env = dict(os.environ if environment is None else environment)
    given = {
        name.removeprefix("MARQUEE_").lower(): value
        for name, value in env.items()
        if name.startswith("MARQUEE_") and value != ""
    }
    for needed in ("database_url", "redis_url", "secret_key"):
        if needed not in given:
            raise BadSettings(f"Set MARQUEE_{needed.upper()}. `make demo` sets it for you.")
    given.setdefault("owner_database_url", given["database_url"])
    if "PORT" in env:
        given.setdefault("port", env["PORT"])
    playful = given.get("demo") == "1" or given.get("test") == "1"
    given.setdefault("secure", "0" if playful else "1")
    known = {field.name for field in msgspec.structs.fields(Settings)}
    try:
        values = {name: value for name, value in given.items() if name in known}
        settings = msgspec.convert(values, Settings, strict=False, dec_hook=lambda kind, value: kind(value))
    except msgspec.ValidationError as error:
        raise BadSettings(f"A MARQUEE_ variable has the wrong shape: {error}") from error
    return _refuse_unsafe(settings)


def _refuse_unsafe(settings: Settings) -> Settings:
    if len(settings.secret_key) < 32:
        raise BadSettings("MARQUEE_SECRET_KEY is too short. Use at least 32 random characters.")
    if not settings.secure and not (settings.playful and settings.platform_domain == "localhost"):
        raise BadSettings("Plain http is only for *.localhost in the demo and in tests. Remove MARQUEE_SECURE=0.")
    return settings


@cache
def settings() -> Settings:
    """This process's settings."""
    return from_environment()
