"""The wheel, built and installed elsewhere: all that incibot needs is in it, nothing else is."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Runs in a Python that may read nothing of the checkout but its environment's packages. The editable
# install's own entry on sys.path is one of the things it must do without.
ELSEWHERE = """
import importlib, pkgutil, sys

installed, checkout, environment = sys.argv[1:]

def nothing_of_the_checkout(event, arguments):
    if event == "open" and isinstance(arguments[0], str):
        path = arguments[0]
        assert not path.startswith(checkout + "/") or path.startswith(environment), path

sys.path[:] = [installed, *(path for path in sys.path if path != checkout)]
sys.path_importer_cache.clear()
sys.addaudithook(nothing_of_the_checkout)

import incibot
assert incibot.__file__.startswith(installed), incibot.__file__
for module in pkgutil.walk_packages(incibot.__path__, "incibot."):
    # alembic alone can run its scripts; to import __main__ is to start incibot
    if ".migrations" not in module.name and not module.name.endswith("__main__"):
        importlib.import_module(module.name)
        print(module.name)
"""


def run(*command: str, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    pip = (sys.executable, "-m", "pip", "wheel", "--no-index", "--no-deps", "--no-build-isolation")
    run(*pip, "--wheel-dir", str(out), str(ROOT), cwd=out)
    [built] = out.glob("incibot-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("elsewhere")
    pip = (sys.executable, "-m", "pip", "install", "--no-index", "--no-deps")
    run(*pip, "--target", str(target), str(wheel), cwd=target)
    return target


def names(folder: Path) -> set[str]:
    kept = (
        path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    )
    return {str(path.relative_to(folder)) for path in kept}


def test_every_template_is_installed_inside_the_package(installed: Path) -> None:
    shipped = names(ROOT / "templates")
    assert shipped
    assert names(installed / "incibot" / "templates") == shipped
    for name in shipped:
        there = installed / "incibot" / "templates" / name
        assert there.read_bytes() == (ROOT / "templates" / name).read_bytes()


def test_every_file_of_the_package_is_installed(installed: Path) -> None:
    package = names(ROOT / "incibot")
    templates = {f"templates/{name}" for name in names(ROOT / "templates")}
    assert names(installed / "incibot") == package | templates


def test_the_wheel_holds_the_package_and_its_description_alone(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
        [about] = tops - {"incibot"}
        metadata = archive.read(f"{about}/METADATA").decode()
        commands = archive.read(f"{about}/entry_points.txt").decode()
        assert f"{about}/licenses/LICENSE" in archive.namelist()
    assert about.endswith(".dist-info")
    assert "incibot = incibot.cli:main" in commands
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for extra in project["optional-dependencies"]:
        assert f"Provides-Extra: {extra}\n" in metadata


def test_the_installed_wheel_imports_without_the_checkout(installed: Path, tmp_path: Path) -> None:
    known = run(
        *(sys.executable, "-I", "-c", ELSEWHERE, str(installed), str(ROOT), sys.prefix),
        cwd=tmp_path,
    )
    assert "incibot.errors" in known.split()
