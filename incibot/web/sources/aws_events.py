"""What Amazon's services tell by SNS: alarms of CloudWatch, events of RDS and of EventBridge."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

from incibot.core.evidence import Alert, Change, Evidence, State, What
from incibot.web.sources.part import Part
from incibot.web.sources.reading import address, lines, word
from incibot.web.sources.source import Unreadable


def evidence(sent: Part) -> Sequence[Evidence]:
    """What a notification of SNS's has in its message; nothing, where that is of another kind."""
    id = sent.needed("MessageId")
    told = _message(sent)
    if told is None:
        return []
    if "AlarmName" in told.values:
        return [_alarm(told, sent)]
    if "Event Source" in told.values and "Event Message" in told.values:
        return _rds(told, id)
    if "detail-type" in told.values and "source" in told.values:
        return _event(told)
    return []


def _message(sent: Part) -> Part | None:
    """The message, where it is a JSON object; people and programs send other texts as well."""
    text = sent.text("Message")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return Part(found, "Message") if isinstance(found, dict) else None


_STATES = {
    "ALARM": State.FIRING,
    "INSUFFICIENT_DATA": State.FIRING,  # told only where the alarm says that this is worth telling
    "OK": State.RESOLVED,
}


def _stands(told: Part, key: str) -> State:
    value = told.text(key)
    if value not in _STATES:
        raise Unreadable(f"{told.place}.{key} is none of the states of an alarm")
    return _STATES[value]


def _alarm(told: Part, sent: Part) -> Alert:
    """An alarm's action in CloudWatch, one of a metric or of other alarms."""
    state, name = _stands(told, "NewStateValue"), told.needed("AlarmName")
    arn = told.text("AlarmArn")
    at = told.moment("StateChangeTime") or sent.moment("Timestamp")
    trigger = told.part("Trigger")
    value = told.text("NewStateValue")
    return _alarmed(
        arn or f"{told.text('AWSAccountId')}/{name}",
        name,
        value,
        state,
        at,
        lines(told.text("AlarmDescription"), told.text("NewStateReason")),
        _dimension(trigger) or trigger.text("Namespace"),
        arn,
    )


def _alarmed(
    key: str,
    name: str,
    value: str,
    state: State,
    at: datetime | None,
    details: str,
    service: str,
    arn: str,
) -> Alert:
    return Alert(
        id=f"{key}/{value}/{at.isoformat() if at else ''}",
        key=key,
        state=state,
        title=f"{name}: no data" if value == "INSUFFICIENT_DATA" else name,
        at=at,
        details=details,
        service=service,
        severity=value if state is State.FIRING else "",
        url=_console(arn, name),
    )


def _dimension(trigger: Part) -> str:
    """The dimension that names a service, if there is one; else the first."""
    found = {
        (one.text("name") or one.text("Name")).casefold(): one.text("value") or one.text("Value")
        for one in trigger.parts("Dimensions")
    }
    named = found.get("servicename") or found.get("service")
    return named or next(iter(found.values()), "")


def _console(arn: str, name: str) -> str:
    """Where the alarm is shown; its ARN says in which of Amazon's worlds that is."""
    found = re.fullmatch(r"arn:(aws|aws-cn|aws-us-gov):cloudwatch:([a-z0-9-]+):\d+:alarm:.*", arn)
    if not found:
        return ""
    hosts = {
        "aws": "aws.amazon.com",
        "aws-cn": "amazonaws.cn",
        "aws-us-gov": "amazonaws-us-gov.com",
    }
    region = found[2]
    where = f"https://console.{hosts[found[1]]}/cloudwatch/home?region={region}"
    return f"{where}#alarmsV2:alarm/{quote(name, safe='')}"


_BACKUPS = ("RDS-EVENT-0001", "RDS-EVENT-0002")  # each night; nothing has changed


def _rds(told: Part, id: str) -> Sequence[Evidence]:
    event = told.text("Event ID").rpartition("#")[2]
    return _changed_database(
        event,
        id=id,
        name=told.text("Source ID"),
        words=told.needed("Event Message"),
        kind=told.text("Event Source"),
        at=told.moment("Event Time"),
        url=address(told, "Identifier Link"),
    )


def _changed_database(
    event: str, *, id: str, name: str, words: str, kind: str, at: datetime | None, url: str
) -> Sequence[Evidence]:
    if event in _BACKUPS:
        return []
    return [
        Change(
            id=id,
            what=What.INFRASTRUCTURE,
            title=f"{name}: {words}" if name else words,
            at=at,
            details=lines(kind, event),
            service=name,
            url=url,
        )
    ]


