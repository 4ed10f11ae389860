"""The pages' modules that need no page: their tests run in the node that playwright brings."""

import subprocess
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="pip install -e '.[dev]' brings playwright")
from playwright._impl._driver import compute_driver_executable

TESTS = sorted((Path(__file__).parent / "modules").glob("*.test.mjs"))


@pytest.mark.parametrize("module", TESTS, ids=lambda path: path.name.partition(".")[0])
def test_the_module_passes_its_tests(module):
    node, _ = compute_driver_executable()
    ran = subprocess.run([node, "--test", str(module)], capture_output=True, text=True, check=False, timeout=120)

    assert ran.returncode == 0, ran.stdout + ran.stderr
