"""Slack's side: its payloads read, its calls made, its blocks built."""
