"""A checkout, ready to run: `python3 dev.py demo` tries incibot, `python3 dev.py test` checks it.

    python3 dev.py demo [...]         play a recorded incident in a local Slack workspace, and open it
    python3 dev.py playground [...]   open such a workspace at once, to type in it yourself
    python3 dev.py run COMMAND [...]  any other incibot command, with every database's driver there
    python3 dev.py test [...]         lint, types and tests; with arguments, pytest alone with them
    python3 dev.py browser [...]      the tests that click through the workspace's page, in Chromium
    python3 dev.py soak [...]         ten minutes of load while processes are killed; see --help

It takes a Python 3.11 or newer that has pip, and nothing else. The first run makes `.venv` beside
this file, and so does the first one after the dependencies in pyproject.toml changed.
"""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"

# What each command needs installed: 1 incibot, 2 the databases' drivers too, 3 the tests' tools too,
# 4 what drives a browser, too.
NEEDS = {"demo": 1, "playground": 1, "run": 2, "test": 3, "soak": 3, "browser": 4}
CHECKS = [
    ["ruff", "check"],
    ["ruff", "format", "--check"],
    ["mypy"],
    # A file's tests stay in one process: what they share is made once.
    ["pytest", "--ignore", "tests/browser", "--numprocesses", "auto", "--dist", "loadfile"],
]
BROWSER = ["pytest", "tests/browser", "--numprocesses", "auto"]


def make_environment() -> None:
    """An empty environment, without a pip of its own: Debian packs `ensurepip` apart."""
    if VENV.exists():
        shutil.rmtree(VENV)
    try:
        import venv
    except ImportError:  # cut out of some small images; these two are what an environment is
        PYTHON.parent.mkdir(parents=True)
        PYTHON.symlink_to(sys.executable)
        (VENV / "pyvenv.cfg").write_text(f"home = {Path(sys.executable).parent}\n")
    else:
        venv.create(VENV, symlinks=True)


def install(level: int) -> None:
    """The environment holds what `level` needs. Instant when it does already."""
    import tomllib  # here, since main() first says in words what an older Python lacks

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = [project[table] for table in ("build-system", "project", "dependency-groups")]
    made_of = json.dumps([str(ROOT), sys.version_info[:2], asked])
    digest = hashlib.sha256(made_of.encode()).hexdigest()
    stamp = VENV / "installed"
    have = stamp.read_text().split() if stamp.exists() and PYTHON.exists() else []
    current = have[:1] == [digest]
    if current and int(have[1]) >= level:
        return
    if importlib.util.find_spec("pip") is None:
        sys.exit(f"dev.py: {sys.executable} has no pip (on Debian: apt-get install python3-pip)")
    if not current:
        make_environment()
    packages = ["--editable", f"{ROOT}[postgres,mysql]" if level > 1 else str(ROOT)]
    groups = project["dependency-groups"]  # pip reads them itself only since 25.1
    packages += groups["dev"] if level > 2 else []
    packages += groups["browser"] if level > 3 else []
    print(f"dev.py: installing into {VENV}, once, for less than a minute", file=sys.stderr)
    # The outer pip fills the environment, so that the system's own packages are left alone (PEP 668).
    pip = [sys.executable, "-m", "pip", "--python", str(PYTHON), "--disable-pip-version-check"]
    if subprocess.run([*pip, "install", "-qq", *packages]).returncode:
        sys.exit("dev.py: pip says above why it failed; mostly, no package index can be reached")
    stamp.write_text(f"{digest} {level}")


def main(command: str, *arguments: str) -> None:
    if sys.version_info < (3, 11):
        sys.exit(f"dev.py: incibot needs Python 3.11 or newer, this is {sys.version.split()[0]}")
    install(NEEDS[command])
    if command in ("test", "browser"):
        whole = CHECKS if command == "test" else [BROWSER]
        for check in [["pytest", *arguments]] if arguments else whole:
            failed = subprocess.run([str(PYTHON), "-m", *check], cwd=ROOT).returncode
            if failed:
                sys.exit(failed)
    elif command == "soak":
        os.chdir(ROOT)
        os.execv(PYTHON, [str(PYTHON), "-m", "tests.soak", *arguments])
    else:
        words = arguments if command == "run" else (command, *arguments)
        os.execv(VENV / "bin" / "incibot", ["incibot", *words])


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in NEEDS:
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
