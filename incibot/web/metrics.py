"""What incibot counts of itself, for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from incibot.core.playbook import Reminder
from incibot.store.unit import Store


class Metrics:
    """Counters of one process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.deliveries = Counter(
            "incibot_deliveries",
            "Deliveries from Slack, by kind and what became of them",
            ["kind", "outcome"],
            registry=self.registry,
        )
        self.jobs = Counter(
            "incibot_jobs",
            "Tries of jobs, by kind and outcome",
            ["kind", "outcome"],
            registry=self.registry,
        )
        self.hooks = Counter(
            "incibot_hooks",
            "Requests to hooks, by source and what became of them",
            ["source", "outcome"],
            registry=self.registry,
        )
        self.calls = Counter(
            "incibot_slack_calls",
            "Calls of Slack's Web API, by method and outcome",
            ["method", "outcome"],
            registry=self.registry,
        )
        self.waits = Histogram(
            "incibot_slack_wait_seconds",
            "Seconds that a call of Slack had to wait for its turn; 0 if it went at once",
            ["method"],
            buckets=(0.0, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0),
            registry=self.registry,
        )
        self.requests = Counter(
            "incibot_http_requests",
            "Requests over HTTP, by route and status",
            ["route", "status"],
            registry=self.registry,
        )
        self.waiting = Gauge("incibot_jobs_waiting", "Jobs not done yet", registry=self.registry)
        self.parked = Gauge(
            "incibot_jobs_parked", "Jobs laid aside for a person", registry=self.registry
        )
        self.age = Gauge(
            "incibot_jobs_oldest_seconds",
            "Seconds since the oldest waiting job fell due; 0 if none has",
            registry=self.registry,
        )
        self.open = Gauge(
            "incibot_incidents_open",
            "Open incidents, by severity",
            ["severity"],
            registry=self.registry,
        )

        self.hook_deliveries = Gauge(
            "incibot_hook_deliveries",
            "Deliveries to hooks that are waiting to be read, or could not be, by source",
            ["source", "state"],
            registry=self.registry,
        )
        self.database = Gauge(
            "incibot_database_up",
            "1 if the database answered when it was last asked, else 0",
            registry=self.registry,
        )
        self.said = Gauge(
            "incibot_reminders_said",
            "Reminders said so far, over all incidents",
            ["reminder"],
            registry=self.registry,
        )
        self.silenced = Gauge(
            "incibot_reminders_silenced",
            "Reminders that people snoozed or turned off",
            ["reminder"],
            registry=self.registry,
        )

    def heard(self, kind: str, outcome: str) -> None:
        self.deliveries.labels(kind, outcome).inc()

    def hooked(self, source: str, outcome: str) -> None:
        self.hooks.labels(source, outcome).inc()

    def done(self, kind: str, outcome: str) -> None:
        self.jobs.labels(kind, outcome).inc()

    def called(self, method: str, outcome: str) -> None:
        self.calls.labels(method, outcome).inc()

    def paced(self, method: str, seconds: float) -> None:
        self.waits.labels(method).observe(seconds)

    def asked(self, route: str, status: int) -> None:
        self.requests.labels(route, str(status)).inc()

    async def read(self, store: Store) -> None:
        """Bring the gauges up to date. Raises what the database raises; the others stay as they are then."""
        self.database.set(0)
        async with store.read() as tx:
            count, parked, oldest = await tx.waiting()
            severities = await tx.open_by_severity()
            said, silenced = await tx.said()
            heard = await tx.heard_by_hooks(unread=True)
            at = tx.at
        self.database.set(1)
        self.waiting.set(count)
        self.parked.set(parked)
        self.age.set(max(0.0, (at - oldest).total_seconds()) if oldest else 0.0)
        for severity in store.book.severities:
            self.open.labels(severity.word).set(severities.get(severity.word, 0))
        for reminder in Reminder:
            self.said.labels(reminder.value).set(said.get(reminder.value, 0))
            self.silenced.labels(reminder.value).set(silenced.get(reminder.value, 0))

        self.hook_deliveries.clear()
        for one in heard:
            self.hook_deliveries.labels(one.source, one.state).inc(one.count)

    def text(self) -> bytes:
        return generate_latest(self.registry)