def _event(told: Part) -> Sequence[Evidence]:
    """An event of EventBridge's, which a rule sends to the topic as it is."""
    id, at, detail = told.needed("id"), told.moment("time"), told.part("detail")
    match told.needed("source"), told.needed("detail-type"):
        case "aws.cloudwatch", "CloudWatch Alarm State Change":
            return [_alarm_event(told, detail, at)]
        case "aws.rds", _:
            return _changed_database(
                detail.text("EventID"),
                id=id,
                name=detail.text("SourceIdentifier"),
                words=detail.text("Message") or told.text("detail-type"),
                kind=detail.text("SourceType"),
                at=detail.moment("Date") or at,
                url="",
            )
        case "aws.health", "AWS Health Event":
            return _health(detail, id, at)
        case "aws.ecs", "ECS Deployment State Change":
            return _deployment(
                detail,
                id,
                at,
                name=_resource(told),
                state=detail.text("eventName").rpartition("_")[2].casefold(),
                version=detail.text("deploymentId"),
            )
        case "aws.codedeploy", "CodeDeploy Deployment State-change Notification":
            return _deployment(
                detail,
                id,
                at,
                name=detail.text("application"),
                state=detail.text("state").casefold(),
                version=detail.text("deploymentId"),
                environment=detail.text("deploymentGroup"),
            )
        case "aws.codepipeline", "CodePipeline Pipeline Execution State Change":
            return _deployment(
                detail,
                id,
                at,
                name=detail.text("pipeline"),
                state=detail.text("state").casefold(),
                version=detail.text("execution-id"),
                what=What.PIPELINE,
            )
    return []


def _alarm_event(told: Part, detail: Part, at: datetime | None) -> Alert:
    state, name = detail.part("state"), detail.needed("alarmName")
    arn = _resources(told)[0] if _resources(told) else ""
    metrics = detail.part("configuration").parts("metrics")
    metric = metrics[0].part("metricStat").part("metric") if metrics else Part({})
    return _alarmed(
        arn or f"{told.text('account')}/{name}",
        name,
        state.text("value"),
        _stands(state, "value"),
        state.moment("timestamp") or at,
        lines(detail.part("configuration").text("description"), state.text("reason")),
        metric.text("namespace"),
        arn,
    )


def _health(detail: Part, id: str, at: datetime | None) -> Sequence[Evidence]:
    """What Amazon itself has trouble with; not what it plans, nor what it has to say of an account."""
    if detail.text("eventTypeCategory") != "issue":
        return []
    key = detail.needed("eventArn")
    over = detail.text("statusCode") == "closed"
    words = [one.text("latestDescription") for one in detail.parts("eventDescription")]
    return [
        Alert(
            id=id,
            key=key,
            state=State.RESOLVED if over else State.FIRING,
            title=f"AWS Health: {detail.text('eventTypeCode') or key}",
            at=at,
            details=lines(*words),
            service=detail.text("service"),
        )
    ]


_ENDED = {
    "completed": ("Deployed", ""),
    "success": ("Deployed", ""),
    "succeeded": ("Ran", ""),
    "failed": ("", "failed"),
    "failure": ("", "failed"),
    "stop": ("", "was stopped"),
    "stopped": ("", "was stopped"),
}


def _deployment(
    detail: Part,
    id: str,
    at: datetime | None,
    *,
    name: str,
    state: str,
    version: str,
    environment: str = "",
    what: What = What.DEPLOY,
) -> Sequence[Evidence]:
    """Told once it is over: what only begins may never come to be."""
    if state not in _ENDED:
        return []
    before, after = _ENDED[state]
    noun = "" if before else "Deploy of " if what is What.DEPLOY else "Pipeline "
    return [
        Change(
            id=id,
            what=what,
            title=f"{before} {noun}{name} {after}".strip(),
            at=at,
            details=detail.text("reason"),
            service=name,
            state=state,
            version=version,
            environment=environment,
        )
    ]


def _resources(told: Part) -> Sequence[str]:
    found = told.values.get("resources") or []
    if not isinstance(found, list):
        raise Unreadable("Message.resources is no list")
    return [word(one, "Message.resources") for one in found]


def _resource(told: Part) -> str:
    """The last part of the ARN of what it is about: ``checkout`` of ``…:service/prod/checkout``."""
    return _resources(told)[0].rpartition("/")[2] if _resources(told) else ""
