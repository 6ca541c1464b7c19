from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from incibot.core.when import CLOCK_SKEW, Moment, read_moment, read_zone, split_moment, spoken
from incibot.errors import Unclear

LISBON = ZoneInfo("Europe/Lisbon")
NOW = datetime(2026, 11, 23, 14, 40, 22, tzinfo=UTC)  # a Monday; Lisbon is on UTC
SUMMER = datetime(2026, 7, 1, 14, 40, tzinfo=UTC)


def read(phrase: str, *, now: datetime = NOW, zone=LISBON, future: bool = False) -> Moment:
    return read_moment(phrase, now=now, zone=zone, future=future)


def at(phrase: str, **said) -> str:
    return read(phrase, **said).at.strftime("%Y-%m-%d %H:%M:%S")


def refusal(phrase: str, **said) -> str:
    with pytest.raises(Unclear) as refused:
        read(phrase, **said)
    return str(refused.value)


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("now", "2026-11-23 14:40:22"),
        ("Just now", "2026-11-23 14:40:22"),
        ("30s", "2026-11-23 14:39:52"),
        ("30 sec ago", "2026-11-23 14:39:52"),
        ("10m", "2026-11-23 14:30:22"),
        ("10 MIN ago", "2026-11-23 14:30:22"),
        ("10 minutes", "2026-11-23 14:30:22"),
        ("2 hrs ago", "2026-11-23 12:40:22"),
        ("3 days ago", "2026-11-20 14:40:22"),
        ("1h30m ago", "2026-11-23 13:10:22"),
        ("1 hour and 30 minutes ago", "2026-11-23 13:10:22"),
        ("1.5h ago", "2026-11-23 13:10:22"),
        ("half an hour ago", "2026-11-23 14:10:22"),
        ("an hour ago", "2026-11-23 13:40:22"),
        ("a minute ago", "2026-11-23 14:39:22"),
        ("-15m", "2026-11-23 14:25:22"),
        ("−1h30m", "2026-11-23 13:10:22"),
    ],
)
def test_a_span_counts_back_from_now(phrase, expected):
    assert at(phrase) == expected


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("14:05", "2026-11-23 14:05:00"),
        ("9:05", "2026-11-23 09:05:00"),
        ("14:05:10", "2026-11-23 14:05:10"),
        ("2pm", "2026-11-23 14:00:00"),
        ("2:30 p.m.", "2026-11-23 14:30:00"),
        ("12 am", "2026-11-23 00:00:00"),
        ("12:10 pm", "2026-11-23 12:10:00"),
        ("noon", "2026-11-23 12:00:00"),
        ("midnight", "2026-11-23 00:00:00"),
        ("at 14:05", "2026-11-23 14:05:00"),
        ("today 12:10", "2026-11-23 12:10:00"),
        ("yesterday at 22:10", "2026-11-22 22:10:00"),
        ("22:10 yesterday", "2026-11-22 22:10:00"),
        ("friday 22:10", "2026-11-20 22:10:00"),
        ("Fri, 10am", "2026-11-20 10:00:00"),
        ("monday 10:00", "2026-11-23 10:00:00"),
        ("monday 22:10", "2026-11-16 22:10:00"),
        ("last monday 10:00", "2026-11-16 10:00:00"),
        ("10:00 on Saturday", "2026-11-21 10:00:00"),
        ("2026-11-20 14:05", "2026-11-20 14:05:00"),
        ("2026-11-20 at 2pm", "2026-11-20 14:00:00"),
        ("2026-11-20 14:05:06,789", "2026-11-20 14:05:06"),
        ("20 Nov 14:05", "2026-11-20 14:05:00"),
        ("14:05 20 Nov", "2026-11-20 14:05:00"),
        ("Nov 20 14:05", "2026-11-20 14:05:00"),
        ("Nov 20th, 2025 at 2pm", "2025-11-20 14:00:00"),
        ("Fri 20 November 14:05", "2026-11-20 14:05:00"),
        ("20.11.2026 14:05", "2026-11-20 14:05:00"),
        ("20/11/2026 14:05", "2026-11-20 14:05:00"),
        ("11/20/2026 14:05", "2026-11-20 14:05:00"),
        ("05.11.2026 14:05", "2026-11-05 14:05:00"),
    ],
)
def test_a_time_of_day_is_the_last_such_time(phrase, expected):
    assert at(phrase) == expected


