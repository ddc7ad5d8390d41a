"""Ordering a file, making it, keeping it for a while; schedules."""

from app.reports.service.files import Asked, begin, finish, make_at_once, order, tidy
from app.reports.service.making import MOST_AT_ONCE, Order, Product, cell, make
from app.reports.service.schedules import ScheduleValues, keep_schedule, pause, remove, run, send_now

__all__ = [
    "MOST_AT_ONCE",
    "Asked",
    "Order",
    "Product",
    "ScheduleValues",
    "begin",
    "cell",
    "finish",
    "keep_schedule",
    "make",
    "make_at_once",
    "order",
    "pause",
    "remove",
    "run",
    "send_now",
    "tidy",
]
