"""``/incident review questions``: for whoever asks and may see the incident, and for nobody else."""

from __future__ import annotations

from tests.bench import Bench, text_of


async def test_who_asks_gets_questions_for_the_meeting_and_for_each_person(there: Bench) -> None:
    channel = (await there.declares()).channel_name
    await there.person("bela").joins(channel)
    await there.types("surprise <!channel> reads are fine & fast", who="bela", channel=channel)
    await there.types("decision we wait until ten", channel=channel)
    await there.settle()
    before = len(there.ours(channel)), len(there.person("bela").direct_messages())

    answer = await there.types("review questions", channel=channel)
    shown = text_of(answer.blocks)
    assert "only for you" in shown
    assert "How did you judge that waiting was the better course?" in shown
    assert "Hands up" in shown
    assert f"<@{there.person('bela').id}>" in shown
    assert "<!channel>" not in shown

    answer = await there.types("review questions @bela", channel=channel)
    sheet = text_of(answer.blocks)
    assert f"Questions for <@{there.person('bela').id}>" in sheet
    assert "How did you first come into this" in sheet
    assert "you wrote “&lt;!channel&gt; reads are fine &amp; fast”. What had you expected?" in sheet
    assert "Whom else to ask?" in sheet
    assert "waiting was the better course" not in sheet, "that is Ana's"
    assert "waiting was the better course" in text_of(
        (await there.types("review INC-1 questions me", channel="general")).blocks
    )

    await there.settle()
    assert before == (len(there.ours(channel)), len(there.person("bela").direct_messages()))


async def test_what_cannot_be_asked_is_said(there: Bench) -> None:
    channel = (await there.declares()).channel_name
    answer = await there.types("review questions", channel=channel)
    assert "gives nothing to ask about yet" in answer.text
    answer = await there.types("review questions @dana", channel=channel)
    assert "is not in the record of INC-1" in answer.text
    for typed in ("review questions everybody", "review questions @ana @bela"):
        assert "Questions for whom?" in (await there.types(typed, channel=channel)).text
    assert (
        "for what to ask in the meeting" in (await there.types("review it", channel=channel)).text
    )


async def test_who_may_not_see_it_gets_no_question_about_it(there: Bench) -> None:
    ana = there.person("ana")
    await there.types("Somebody took the customer list", who="ana")
    await ana.submits({"private": "private"})
    await there.settle()
    for typed in ("review INC-1 questions", f"review INC-1 questions <@{ana.id}>"):
        answer = await there.types(typed, who="bela", channel="general")
        assert "There is no" in answer.text, answer.text