def test_a_clock_a_little_ahead_of_ours_is_believed():
    assert at("14:42") == "2026-11-23 14:42:00"
    assert at("14:43") == "2026-11-22 14:43:00"


def test_a_date_without_a_year_is_the_nearest():
    january = datetime(2027, 1, 5, 9, 0, tzinfo=UTC)

    assert at("20 Nov 14:05", now=january) == "2026-11-20 14:05:00"
    assert "24 November" in refusal("24 Nov 14:05")
    assert "still to come" in refusal("24 Nov 14:05")


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("2026-11-20T14:05:00Z", "2026-11-20 14:05:00"),
        ("2026-11-20T14:05:00.123456+02:00", "2026-11-20 12:05:00"),
        ("2026-07-01T14:05", "2026-07-01 13:05:00"),
        ("2026-11-20T14:05 Asia/Tokyo", "2026-11-20 05:05:00"),
        ("20261120T140500-0330", "2026-11-20 17:35:00"),
        ("<!date^1700000000^{date} {time}^https://x.test|14 Nov>", "2023-11-14 22:13:20"),
        ("1700000000.000100", "2023-11-14 22:13:20"),
        ("https://x.slack.com/archives/C0/p1700000000000100", "2023-11-14 22:13:20"),
        (
            "<https://x.slack.com/archives/C0/p1700000000000100?thread_ts=1600000000.1&amp;cid=C0|x>",
            "2023-11-14 22:13:20",
        ),
    ],
)
def test_machines_times_are_read_too(phrase, expected):
    assert at(phrase) == expected


def test_a_message_keeps_its_microseconds():
    assert read("1700000000.000100").at.microsecond == 100


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("UTC", "14:05"),
        ("gmt", "14:05"),
        ("Z", "14:05"),
        ("Europe/Paris", "12:05"),
        ("europe/paris", "12:05"),
        ("(Europe/Paris)", "12:05"),
        (", Europe/Paris", "12:05"),
        ("America/argentina/buenos_aires", "17:05"),
        ("+02:00", "12:05"),
        ("-03:30", "17:35"),
        ("+2", "12:05"),
        ("UTC+2", "12:05"),
        ("GMT-0330", "17:35"),
        ("Etc/GMT+2", "16:05"),
        ("CEST", "12:05"),
        ("cest", "12:05"),
        ("BST", "13:05"),
        ("EDT", "18:05"),
        ("PDT", "21:05"),
        ("PT", "21:05"),
        ("Eastern time", "18:05"),
        ("Paris time", "12:05"),
        ("London time", "13:05"),
        ("Tokyo time", "05:05"),
        ("New York time", "18:05"),
        ("new york", "18:05"),
        ("san francisco time", "21:05"),
        ("Port-au-Prince time", "18:05"),
        ("Japan", "05:05"),
        ("local time", "13:05"),
        ("my time", "13:05"),
        ("UTC time", "14:05"),
    ],
)
def test_a_zone_may_follow(zone, expected):
    assert read(f"2026-06-30 14:05 {zone}", now=SUMMER).at.strftime("%H:%M") == expected


def test_a_zone_may_stand_close_to_the_clock_or_before_the_day():
    assert at("14:05Z") == at("14:05UTC") == at("14:05 UTC") == "2026-11-23 14:05:00"
    assert at("14:05+02:00") == "2026-11-23 12:05:00"
    assert at("14:30 Paris time yesterday") == at("yesterday 14:30 Paris time")


def test_today_is_the_zones_own():
    late = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)  # 08:30 on the 24th in Tokyo

    assert at("08:00 Tokyo time", now=late) == "2026-11-23 23:00:00"
    assert at("yesterday 08:00 Tokyo time", now=late) == "2026-11-22 23:00:00"


def test_an_abbreviation_that_clocks_do_not_go_by_then_is_refused_with_both_readings():
    said = refusal("2026-07-01 14:05 EST", now=SUMMER + timedelta(days=1))

    assert "America/New_York is on EDT, not EST" in said
    assert '"2026-07-01 14:05 America/New_York" or "2026-07-01 14:05 -05:00"' in said
    assert at("2026-07-01 14:05 EST", zone=ZoneInfo("America/Panama")) == "2026-07-01 19:05:00"


def test_an_abbreviation_with_several_meanings_is_refused_save_where_the_speaker_lives_by_it():
    said = refusal("14:05 IST")

    assert "IST means several time zones" in said
    assert '"Asia/Kolkata" or "Asia/Jerusalem" or "Europe/Dublin"' in said
    assert at("14:05 IST", zone=ZoneInfo("Asia/Kolkata")) == "2026-11-23 08:35:00"
    assert "several" in refusal("14:05 CST")


