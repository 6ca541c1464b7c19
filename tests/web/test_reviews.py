"""A review on the web: made from the timeline, written in by several people, none of it lost."""

from __future__ import annotations

import asyncio
import warnings

import pytest
from sqlalchemy import text

from incibot.errors import Conflict
from tests.bench import Bench
from tests.web.browser import BASE, Browser, Form, Page

REVIEW = "/incidents/INC-1/review"
EDIT = f"{REVIEW}/edit"


async def drafts(browser: Browser) -> Page:
    """An incident, and the draft of its review."""
    incident = await browser.there.declares()
    await browser.there.types("hypothesis The cache is cold", channel=incident.channel_name)
    page = await browser.get(REVIEW)
    assert "There is no review draft yet" in page.text
    return await browser.send(page.form(REVIEW))


async def editor(browser: Browser) -> Form:
    return (await browser.get(EDIT)).form("/edit")


async def kept(there: Bench) -> str:
    async with there.app.store.read() as tx:
        return await tx.review(1) or ""


async def test_a_draft_is_made_and_shown_and_noted_in_the_channel(ana: Browser) -> None:
    page = await drafts(ana)
    assert page.status == 200
    assert page.url.startswith(f"{BASE}{REVIEW}")
    assert "<h1>How we got here: Checkout answers 500</h1>" in page.text
    assert "The cache is cold" in page.text
    assert "review" in await ana.there.kinds()
    await ana.there.settle()
    channel = (await ana.there.incident()).channel_name
    assert "Drafted the review" in str(ana.there.ours(channel))


async def test_the_web_and_the_command_make_one_draft(ana: Browser) -> None:
    await drafts(ana)
    form = await editor(ana)
    await ana.send(form, markdown=form.fields["markdown"] + "\nWhat we learnt: much.\n")
    await ana.there.types("review INC-1")
    assert "What we learnt: much." in (await ana.get(REVIEW)).text


async def test_what_somebody_writes_is_kept_as_typed_and_survives_a_refresh(ana: Browser) -> None:
    await drafts(ana)
    form = await editor(ana)
    lines = form.fields["markdown"].split("\n")
    place = next(n for n, line in enumerate(lines) if "incibot:end about " in line) + 1
    lines[place:place] = ["", "  Written by *Ana*, with “quotes” & <b>bold</b>, 支払い", ""]
    typed = "\n" + "\n".join(lines)
    page = await ana.send(form, markdown=typed)
    assert "Saved." in page.text
    assert await kept(ana.there) == typed, "first line break and all"

    await ana.there.types("note One thing more", channel="inc-1-checkout-answers-500")
    page = await ana.send((await ana.get(REVIEW)).form(REVIEW))
    assert "Made anew from the timeline" in page.text
    assert "Written by <em>Ana</em>" in page.text
    assert "One thing more" in page.text
    assert lines[place + 1] in await kept(ana.there)


async def test_a_refresh_that_has_nothing_new_writes_nothing(ana: Browser) -> None:
    await drafts(ana)
    await ana.send((await ana.get(REVIEW)).form(REVIEW))  # takes up the note of the draft itself
    async with ana.there.app.store.read() as tx:
        before = await tx.kept_review(1)
    page = await ana.send((await ana.get(REVIEW)).form(REVIEW))
    assert "nothing that is not here already" in page.text
    async with ana.there.app.store.read() as tx:
        assert await tx.kept_review(1) == before


BLAMED = "The on-call should have paged <Dana>."
ADVICE = "For you alone"


async def test_the_writer_alone_gets_advice_on_their_words_and_nothing_is_kept_from_being_saved(
    ana: Browser,
) -> None:
    await drafts(ana)
    form = await editor(ana)
    typed = f"{form.fields['markdown']}\n{BLAMED}\n"
    page = await ana.send(form, markdown=typed)
    assert await kept(ana.there) == typed
    assert "Saved." in page.text
    assert ADVICE in page.text
    line = typed.count("\n")
    assert (
        f"Line {line}</span> The on-call <mark>should have paged</mark> &lt;Dana&gt;." in page.text
    )
    assert "<strong>Instead:</strong> Say what was done" in page.text
    assert page.form("/edit").fields["markdown"] == typed

    # Nobody else is told, nor is she, once it is not about what she has just written.
    bela = Browser(ana.there)
    await bela.signs_in("bela")
    for browser in (ana, bela):
        for path in (REVIEW, EDIT, f"{REVIEW}.md", f"{REVIEW}.html"):
            assert ADVICE not in (await browser.get(path)).text
    after = await bela.send(await editor(bela), markdown=f"{typed}\nBela looked at the graph.\n")
    assert ADVICE not in after.text
    assert "Saved." in after.text
    assert ADVICE not in (await ana.get(page.url.removeprefix(BASE))).text, "of another version"
    await ana.there.settle()
    assert "should have" not in str(ana.there.ours((await ana.there.incident()).channel_name))


