"""The section of what to ask whom: by role, with the places it is about, and no names of ours."""

import re
from dataclasses import replace

from incibot.core.playbook import Depth, ReviewPlan
from incibot.core.review import read
from tests.review.histories import ANA, BOOK, PEOPLE, Story, checkout
from tests.review.test_asking import of_the_record
from tests.review.test_document import drafted

DEEP = replace(BOOK, review=ReviewPlan(depth=Depth.DEEP))
BRIEF = replace(BOOK, review=ReviewPlan(depth=Depth.BRIEF))


def test_a_draft_has_a_few_each_for_a_role_and_a_private_one_says_so() -> None:
    for book in (BOOK, BRIEF):
        found = read(of_the_record(), book)["questions"].questions
        assert 6 <= len(found) <= 10
        assert all(one.evidence for one in found)
        assert not [person.name for person in PEOPLE.values() if person.name in str(found)]
    found = read(checkout(), BOOK)["questions"].questions
    changes = [one.text for one in found if "The change of" in one.text]
    assert changes
    assert all("*privately first,* The change of" in text for text in changes)
    assert "**Incident commander:** The decision of 14:14 was" in str(found)


def test_a_deep_draft_has_those_of_each_role() -> None:
    found = read(checkout(), DEEP)["questions"]
    groups = {group.title: group.questions for group in found.groups if group.questions}
    assert list(groups)[:2] == ["Incident commander", "Operations"]
    assert list(groups)[-1] == "Others who were there"
    assert not [person.name for person in PEOPLE.values() if person.name in str(groups)]


def test_the_document_has_what_to_ask_in_one_place() -> None:
    draft = drafted(of_the_record())
    section = draft.partition("## Open questions and people to talk to")[2].partition("\n## ")[0]
    assert "`/incident review questions @who` shows you alone" in section
    assert (
        "- **Others who were there:** At 09:07 you wrote “reads are fine”. What had you" in section
    )
    asked = re.findall(r"^- .*What had you expected\?", draft, re.MULTILINE)
    assert len(asked) == 1


def test_the_kit_has_opening_words_an_agenda_and_a_form() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    for history in (of_the_record(), story.history()):
        kit = drafted(history).partition("## Review meeting kit")[2].partition("\n## ")[0]
        for part in ("To open with", "40 minutes", "Hands up", "On a form"):
            assert part in kit
