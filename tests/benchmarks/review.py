"""How long a review draft takes, beside the floor: Jinja2 alone, writing as many rows.

    python -m tests.benchmarks.review [entries ...]

Each figure is the best of several runs, in seconds of this process's own time on the processor,
since other work on the machine is not ours to measure.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import timedelta

import jinja2

from incibot.core.history import History
from incibot.core.timeline import Mark
from incibot.paper import draft_markdown, to_html
from incibot.render import Renderer
from tests.review.histories import ANA, BELA, BOOK, CHIDI, DANA, EMRE, FUMIKO, Story

PEOPLE = (ANA, BELA, CHIDI, DANA, EMRE, FUMIKO)
WORDS = (  # as long and as marked up as what people write in the demo
    "watching",
    "41 % of POST /checkout in the last minute. still climbing",
    "that is 4812: it moves the *rest* of the lookups to the v2 client, all of it behind the flag",
    "<@U0EMRE> anything on the rollout calendar today? I only see releases",
    "5xx over 5 % for two minutes, all pods: <https://grafana.northwind.example/d/checkout|graph>",
    "`retry_budget` is at 1.00 &amp; holds. I would rather have the orders than the profile",
)
MARKS = (Mark.DECISION, Mark.HYPOTHESIS, Mark.KEY_MOMENT, Mark.QUESTION, Mark.SURPRISE)
FLOOR = jinja2.Environment(autoescape=False).from_string(  # noqa: S701 - nothing is shown
    "{% for at, who, words, id in rows %}- **{{ at }}** {{ who }}: {{ words }} (#{{ id }})\n"
    "{% endfor %}"
)


def told(entries: int) -> History:
    """A message every twenty seconds, each twentieth marked."""
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    for number in range(entries - 1):
        story.now += timedelta(seconds=20)
        words = f"{WORDS[number % len(WORDS)]} ({number})"
        one = story.says(PEOPLE[number % 5], words)
        if number % 20 == 0:
            story.marks(ANA, one, MARKS[number // 20 % len(MARKS)])
    return story.history()


def best(runs: int, work: Callable[[], object]) -> float:
    found = []
    for _ in range(runs):
        begun = time.process_time()
        work()
        found.append(time.process_time() - begun)
    return min(found)


def main(sizes: list[int]) -> None:
    renderer = Renderer()
    sys.stdout.write(f"{'entries':>9} {'floor':>9} {'draft':>9} {'anew':>9} {'page':>9}\n")
    for size in sizes:
        history = told(size)
        runs = max(3, 5000 // size)
        rows = [(one.occurred_at, one.by, one.words, one.id) for one in history.entries]
        draft = draft_markdown(history, BOOK, renderer)
        figures = (
            best(runs, lambda rows=rows: FLOOR.render(rows=rows)),
            best(runs, lambda history=history: draft_markdown(history, BOOK, renderer)),
            best(
                runs,
                lambda history=history, draft=draft: draft_markdown(history, BOOK, renderer, draft),
            ),
            best(runs, lambda draft=draft: to_html(draft, renderer, title="x")),
        )
        shown = " ".join(f"{figure:>7.3f} s" for figure in figures)
        sys.stdout.write(f"{size:>9} {shown}\n")


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [1_000, 10_000])
