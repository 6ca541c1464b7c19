"""Somebody deletes a message in Slack: its words go, wherever incibot has quoted them."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from incibot.core.review.erasing import GONE
from incibot.store.schema import review_versions
from tests.bench import Bench, bench
from tests.web.browser import BASE, Browser

SAID = "the axolotl has eaten the pool, <@ana>"
LATER = "the narwhal has eaten the pool"
MINE = "I read that the axolotl did it."


async def texts(there: Bench) -> list[str]:
    """Each text that the review ever had, and the one that it has."""
    async with there.app.store.read() as tx:
        query = select(review_versions.c.markdown).order_by(review_versions.c.version)
        found = list((await tx.connection.execute(query)).scalars())
        kept = await tx.review(1)
    assert kept
    assert kept == found[-1]
    return found


async def test_a_deleted_message_is_gone_from_the_review_and_all_that_it_was(
    database: str, tmp_path: Path
) -> None:
    async with bench(database, tmp_path, base_url=BASE) as there:
        channel = (await there.declares()).channel
        assert channel
        ana = there.person("ana")
        ts = await ana.writes(SAID, channel)
        await ana.reacts(channel, ts, "bulb")
        await there.settle()
        await there.types("review", channel=channel)
        await ana.edits(channel, ts, LATER)
        await there.settle()
        await there.types("review", channel=channel)
        browser = Browser(there)
        await browser.signs_in("ana")
        editor = (await browser.get("/incidents/INC-1/review/edit")).form("/review/edit")
        written = f"{MINE}\n\n{editor.fields['markdown']}"
        assert (await browser.send(editor, markdown=written)).status == 200
        open_still = (await browser.get("/incidents/INC-1/review/edit")).form("/review/edit")
        before = await texts(there)
        assert len(before) == 3
        assert any("axolotl has eaten" in text for text in before)
        assert any("narwhal" in text for text in before)

        await ana.deletes(channel, ts)
        await there.settle()

        after = await texts(there)
        assert len(after) == 4, "a version more"
        assert not [text for text in after if "has eaten" in text or "narwhal" in text]
        assert GONE in after[-1]
        assert MINE in after[-1], "people’s own words are theirs"
        async with there.app.store.read() as tx:
            verdict = await tx.verdict(1)
        assert verdict.wrong == verdict.loose == ()
        # Whoever had the old text open is shown what has changed, before it is saved back.
        assert (
            await browser.send(open_still, markdown=open_still.fields["markdown"])
        ).status == 409
        await there.types("review", channel=channel)
        assert "narwhal" not in (await texts(there))[-1]

        # The same event again changes nothing, and behind incibot's back nothing can be put back.
        async with there.app.engine.begin() as connection:
            await connection.execute(
                review_versions.update()
                .where(review_versions.c.version == 1)
                .values(markdown=before[0])
            )
        async with there.app.store.read() as tx:
            (wrong,) = (await tx.verdict(1)).wrong
        assert "version 1 of the review was altered" in wrong.says
