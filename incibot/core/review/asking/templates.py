"""The questions that there are. Whoever changes the words of one runs the tests of their form."""

from __future__ import annotations

from incibot.core.review.asking.template import Template, Turn

OPENING = (
    Template(
        id="Q01",
        trigger="always, to begin with",
        audience="each person",
        text="How did you first come into this, and what were you doing just before?",
    ),
    Template(
        id="Q02",
        trigger="always, to begin with",
        audience="each person",
        text="What was your picture of the situation when you joined at {t}?",
    ),
    Template(
        id="Q03",
        trigger="always, to begin with",
        audience="each person",
        text="From where you sat, how did it go from there?",
    ),
)

CLOSING = Template(
    id="Q48",
    trigger="always, at the end",
    audience="each person",
    text="What do you know now that you would like others to know? Whom else to ask?",
)

HANDS_UP = Template(
    id="Q49",
    trigger="always, half-way through a meeting and at its end",
    audience="all",
    text="Hands up: what is new to you here? Which of these parts did you know before today?",
    group=True,
)

TEMPLATES: tuple[Template, ...] = (
    *OPENING,
    Template(
        id="Q04",
        trigger="an alert was the first sign",
        audience="who took up the alert",
        text="What did the alert of {t} tell you, and what else was on your screen then?",
    ),
    Template(
        id="Q05",
        trigger="somebody’s word was the first sign",
        audience="who noticed it",
        text="At {t} you wrote {q}. What looked off? How does it look on an ordinary day?",
    ),
    Template(
        id="Q06",
        trigger="somebody noticed what an action of their own had done",
        audience="that person",
        text="At {t} you wrote {q}. What did you see that told you? How did the tool look just "
        "before and after?",
        private_first=True,
    ),
    Template(
        id="Q07",
        trigger="more than 5 minutes between an alert and the first words",
        audience="those on call",
        text="The alert came at {t}; the first words are of {t2}. What usually happens with this "
        "alert? How do you tell the ones that matter?",
        turn=Turn.WAIT,
        group=True,
    ),
    Template(
        id="Q08",
        trigger="more than 15 minutes between “detected” and “declared”",
        audience="who declared it",
        text="Between {t} and {t2}, what did you need to see before calling it an incident? What "
        "does declaring cost you?",
        turn=Turn.WAIT,
    ),
    Template(
        id="Q09",
        trigger="an idea",
        audience="who raised it",
        text="At {t} you wrote {q}. What pointed you to that?",
    ),
    Template(
        id="Q10",
        trigger="an idea that somebody else took up",
        audience="who tested it",
        text="The idea was {q}. How did you go about checking it? Which result were you looking "
        "for, either way?",
    ),
    Template(
        id="Q11",
        trigger="an idea that was ruled out",
        audience="who ruled it out",
        text="What did you see at {t} that moved you on from {q}?",
    ),
    Template(
        id="Q12",
        trigger="an idea without an outcome",
        audience="all",
        text="The idea {q} was last mentioned at {t}. What became of it?",
        group=True,
    ),
    Template(
        id="Q13",
        trigger="a surprise",
        audience="who was surprised",
        text="At {t} you wrote {q}. What had you expected?",
        turn=Turn.SURPRISE,
    ),
    Template(
        id="Q14",
        trigger="a surprise",
        audience="all",
        text="At {t}: {q}. For whom else is this new?",
        turn=Turn.SURPRISE,
        group=True,
    ),
    Template(
        id="Q15",
        trigger="a decision",
        audience="who decided, and others who were there",
        text="The decision of {t} was {q}. What brought you to it? Which other ways were in view?",
        turn=Turn.DECISION,
    ),
    Template(
        id="Q16",
        trigger="a decision not to act",
        audience="who decided",
        text="The decision of {t} was {q}. How did you judge that waiting was the better course? "
        "What were you watching for?",
        turn=Turn.DECISION,
    ),
    Template(
        id="Q17",
        trigger="a decision in which one thing was weighed against another",
        audience="who decided",
        text="The decision of {t} was {q}. What was given up for it? How do people here usually "
        "weigh these?",
        turn=Turn.DECISION,
    ),
    Template(
        id="Q18",
        trigger="an action with a large reach, such as a failover, a deletion or a rollback",
        audience="who did it",
        text="At {t} you wrote {q}. How did you get confident enough to go ahead? How do you check "
        "where you are?",
    ),
    Template(
        id="Q19",
        trigger="things seemed better, and then they did not",
        audience="who said that they were better",
        text="Things looked better at {t}. What did you read as recovery?",
    ),
    Template(
        id="Q20",
        trigger="words of pressure",
        audience="who wrote them, and who led the response",
        text="At {t} you wrote {q}. What else was asked of you around then?",
    ),
    Template(
        id="Q21",
        trigger="a phase in which many messages are uncertain",
        audience="those who were there",
        text="Between {t} and {t2}, what was hardest to make out?",
        group=True,
    ),
    Template(
        id="Q22",
        trigger="a question whose reply came after more than 15 minutes",
        audience="who asked",
        text="At {t} you asked {q}; the reply is of {t2}. What did you do while waiting?",
        turn=Turn.WAIT,
    ),
    Template(
        id="Q23",
        trigger="a question without a reply in its thread",
        audience="all",
        text="At {t} somebody asked {q}. What became of it? Where did an answer come from?",
        group=True,
    ),
    Template(
        id="Q24",
        trigger="what few people know about",
        audience="who knows, then all",
        text="How did you come to know this about {x}? Who else works with it, and how would they "
        "learn it?",
    ),
    Template(
        id="Q25",
        trigger="somebody came unasked",
        audience="that person",
        text="You came at {t}, with nothing on record that called you. What made you look in? What did "
        "you think you could add?",
    ),
    Template(
        id="Q26",
        trigger="somebody asked for help",
        audience="who asked",
        text="At {t} you wrote {q}. What was the sign that you wanted others in? How did you know "
        "whom to call?",
    ),
    Template(
        id="Q27",
        trigger="help came after more than 15 minutes",
        audience="who was asked",
        text="You were asked at {t} and came at {t2}. What was going on for you in between? What did "
        "you need first, to get going?",
        turn=Turn.WAIT,
    ),
    Template(
        id="Q28",
        trigger="a role was handed over",
        audience="both",
        text="{x} changed hands at {t}. What did you pass on, and what did you have to find out again?",
        turn=Turn.HAND_OVER,
    ),
    Template(
        id="Q29",
        trigger="a quiet stretch",
        audience="those who were there",
        text="The channel was quiet {t}–{t2}. What was going on?",
        turn=Turn.WAIT,
        group=True,
    ),
    Template(
        id="Q30",
        trigger="a tool was out of reach",
        audience="who tried it",
        text="At {t} you wrote {q}. What did you use instead? What could you not see?",
    ),
    Template(
        id="Q31",
        trigger="a dashboard that one person used",
        audience="that person",
        text="What do you look for in {x}? How does it look on an ordinary day?",
    ),
    Template(
        id="Q32",
        trigger="a runbook or another document was opened",
        audience="who used it",
        text="At {t} you wrote {q}. How did the document fit the situation? Where did you leave it?",
    ),
    Template(
        id="Q33",
        trigger="a change before it began",
        audience="who made the change, and who reviewed it",
        text="The change of {t} was {q}. What was it for, and how did it look in review?",
        private_first=True,
    ),
    Template(
        id="Q34",
        trigger="a change that had been there for days",
        audience="who owns it",
        text="The change of {t} was {q}, and it had run since. What was different on the day?",
    ),
    Template(
        id="Q35",
        trigger="automation acted",
        audience="who owns it",
        text="At {t}: {q}. What did you expect the automation to do here? How could you tell what "
        "it was doing?",
        group=True,
    ),
    Template(
        id="Q36",
        trigger="a change of severity",
        audience="who changed it",
        text="What did you see at {t} that moved it to {x}?",
    ),
    Template(
        id="Q37",
        trigger="a long while without an update to others",
        audience="who wrote the updates",
        text="Others heard nothing {t}–{t2}. How did you decide when to write, and what to say?",
    ),
    Template(
        id="Q38",
        trigger="an estimate",
        audience="who gave it",
        text="At {t} you wrote {q}. How did you come to that?",
    ),
    Template(
        id="Q39",
        trigger="work at night, or after other incidents",
        audience="all who like to answer",
        text="How rested and how busy were you? What did you put aside for this?",
        group=True,
    ),
    Template(
        id="Q40",
        trigger="three messages or more to catch up",
        audience="those who joined later",
        text="How did you get up to date when you joined? What did you look for first?",
        group=True,
    ),
    Template(
        id="Q41",
        trigger="something was in another channel before it was in the incident’s",
        audience="those in that channel",
        text="A link was in another channel at {t}, and in this one at {t2}. What did it mean to you "
        "when you saw it?",
        group=True,
    ),
    Template(
        id="Q42",
        trigger="a near miss, or luck",
        audience="who noted it",
        text="At {t} you wrote {q}. What kept it from going further?",
    ),
    Template(
        id="Q43",
        trigger="an incident that has things in common with this one",
        audience="who was in both",
        text="Beside {x}, what felt familiar, and what was different this time?",
        group=True,
    ),
    Template(
        id="Q44",
        trigger="somebody’s first incident",
        audience="that person",
        text="What did you see others do that you had not known was possible?",
    ),
    Template(
        id="Q45",
        trigger="a word that not everybody may know",
        audience="anyone, asked by the facilitator",
        text="For those who do not know it: what is {x}, and what is it for?",
        group=True,
    ),
    Template(
        id="Q46",
        trigger="somebody spoke with those we serve",
        audience="who did",
        text="How did it look from your side? What did you tell people?",
    ),
    Template(
        id="Q47",
        trigger="nobody said when it was over",
        audience="who led the response",
        text="How did you know that it was over?",
    ),
    CLOSING,
    HANDS_UP,
    Template(
        id="Q50",
        trigger="something was said to be plain",
        audience="who wrote it",
        text="At {t} you wrote {q}. What made it so plain, and for whom here is it new?",
    ),
)

BY_ID = {template.id: template for template in TEMPLATES}