def test_a_local_time_that_was_skipped_is_refused_with_both_readings():
    said = refusal("2026-03-29 01:30")

    assert "skipped 01:30 on 2026-03-29" in said
    first, second = re.findall(r'"([^"]+)"', said)
    assert at(first) == "2026-03-29 01:30:00"
    assert at(second) == "2026-03-29 00:30:00"


def test_a_local_time_that_came_twice_is_refused_with_both_readings():
    said = refusal("2026-10-25 01:30")

    assert "showed 01:30 twice on 2026-10-25" in said
    first, second = re.findall(r'"([^"]+)"', said)
    assert at(first) == "2026-10-25 00:30:00"
    assert at(second) == "2026-10-25 01:30:00"


def test_a_time_that_came_twice_is_clear_while_the_second_is_to_come():
    between = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)

    assert at("01:30", now=between) == "2026-10-25 00:30:00"
    assert at("2026-11-01 01:30 EDT", zone=ZoneInfo("America/New_York")) == "2026-11-01 05:30:00"


@pytest.mark.parametrize(
    ("phrase", "why"),
    [
        ("half past soon", 'I could not read "half past soon" as a time.'),
        ("", 'I could not read "" as a time.'),
        ("25:70", 'I could not read "25:70" as a time.'),
        ("14:05 pm", "I could not read"),
        ("24:00", "I could not read"),
        ("14:05-14:20", "I could not read"),
        ("error 500", "I could not read"),
        ("may be fixed", "I could not read"),
        ("500", "I could not read"),
        ("-15", "I could not read"),
        ("10 users", "I could not read"),
        ("2026-13-45 14:05", "I could not read"),
        ("31 Nov 10:00", "I could not read"),
        ("29 Feb 10:00", "I could not read"),
        ("0001-01-01 00:00", "I could not read"),
        ("999999 weeks ago", "I could not read"),
        ("1700000000", "I could not read"),
        ("14:05 Mars time", 'I understood "14:05", but not "Mars time".'),
        ("14:05 or so", 'I understood "14:05", but not "or so".'),
        ("10 minutes ago or so", "but not"),
        ("14:05 +25:00", "but not"),
        ("14:05 +02:07", "but not"),
        ("yesterday", '"yesterday" names a day, but no time of day.'),
        ("2026-11-20", "names a day"),
        ("friday", "names a day"),
        ("today 22:10", '"today 22:10" is still to come: that is 22:10 Monday 23 November'),
        ("tomorrow 10:00", "still to come"),
        ("in 10 minutes", "still to come"),
        ("2026-11-23T14:43:00Z", "still to come"),
        ("05/11/2026 14:05", '"05/11/2026" may be 2026-11-05 or 2026-05-11.'),
        ("Thu 20 Nov 14:05", "20 November 2026 is a Friday, not a Thursday."),
        ("yesterday midnight", "may be the start or the end of that day"),
    ],
)
def test_what_is_unclear_is_refused_with_three_examples_that_work(phrase, why):
    said = refusal(phrase)

    assert why in said
    assert said.endswith('Try "14:05", "10 minutes ago" or "2026-11-23 14:05 Europe/Lisbon".')


def test_a_long_phrase_is_shortened_in_the_answer():
    assert len(refusal("x" * 3000)) < 200


def test_quotes_and_odd_spaces_are_forgiven():
    assert at("“14:05”") == at("'14:05'") == at("\u00a014:05\u202f") == "2026-11-23 14:05:00"
    assert at("10\u00a0minutes  ago") == "2026-11-23 14:30:22"


def test_the_echo_says_how_it_was_read():
    moment = read("friday 14:05")

    assert moment.echo(now=NOW) == "14:05 Friday 20 November, Europe/Lisbon"
    assert moment.said == "friday 14:05"
    assert moment.assumed == "20 November, Europe/Lisbon"
    assert read("14:05:10 UTC").echo(now=NOW) == "14:05:10 Monday 23 November, UTC"
    assert (
        read("2025-11-20 14:05 +02:00").echo(now=NOW) == "14:05 Thursday 20 November 2025, +02:00"
    )


def test_the_echo_says_which_of_two_equal_clock_times_it_was():
    moment = read("01:30", now=datetime(2026, 10, 25, 0, 45, tzinfo=UTC))

    assert moment.echo(now=NOW) == "01:30 Sunday 25 October, Europe/Lisbon (+01:00)"


