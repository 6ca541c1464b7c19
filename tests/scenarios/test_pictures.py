"""The picture that comes with a review draft: the asker sees it, and it says the same in words."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from tests.bench import Bench


async def test_the_asker_gets_one_picture_with_words_that_say_the_same(here: Bench) -> None:
    ana, bela = here.person("ana"), here.person("bela")
    await here.types("Somebody took the customer list", who="ana")
    await ana.submits({"private": "private"})
    await here.settle()
    channel = (await here.incidents())[0].channel_name
    await here.types("role ops @bela", channel=channel)
    for minute in range(8):
        await (ana if minute % 2 else bela).writes(f"nobody is to read this {minute}", channel)
        await here.settle()
        here.clock.passes(minutes=5)
    await here.types("review", who="bela", channel=channel)

    files = {file["name"]: file for file in bela.files()}
    assert not ana.files(), "it was bela who asked"
    assert sorted(name.rpartition(".")[2] for name in files) == ["html", "md", "png"]
    picture = files["INC-1-review.png"]
    assert picture["alt_txt"].startswith("Messages in each 10 min, by when")
    assert "Milestone “declared” at" in picture["alt_txt"]
    assert "nobody is to read" not in picture["alt_txt"]
    with Image.open(BytesIO(bela.downloads(picture["id"]))) as drawn:
        assert drawn.format == "PNG"
        assert drawn.width > drawn.height > 200
        assert len(drawn.convert("RGB").getcolors() or []) > 3
    page = bela.downloads(files["INC-1-review.html"]["id"]).decode()
    assert page.count("<svg") >= 2


async def test_of_what_has_too_little_in_it_there_is_no_picture(here: Bench) -> None:
    channel = (await here.declares()).channel_name
    await here.types("review", channel=channel)
    names = {file["name"] for file in here.person("ana").files()}
    assert names == {"INC-1-review.html", "INC-1-review.md"}
