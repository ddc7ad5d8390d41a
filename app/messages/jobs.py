"""What leaves, leaves from the agenda: the effect stands with the way out, and is declared by importing
it.
"""

from app.messages.service import leaving as leaving
