"""HTTP's side: Slack's deliveries, health, metrics, the API and the pages."""
