"""The real processes, under every fault."""

import pytest

pytest.register_assert_rewrite("tests.faults.kills", "tests.faults.story", "tests.faults.world")
