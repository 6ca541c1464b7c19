"""What is set from outside: `Settings` from the environment, and the team's YAML file.

The file holds the team's `Playbook`, which the core knows, and its `Integrations`, which only the
edges know: addresses, and the names of the settings that hold their secrets.
"""

from __future__ import annotations

from incibot.config.hooks import Hook
from incibot.config.integrations import Integrations
from incibot.config.secret import Secret
from incibot.config.settings import (
    KEYS,
    SERVE,
    WORK,
    ApiToken,
    Settings,
    environment,
    example_env,
)
from incibot.config.team import Team, read_playbook, read_team

__all__ = [
    "KEYS",
    "SERVE",
    "WORK",
    "ApiToken",
    "Hook",
    "Integrations",
    "Secret",
    "Settings",
    "Team",
    "environment",
    "example_env",
    "read_playbook",
    "read_team",
]
