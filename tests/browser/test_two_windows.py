"""Two people, each in a window of their own: what one does, the other sees."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Open


def test_what_one_does_the_other_sees_at_once(opens: Open) -> None:
    ana, chidi = opens("ana", "checkout"), opens("chidi", "checkout")
    ana.types("@chidi is it you?")
    asked = chidi.sees("is it you?")
    chidi.tool(asked, "Reply in thread")
    chidi.replies("it is not")
    expect(ana.sees("is it you?").get_by_text("1 reply")).to_be_visible()
    chidi.reacts(asked, "eyes")
    expect(
        ana.sees("is it you?").get_by_role("button", name=re.compile("^eyes, 1"))
    ).to_be_visible()
    expect(chidi.main.get_by_role("button", name=re.compile("^eyes, 1"))).to_have_attribute(
        "aria-pressed", "true"
    )
    expect(ana.main.get_by_role("button", name=re.compile("^eyes, 1"))).to_have_attribute(
        "aria-pressed", "false"
    )


def test_what_one_has_not_read_stands_out_until_it_is_read(opens: Open) -> None:
    ana, bela = opens("ana", "checkout"), opens("bela", "general")
    side = bela.page.get_by_role("navigation", name="Channels and direct messages")
    room = side.get_by_role("link", name=re.compile("checkout"))
    ana.types("@bela the pool is full")
    expect(room).to_have_accessible_name(re.compile("unread|mention", re.IGNORECASE))
    bela.goes_to(re.compile("checkout"))
    bela.sees("the pool is full")
    bela.goes_to(re.compile("general"))
    expect(room).not_to_have_accessible_name(re.compile("unread|mention", re.IGNORECASE))


def test_a_card_pressed_by_one_is_changed_for_both(opens: Open) -> None:
    ana, bela = opens("ana", "incidents"), opens("bela", "incidents")
    ana.types("/incident declare sev3 Carts are slow")
    card = bela.sees("Carts are slow")
    card.get_by_role("button", name="Join").click()
    bela.goes_to(re.compile("inc-1"))
    ana.goes_to(re.compile("inc-1"))
    bela.types("/incident severity sev1 carts are gone")
    expect(ana.card).to_contain_text("sev1")
    ana.goes_to(re.compile("incidents"))
    expect(ana.sees("Carts are slow")).to_contain_text("sev1")
