"""What a person has open: modals, one upon another, and the App Home; and the triggers that open them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from incibot.playground import elements
from incibot.playground.limits import Problem, validate_view
from incibot.playground.records import User
from incibot.playground.terms import Json, Refusal
from incibot.playground.workspace import Workspace

TRIGGER_LIFE: Final = timedelta(seconds=3)
STACK_MAX: Final = 3


@dataclass(slots=True)
class Trigger:
    """The right, for three seconds and once, to open something before a person's eyes."""

    user: str
    issued: datetime
    spent: bool = False


@dataclass(slots=True)
class Shown:
    """A view before a person's eyes, and what they have typed into it so far."""

    view: Json
    user: str
    inputs: dict[tuple[str, str], Json] = field(default_factory=dict)


class Views:
    """The modals and homes of a workspace.

    Attributes:
        stacks: by user, the open modals, the bottom one first.
        homes: by user, the home that was published last.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._triggers: dict[str, Trigger] = {}
        self.stacks: dict[str, list[Shown]] = {}
        self.homes: dict[str, Shown] = {}

    # --- Triggers --------------------------------------------------------------------------------

    def trigger(self, user: User) -> str:
        """A new `trigger_id` for what this person has just done."""
        ids = self._workspace.ids
        number = 1_000_000_000_000 + ids.number("trigger")
        team = int(self._workspace.team_id[1:])
        trigger_id = f"{number}.{team}.{ids.hexes('trigger_id')}"
        self._triggers[trigger_id] = Trigger(user.id, self._workspace.now())
        return trigger_id

    def _fresh(self, trigger_id: str) -> Trigger:
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise Refusal("invalid_trigger_id")
        if trigger.spent:
            raise Refusal("exchanged_trigger_id")
        if self._workspace.now() - trigger.issued > TRIGGER_LIFE:
            raise Refusal("expired_trigger_id")
        return trigger

    # --- What the bot does -------------------------------------------------------------------------

    def open(self, trigger_id: str, view: Json) -> Json:
        """`views.open`: a modal of its own; replaces what the person had open."""
        self.check(view, kinds=("modal",))
        trigger = self._fresh(trigger_id)
        shown = self._show(trigger.user, view)
        trigger.spent = True
        shown.view["root_view_id"] = shown.view["id"]
        self.stacks[trigger.user] = [shown]
        return self._told("view", shown)

    def push(self, trigger_id: str, view: Json) -> Json:
        """`views.push`: a modal upon the one that is open."""
        self.check(view, kinds=("modal",))
        trigger = self._fresh(trigger_id)
        shown = self._pushed(trigger.user, view)
        trigger.spent = True
        return shown

    def _pushed(self, user: str, view: Json) -> Json:
        stack = self.stacks.get(user, [])
        if not stack:
            raise Refusal("not_found")
        if len(stack) >= STACK_MAX:
            raise Refusal("push_limit_reached")
        shown = self._show(user, view)
        shown.view["root_view_id"] = stack[0].view["id"]
        shown.view["previous_view_id"] = stack[-1].view["id"]
        stack.append(shown)
        return self._told("view", shown)

    def update(
        self, *, view_id: str | None, external_id: str | None, view: Json, hash: str | None
    ) -> Json:
        """`views.update`: another content for an open modal."""
        shown = self._find(view_id, external_id)
        self.check(view, kinds=(shown.view["type"],))
        if hash and hash != shown.view["hash"]:
            raise Refusal("hash_conflict")
        return self._renewed(shown, view)

    def publish(self, user: User, view: Json, hash: str | None) -> Json:
        """`views.publish`: the whole of a person's App Home."""
        self.check(view, kinds=("home",))
        old = self.homes.get(user.id)
        if old is None:
            shown = self._show(user.id, view)
            shown.view["root_view_id"] = shown.view["id"]
            self.homes[user.id] = shown
            return self._told("home", shown)
        if hash and hash != old.view["hash"]:
            raise Refusal("hash_conflict")
        return self._renewed(old, view)

    # --- What a person does ------------------------------------------------------------------------

    def top(self, user: User) -> Shown | None:
        """The modal that the person sees."""
        stack = self.stacks.get(user.id)
        return stack[-1] if stack else None

    def fill(self, shown: Shown, values: dict[str, Any], *, find_id: Callable[[str], str]) -> None:
        """Type and choose: `values` by block_id, or by action_id where that is unique enough.

        Raises:
            LookupError: the view has no such input, or the input no such option.
        """
        fields = [
            item
            for item in elements.placed(shown.view["blocks"])
            if elements.resting(item.element) is not None
        ]
        for name, value in values.items():
            by_block = [item for item in fields if item.block["block_id"] == name]
            found = by_block or [item for item in fields if item.element["action_id"] == name]
            if not found:
                known = ", ".join(item.block["block_id"] for item in fields) or "none"
                raise LookupError(f"the view has no input {name!r}; it has {known}")
            state = elements.filled(found[0].element, value, find_id=find_id)
            shown.inputs[found[0].key] = state
        shown.view["state"] = self.state(shown)

    def complaints(self, shown: Shown) -> dict[str, str]:
        """What Slack's client would say under the inputs instead of sending them, by block_id."""
        values = self.state(shown)["values"]
        found = {}
        for item in elements.placed(shown.view["blocks"]):
            block_id, action_id = item.key
            state = values.get(block_id, {}).get(action_id)
            if item.block["type"] != "input" or state is None:
                continue
            if complaint := elements.complaint(item.block, item.element, state):
                found[block_id] = complaint
        return found

    def state(self, shown: Shown) -> Json:
        """The `state` of a view: what each input holds now."""
        return {"values": values_of(shown.view["blocks"], shown.inputs)}

    def close(self, shown: Shown) -> None:
        """Take a modal away, and those upon it."""
        stack = self.stacks.get(shown.user, [])
        if shown in stack:
            del stack[stack.index(shown) :]
            self._workspace.tell("view", user=shown.user, view=None)

    def clear(self, user: str) -> None:
        """Take all of a person's modals away."""
        self.stacks.pop(user, None)
        self._workspace.tell("view", user=user, view=None)

    def answered(self, shown: Shown, answer: Json) -> dict[str, str] | None:
        """Do what the bot answered to a submission (its `response_action`); the errors, if it gave any.

        Raises:
            Refusal: the answer is not one that Slack understands.
        """
        action = answer.get("response_action")
        if action == "errors":
            errors = answer.get("errors")
            inputs = {b["block_id"] for b in shown.view["blocks"] if b["type"] == "input"}
            if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
                raise Refusal("invalid_errors")
            return {str(key): str(text) for key, text in errors.items()}
        if action in ("update", "push"):
            view = answer.get("view")
            self.check(view, kinds=("modal",))
            assert isinstance(view, dict)  # noqa: S101 - `check` has seen to it
            if action == "push":
                self._pushed(shown.user, view)
            else:
                self._renewed(shown, view)
        elif action == "clear":
            self.clear(shown.user)
        elif action is None and not answer:
            self.close(shown)
        else:
            raise Refusal("invalid_response_action")
        return None

    # --- Rules -------------------------------------------------------------------------------------

    def check(self, view: object, *, kinds: Sequence[str]) -> None:
        """Raises `Refusal` with each thing that is wrong with a view."""
        problems = validate_view(view)
        if not problems and isinstance(view, dict) and view["type"] not in kinds:
            wrong = f"unsupported type: {view['type']}"
            problems = [Problem(wrong, "/view/type", "invalid_arguments")]
        if problems:
            raise Refusal(problems[0].code, *(f"[ERROR] {problem}" for problem in problems))

    def _find(self, view_id: str | None, external_id: str | None) -> Shown:
        for shown in self._all():
            if view_id and shown.view["id"] == view_id:
                return shown
            if not view_id and external_id and shown.view["external_id"] == external_id:
                return shown
        raise Refusal("not_found")

    def _all(self) -> list[Shown]:
        return [*(one for stack in self.stacks.values() for one in stack), *self.homes.values()]

    def _show(self, user: str, view: Json) -> Shown:
        self._unique(view.get("external_id"), None)
        shown = Shown(self._whole(view, self._workspace.ids.next("V")), user)
        shown.view["state"] = self.state(shown)
        return shown

    def _unique(self, external_id: str | None, but: Shown | None) -> None:
        taken = {one.view["external_id"] for one in self._all() if one is not but}
        if external_id and external_id in taken:
            raise Refusal("duplicate_external_id")

    def _renewed(self, shown: Shown, view: Json) -> Json:
        self._unique(view.get("external_id"), shown)
        keep = ("root_view_id", "previous_view_id")
        whole = self._whole(view, shown.view["id"])
        shown.view = whole | {key: shown.view[key] for key in keep}
        # An input that is still there, under the same ids and of the same kind, keeps what was typed.
        kinds = {item.key: item.element["type"] for item in elements.placed(whole["blocks"])}
        shown.inputs = {
            key: state for key, state in shown.inputs.items() if kinds.get(key) == state["type"]
        }
        shown.view["state"] = self.state(shown)
        return self._told("home" if whole["type"] == "home" else "view", shown)

    def _whole(self, view: Json, view_id: str) -> Json:
        """A view with everything that Slack adds to it."""
        ids = self._workspace.ids
        return {
            "id": view_id,
            "team_id": self._workspace.team_id,
            "type": view["type"],
            "blocks": elements.named(view["blocks"], ids),
            "private_metadata": view.get("private_metadata", ""),
            "callback_id": view.get("callback_id", ""),
            "state": {"values": {}},
            "hash": f"{self._workspace.seconds()}.{ids.hexes('hash', 8)}",
            "title": view.get("title")
            or {"type": "plain_text", "text": "View Title", "emoji": True},
            "clear_on_close": view.get("clear_on_close", False),
            "notify_on_close": view.get("notify_on_close", False),
            "close": view.get("close"),
            "submit": view.get("submit"),
            "previous_view_id": None,
            "root_view_id": view_id,
            "app_id": self._workspace.app_id,
            "external_id": view.get("external_id", ""),
            "app_installed_team_id": self._workspace.team_id,
            "bot_id": self._workspace.bot_id,
        }

    def _told(self, kind: str, shown: Shown) -> Json:
        self._workspace.tell(kind, user=shown.user, view=shown.view)
        return copy.deepcopy(shown.view)


def values_of(blocks: list[Json], inputs: dict[tuple[str, str], Json]) -> Json:
    """What the inputs among these blocks hold: block_id -> action_id -> value."""
    values: Json = {}
    for item in elements.placed(blocks):
        rest = elements.resting(item.element)
        if rest is not None:
            block_id, action_id = item.key
            values.setdefault(block_id, {})[action_id] = inputs.get(item.key, rest)
    return values
