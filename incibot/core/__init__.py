"""What an incident, its timeline and its review mean: no Slack, no SQL, no clock, no I/O."""
