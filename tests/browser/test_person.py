"""A whole incident by clicking and typing, as a newcomer would try it."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Open

INCIDENT = re.compile("inc-1-checkout-answers-500")


def test_a_form_says_under_its_field_what_is_wrong_and_keeps_what_was_typed(opens: Open) -> None:
    ana = opens("ana")
    ana.types("/incident")
    ana.form.get_by_role("textbox", name="Title").fill("Checkout answers 500")
    ana.chooses("Severity", "sev2")
    started = ana.form.get_by_role("textbox", name="When did it start?")
    started.fill("half past whenever")
    ana.submits("Declare")
    expect(started).to_have_accessible_description(re.compile("could not read.*10 minutes ago"))
    expect(ana.form.get_by_role("textbox", name="Title")).to_have_value("Checkout answers 500")
    started.fill("10 minutes ago")
    ana.submits("Declare")
    expect(ana.form).to_contain_text("INC-1 is declared")
    ana.submits("Close")
    ana.goes_to(INCIDENT)
    expect(ana.card).to_contain_text("Checkout answers 500")
    expect(ana.card).to_contain_text("sev2")


def test_somebody_responds_hands_over_resolves_exports_and_reads_the_review(opens: Open) -> None:
    ana = opens("ana", "incidents")
    ana.types("/incident declare sev2 Checkout answers 500")
    ana.sees("INC-1 is declared")
    ana.goes_to(INCIDENT)

    ana.types("deploys stopped, *looking* at the `gateway`")
    said = ana.sees("deploys stopped, looking at the gateway")
    expect(said.locator("strong, b", has_text="looking")).to_be_visible()
    ana.tool(said, "Reply in thread")
    ana.replies("the pool is full")
    ana.sees("the pool is full", ana.thread)
    expect(said.get_by_text("1 reply")).to_be_visible()
    ana.reacts(said, "bulb")
    expect(said.get_by_role("button", name="bulb, 1 reaction, you")).to_be_visible()
    ana.tool(said, "Pin")
    expect(said).to_contain_text("Pinned by you")
    ana.types("/incident note 10 minutes ago support has six tickets")
    ana.sees("support has six tickets")
    ana.types("/incident commander @bela")
    expect(ana.card).to_contain_text("Bela")

    bela = opens("bela", "incidents")
    bela.goes_to(re.compile("incibot"))
    bela.page.get_by_role("link", name="Messages", exact=True).click()
    bela.sees(re.compile("Incident commander"))
    bela.goes_to(INCIDENT)
    bela.types("/incident hypothesis The new timeout is too short")
    guess = bela.sees("The new timeout is too short")
    guess.get_by_role("button", name="Ruled out").click()
    bela.sees(re.compile("ruled out", re.IGNORECASE))
    bela.types("/incident resolve Rolled back to 2026.11.20-1")
    expect(bela.card).to_contain_text(re.compile("resolved", re.IGNORECASE))

    ana.types("/incident export html")
    ana.types("/incident review")
    ana.goes_to(re.compile("incibot"))
    ana.page.get_by_role("link", name="Messages", exact=True).click()
    ana.page.get_by_role("button", name=re.compile(r"Open .*review\.html")).click()
    review = ana.page.get_by_role("dialog").frame_locator("iframe")
    expect(review.get_by_text("The new timeout is too short").first).to_be_visible()
    expect(review.get_by_text("support has six tickets").first).to_be_visible()


def test_a_deleted_message_is_gone_and_an_edited_one_says_so(opens: Open) -> None:
    ana = opens("ana", "incidents")
    ana.types("/incident declare Checkout answers 500")
    ana.goes_to(INCIDENT)
    ana.types("teh pool")
    ana.picks(ana.sees("teh pool"), "Edit message")
    editor = ana.page.get_by_role("textbox", name="Edit message")
    editor.fill("the pool")
    editor.press("Enter")
    expect(ana.sees("the pool")).to_contain_text("(edited)")
    ana.picks(ana.sees("the pool"), "Delete message …")
    ana.submits("Delete")
    expect(ana.main.get_by_role("article").filter(has_text="the pool")).to_have_count(0)
    ana.types("/incident timeline")
    ana.sees(re.compile("deleted", re.IGNORECASE))


def test_a_message_is_declared_from_and_added_to_the_timeline(opens: Open) -> None:
    chidi = opens("chidi", "checkout")
    chidi.types("18% of POST /checkout fail")
    chidi.picks(chidi.sees("18% of POST /checkout fail"), "Declare as an incident")
    expect(chidi.form.get_by_role("textbox", name="What is happening?")).to_have_value(
        re.compile("18% of POST /checkout fail")
    )
    chidi.form.get_by_role("textbox", name="Title").fill("Checkout answers 500")
    chidi.submits("Declare")
    chidi.submits("Close")
    chidi.goes_to(INCIDENT)
    chidi.types("the gateway is slow")
    chidi.picks(chidi.sees("the gateway is slow"), "Add to incident timeline")
    chidi.sees(re.compile("key moment"))


def test_a_private_incident_is_there_for_its_members_alone(opens: Open) -> None:
    ana, dana = opens("ana"), opens("dana")
    ana.types("/incident")
    ana.form.get_by_role("textbox", name="Title").fill("Keys in a public place")
    ana.chooses("Who may see it?", "Private")
    ana.submits("Declare")
    ana.submits("Close")
    ana.goes_to(re.compile("inc-1-keys"))
    expect(ana.card).to_contain_text("Keys in a public place")
    dana.goes_to(re.compile("incidents"))
    dana.types("/incident list all")
    dana.sees(re.compile("Nothing is open|no incident", re.IGNORECASE))
    dana.sees_nothing_of("Keys in a public place")
    ana.types("/incident scribe @dana")
    dana.goes_to(re.compile("inc-1-keys"))
    expect(dana.card).to_contain_text("Keys in a public place")


def test_the_command_says_how_it_goes_on_while_it_is_typed(opens: Open) -> None:
    ana = opens("ana")
    field = ana.main.get_by_role("textbox", name="Message #general")
    field.press_sequentially("/inc")
    offer = ana.page.get_by_role("option", name="/incident")
    expect(offer).to_contain_text("declare")
    field.press("Tab")
    expect(field).to_have_value("/incident ")
    field.press_sequentially("commander @be")
    ana.page.get_by_role("option", name=re.compile("Bela")).click()
    expect(field).to_have_value(re.compile("^/incident commander @bela"))
    field.fill("")
    field.press_sequentially("what now :bul")
    ana.page.get_by_role("option", name=re.compile("bulb")).first.click()
    field.press("Enter")
    expect(ana.sees("what now").get_by_role("img", name="bulb")).to_be_visible()


def test_times_stand_in_the_zone_of_whoever_looks(opens: Open) -> None:
    ana = opens("ana")
    ana.types("tea?")
    shown = ana.sees("tea?").locator("time")
    lisbon = shown.inner_text()
    ana.becomes("Fumiko")
    expect(ana.sees("tea?").locator("time")).not_to_have_text(lisbon)
    expect(ana.sees("tea?").locator("time")).to_have_attribute(
        "title", re.compile("Tokyo|JST|GMT.9")
    )
