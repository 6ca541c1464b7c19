"""Everything that incibot raises on purpose.

IncibotError
├── Refused             for the person: the text is shown as it is, and says what would work
│   ├── Unclear         the words could not be read
│   ├── NotFound        it does not exist, or the asker may not know that it does
│   └── NotAllowed      it is clear, and it cannot be done as things stand
├── Unreadable          Slack sent what is not as Slack describes it; it would be as odd the next time
├── Conflict            somebody else changed it first: read again, decide again
├── NotInstalled        the workspace is none that incibot is, or was, installed in
├── LeaseLost           another worker has the job now: drop what came of it
├── Paused              a job has come a step further, and goes on later
├── PutOff              Slack's limits are used up just now; a job comes back when it is its turn
├── SlackError          Slack said no
│   ├── SlackRefused    it will say no again: park the job, show it
│   └── SlackBusy       it may say yes later: try again, after `retry_after` if Slack named a time
├── CallError           another system than Slack said no, or nothing
│   ├── CallRefused     it will say no again: park the job, show it
│   └── CallBusy        it may say yes later
├── Unopenable          none of our keys opens what was sealed
├── TemplateError       a template is broken; names it and the line
└── ConfigError         settings are missing or wrong; names all of them
"""

from __future__ import annotations

from collections.abc import Sequence


class IncibotError(Exception):
    """The root; never raised itself."""


class Refused(IncibotError):
    """The person's wish cannot be met. `str()` of it is what they are told."""


class Unclear(Refused):
    """The words could not be read."""


class NotFound(Refused):
    """There is no such thing, or the asker may not know of it."""


class NotAllowed(Refused):
    """It is clear what is wanted, and it cannot be done as things stand."""


class Unreadable(IncibotError):
    """A delivery is not as Slack describes such deliveries."""


class Conflict(IncibotError):
    """The incident was changed since it was read."""


class NotInstalled(IncibotError):
    """incibot was never installed in that workspace."""

    def __init__(self, team: str) -> None:
        super().__init__(f"incibot is not installed in the workspace {team}")


class LeaseLost(IncibotError):
    """The job was taken over by another worker, or was done already."""


class Paused(IncibotError):
    """A long job has done part of its work and kept it; the rest is for later. No failure.

    Attributes:
        after: seconds before which there is no use in going on.
    """

    def __init__(self, after: float = 0.0) -> None:
        self.after = after
        super().__init__(f"to be continued in {after:g} s")


class PutOff(IncibotError):
    """A call of Slack has to wait for its turn, and was not made. No failure.

    Attributes:
        method: the Web API method that was to be called.
        after: seconds until its turn.
    """

    def __init__(self, method: str, after: float) -> None:
        self.method = method
        self.after = after
        super().__init__(f"{method}: not before {after:g} s")


class SlackError(IncibotError):
    """Slack answered a call with an error.

    Attributes:
        method: the Web API method, such as ``pins.add``.
        code: Slack's own word for what is wrong, such as ``missing_scope``.
        detail: what Slack added, such as the scope that is needed.
    """

    def __init__(self, method: str, code: str, detail: str = "") -> None:
        self.method = method
        self.code = code
        self.detail = detail
        super().__init__(f"{method}: {code}" + (f" ({detail})" if detail else ""))


class SlackRefused(SlackError):
    """The same call would be refused again."""


class SlackBusy(SlackError):
    """The call may work later.

    Attributes:
        retry_after: seconds that Slack asked us to wait; None if it named no time.
    """

    def __init__(
        self, method: str, code: str, detail: str = "", *, retry_after: float | None = None
    ) -> None:
        super().__init__(method, code, detail)
        self.retry_after = retry_after


class CallError(IncibotError):
    """Another system did not do what we asked of it.

    Attributes:
        system: what people call it, such as ``PagerDuty``.
        code: what is wrong: an HTTP status, or in words.
        detail: what it said besides.
    """

    def __init__(self, system: str, code: str, detail: str = "") -> None:
        self.system = system
        self.code = code
        self.detail = detail
        super().__init__(f"{system}: {code}" + (f" ({detail})" if detail else ""))


class CallRefused(CallError):
    """The same call would be refused again. `status` is of HTTP; None where we did not ask."""

    def __init__(
        self, system: str, code: str, detail: str = "", *, status: int | None = None
    ) -> None:
        super().__init__(system, code, detail)
        self.status = status


class CallBusy(CallError):
    """The call may work later; `retry_after` in seconds, if a time was named."""

    def __init__(
        self, system: str, code: str, detail: str = "", *, retry_after: float | None = None
    ) -> None:
        super().__init__(system, code, detail)
        self.retry_after = retry_after


class Unopenable(IncibotError):
    """What was sealed cannot be opened: no key of ours fits."""


class TemplateError(IncibotError):
    """A template cannot be read or filled in.

    Attributes:
        template: its file, or its name where there is no file.
        line: counted from 1; 0 where no line is to blame.
    """

    def __init__(self, template: str, line: int, detail: str) -> None:
        self.template = template
        self.line = line
        super().__init__(f"{template}, line {line}: {detail}" if line else f"{template}: {detail}")


class ConfigError(IncibotError):
    """Settings are missing or wrong.

    Attributes:
        problems: a line for each: the setting's name, what it got (secrets masked), what it wants.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))
