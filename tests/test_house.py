"""What holds for the repository as a whole: direction of imports, order at the top, nothing foreign.

A floor is a module or package right under `incibot`. An import may go down or stay on its floor, and
rooms of one floor may not lean on each other in a circle.
"""

import ast
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "incibot"

FLOORS = (
    {"errors"},
    {"core", "config", "log"},
    {"store", "exports", "render", "paper", "png", "lint", "integrations"},
    {"slack", "web"},
    {"jobs"},
    {"app", "workspaces"},
    {"demo", "doctor", "bringing", "leaving", "hearing", "cli"},
    {"__main__"},
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS, start=1) for room in rooms}

AT_THE_TOP = {
    "incibot", "templates", "tests", "docs", "pyproject.toml", "Procfile", ".env.example",
    "README.md", "CHANGELOG.md", "LICENSE", "dev.py", ".ci", ".gitignore",
    # a host or a tool insists on these
    "manifest.json", "requirements.txt", ".python-version", "app.json", ".slack",
}  # fmt: skip

# Paths of one machine, and hosts that only this machine's set-up may name.
FOREIGN = re.compile(
    rb"(?<![\w.])/(work|root|farm)/"
    rb"|registry\.(npmjs|yarnpkg)|pypi\.org/simple|files\.pythonhosted|deb\.debian"
)


def imported(path: Path) -> Iterator[str]:
    """Dotted names that a module imports, wherever it does; `from a import b` counts as `a.b`."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *filter(None, [node.module])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def room_named(name: str) -> str | None:
    """The room that a dotted name lies in; None outside incibot, and for incibot's own `__init__`."""
    package, _, inside = name.partition(".")
    room = inside.split(".")[0]
    return room if package == "incibot" and room not in ("", "__version__") else None


def modules(below: Path = PACKAGE) -> list[Path]:
    return sorted(path for path in below.rglob("*.py") if path != PACKAGE / "__init__.py")


def files() -> list[str]:
    """What is tracked, or would be by the next `git add`."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [name for name in names.split("\0") if name and (ROOT / name).is_file()]


def test_every_import_runs_downward() -> None:
    upward = []
    for path in modules():
        here = room_of(path)
        if here == "playground":
            continue
        for name in imported(path):
            there = room_named(name)
            if there not in (None, here, "playground") and FLOOR[there] > FLOOR[here]:
                upward.append(f"{path.relative_to(ROOT)} imports {name}")
    assert not upward


def test_no_two_rooms_lean_on_each_other() -> None:
    leans_on: dict[str, set[str]] = defaultdict(set)
    for path in modules():
        rooms = {room_named(name) for name in imported(path)} - {None, room_of(path)}
        leans_on[room_of(path)] |= {room for room in rooms if room}
    TopologicalSorter(leans_on).prepare()  # raises CycleError, which names the circle
    assert "web" not in leans_on["slack"]
    assert "slack" not in leans_on["web"]


def test_every_room_has_a_floor() -> None:
    rooms = {room_of(path) for path in modules()}
    assert rooms - {"playground"} <= FLOOR.keys()


def test_the_core_knows_only_itself_the_errors_and_dates() -> None:
    allowed = sys.stdlib_module_names | {"dateutil"}
    foreign = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(PACKAGE / "core")
        for name in imported(path)
        if name.split(".")[0] not in allowed and room_named(name) not in {"core", "errors"}
    ]
    assert not foreign


def test_the_playground_knows_nobody_and_only_two_know_it() -> None:
    inside, outside = set(), set()
    for path in modules():
        rooms = {room_named(name) for name in imported(path)}
        if room_of(path) == "playground":
            inside |= {room for room in rooms if room}
        elif "playground" in rooms:
            outside.add(room_of(path))
    assert inside <= {"playground"}
    assert outside <= {"demo", "cli"}


def test_the_top_level_holds_only_what_the_house_lists() -> None:
    top = {name.split("/")[0] for name in files()}
    assert {"incibot", "pyproject.toml", "Procfile"} <= top
    assert top <= AT_THE_TOP


def test_no_file_names_one_machine_or_a_registrys_host() -> None:
    found = {name: FOREIGN.search((ROOT / name).read_bytes()) for name in files()}
    assert not {name: match[0] for name, match in found.items() if match}


def test_a_host_installs_every_dependency_within_its_range_and_incibot_itself() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    pins = dict(line.split("==") for line in lines if "==" in line)
    assert lines[-1] == "."
    extras = project["optional-dependencies"].values()
    for text in [*project["dependencies"], *(one for extra in extras for one in extra)]:
        wanted = Requirement(text)
        assert wanted.specifier.contains(pins[canonicalize_name(wanted.name)]), text
