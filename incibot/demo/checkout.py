"""The recorded incident: a checkout that fails, Friday 2026-11-20, told by the six who were there.

Times here are in UTC. What people type as a time is in their own: when it is 14:05 in Lisbon, it is
15:05 in Budapest and Lagos, 17:05 in Istanbul, 23:05 in Tokyo and 9:05 in New York.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from incibot.demo.story import Script, Step, Story

_the = Script(day=date(2026, 11, 20))
_SHOP: Final = "checkout"  # the team's own channel, before and beside the incident's
_NEWS: Final = "incidents"

_GRAPH: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 200" font-family="sans-serif"'
    ' font-size="12"><title>POST /checkout, 5xx in percent, 14:00 to 14:10 UTC</title>'
    '<rect width="480" height="200" fill="#fff"/>'
    '<path d="M40 20V170H460M40 120H460M40 70H460" fill="none" stroke="#ccc"/>'
    '<path d="M40 169 82 168 124 169 166 168 208 167 250 164 292 141 334 82 376 80 418 34 450 33"'
    ' fill="none" stroke="#c22" stroke-width="3"/>'
    '<text x="8" y="174">0 %</text><text x="4" y="124">10 %</text><text x="4" y="74">20 %</text>'
    '<text x="40" y="190">14:00</text><text x="235" y="190">14:05</text>'
    '<text x="425" y="190">14:10</text><text x="44" y="14">POST /checkout, 5xx</text></svg>\n'
)

# The lines of a script, to be read from top to bottom.
# fmt: off

_BEFORE: Final[tuple[Step, ...]] = (
    _the.hears("14:04:05", "github", version="2026.11.20-3", by="emre",
               commit="9f2c1a4e7b3d5c6f8a9b0c1d2e3f4a5b6c7d8e9f",
               says="#4812 tax lookups by the v2 client, #4815 invoices, #4819 css",
               label="GitHub tells incibot: release 2026.11.20-3 is deployed"),
    _the.hears("14:05:00", "launchdarkly", flag="checkout-tax-v2", to="on", by="Dana Whitfield",
               says="from 10 to 100 %, as planned",
               label="LaunchDarkly tells incibot: a flag went on for everybody"),
    _the.hears("14:06:40", "alertmanager", alert="CheckoutErrorRateHigh", state="firing",
               summary="5xx over 5 % of POST /checkout", since="14:06:30",
               label="Alertmanager tells incibot: CheckoutErrorRateHigh"),
)

_DECLARED: Final[tuple[Step, ...]] = (
    _the.says("14:07:12", "bela", "blank page after “Pay now” on prod, twice. only me?",
              channel=_SHOP, known_as="blank",
              label="Bela gets a blank page where the shop takes money"),
    _the.says("14:08:24", "chidi",
              "just got paged: CheckoutErrorRateHigh, 18% of POST /checkout fail (prod), since 14:06."
              " looking",
              channel=_SHOP, known_as="paged", label="Chidi is paged: 18 % of POST /checkout fail"),
    _the.says("14:08:51", "bela", "so not my wifi", channel=_SHOP),
    _the.says("14:09:10", "ana",
              "support has six “payment failed” tickets since five past. I'm declaring, better once"
              " too often",
              channel=_SHOP),
    _the.picks("14:09:22", "ana", "declare_from_message", "paged", channel=_SHOP),
    _the.submits("14:09:41", "ana", title="Checkout fails for one order in five", severity="sev2",
                 service="checkout", started="14:06",
                 label="Ana declares INC-1, sev2, from Chidi’s message; its channel opens"),
    _the.closes("14:09:50", "ana"),
    _the.clicks("14:10:03", "chidi", "run:join", channel=_NEWS),
    _the.clicks("14:10:09", "bela", "run:join", channel=_NEWS),
)

_FIRST_LOOK: Final[tuple[Step, ...]] = (
    _the.says("14:10:20", "ana",
              "hi both. I have command, but only until half past: I finish early on Fridays and the"
              " nursery does not wait. @chidi what does the page say, exactly?"),
    _the.picks("14:10:34", "ana", "add_to_timeline", "blank", channel=_SHOP),
    _the.submits("14:10:40", "ana", kind="observation",
                 label="Ana adds Bela’s first sighting, from another channel, to the timeline"),
    _the.says("14:10:47", "chidi",
              "5xx over 5 % for two minutes, all pods. only POST /checkout, the cart is fine."
              " https://graphs.northwind.example/d/checkout"),
    _the.says("14:11:02", "bela", "a wall, not a slope", known_as="graph",
              files=(("post-checkout-5xx.svg", _GRAPH),),
              label="Bela posts a graph; a thread starts under it"),
    _the.says("14:11:30", "chidi", "what is the second step at 14:09?", about="graph"),
    _the.says("14:11:48", "bela",
              "retries, I think. the app tries three times before it shows you the blank page",
              about="graph"),
    _the.says("14:11:58", "chidi",
              "logs are full of “authorisation cancelled”. smells like Paystream, they had that"
              " last Friday too"),
    _the.types("14:12:04", "chidi",
               "hypothesis Paystream drops our authorisations again, as last Friday",
               known_as="paystream", label="Chidi’s idea: the payment provider, as last Friday"),
    _the.says("14:12:10", "ana", "so one in five is *after* three tries. ouch", about="graph"),
    _the.types("14:12:15", "ana", "ops @emre", label="Ana makes Emre operations; he is invited"),
    _the.says("14:12:22", "ana", "@emre did we deploy anything?"),
    _the.says("14:12:41", "emre",
              "hi. yes, 2026.11.20-3 went out at 14:04, all green. three PRs: 4812 from bela, the"
              " invoice fix, something with css"),
    _the.says("14:12:50", "chidi",
              "their status page is all green. it was green for an hour last Friday too, so",
              about="paystream"),
    _the.says("14:13:02", "bela",
              "4812 moves the rest of the tax lookups to the v2 client, but all of that is behind"
              " checkout-tax-v2. it should be fast asleep"),
    _the.types("14:13:10", "chidi", "milestone detected 15:06",
               label="Chidi sets “detected”, in the time of Lagos"),
    _the.types("14:13:24", "ana",
               "task @emre have the rollback to 2026.11.20-2 ready, but do not start it"),
    _the.says("14:13:30", "ana", "is there somebody at Paystream to ask?", about="paystream"),
    _the.says("14:13:41", "chidi", "in their support chat. “you are number 3”", about="paystream"),
    _the.types("14:13:52", "ana",
               "update About one order in five fails when people pay. We are looking at our payment"
               " provider and at a release of 14:04. Next update at 14:25.",
               label="Ana writes the first update for those who are not in the channel"),
)

_IT_GROWS: Final[tuple[Step, ...]] = (
    _the.says("14:14:05", "chidi", "41 % of POST /checkout in the last minute. still climbing",
              known_as="grows"),
    _the.reacts("14:14:12", "emre", "pushpin", "grows"),
    _the.types("14:14:20", "ana", "severity sev1 41 % of orders fail and it is still growing",
               label="Ana raises it to sev1: 41 % now"),
    _the.invites("14:14:36", "emre", "dana"),
    _the.says("14:14:41", "emre",
              "@dana anything on the rollout calendar today? I only see releases"),
    _the.says("14:15:20", "dana",
              "morning. yes, checkout-tax-v2 from 10 to 100 % at five past. it had been at 10 since"
              " Tuesday without a blip, so I went to get coffee"),
    _the.types("14:15:48", "dana",
               "note 9:05 flag checkout-tax-v2 turned on for everybody (10 → 100 %), as planned",
               known_as="flag_on",
               label="Dana writes down, back-dated in New York time, when the flag went on"),
    _the.pins("14:15:55", "ana", "flag_on"),
    _the.says("14:16:04", "bela", "then 4812 is very much awake"),
    _the.types("14:16:10", "ana", "milestone started 14:05"),
    _the.says("14:16:14", "chidi",
              "test payments straight to them, past our checkout: three of three fine, 240 ms",
              about="paystream"),
    _the.says("14:16:20", "bela", "then who cancels?", about="paystream", known_as="who_cancels"),
    _the.reacts("14:16:26", "ana", "question", "who_cancels"),
    _the.types("14:16:31", "bela",
               "hypothesis the v2 tax lookup is slow for everybody since the flag is at 100 %, and"
               " checkout gives up on it",
               known_as="tax", label="Bela’s idea: the tax lookup behind the new flag"),
    _the.says("14:16:45", "chidi",
              "we do! their support sees the cancels come *from us*, always 2.0 s after the order"
              " begins",
              about="paystream", known_as="from_us"),
    _the.reacts("14:16:50", "bela", "astonished", "from_us"),
    _the.reacts("14:16:53", "ana", "astonished", "from_us",
                label="“We do!” Bela and Ana both mark Chidi’s reply as a surprise"),
    _the.clicks("14:17:02", "chidi", "run:ruled_out", about="paystream", echoes=True,
                label="Chidi rules Paystream out, with the button under his idea"),
    _the.types("14:17:15", "ana", "comms @chidi"),
    _the.says("14:17:20", "bela",
              "one that died: order 81734, Marta Lobo, Rua das Flores 12, Porto, 3 items, tax lookup"
              " 2003 ms, cancelled",
              known_as="address"),
    _the.says("14:17:31", "dana",
              "flag side: median of the tax call was 90 ms at 13:55, is 1.9 s now. the top end is a"
              " flat line at 2 s, as if cut off with scissors",
              known_as="median"),
    _the.reacts("14:17:38", "chidi", "pushpin", "median"),
    _the.says("14:17:44", "dana", "bela, that has somebody's address in it"),
    _the.deletes("14:17:52", "bela", "address",
                 label="Bela deletes a message with a customer’s address in it"),
    _the.says("14:18:01", "bela", "gone. thank you"),
    _the.types("14:18:07", "emre", "task done 1"),
    _the.types("14:18:16", "chidi",
               "question do the cancelled authorisations block money on people's cards?",
               label="Chidi’s question, which nobody gets to: is money blocked?"),
)

_FLAG_OFF: Final[tuple[Step, ...]] = (
    _the.says("14:18:25", "ana", "what do we lose if the flag goes off?"),
    _the.says("14:18:38", "dana",
              "nothing that customers see, the old lookup still works. finance wanted the new"
              " rounding for Monday"),
    _the.says("14:18:52", "bela",
              "I'd like five minutes with it on, to catch one slow call in the profiler. once it is"
              " off we may not see it again"),
    _the.says("14:19:05", "dana",
              "or off now. or the whole release back, but that is five minutes until it is through"),
    _the.says("14:19:20", "ana", "at 41 % I would rather have the orders than the profile",
              known_as="rather"),
    _the.reacts("14:19:26", "emre", "ballot_box_with_check", "rather"),
    _the.reacts("14:19:30", "bela", "thumbsup", "rather"),
    _the.types("14:19:44", "ana",
               "decision Flag off now. Not five more minutes for the profiler, and not the rollback"
               " first: that is slower and takes the invoice fix with it. We may never see the slow"
               " call live.",
               label="Ana decides: flag off now, rather than a profile or a rollback first"),
    _the.unreacts("14:19:50", "emre", "ballot_box_with_check", "rather",
                  label="Emre takes his mark off again: the decision itself is written down now"),
    _the.types("14:20:02", "ana",
               "status identified the tax lookup is slow since the flag is at 100 %"),
    _the.invites("14:20:10", "dana", "fumiko"),
    _the.says("14:20:16", "dana",
              "@fumiko are you still up? rates-cache evicts like mad since 14:05 and you are the only"
              " one who knows it"),
    _the.hears("14:20:58", "launchdarkly", flag="checkout-tax-v2", to="off", by="Dana Whitfield"),
    _the.types("14:21:04", "dana", "action checkout-tax-v2 is off",
               label="Dana turns the flag off"),
    _the.says("14:21:12", "chidi", "watching"),
    _the.says("14:21:41", "fumiko", "here, in pyjamas. looking"),
    _the.says("14:22:03", "chidi", "41, 30, 18"),
    _the.says("14:22:40", "chidi", "9"),
    _the.clicks("14:22:52", "bela", "run:confirmed", about="tax", echoes=True,
                label="Errors fall; Bela confirms the idea of the tax lookup"),
    _the.says("14:23:08", "chidi", "60 % and flattening", known_as="sixty"),
    _the.says("14:23:15", "ana", "SIXTY?"),
    _the.edits("14:23:22", "chidi", "sixty", "6.0 % and flattening",
               label="Chidi mends a typing error that made hearts stop: 60 % is 6.0 %"),
    _the.says("14:23:27", "chidi", "six. point zero. sorry, everybody"),
    _the.types("14:23:41", "ana", "status mitigated flag is off, errors went from 41 to 6 %",
               label="Ana sets the status to mitigated"),
    _the.types("14:24:02", "chidi",
               "update Most orders go through again. A few still fail, and we are looking at why."
               " Next update at 14:40."),
)

_NOT_QUITE: Final[tuple[Step, ...]] = (
    _the.says("14:24:31", "fumiko",
              "evictions stopped with the flag. I think the cache was simply too small: it was sized"
              " for the 10 %, hit rate went 97 → 31 at 14:05",
              known_as="cache"),
    _the.reacts("14:24:40", "dana", "bulb", "cache",
                label="Dana marks what Fumiko says about the cache as an idea"),
    _the.says("14:25:02", "chidi", "it stays at six. 5.9, 6.1, 6.0"),
    _the.says("14:25:10", "bela", "with the flag off? I would have sworn it goes to zero",
              known_as="sworn"),
    _the.reacts("14:25:16", "fumiko", "astonished", "sworn"),
    _the.says("14:25:24", "dana", "off everywhere, checked it twice"),
    _the.types("14:25:38", "ana",
               "status identified 6 % of orders still fail with the flag off, and it is not falling",
               label="It does not go away: Ana takes the status back to identified"),
    _the.types("14:25:52", "emre",
               "hypothesis something in 2026.11.20-3 that is not behind the flag", known_as="release",
               label="Emre’s idea: something in the release that is not behind the flag"),
    _the.says("14:26:04", "ana", "any objection to the rollback?"),
    _the.says("14:26:13", "bela", "no. the invoice fix goes with it, I'll tell billing"),
    _the.types("14:26:25", "ana",
               "decision Roll back to 2026.11.20-2 now and look for it in the code afterwards, rather"
               " than leave 6 % failing while we search. Costs us the invoice fix until Monday."),
    _the.types("14:26:40", "emre", "action started the rollback to 2026.11.20-2",
               label="Emre starts the rollback"),
    _the.says("14:27:14", "ana", "@dana it is nearly half past. can you take command?"),
    _the.says("14:27:29", "dana", "yes. give me five lines and go"),
    _the.says("14:28:06", "ana",
              "flag off since 14:21, that took us from 41 to 6 %. the 6 % we do not understand; emre's"
              " rollback runs, through at about 14:31. chidi has comms and has promised an update for"
              " 14:40. nobody has looked at blocked money on cards. bela knows 4812 best, fumiko the"
              " cache, and she should be in bed",
              known_as="handover"),
    _the.pins("14:28:15", "dana", "handover"),
    _the.types("14:28:24", "ana", "commander @dana",
               label="Ana’s day ends: she hands command over to Dana, with five lines"),
    _the.says("14:28:36", "ana", "thank you all. phone is on until three"),
    _the.says("14:28:58", "bela",
              "found something. 4812 also sets the http timeout to 2 s, and the *old* lookup uses the"
              " same client. no flag around that line. I looked at it for two days and saw a tidy-up",
              known_as="timeout",
              label="Bela finds a line that is not behind the flag"),
    _the.reacts("14:29:05", "emre", "pushpin", "timeout"),
    _the.reacts("14:29:07", "fumiko", "pushpin", "timeout"),
    _the.says("14:29:21", "emre", "and the old lookup takes longer than that?", about="timeout"),
    _the.says("14:29:40", "bela",
              "for baskets of twenty things and more, yes. two and a half seconds, it has always been"
              " that way. before today it had ten",
              about="timeout"),
    _the.says("14:29:55", "dana", "and in November people fill their baskets", about="timeout"),
    _the.says("14:30:08", "fumiko", "who knew that the two share a client?", about="timeout",
              known_as="who_knew"),
    _the.reacts("14:30:13", "dana", "question", "who_knew"),
    _the.says("14:30:30", "dana",
              "so do we stop the rollback and only put the timeout back?"),
    _the.says("14:30:42", "emre", "it is on two thirds of the pods. half and half scares me more"),
    _the.says("14:30:54", "dana", "agreed, we let it run", known_as="let_run"),
    _the.reacts("14:31:01", "emre", "ballot_box_with_check", "let_run"),
    _the.hears("14:31:05", "github", version="2026.11.20-2", by="emre", task="rollback",
               commit="0011223445566778899aabbccddeeff001122334"),
    _the.types("14:31:12", "emre", "action rollback is through, every pod is on 2026.11.20-2",
               label="The rollback is through"),
    _the.says("14:32:10", "chidi", "2 %"),
    _the.says("14:33:05", "chidi", "0.3. that is an ordinary Friday"),
    _the.hears("14:33:40", "alertmanager", alert="CheckoutErrorRateHigh", state="resolved",
               summary="5xx over 5 % of POST /checkout", since="14:06:30"),
    _the.says("14:34:02", "chidi", "alert has cleared itself, and the pager agrees"),
    _the.types("14:34:20", "dana", "status mitigated rolled back, errors as on any Friday",
               label="Dana: mitigated, for the second time"),
    _the.clicks("14:34:31", "emre", "run:confirmed", about="release", echoes=True,
                label="Emre confirms his idea"),
    _the.types("14:34:52", "chidi",
               "update Orders go through again since about 14:33. Some orders of the last half hour"
               " are parked and will be finished for people: nobody has to order twice. Next update"
               " at 15:00."),
)

_WATCHING: Final[tuple[Step, ...]] = (
    _the.says("14:35:12", "bela", "212 orders sit in the retry queue. replay them?"),
    _the.says("14:35:26", "dana", "how fast, without hurting anything?"),
    _the.says("14:35:49", "bela", "20 a minute. ten minutes and a bit"),
    _the.types("14:36:08", "dana",
               "decision Replay the 212 parked orders, slowly. Nobody changes anything until it is"
               " through."),
    _the.types("14:36:22", "bela", "action replaying 212 parked orders, 20 a minute",
               label="Bela replays the parked orders; then it is quiet for a while"),
    _the.types("14:36:40", "dana",
               "task @chidi ask Paystream whether the cancelled payments block people's money"),
    _the.says("14:47:51", "fumiko", "5xx goes up again, 1.1 %. is it coming back?",
              label="Fumiko: is it coming back?"),
    _the.says("14:48:03", "dana", "nobody touches anything. what is failing?"),
    _the.says("14:48:40", "bela",
              "my replay. people who had ordered again by hand: the second one gets a 409, and the"
              " dashboard counts that as an error",
              known_as="polite",
              label="It is not: the dashboard counts a polite refusal as an error"),
    _the.says("14:48:58", "fumiko", "so the system is polite and the graph is not. fine"),
    _the.reacts("14:49:04", "dana", "astonished", "polite"),
    _the.says("14:49:10", "dana", "anybody charged twice?"),
    _the.says("14:49:52", "bela", "no. 31 of the 212, compared with Paystream's list one by one"),
    _the.says("14:50:20", "bela", "replay is through: 181 finished, 31 left alone"),
    _the.says("14:50:58", "chidi", "0.2 %"),
    _the.says("14:51:15", "fumiko",
              "then good night. it is almost twelve here and the cat has views on that"),
    _the.says("14:51:30", "dana", "thank you for getting up. Monday: your cache and me"),
    _the.leaves("14:51:38", "fumiko"),
    _the.clicks("14:52:10", "dana", "run:resolve"),
    _the.submits("14:52:31", "dana", label="Dana resolves INC-1",
                 text="Checkout is as on any Friday: flag off, release rolled back, parked orders"
                 " finished. Not known yet: whether money is blocked on cards."),
    _the.types("14:53:05", "chidi",
               "update All orders go through, and the parked ones are finished. This was the last"
               " update."),
    _the.says("14:53:40", "emre",
              "somebody should write down why we all thought the thing was asleep. me included"),
    _the.says("14:54:02", "bela", "I'll start the review, and I'd like somebody from outside to ask"
              " the questions"),
)

_AFTERWARDS: Final[tuple[Step, ...]] = (
    _the.types("15:10:00", "bela", "export md", echoes=False),
    _the.types("15:10:10", "bela", "export html", echoes=False),
    _the.types("15:10:20", "bela", "export json", echoes=False),
    _the.types("15:10:30", "bela", "export csv", echoes=False,
               label="Bela exports the timeline, four times"),
    _the.types("15:11:00", "bela", "review", label="Bela has the review drafted"),
)

# fmt: on

CHECKOUT: Final = Story(
    title="Checkout fails for one order in five",
    begins=_the.at("14:04"),
    steps=(
        *_BEFORE,
        *_DECLARED,
        *_FIRST_LOOK,
        *_IT_GROWS,
        *_FLAG_OFF,
        *_NOT_QUITE,
        *_WATCHING,
        *_AFTERWARDS,
    ),
)