async def test_in_slack_the_writer_alone_is_told_of_their_own_words(ana: Browser) -> None:
    there = ana.there
    await drafts(ana)
    form = await editor(ana)
    await ana.send(form, markdown=f"{form.fields['markdown']}\n{BLAMED}\n\nIt was human error.\n")
    bela = Browser(there)
    await bela.signs_in("bela")
    form = await editor(bela)
    await bela.send(form, markdown=f"{form.fields['markdown']}\nBela looked at the graph.\n")
    for who, told in (("ana", True), ("bela", False)):
        await there.types("review INC-1", who=who, channel="general")
        await there.settle()
        (message,) = [
            one for one in there.person(who).direct_messages() if "The review draft" in str(one)
        ]
        assert ("For you alone, on words of yours" in str(message)) == told
        assert ("“should have paged”" in str(message)) == told
        assert ("“human error”" in str(message)) == told


async def test_whoever_asks_is_shown_advice_before_anything_is_saved(ana: Browser) -> None:
    await drafts(ana)
    before, form = await kept(ana.there), await editor(ana)
    typed = "It was human error.\n\n" * 14
    page = await ana.send(form, markdown=typed, look="1")
    assert await kept(ana.there) == before
    assert "Not saved yet" in page.text
    shown, folded = page.text.split("More of them")
    assert (shown.count("<mark>"), folded.count("<mark>")) == (12, 2)
    again = page.form("/edit")
    assert again.fields["markdown"] == typed
    fine = await ana.send(again, markdown="At ten the disk was full.\n", look="1")
    assert "No words that stood out" in fine.text
    assert await kept(ana.there) == before
    assert (await ana.send(fine.form("/edit"))).status == 200
    assert await kept(ana.there) == "At ten the disk was full.\n"
    assert (await ana.send(form, markdown=typed, look="1", token="x")).status == 403


async def test_two_who_write_at_a_time_are_shown_each_others_text(ana: Browser) -> None:
    await drafts(ana)
    bela = Browser(ana.there)
    await bela.signs_in("bela")
    hers, theirs = await editor(ana), await editor(bela)
    draft = hers.fields["markdown"]
    assert (await ana.send(hers, markdown=f"{draft}\nAna wrote this\n")).status == 200

    conflict = await bela.send(theirs, markdown=f"{draft}\nBela <wrote> this\n")
    assert conflict.status == 409
    again = conflict.form("/edit")
    assert again.fields["markdown"] == f"{draft}\nBela <wrote> this\n"
    assert "<del>Ana wrote this</del>" in conflict.text
    assert "<ins>Bela &lt;wrote&gt; this</ins>" in conflict.text
    assert conflict.text.count("Ana wrote this") == 2, "what differs, and all of theirs"
    assert await kept(ana.there) == f"{draft}\nAna wrote this\n", "nothing was overwritten"

    both = f"{draft}\nAna wrote this\nBela <wrote> this\n"
    assert (await bela.send(again, markdown=both)).status == 200
    assert await kept(ana.there) == both


async def test_a_conflict_after_a_conflict_is_one_too(ana: Browser) -> None:
    await drafts(ana)
    slow = await editor(ana)
    for words in ("first", "second"):
        await ana.send(await editor(ana), markdown=words)
        conflict = await ana.send(slow, markdown="slow")
        assert conflict.status == 409
        slow = conflict.form("/edit")
    assert (await ana.send(slow, markdown="slow")).status == 200
    assert await kept(ana.there) == "slow"


async def test_a_draft_made_anew_meanwhile_is_a_conflict_and_not_a_loss(ana: Browser) -> None:
    await drafts(ana)
    form = await editor(ana)
    await ana.there.types("surprise Nobody was paged", channel="inc-1-checkout-answers-500")
    await ana.send((await ana.get(REVIEW)).form(REVIEW))
    conflict = await ana.send(form, markdown="mine")
    assert conflict.status == 409
    assert conflict.form("/edit").fields["markdown"] == "mine"
    assert "Nobody was paged" in await kept(ana.there)


async def test_of_many_who_save_at_once_one_is_kept_and_all_others_are_told(ana: Browser) -> None:
    await drafts(ana)
    form = await editor(ana)
    answers = await asyncio.gather(*(ana.send(form, markdown=f"text {n}") for n in range(6)))
    saved = [n for n, page in enumerate(answers) if page.status == 200]
    assert len(saved) == 1
    assert {page.status for page in answers} <= {200, 409, 503}  # 503: SQLite was busy
    assert await kept(ana.there) == f"text {saved[0]}"


