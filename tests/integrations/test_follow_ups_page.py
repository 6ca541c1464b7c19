"""The same from the review's page: what people wrote there becomes issues, at a press of a button."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from incibot.config import Integrations, Secret
from incibot.config.trackers import Tracker
from tests.bench import bench, text_of
from tests.integrations.elsewhere import GitHub, served
from tests.web.browser import BASE, Browser, Form, Page

REVIEW = "/incidents/INC-1/review"


def issue_forms(page: Page) -> list[Form]:
    return [one for one in page.forms if one.action.endswith("/followups")]


async def test_lines_of_the_review_become_issues_and_the_review_says_what_became_of_them(
    tmp_path: Path,
) -> None:
    product = GitHub()
    async with served(product) as server:
        tracker = Tracker(
            name="github",
            kind="github",
            token=Secret("t0ken"),
            address=server.address,
            repository="acme/checkout",
        )
        integrations = Integrations(
            trackers=(tracker, replace(tracker, name="other", services=("Login",))),
            private_hosts=("127.0.0.1",),
        )
        async with bench("sqlite://", tmp_path, base_url=BASE, integrations=integrations) as there:
            ana = Browser(there)
            await ana.signs_in("ana")
            channel = (await there.declares()).channel_name
            page = await ana.get(REVIEW)
            page = await ana.send(page.form(REVIEW))
            editor = (await ana.get(f"{REVIEW}/edit")).form("/edit")
            end = "<!-- incibot:end parked -->\n"
            assert end in editor.fields["markdown"]
            theirs = f"{end}\n- Alert on <slow> payments\n- Try the flag\n"
            written = editor.fields["markdown"].replace(end, theirs)
            page = await ana.send(editor, markdown=written)
            page = await ana.get(REVIEW)
            assert "Alert on &lt;slow&gt; payments" in page.text
            first, _, everything = issue_forms(page)
            assert everything.fields["which"] == "all"

            stranger = await ana.post("/incidents/INC-1/followups", which="all")
            assert stranger.status == 403
            assert not product.issues
            page = await ana.send(first)
            assert "The issue is being made" in page.text
            await there.settle()
            assert [one["title"] for one in product.issues] == ["Alert on <slow> payments"]
            assert f"<{BASE}/incidents/INC-1>" in product.issues[0]["body"]
            page = await ana.get(REVIEW)
            assert 'href="https://github.com/acme/checkout/issues/1"' in page.text
            (left,) = issue_forms(page)[1:]
            await ana.send(left)
            await there.settle()
            product.close(2, "2026-11-20T14:00:00Z")
            there.clock.passes(hours=2)
            await there.app.runner.look_at_issues()
            await there.settle()
            page = await ana.get(REVIEW)
            assert "<s>Try the flag</s>" in page.text

            # And in the review itself, and in what is exported.
            page = await ana.send(page.form(REVIEW))
            async with there.app.store.read() as tx:
                review = await tx.review(1) or ""
            row = "2. Try the flag | [acme/checkout#2](https://github.com/acme/checkout/issues/2) | done"
            assert row in review
            exported = text_of(await there.exported())
            assert "Follow-up 2 is done: Try the flag" in exported
            assert "not reviewed" not in text_of(
                (await there.types("followups", channel=channel)).raw
            )


async def test_of_a_private_incident_only_confirmed_words_leave_from_the_page_too(
    tmp_path: Path,
) -> None:
    product = GitHub()
    async with served(product) as server:
        tracker = Tracker(
            name="github",
            kind="github",
            token=Secret("t0ken"),
            address=server.address,
            repository="acme/checkout",
        )
        integrations = Integrations(trackers=(tracker,), private_hosts=("127.0.0.1",))
        async with bench("sqlite://", tmp_path, base_url=BASE, integrations=integrations) as there:
            ana = Browser(there)
            await ana.signs_in("ana")
            await there.types("")
            values = {"title": "Bela leaks keys", "severity": "sev2", "private": "private"}
            await there.person("ana").submits(values)
            await there.settle()
            await there.types("followups INC-1 Rotate the keys of Bela")
            (form,) = issue_forms(await ana.get(REVIEW))
            form.fields.pop("confirm", None)
            page = await ana.send(form, words="Rotate keys")
            assert "were not confirmed" in page.text
            await there.settle()
            assert not product.issues
            await ana.send(form, words="Rotate keys", confirm="1")
            await there.settle()
            (text,) = product.texts()
            assert "Rotate keys" in text
            assert not any(word in text for word in ("Bela", "leaks", "INC-1", BASE))
