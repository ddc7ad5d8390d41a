"""The desk beside the demo: what left by mail, text and phone, a guide to everybody, a practice clock, a way to send leads.

It is the carrier and the mail server of the demo as well. On this machine only, and in the demo only.
"""

from app.demo.desk.run import run

__all__ = ["run"]
