"""Verbs of the console. The registry itself is written by effects on the owner's connection, never from a page."""

from app.provider.service.opening import open_tenant
from app.provider.service.orders import TenantForm, order_tenant, slug_faults
from app.provider.service.resellers import announce, change_brand, invite_person, save_reseller, withdraw
from app.provider.service.resellers import ask_for_state as ask_for_reseller_state
from app.provider.service.standing import ask_for_all, ask_for_state, choose_plan

__all__ = [
    "TenantForm",
    "announce",
    "ask_for_all",
    "ask_for_reseller_state",
    "ask_for_state",
    "change_brand",
    "choose_plan",
    "invite_person",
    "open_tenant",
    "order_tenant",
    "save_reseller",
    "slug_faults",
    "withdraw",
]
