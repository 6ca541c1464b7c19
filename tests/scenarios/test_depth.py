"""`/incident review brief` and `deep`: this one draft, shorter or longer; what people wrote stays."""

from __future__ import annotations

import re

from incibot.core.people import UserId
from tests.bench import Bench


async def text(there: Bench) -> str:
    async with there.app.store.read() as tx:
        return await tx.review(1) or ""


def sections(document: str) -> set[str]:
    return set(re.findall(r"incibot:begin ([a-z]+) ", document))


async def test_a_depth_is_for_one_draft_and_takes_nothing_from_people(here: Bench) -> None:
    channel = (await here.declares()).channel_name
    await here.types("surprise the cache was cold", channel=channel)
    await here.types("decision warm it", channel=channel)
    await here.types("review", channel=channel)
    standard = sections(await text(here))
    assert {"surprises", "decisions", "timeline", "short"} <= standard

    edited = (await text(here)).replace("## Decisions", "## What we chose, and between what")
    async with here.app.store.begin() as tx:
        await tx.rewrite_review(1, edited, over=1, by=UserId(here.person("ana").id))
    answer = await here.types("review brief", channel=channel)
    assert answer.text.startswith("The brief review draft of INC-1 is being made")
    brief = await text(here)
    assert "*Brief draft, not reviewed.*" in brief
    assert "## What we chose, and between what" in brief, "edited, so it is people's"
    assert {"short", "decisions"} <= sections(brief)
    assert not {"surprises", "timeline"} & sections(brief)

    await here.types("review INC-1 DEEP")
    deep = await text(here)
    assert "## As each of them wrote it" in deep
    await here.types("review", channel=channel)
    assert sections(await text(here)) == standard, "as the playbook has it"
    assert "## What we chose, and between what" in await text(here)


async def test_another_word_is_answered_with_those_that_it_knows(here: Bench) -> None:
    channel = (await here.declares()).channel_name
    answer = await here.types("review shallow", channel=channel)
    assert "`review brief`, `review standard` or `review deep`" in answer.text