@pytest.mark.parametrize(
    ("phrase", "assumed"),
    [
        ("14:05", "today, Europe/Lisbon"),
        ("22:05", "yesterday, Europe/Lisbon"),
        ("22:05 UTC", "yesterday"),
        ("yesterday 22:05", "Europe/Lisbon"),
        ("20 Nov 14:05", "2026, Europe/Lisbon"),
        ("2026-11-20 14:05 UTC", ""),
        ("10 minutes ago", ""),
    ],
)
def test_what_was_filled_in_is_told(phrase, assumed):
    assert read(phrase).assumed == assumed


def test_times_to_come_are_read_where_they_are_wanted():
    assert at("22:10", future=True) == "2026-11-23 22:10:00"
    assert at("10:00", future=True) == "2026-11-23 10:00:00"
    assert at("tomorrow 9am", future=True) == "2026-11-24 09:00:00"
    assert at("in 2 hours", future=True) == "2026-11-23 16:40:22"
    assert at("2 hours ago", future=True) == "2026-11-23 12:40:22"
    assert at("friday 10:00", future=True) == "2026-11-27 10:00:00"
    assert at("2 Jan 10:00", future=True, now=NOW + timedelta(days=30)) == "2027-01-02 10:00:00"
    assert 'Try "2 hours ago" or "in 2 hours"' in refusal("2 hours", future=True)


# ------------------------------------------------------------------------------ at the beginning


@pytest.mark.parametrize(
    ("text", "when", "rest"),
    [
        ("14:05 db is back", "23 14:05", "db is back"),
        ("14:05", "23 14:05", ""),
        ("  14:05   two  spaces ", "23 14:05", "two  spaces "),
        ("14:05 - db is back", "23 14:05", "db is back"),
        ("14:05 — db is back", "23 14:05", "db is back"),
        ("14:05: db is back", "23 14:05", "db is back"),
        ("14:05, db is back", "23 14:05", "db is back"),
        ("14:05 “db” is – back", "23 14:05", "“db” is – back"),
        ("at 14:05 db is back", "23 14:05", "db is back"),
        ("2 pm ok", "23 14:00", "ok"),
        ("2pm ok", "23 14:00", "ok"),
        ("5 minutes ago errors", "23 14:35", "errors"),
        ("1h30m ago errors", "23 13:10", "errors"),
        ("half an hour ago errors", "23 14:10", "errors"),
        ("-15m errors", "23 14:25", "errors"),
        ("yesterday 22:10 we deployed", "22 22:10", "we deployed"),
        ("22:10 yesterday we deployed", "22 22:10", "we deployed"),
        ("last friday at 10:00 we deployed", "20 10:00", "we deployed"),
        ("14:05 on Friday we deployed", "20 14:05", "we deployed"),
        ("2026-11-20 14:05 we deployed", "20 14:05", "we deployed"),
        ("2026-11-20T14:05Z we deployed", "20 14:05", "we deployed"),
        ("2026-11-20 14:05:12,345 ERROR x", "20 14:05", "ERROR x"),
        ("20 Nov 14:05 we deployed", "20 14:05", "we deployed"),
        ("1795183500.000100 we deployed", "20 14:05", "we deployed"),
        ("14:05 UTC db", "23 14:05", "db"),
        ("14:05Z db", "23 14:05", "db"),
        ("14:05 CET db", "23 13:05", "db"),
        ("14:05 Europe/Paris db", "23 13:05", "db"),
        ("14:05 Paris time db", "23 13:05", "db"),
        ("14:05 +02:00 db", "23 12:05", "db"),
        ("noon: traffic is up", "23 12:00", "traffic is up"),
        ("at midnight traffic is up", "23 00:00", "traffic is up"),
        ("14:05 Japan is down", "23 14:05", "Japan is down"),
        ("14:05 Paris is down", "23 14:05", "Paris is down"),
        ("14:05 DB is down", "23 14:05", "DB is down"),
        ("14:05 first time seen", "23 14:05", "first time seen"),
        ("14:05 z-index, api/v1", "23 14:05", "z-index, api/v1"),
        ("14:05 +2 replicas", "23 14:05", "+2 replicas"),
        ("14:05 sun cluster", "23 14:05", "sun cluster"),
        ("14:05 may 5 nodes be enough?", "23 14:05", "may 5 nodes be enough?"),
        ("14:05 tomorrow we talk", "23 14:05", "tomorrow we talk"),
        ("14:05 Friday's deploy", "23 14:05", "Friday's deploy"),
        ("14:05 (see below)", "23 14:05", "(see below)"),
    ],
)
def test_a_note_may_begin_with_its_time(text, when, rest):
    moment, left = split_moment(text, now=NOW, zone=LISBON)

    assert moment is not None
    assert f"{moment.at:%d %H:%M}" == when
    assert left == rest


