"""The demo: what its story leaves behind, and the player that plays it."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from incibot.demo import CHECKOUT, Player, Step, Story, StoryBroken, StoryClock, Summary, play, run
from incibot.demo.story import INCIDENT, Script
from incibot.demo.systems import post
from incibot.playground import Playground
from incibot.playground.northwind import PEOPLE

FILES = (
    "timeline.md",
    "timeline.html",
    "timeline.json",
    "timeline.csv",
    "review.md",
    "review.html",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What one run of the demo left behind."""

    folder: Path
    told: list[str]
    summary: Summary

    def text(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    @property
    def timeline(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.text("timeline.json"))
        return found

    def entry(self, words: str) -> dict[str, Any]:
        """The one entry that now says just that."""
        (found,) = [one for one in self.timeline["entries"] if one["text"] == words]
        return dict(found)

    def kinds(self, kind: str) -> list[dict[str, Any]]:
        return [one for one in self.timeline["entries"] if one["kind"] == kind]


def played_in(folder: Path) -> Played:
    told: list[str] = []
    summary = asyncio.run(run(folder, told.append))
    return Played(folder=folder, told=told, summary=summary)


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return played_in(tmp_path_factory.mktemp("demo"))


# The story as it is written


def test_the_story_is_told_in_the_order_of_time_by_six_people_over_more_than_25_minutes() -> None:
    times = [step.at for step in CHECKOUT.steps]
    assert times == sorted(times)
    assert CHECKOUT.begins <= times[0]
    assert CHECKOUT.people == {person.name for person in PEOPLE}
    assert CHECKOUT.ends - CHECKOUT.begins > timedelta(minutes=25)


def test_no_step_is_about_a_message_that_is_not_there_yet() -> None:
    known: set[str] = set()
    for step in CHECKOUT.steps:
        assert not step.about or step.about in known, step
        assert step.known_as not in known, step
        known |= {step.known_as} - {""}
    assert known == {step.about for step in CHECKOUT.steps} - {""}


# What it leaves behind


def test_the_incident_is_over_and_the_summary_says_what_to_look_at(played: Played) -> None:
    incident = played.timeline["incident"]
    assert (incident["ref"], incident["status"], incident["severity"]) == (
        "INC-1",
        "resolved",
        "sev1",
    )
    assert incident["private"] is False
    listed = [path.name for path, _ in played.summary.files]
    assert (listed[0], sorted(listed)) == ("review.html", sorted(FILES))
    assert sorted(path.name for path in played.folder.iterdir()) == sorted(FILES)
    assert "6 people" in str(played.summary)
    assert str(played.folder / "timeline.csv") in str(played.summary)


def test_onlookers_are_told_the_notable_moments_with_their_times(played: Played) -> None:
    assert played.told == sorted(played.told, key=lambda line: line[:5])
    assert any(line.startswith("14:09  Ana declares INC-1") for line in played.told)
    assert len(played.told) > 20


def test_each_entry_has_the_fields_of_the_contract(played: Played) -> None:
    timeline = played.timeline
    assert timeline["schema"] == "incibot.timeline/1"
    assert timeline["completeness"]["messages"] == played.summary.messages
    assert timeline["completeness"]["not_listening"] == []
    wanted = {
        *("id", "occurred_at", "recorded_at", "kind", "actor", "text", "source"),
        *("key_moment", "marked_by", "revisions", "retracted_at", "data"),
    }
    for entry in timeline["entries"]:
        assert wanted <= entry.keys()
        assert datetime.fromisoformat(entry["occurred_at"]).utcoffset() is not None
    order = [(one["occurred_at"], one["id"]) for one in timeline["entries"]]
    assert order == sorted(order)


def test_the_timeline_holds_every_kind_of_thing_that_people_can_say(played: Played) -> None:
    kinds = Counter(entry["kind"] for entry in played.timeline["entries"])
    assert {
        *("message", "observation", "hypothesis", "decision", "action", "question", "surprise"),
        *("note", "declared", "status", "severity", "role", "milestone", "update", "task"),
        *("joined", "left", "link"),
    } <= kinds.keys()


def test_systems_told_of_it_before_somebody_declared_and_while_people_worked(
    played: Played,
) -> None:
    told = [
        (f"{datetime.fromisoformat(one['occurred_at']):%H:%M}", one["source"]["type"], one["kind"])
        for one in played.timeline["entries"]
        if one["kind"] in ("change", "alert", "declared")
    ]
    assert told == [
        ("14:04", "github", "change"),
        ("14:05", "launchdarkly", "change"),
        ("14:06", "alertmanager", "alert"),
        ("14:09", "slack", "declared"),
        ("14:20", "launchdarkly", "change"),
        ("14:31", "github", "change"),
        ("14:33", "alertmanager", "alert"),
    ]
    review = played.text("review.md")
    before = review.index("Changes in the 24 hours before")
    during = review.index("Changes during the response")
    for words, start, end in (
        ("Deployed checkout 2026.11.20-3 to production", before, during),
        ("Turned on the flag checkout-tax-v2", before, during),
        ("Turned off the flag checkout-tax-v2", during, len(review)),
        ("Rolled back checkout to 2026.11.20-2", during, len(review)),
    ):
        assert start < review.index(words, start) < end
    assert "https://github.com/northwind/checkout/actions/runs/" in review


def test_an_edited_message_keeps_its_earlier_words(played: Played) -> None:
    entry = played.entry("6.0 % and flattening")
    (revision,) = entry["revisions"]
    assert revision["text"] == "60 % and flattening"
    assert played.timeline["completeness"]["edited"] == 1


def test_the_words_of_a_deleted_message_are_in_no_file_and_its_place_is_kept(
    played: Played,
) -> None:
    written = [str(step.args.get("text")) for step in CHECKOUT.steps]
    assert any("Rua das Flores" in text for text in written)
    for name in FILES:
        assert "Rua das Flores" not in played.text(name)
    gone = [one for one in played.timeline["entries"] if one["retracted_at"]]
    assert [(one["actor"]["name"], one["text"]) for one in gone] == [("Bela", "")]


def test_replies_stand_in_their_threads(played: Played) -> None:
    roots = Counter(
        one["source"]["thread_ts"]
        for one in played.timeline["entries"]
        if one["source"].get("thread_ts") not in (None, one["source"].get("ts"))
    )
    assert len(roots) == 3
    assert min(roots.values()) >= 3
    graph = played.entry("what is the second step at 14:09?")
    assert f"thread_ts={graph['source']['thread_ts']}" in graph["source"]["permalink"]


def test_a_file_is_in_the_record_by_name_and_link(played: Played) -> None:
    (entry,) = [one for one in played.timeline["entries"] if one["data"].get("files")]
    (file,) = entry["data"]["files"]
    assert file["name"] == "post-checkout-5xx.svg"
    assert entry["text"].startswith("a wall, not a slope")


def test_command_is_handed_over_at_one_moment(played: Played) -> None:
    held = [one for one in played.timeline["roles"] if one["role"] == "commander"]
    assert [one["user"]["name"] for one in held] == ["Ana", "Dana"]
    assert held[0]["to"] == held[1]["from"]
    assert held[1]["to"] is None
    assert held[0]["to"].startswith("2026-11-20T14:28:24")


def test_two_people_who_mark_one_message_make_one_entry_with_two_markers(played: Played) -> None:
    (found,) = [one for one in played.kinds("message") if one["text"].startswith("found something")]
    assert found["key_moment"] is True
    assert [one["name"] for one in found["marked_by"]] == ["Emre", "Fumiko"]
    surprise = played.kinds("surprise")[0]
    assert [one["name"] for one in surprise["marked_by"]] == ["Bela", "Ana"]


def test_a_mark_that_was_taken_off_is_off_and_an_emoji_without_a_meaning_is_none(
    played: Played,
) -> None:
    entry = played.entry("at 41 % I would rather have the orders than the profile")
    assert (entry["kind"], entry["marked_by"]) == ("message", [])


def test_a_back_dated_note_keeps_both_clocks_and_is_read_in_its_speakers_zone(
    played: Played,
) -> None:
    (note,) = played.kinds("note")
    assert note["actor"]["name"] == "Dana"
    assert datetime.fromisoformat(note["occurred_at"]) == datetime(2026, 11, 20, 14, 5, tzinfo=UTC)
    assert note["recorded_at"].startswith("2026-11-20T14:15:48")
    detected = played.timeline["incident"]["milestones"]["detected"]
    assert "2026-11-20T14:06:00" in json.dumps(detected)


def test_a_belief_that_was_ruled_out_stays_and_so_does_what_became_of_it(played: Played) -> None:
    beliefs = {one["id"]: one for one in played.kinds("hypothesis")}
    outcomes = {
        beliefs[one["data"]["answers"]]["actor"]["name"]: one["data"]["outcome"]
        for one in played.kinds("observation")
        if "answers" in one["data"]
    }
    assert outcomes == {"Chidi": "ruled_out", "Bela": "confirmed", "Emre": "confirmed"}
    assert len(beliefs) == 4


def test_what_was_said_elsewhere_is_there_only_where_somebody_added_it(played: Played) -> None:
    added = played.entry("blank page after “Pay now” on prod, twice. only me?")
    assert added["kind"] == "observation"
    assert added["recorded_at"] > added["occurred_at"]
    for name in FILES:
        assert "so not my wifi" not in played.text(name)


def test_the_csv_has_a_row_for_each_entry(played: Played) -> None:
    rows = list(csv.DictReader(io.StringIO(played.text("timeline.csv").removeprefix("\ufeff"))))
    assert len(rows) == len(played.timeline["entries"])
    assert [row["id"] for row in rows] == [str(one["id"]) for one in played.timeline["entries"]]


class Tags(HTMLParser):
    """Which elements a page has, and the words outside its styles."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.words = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize("name", ["timeline.html", "review.html"])
def test_the_pages_say_what_the_text_says_and_need_nothing_else(played: Played, name: str) -> None:
    page = Tags(played.text(name))
    assert page.tags["html"] == 1
    assert page.tags["title"] == 1 + page.tags["svg"], "each picture has one, for who cannot see it"
    assert not {"script", "img", "link", "iframe"} & page.tags.keys()
    for said in (
        "Flag off now. Not five more minutes",
        "nobody has to order twice",
        "found something",
    ):
        assert said in " ".join(page.words.split())


def test_the_text_has_everybodys_words(played: Played) -> None:
    text = played.text("timeline.md")
    assert text.startswith("# INC-1: Checkout fails for one order in five")
    said = [
        str(step.args["text"])
        for step in CHECKOUT.steps
        if step.verb == "writes" and step.channel == INCIDENT
    ]
    plain = [words for words in said if re.fullmatch(r"[\w ,.?:'“”%]+", words)]
    assert len(plain) > 30
    (gone,) = [words for words in plain if words not in text]
    assert gone.startswith("one that died: order 81734")  # it was deleted


def test_the_review_draft_has_what_a_review_is_for(played: Played) -> None:
    review = played.text("review.md")
    for shown in (
        "1 ruled out",
        "without an outcome",  # an idea that nobody came back to
        "Things seemed better at 14:23",
        "Quiet 14:36–14:47",
        "do the cancelled authorisations block money on people's cards?",
        "Incident commander changed hands at 14:28",
        "written down 14:15",
    ):
        assert shown in review
    assert "root cause" not in review.casefold()


def test_each_run_gives_the_same_bytes(played: Played, tmp_path: Path) -> None:
    again = played_in(tmp_path / "again")
    assert again.told == played.told
    for name in FILES:
        assert (again.folder / name).read_bytes() == (played.folder / name).read_bytes(), name


# Where it goes wrong


def until(words: str) -> Story:
    """The story up to the step that types so."""
    steps = CHECKOUT.steps
    last = next(n for n, step in enumerate(steps) if words in str(step.args.get("text")))
    return replace(CHECKOUT, steps=steps[: last + 1])


def test_a_story_that_leaves_its_incident_open_fails_and_writes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    with pytest.raises(StoryBroken, match="INC-1 is investigating"):
        asyncio.run(run(folder, lambda line: None, story=until("hypothesis Paystream")))
    assert not folder.exists()


def test_a_command_that_the_bot_does_not_understand_stops_the_story(tmp_path: Path) -> None:
    story = until("hypothesis Paystream")
    odd = replace(story.steps[-1], args={"text": "/incident severity sev9"})
    with pytest.raises(StoryBroken, match=r"14:12:04 chidi types .*sev9"):
        asyncio.run(
            run(tmp_path, lambda line: None, story=replace(story, steps=(*story.steps[:-1], odd)))
        )


def test_what_a_system_tells_in_vain_stops_the_story(tmp_path: Path) -> None:
    the = Script(day=date(2026, 11, 20))
    flag = the.hears("14:01", "launchdarkly", flag="x", to="on", by="Dana Whitfield")
    story = Story(title="", begins=the.at("14:00"), steps=(flag,))
    with pytest.raises(StoryBroken, match="no answer"):
        asyncio.run(post(flag, flag.at, "http://127.0.0.1:9"))
    with pytest.raises(StoryBroken, match="there are 0 incidents"):
        asyncio.run(run(tmp_path, lambda line: None, story=story))


def test_what_slack_refuses_a_person_stops_the_story(tmp_path: Path) -> None:
    the = Script(day=date(2026, 11, 20), channel="platform")
    story = Story(title="", begins=the.at("14:00"), steps=(the.says("14:01", "ana", "let me in"),))
    with pytest.raises(StoryBroken, match=r"ana writes .*not_in_channel"):
        asyncio.run(run(tmp_path, lambda line: None, story=story))


# The player


class Ticks:
    """Real seconds, as a test has them pass."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_clock_stands_still_runs_at_a_pace_and_never_goes_back() -> None:
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    ticks = Ticks()
    clock = StoryClock(noon, tick=ticks)
    ticks.now += 60
    assert clock() == noon
    clock.run(10)
    ticks.now += 6
    assert clock() == noon + timedelta(minutes=1)
    clock.set(noon)
    assert clock() == noon + timedelta(minutes=1)
    clock.run(0)
    ticks.now += 60
    assert clock() == noon + timedelta(minutes=1)
    clock.set(noon + timedelta(hours=1))
    assert clock() == noon + timedelta(hours=1)


THE = Script(day=date(2026, 11, 20), channel="general")
CHAT = Story(
    title="A chat",
    begins=THE.at("12:00"),
    steps=(
        THE.says("12:00:30", "ana", "one", known_as="one"),
        THE.says("12:10", "bela", "two", about="one"),
        THE.reacts("12:20", "chidi", "wave", "one"),
    ),
)


@pytest.fixture
async def slack() -> AsyncIterator[Playground]:
    """A workspace without a bot, whose clock is a `StoryClock`."""
    space = Playground(clock=StoryClock(CHAT.begins))
    await space.start()
    yield space
    await space.stop()


def clock_of(slack: Playground) -> StoryClock:
    clock = slack.workspace.clock
    assert isinstance(clock, StoryClock)
    return clock


async def test_a_story_leaves_its_messages_at_their_times(slack: Playground) -> None:
    await play(CHAT, slack, clock_of(slack))
    root, reply = slack.person("ana").reads_thread(
        "general", slack.person("ana").sees("general")[0]["ts"]
    )
    assert float(root["ts"]) == CHAT.steps[0].at.timestamp()
    assert float(reply["ts"]) == CHAT.steps[1].at.timestamp()
    assert [one["name"] for one in root["reactions"]] == ["wave"]


async def test_at_a_pace_time_flows_between_the_steps(slack: Playground) -> None:
    clock = clock_of(slack)
    shown: list[timedelta] = []

    def told(step: Step) -> None:
        shown.append(clock() - step.at)

    await play(CHAT, slack, clock, pace=6000, told=told)
    assert len(shown) == 3
    assert all(late >= timedelta() for late in shown)
    assert clock.pace == 0


async def test_a_paused_story_stands_still_until_it_is_resumed(slack: Playground) -> None:
    clock = clock_of(slack)
    paused = asyncio.Event()

    def told(step: Step) -> None:
        if step.known_as == "one":
            player.pause()
            paused.set()

    player = Player(story=CHAT, slack=slack, clock=clock, told=told)
    playing = asyncio.create_task(player.play(pace=6000))
    await paused.wait()
    stood = clock()
    await slack.person("dana").writes("let me try something", "general")
    await slack.settled()
    assert player.is_paused
    assert (player.position, clock()) == (1, stood)
    player.resume()
    await playing
    texts = [one["text"] for one in slack.person("ana").sees("general")]
    assert (player.position, texts) == (3, ["one", "let me try something"])
