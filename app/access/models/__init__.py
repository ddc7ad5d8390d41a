"""The tables of access, and what can be reckoned without a database: codes, chains, policies."""

from app.access.models.audit import GENESIS, AuditEntry, AuditSeal, link
from app.access.models.people import Audience, PersonRow, RecoveryCode, Role
from app.access.models.sessions import Attempt, Session, SignIn, Step, Token, how_in_words

__all__ = [
    "GENESIS",
    "Attempt",
    "Audience",
    "AuditEntry",
    "AuditSeal",
    "PersonRow",
    "RecoveryCode",
    "Role",
    "Session",
    "SignIn",
    "Step",
    "Token",
    "how_in_words",
    "link",
]
