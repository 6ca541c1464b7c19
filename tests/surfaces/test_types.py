"""What incibot shows has the shapes that the npm package `@slack/types` says, by TypeScript's judgement."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.surfaces.emitted import GIVEN, emitted

HEAD = """\
import type { HomeView, KnownBlock, ModalView } from "@slack/types";

type Blocks = { blocks: KnownBlock[] };
type Message = { text?: string } & Blocks;
type Modal = Omit<ModalView, "blocks"> & Blocks;
type Home = Omit<HomeView, "blocks"> & Blocks;
"""
NAMES = {"message": "Message", "modal": "Modal", "home": "Home"}
WRONG = {  # one for each kind, wrong in a way that the types know of
    "message": {"blocks": [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}]},
    "modal": {"type": "modal", "blocks": []},
    "home": {"type": "home", "blocks": [{"type": "divider", "colour": "red"}]},
}


@pytest.fixture
def modules() -> Path:
    """The folder with TypeScript, `@slack/types` and `@types/node` in it."""
    prefix = os.environ.get("INCIBOT_NPM_PREFIX")
    if prefix is None:
        why = (
            "INCIBOT_NPM_PREFIX names no folder into which `npm install --prefix FOLDER "
            "typescript @slack/types @types/node` has put them"
        )
        if os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)
    return Path(prefix).resolve() / "node_modules"


def cut(value: Any) -> Any:
    """The same with short texts: a type knows no length, and many payloads become one."""
    if isinstance(value, dict):
        return {name: cut(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [cut(inner) for inner in value]
    return value[:40] if isinstance(value, str) else value


@pytest.mark.tools
def test_typescript_finds_no_fault_with_anything_shown(modules: Path, tmp_path: Path) -> None:
    written = {  # the line of TypeScript, and what it shows
        f"{NAMES[shown.kind]} = {json.dumps(cut(shown.payload))}": shown.surface
        for given in GIVEN
        for shown in emitted(given).shown
        if shown.kind != "errors"
    }
    lines = HEAD.splitlines()
    surfaces: dict[int, str] = {}
    for kind, payload in WRONG.items():  # tsc complains if it finds no fault with one of these
        lines.append("// @ts-expect-error")
        lines.append(f"export const wrong_{kind}: {NAMES[kind]} = {json.dumps(payload)};")
    for number, (line, surface) in enumerate(written.items()):
        lines.append(f"export const shown_{number}: {line};")
        surfaces[len(lines)] = surface
    (tmp_path / "shown.ts").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "node_modules").symlink_to(modules)
    checked = subprocess.run(
        [
            modules / ".bin" / "tsc",
            *("--noEmit", "--strict", "--skipLibCheck", "--types", "node", "--target", "es2022"),
            *("--module", "node16", "--moduleResolution", "node16", "shown.ts"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    faults = [
        f"{surfaces.get(int(line), 'the file itself')}: {fault[:300]}"
        for line, fault in re.findall(r"shown\.ts\((\d+),\d+\): error ([^\n]*)", checked.stdout)
    ]
    assert faults == []
    assert checked.returncode == 0, checked.stdout + checked.stderr
