"""Which of what a source tells concerns production: by the hook's `map`, else by the usual names."""

from __future__ import annotations

from fnmatch import fnmatchcase

from incibot.config import Hook
from incibot.web.sources.source import Unreadable

ELSEWHERE = ("dev*", "*test*", "qa*", "stag*", "preview*", "review*", "sandbox*", "local*")
MAIN = ("main", "master", "trunk")
_NO_PATTERN = str.maketrans("?", "x", "*[]")
DEPLOYS = ("*deploy*", "*release*", "*publish*", "*rollback*", "*roll back*")


def watches_environment(hook: Hook, environment: str) -> bool:
    """Whether it is one of `map: environments:`; else any that is not named as a place to try things."""
    wanted = _patterns(hook, "environments")
    if wanted is None:
        return not _is_one_of(environment, ELSEWHERE)
    return _is_one_of(environment, wanted)


def watches_branch(hook: Hook, branch: str, default: str = "") -> bool:
    """Whether it is one of `map: branches:`; else the repository's default branch."""
    wanted = _patterns(hook, "branches")
    if wanted is None:
        wanted = (default,) if default else MAIN
    return _is_one_of(branch, wanted)


def watches_pipeline(hook: Hook, *names: str) -> bool:
    """Whether one of its names is one of `map: pipelines:`; else one that speaks of deploying."""
    wanted = _patterns(hook, "pipelines")
    if wanted is None:
        wanted = DEPLOYS
    return any(_is_one_of(name, wanted) for name in names)


def watched_pipeline(hook: Hook) -> str:
    """A name that `watches_pipeline` takes."""
    return next(iter(_patterns(hook, "pipelines") or DEPLOYS)).translate(_NO_PATTERN)


def wrong_with_map(hook: Hook, *known: str) -> list[str]:
    """What is wrong with the map of a hook that may name these, a line each."""
    problems = []
    for key in hook.map:
        if key not in known:
            problems.append(f"map.{key}: incibot knows no such key; there are {', '.join(known)}")
            continue
        try:
            _patterns(hook, key)
        except Unreadable as wrong:
            problems.append(f"{wrong}, such as main or prod*")
    return problems


def _is_one_of(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name.casefold(), pattern.casefold()) for pattern in patterns)


def _patterns(hook: Hook, key: str) -> tuple[str, ...] | None:
    got = hook.map.get(key)
    if got is None:
        return None
    listed = [got] if isinstance(got, str) else got
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        raise Unreadable(f"map.{key}: it wants a list of names")
    return tuple(listed)
