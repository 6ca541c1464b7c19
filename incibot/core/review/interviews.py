"""What to ask whom, by the roles that people had; no name stands in it.

All that is worth asking stands here and nowhere else in the document. A deep draft has more of it.
"""

from __future__ import annotations

from dataclasses import replace

from incibot.core.markup import markdown_text
from incibot.core.playbook import Depth
from incibot.core.review.asking import Occasion, ask, whom
from incibot.core.review.section import Findings, Group, Question, Section
from incibot.core.review.telling import Telling
from incibot.core.review.voices import for_the_facilitator


def interviews(telling: Telling) -> Findings:
    kit = ask(telling)
    kept_back = for_the_facilitator(telling)
    if telling.book.review.depth is not Depth.DEEP:
        return Findings(
            statements=kept_back, questions=tuple(_for_all(telling, one) for one in kit.draft)
        )
    return Findings(
        statements=kept_back,
        groups=tuple(
            Group(title=markdown_text(label), questions=tuple(map(_question, asked)))
            for label, asked in kit.by_role
        ),
    )


def _for_all(telling: Telling, one: Occasion) -> Question:
    labels = " and ".join(map(markdown_text, whom(telling, one)))
    found = _question(one)
    return replace(found, text=f"**{labels}:** {found.text}")


def _question(one: Occasion) -> Question:
    text = markdown_text(one.text)
    if one.template.private_first:
        text = f"*privately first,* {text}"
    return Question(text=text, evidence=one.evidence)


QUESTIONS = Section(
    id="questions",
    title="Open questions and people to talk to",
    read=interviews,
    prompts=("Whom else to talk to, and about what?",),
    depth=Depth.BRIEF,
)
