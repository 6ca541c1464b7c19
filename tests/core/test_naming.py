from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incibot.core.naming import channel_name, check_template

WHEN = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
VALID = re.compile(r"[a-z0-9_-]{1,80}")


def name(
    title: str = "Checkout is slow",
    *,
    template: str = "inc-{number}-{slug}",
    number: int = 7,
    severity: str = "sev1",
    suffix: int = 0,
) -> str:
    return channel_name(
        template, number=number, title=title, severity=severity, date=WHEN, suffix=suffix
    )


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Checkout is slow", "inc-7-checkout-is-slow"),
        ("  API: p99 > 3s!  ", "inc-7-api-p99-3s"),
        ("Zürich läuft, Straße nicht", "inc-7-zurich-lauft-strasse-nicht"),
        ("Łódź æther Ørsted ÞING", "inc-7-lodz-aether-orsted-thing"),
        ("don't panic – it’s fine", "inc-7-dont-panic-its-fine"),
        ("決済が止まった", "inc-7"),
        ("決済 API 停止", "inc-7-api"),
        ("🔥🔥🔥", "inc-7"),
        ("!!! ---", "inc-7"),
        ("", "inc-7"),
        ("<!channel> db_pool", "inc-7-channel-db-pool"),
        ("İstanbul ﬁle", "inc-7-istanbul-file"),
    ],
)
def test_a_title_becomes_a_name_that_slack_takes(title, expected):
    assert name(title) == expected


def test_a_long_title_is_cut_between_words():
    cut = name("the payment gateway of the european region answers with errors to every request")

    assert cut == "inc-7-the-payment-gateway-of-the-european-region-answers-with-errors-to-every"


def test_one_endless_word_is_cut_where_the_name_is_full():
    assert name("x" * 3000) == "inc-7-" + "x" * 74


def test_a_suffix_fits_into_the_80_characters():
    assert name(suffix=2) == "inc-7-checkout-is-slow-2"
    assert name("x" * 3000, suffix=12) == "inc-7-" + "x" * 71 + "-12"


def test_the_template_may_use_each_field():
    whole = name(template="{date}_{severity}-{slug}-{number:04d}", severity="SEV 1")

    assert whole == "2026-11-23_sev-1-checkout-is-slow-0007"


def test_no_hole_is_left_where_the_title_has_no_letters():
    assert name("!", template="{slug}-{number}-{slug}x") == "7-x"
    assert name("!", template="inc-{slug}-{number}") == "inc-7"


def test_a_template_without_room_still_names_the_channel():
    assert name(template="y" * 90 + "{number}", suffix=3) == "inc-7-3"


@given(
    title=st.text(max_size=200),
    number=st.integers(1, 10**10),
    severity=st.text(max_size=40),
    suffix=st.integers(0, 999),
    template=st.sampled_from(
        ["inc-{number}-{slug}", "{slug}-{number}", "{date}-{severity}-{number}-{slug}", "{number}"]
    ),
)
def test_any_title_gives_a_valid_name_with_the_number_in_it(
    title, number, severity, suffix, template
):
    check_template(template)

    made = name(title, number=number, severity=severity, suffix=suffix, template=template)

    assert VALID.fullmatch(made)
    assert str(number) in made
    assert "--" not in made
    assert made == made.strip("-_")
    assert made == name(title, number=number, severity=severity, suffix=suffix, template=template)
    if suffix:
        assert made.endswith(f"-{suffix}")


@pytest.mark.parametrize(
    "template", ["inc-{number}-{slug}", "{number}", "{date}-{severity}-{number:04d}-{slug}"]
)
def test_a_good_template_passes(template):
    check_template(template)


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("inc-{slug}", "has no {number}"),
        ("inc", "has no {number}"),
        ("inc-{nummer}", "{nummer} is unknown in a channel's name; there are {number}, {slug}"),
        ("inc-{number.__class__}", "is unknown"),
        ("inc-{}-{number}", "{} is unknown"),
        ("inc-{number", "is no channel-name template"),
        ("inc-{number!r}", "takes no format"),
        ("inc-{slug:>9999999}{number}", "takes no format"),
        ("inc-{number:099d}", "takes no format"),
        ("{number}-{slug}-{slug}", "uses a field twice"),
        ("a-very-long-prefix-that-nobody-needs-{number}-{slug}", "its own words take 38, of 30"),
    ],
)
def test_a_bad_template_is_refused_in_a_sentence(template, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        check_template(template)