@pytest.mark.parametrize(
    "text",
    [
        "10 users affected",
        "5 minutes of errors",
        "10m rows deleted",
        "now restarting",
        "just now restarting",
        "yesterday we deployed",
        "friday deploy is out",
        "today is slow",
        "may be fixed",
        "error 500",
        "500 errors",
        "-5 users",
        "-5 days to go",
        "in 10 minutes we retry",
        "tomorrow 14:05 we retry",
        "noon traffic",
        "midnight job failed",
        "14:05-14:20 errors",
        "14:05–14:20 errors",
        "14:05 - 14:20 errors",
        "14:05 to 14:20 errors",
        "1:1 with ops",
        "16:9 screens",
        "2001:db8::1 is down",
        "12:34:56:78:9a:bc is down",
        "3.14:05 x",
        "https://x.slack.com/archives/C0/p1700000000000100 says it",
        "<@U1> 14:05",
        "v14:05",
        "2026-11-20 was quiet",
        "05/11/2026 was quiet",
        "Thu 20 Nov was quiet",
        "a minute of silence",
        "",
        "   ",
    ],
)
def test_what_may_be_the_sentence_stays_in_the_sentence(text):
    assert split_moment(text, now=NOW, zone=LISBON) == (None, text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("25:70 foo", 'I could not read "25:70" as a time.'),
        ("14:05 pm foo", 'I could not read "14:05 pm" as a time.'),
        ("14:60:10 foo", 'I could not read "14:60:10"'),
        ("13pm foo", 'I could not read "13pm"'),
        ("yesterday 25:00 foo", 'I could not read "yesterday 25:00"'),
        ("2026-13-45 10:00 foo", 'I could not read "2026-13-45 10:00"'),
        ("today 22:10 we deploy", "still to come"),
        ("2027-01-01 10:00 the certificate ends", "still to come"),
        ("2026-10-25 01:30 it broke", "twice"),
        ("14:05 IST it broke", "several time zones"),
        ("05/11/2026 14:05 it broke", "may be 2026-11-05 or 2026-05-11"),
        ("Thu 20 Nov 14:05 it broke", "is a Friday, not a Thursday"),
    ],
)
def test_a_beginning_that_cannot_be_the_time_it_looks_like_is_refused(text, why):
    with pytest.raises(Unclear) as refused:
        split_moment(text, now=NOW, zone=LISBON)

    assert why in str(refused.value)
    assert str(refused.value).endswith("If it belongs to the text, put a word before it.")


# ---------------------------------------------------------------------------------- for all of it

ZONES = st.sampled_from(sorted(available_timezones() - {"Factory", "localtime"})).map(ZoneInfo)
NOWS = st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
# fmt: off
WORDS = st.sampled_from([
    "now", "ago", "in", "at", "on", "last", "today", "yesterday", "tomorrow", "friday", "mon", "Nov",
    "may", "20", "20th", "2026", "2026-11-20", "29 Feb", "14:05", "01:30", "2:30", "25:70", "2pm",
    "am", "noon", "midnight", "10", "m", "10m", "-15m", "half an hour", "an hour", "and", ",", "-",
    "UTC", "Z", "+02:00", "-2", "UTC+2", "CET", "EST", "IST", "Europe/Lisbon", "Paris", "time", "(",
    ")", "T", "2026-11-20T14:05", "<!date^1700000000^x|y>", "1700000000.000100", "99999999999", "'",
    "https://x.slack.com/archives/C0/p1700000000000100", "1/2/2026", "9999-12-31", "1970-01-01", ":",
    "db is back", "", "–", "\u00a0", "٣", "²", "９:00", "ſ",
])
# fmt: on
PHRASES = st.lists(WORDS | st.text(max_size=4), max_size=6).flatmap(
    lambda words: st.sampled_from([" ".join(words), "".join(words)])
)


