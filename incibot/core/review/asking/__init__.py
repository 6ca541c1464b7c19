"""Questions that may be worth asking: for each person, and for the meeting.

They are deterministic and few; each is about a place in the record, in the words that stand there.
"""

from __future__ import annotations

from incibot.core.review.asking.occasion import Occasion
from incibot.core.review.asking.sheets import Kit, Sheet, ask, whom
from incibot.core.review.asking.template import Template
from incibot.core.review.asking.templates import TEMPLATES

__all__ = ["TEMPLATES", "Kit", "Occasion", "Sheet", "Template", "ask", "whom"]