async def test_only_the_version_that_was_read_is_replaced(there: Bench) -> None:
    await there.declares()
    async with there.app.store.begin() as tx:
        await tx.rewrite_review(1, "one", over=0)
    for over in (0, 2):
        with pytest.raises(Conflict):
            async with there.app.store.begin() as tx:
                await tx.rewrite_review(1, "two", over=over)
    async with there.app.store.begin() as tx:
        await tx.rewrite_review(1, "two", over=1)
    async with there.app.store.read() as tx:
        found = await tx.kept_review(1)
    assert found is not None
    assert (found.markdown, found.version) == ("two", 2)


async def test_no_other_site_can_write_for_somebody(ana: Browser) -> None:
    await drafts(ana)
    before = await kept(ana.there)
    bela = Browser(ana.there)
    await bela.signs_in("bela")
    foreign = (await editor(bela)).fields["token"]
    for token in ({}, {"token": ""}, {"token": foreign}, {"token": "é"}):
        sent = {"version": "1", "markdown": "forged", **token}
        assert (await ana.post(EDIT, **sent)).status == 403
        assert (await ana.post(REVIEW, **token)).status == 403
    assert await kept(ana.there) == before


async def test_who_was_signed_out_while_writing_gets_the_text_back(ana: Browser) -> None:
    await drafts(ana)
    form = await editor(ana)
    ana.there.clock.passes(hours=13)
    page = await ana.send(form, markdown="An hour of </textarea> work")
    assert page.status == 403
    assert "An hour of &lt;/textarea&gt; work" in page.text
    assert "An hour" not in await kept(ana.there)


async def test_a_text_that_could_not_be_saved_is_handed_back(ana: Browser) -> None:
    await drafts(ana)
    form = await editor(ana)
    ana.cookies.clear()
    await ana.signs_in("ana")  # in another tab: the form is of the session before
    page = await ana.send(form, markdown="An hour of work")
    assert page.status == 403
    assert "An hour of work" in page.text

    form = await editor(ana)
    engine = ana.there.app.engine
    async with engine.begin() as connection:
        await connection.execute(text("ALTER TABLE reviews RENAME TO reviews_away"))
    try:
        page = await ana.send(form, markdown="An hour of work")
    finally:
        async with engine.begin() as connection:
            await connection.execute(text("ALTER TABLE reviews_away RENAME TO reviews"))
    assert page.status == 503
    assert "An hour of work" in page.text


async def test_a_text_that_no_form_of_ours_sends_is_refused(ana: Browser) -> None:
    await drafts(ana)
    before, form = await kept(ana.there), await editor(ana)
    assert (await ana.send(form, version="x")).status == 400
    assert (await ana.send(form, markdown="x" * 1_000_001)).status == 413
    body = {**form.fields, "markdown": "é" * 900_000}  # six bytes each in a form
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # the test's client minds the size too
        assert (await ana.post(EDIT, **body)).status == 413
    assert await kept(ana.there) == before
    await ana.send(form, markdown="with a \0 in it")
    assert await kept(ana.there) == "with a  in it"


async def test_before_there_is_a_draft_there_is_nothing_to_edit_or_download(ana: Browser) -> None:
    await ana.there.declares()
    page = await ana.get(EDIT)
    assert page.url == f"{BASE}{REVIEW}"
    assert (await ana.get(f"{REVIEW}.md")).status == 404


@pytest.mark.parametrize("form", ["md", "html"])
async def test_a_review_is_downloaded_as_people_left_it(ana: Browser, form: str) -> None:
    await drafts(ana)
    edited = await editor(ana)
    await ana.send(edited, markdown="# Ours\n\nand *no one* else's\n")
    page = await ana.get(f"{REVIEW}.{form}")
    assert page.headers["Content-Disposition"] == f'attachment; filename="INC-1-review.{form}"'
    wanted = {"md": "# Ours\n\nand *no one* else's\n", "html": "<em>no one</em>"}[form]
    assert wanted in page.text


async def test_the_page_shows_pictures_of_the_record_each_with_the_same_in_words(
    ana: Browser,
) -> None:
    await drafts(ana)
    incident = await ana.there.incident()
    for number in range(3):
        await ana.there.person("ana").writes(f"still <slow> {number}", incident.channel_name)
        await ana.there.settle()
        ana.there.clock.passes(minutes=11)
    await ana.there.types("hypothesis is it password=hunter2 ?", channel=incident.channel_name)

    page = await ana.get(REVIEW)
    assert page.text.count("<svg") == page.text.count("The same in words") >= 2
    assert "Messages in each 10 min" in page.text
    assert "hunter2" not in page.text
    assert "<style>" not in page.text, "its policy lets none in"
    assert "<svg" not in (await ana.get(EDIT)).text