@given(PHRASES, NOWS, ZONES, st.booleans())
def test_any_phrase_is_a_moment_or_unclear(phrase, now, zone, future):
    try:
        moment = read_moment(phrase, now=now, zone=zone, future=future)
    except Unclear:
        return
    assert moment.at.tzinfo is UTC
    assert future or moment.at <= now + CLOCK_SKEW
    assert moment.echo(now=now)
    assert spoken(moment.at, zone, now=now)


@given(PHRASES, NOWS, ZONES)
def test_a_split_loses_no_character_of_the_rest(text, now, zone):
    try:
        moment, rest = split_moment(text, now=now, zone=zone)
    except Unclear:
        return
    if moment is None:
        assert rest == text
        return
    assert text.endswith(rest)
    taken = text[: len(text) - len(rest)].strip(" \u00a0-–,;:.")
    assert moment.at == read_moment(taken, now=now, zone=zone).at


@given(PHRASES, NOWS, ZONES)
def test_a_word_before_a_time_keeps_it_in_the_text(text, now, zone):
    assert split_moment(f"so {text}", now=now, zone=zone) == (None, f"so {text}")


def to_the_minute(moment: datetime) -> datetime:
    return moment - timedelta(seconds=moment.second, microseconds=moment.microsecond)


@given(NOWS, st.timedeltas(timedelta(), timedelta(days=900)), ZONES)
@example(datetime(2026, 10, 25, 2, 0, tzinfo=UTC), timedelta(minutes=30), LISBON)
@example(datetime(2026, 10, 25, 23, 59, tzinfo=UTC), timedelta(hours=23, minutes=29), LISBON)
@example(datetime(2026, 11, 23, 23, 59, tzinfo=UTC), timedelta(hours=23, minutes=59), LISBON)
@example(datetime(2026, 12, 30, 12, 0, tzinfo=UTC), timedelta(days=362), LISBON)
def test_what_is_spoken_is_read_again_as_the_same_minute(now, ago, zone):
    moment = now - ago

    said = spoken(moment, zone, now=now)

    assert read_moment(said, now=now, zone=zone).at == to_the_minute(moment)


@given(NOWS, st.timedeltas(timedelta(days=-900), timedelta(days=900)), ZONES)
def test_so_it_is_for_times_to_come(now, away, zone):
    said = spoken(now + away, zone, now=now)

    assert read_moment(said, now=now, zone=zone, future=True).at == to_the_minute(now + away)


@given(NOWS, st.timedeltas(timedelta(), timedelta(days=900)), ZONES)
def test_the_echo_is_read_again_as_the_same_minute(now, ago, zone):
    moment = read_moment(spoken(now - ago, zone, now=now), now=now, zone=zone)
    echo = moment.echo(now=now)
    assume("(" not in echo and ago < timedelta(days=180))

    assert read_moment(echo, now=now, zone=zone).at == moment.at


@given(NOWS, ZONES)
def test_each_example_in_a_refusal_works_at_that_moment(now, zone):
    with pytest.raises(Unclear) as refused:
        read_moment("soon", now=now, zone=zone)

    _, *examples = re.findall(r'"([^"]+)"', str(refused.value))
    assert len(examples) == 3
    for phrase in examples:
        assert read_moment(phrase, now=now, zone=zone).at <= now


@pytest.mark.parametrize(
    ("words", "offset"),
    [("Europe/Lisbon", 0), ("lisbon time", 0), ("Tokyo", 9), ("UTC", 0), ("utc+2", 2), ("CET", 1)],
)
def test_a_zone_alone_is_read(words, offset):
    zone = read_zone(words, now=NOW, zone=LISBON)

    assert NOW.astimezone(zone).utcoffset() == timedelta(hours=offset)


@pytest.mark.parametrize("words", ["Mars", "", "Europe/Nowhere", "CET or so", "+25:00", "America"])
def test_a_zone_that_is_none_is_refused(words):
    with pytest.raises(Unclear, match="I do not know the time zone"):
        read_zone(words, now=NOW, zone=LISBON)


def test_a_speaker_may_live_by_an_offset():
    assert spoken(NOW, timezone(timedelta(hours=2)), now=NOW) == "16:40"
    assert at("16:00", zone=timezone(timedelta(hours=2))) == "2026-11-23 14:00:00"


@pytest.mark.parametrize(
    "text", ["1m" * 9000, "1m" + " " * 30000, "14:05 " + "a " * 9000, "-" * 30000, "1" * 30000]
)
def test_a_hostile_text_is_read_in_a_moment(text):
    split_moment(text, now=NOW, zone=LISBON)
    assert len(refusal(text + "x")) < 300
