"""What several change sources say alike: the titles of what they tell, and what reached a branch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from incibot.config import Hook
from incibot.core.evidence import Change, What

_LISTED = 20  # commits of a push
_ENDED = {
    "success": "succeeded",
    "successful": "succeeded",
    "failure": "failed",
    "error": "failed",
    "failed": "failed",
    "startup_failure": "could not start",
    "timed_out": "ran out of time",
    "cancelled": "was cancelled",
    "canceled": "was cancelled",
    "stopped": "was stopped",
}


def deployed(name: str, version: str, environment: str, *, went: bool, back: bool = False) -> str:
    """The title of a deployment that is over; it says by itself whether it went well."""
    where = (
        f" in {environment}" if back and environment else f" to {environment}" * bool(environment)
    )
    if back:
        what = f"{name} to {version}" if version else name
        return f"Rolled back {what}{where}" if went else f"Rollback of {what}{where} failed"
    what = " ".join(filter(None, (name, version)))
    return f"Deployed {what}{where}" if went else f"Deploy of {what}{where} failed"


def ran(name: str, state: str) -> str:
    """The title of a pipeline that is over."""
    return f"{name} {_ENDED.get(state.casefold(), state)}"


def pushed(
    commit: str,
    *,
    repository: str,
    branch: str,
    title: str,
    at: datetime | None,
    actor: str,
    url: str,
    commits: Sequence[str] = (),
    forced: bool = False,
) -> Change:
    """Commits reached a branch that is watched: one change by its last commit, whoever tells of it."""
    more = len(commits) - _LISTED
    listed = [*commits[:_LISTED], f"and {more} more"] if more > 0 else list(commits)
    return Change(
        id=f"commit/{repository}/{commit[:12]}",  # some products tell no more of it
        what=What.PUSH,
        title=f"{title or commit[:7]} is on {branch}",
        details="\n".join(listed) if len(commits) > 1 else "",
        at=at,
        service=repository,
        version=commit[:7],
        state="forced" if forced else "pushed",
        actor=actor,
        url=url,
        data={"commit": commit, "branch": branch},
    )


def first_secret(hook: Hook) -> str:
    """What a sample is signed with."""
    return hook.secret[0].reveal() if hook.secret else ""
