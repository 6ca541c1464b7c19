"""What comes by Amazon SNS: which is genuine, how a subscription is confirmed, and what is told."""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec_key
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from incibot.config import Hook, Integrations, Team, read_team
from incibot.core.evidence import Change, State, What
from incibot.core.jobs import ReadDelivery
from incibot.errors import CallBusy, CallRefused, ConfigError
from incibot.integrations.http import Answer, Http
from incibot.jobs import perform
from incibot.web.hooks import wrong_with
from incibot.web.sources import Delivery, Unreadable
from incibot.web.sources.aws_sns import AWS_SNS, KEPT, Certificates
from tests.bench import bench
from tests.sources.alarmed import alert
from tests.sources.posted import SAMPLES, check_reading, hook, posted, saying

TOPIC = "arn:aws:sns:eu-west-1:123456789012:incibot-alarms"
HOST = "sns.eu-west-1.amazonaws.com"
CERTIFICATE = f"https://{HOST}/SimpleNotificationService-0000000000000000000000TEST.pem"
OURS = Hook(source="aws-sns", key="aws-sns", topics=(TOPIC,))
ALARM = posted("aws_sns-cloudwatch_alarm.json")
OK = posted("aws_sns-cloudwatch_ok.json")
SUBSCRIPTION = posted("aws_sns-subscription_confirmation.json")
SAMPLED = (SAMPLES / "aws_sns-testcert.pem").read_bytes()
NOW = datetime(2026, 11, 20, 14, 8, 31, tzinfo=UTC)


class Amazon(Http):
    """The host of SNS: it has certificates, and counts what it is asked."""

    def __init__(self, pem: bytes = SAMPLED, error: Exception | None = None) -> None:
        super().__init__(OURS.hosts)
        self.asked: list[str] = []
        self._pem = pem
        self._error = error

    async def call(self, system: str, method: str, url: str, **_more: Any) -> Answer:
        self._check(system, url)  # that it may be called at all
        self.asked.append(url)
        if self._error:
            raise self._error
        return Answer(status=200, headers={}, body=self._pem)


@pytest.fixture(scope="module")
def key() -> RSAPrivateKey:
    return generate_private_key(65537, 2048)


def certificate(
    key: Any,
    *,
    name: str = "sns.amazonaws.com",
    other: str = "",
    since: datetime = NOW - timedelta(days=30),
    until: datetime = NOW + timedelta(days=30),
) -> bytes:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(since)
        .not_valid_after(until)
    )
    if other:
        made = made.add_extension(
            x509.SubjectAlternativeName([x509.DNSName(other)]), critical=False
        )
    return made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


def signed(body: dict[str, Any], key: RSAPrivateKey, version: str = "2") -> Delivery:
    """The body as SNS signs it, by the rule of its documentation."""
    names = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
    if body["Type"] != "Notification":
        names = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
    text = "".join(f"{name}\n{body[name]}\n" for name in names if name in body)
    kind = hashes.SHA1() if version == "1" else hashes.SHA256()  # noqa: S303 - as SNS does
    proof = base64.b64encode(key.sign(text.encode(), PKCS1v15(), kind)).decode()
    sent = body | {"SignatureVersion": version, "Signature": proof, "SigningCertURL": CERTIFICATE}
    return replace(saying(ALARM, sent), at=NOW)


def body(delivery: Delivery = ALARM, **values: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(delivery.body)
    return found | values


def genuine(delivery: Delivery, http: Http, of: Hook = OURS) -> bool:
    return asyncio.run(Certificates().verify(replace(delivery, at=NOW), of, http))


def message(told: Any, **values: Any) -> Delivery:
    return saying(
        ALARM, body(Message=told if isinstance(told, str) else json.dumps(told), **values)
    )


def alarm(**values: Any) -> Delivery:
    return message(json.loads(body()["Message"]) | values)


def one_change(delivery: Delivery) -> Change:
    (found,) = AWS_SNS.read(delivery, OURS)
    assert isinstance(found, Change)
    return found


# Which is genuine


def test_what_amazon_signed_for_a_topic_of_ours_is_genuine() -> None:
    for delivery in (ALARM, OK, SUBSCRIPTION):
        amazon = Amazon()
        assert genuine(delivery, amazon)
        assert amazon.asked == [CERTIFICATE]


def test_both_versions_of_the_signature_are_known_with_and_without_a_subject(
    key: RSAPrivateKey,
) -> None:
    plain = body()
    del plain["Subject"]
    amazon = Amazon(certificate(key))
    for version in ("1", "2"):
        for sent in (body(), plain, body(SUBSCRIPTION), body(Message="é — \n two lines ")):
            assert genuine(signed(sent, key, version), amazon)
    assert not genuine(saying(ALARM, body(signed(body(), key, "1"), SignatureVersion="2")), amazon)
    assert not genuine(saying(ALARM, body(signed(body(), key), SignatureVersion="3")), amazon)


def test_what_was_changed_on_the_way_is_not() -> None:
    for name in ("Message", "MessageId", "Subject", "Timestamp"):
        assert not genuine(saying(ALARM, body(**{name: "other"})), Amazon()), name
        less = body()
        del less[name]
        assert not genuine(saying(ALARM, less), Amazon()), name
    for wrong in ("", "é", "AAAA", body()["Signature"][:-4], 7):
        assert not genuine(saying(ALARM, body(Signature=wrong)), Amazon())
    assert not genuine(saying(ALARM, body(Type="UnsubscribeConfirmation")), Amazon())
    assert not genuine(saying(ALARM, body(Message=["a", "list"])), Amazon())
    for odd in (b"", b"[]", b"\xff", b"[" * 100_000):
        assert not genuine(replace(ALARM, body=odd), Amazon())


def test_another_topic_is_nobodys_whoever_signed_it(key: RSAPrivateKey) -> None:
    other = TOPIC.replace("incibot-alarms", "somebody-elses")
    amazon = Amazon(certificate(key))
    assert not genuine(signed(body(TopicArn=other), key), amazon)
    assert not genuine(ALARM, amazon, replace(OURS, topics=()))
    assert amazon.asked == [], "and nobody is asked for a certificate"


@pytest.mark.parametrize(
    "url",
    [
        CERTIFICATE.replace("https", "http"),
        CERTIFICATE.replace("eu-west-1", "us-east-1"),
        CERTIFICATE.replace(".com/", ".com.evil.example/"),
        CERTIFICATE.replace("https://", "https://user@"),
        CERTIFICATE.replace(".com/", ".com:8443/"),
        CERTIFICATE.replace(".com/", ".com/bucket/"),
        CERTIFICATE + "?x=1",
        CERTIFICATE + "#x",
        CERTIFICATE + "\nx",
        "https://sns.eu-west-1.amazonaws.com/other.pem",
        "https://169.254.169.254/SimpleNotificationService-0.pem",
        "https://[/SimpleNotificationService-0.pem",
        "",
        None,
    ],
)
def test_a_certificate_from_elsewhere_is_not_even_fetched(
    url: str | None, key: RSAPrivateKey
) -> None:
    amazon = Amazon(certificate(key))
    sent = body(signed(body(), key), SigningCertURL=url)
    assert not genuine(saying(ALARM, sent), amazon)
    assert amazon.asked == []


def test_a_certificate_has_to_be_of_sns_and_of_this_time(key: RSAPrivateKey) -> None:
    sent, day = signed(body(), key), timedelta(days=1)
    for name in ("sns-signing.af-south-1.amazonaws.com", "sns.cn-north-1.amazonaws.com.cn"):
        assert genuine(sent, Amazon(certificate(key, name=name)))
    assert genuine(sent, Amazon(certificate(key, name="x", other="sns.amazonaws.com")))
    for wrong in (
        certificate(key, name="s3.amazonaws.com"),
        certificate(key, name="example.com", other="sns.amazonaws.org"),
        certificate(key, since=NOW + day),
        certificate(key, until=NOW - day),
        certificate(generate_ec_key(SECP256R1())),
        certificate(generate_private_key(65537, 2048)),
        b"no certificate",
    ):
        assert not genuine(sent, Amazon(wrong))


def test_a_certificate_is_fetched_once_and_only_a_few_are_kept(key: RSAPrivateKey) -> None:
    amazon, held = Amazon(certificate(key)), Certificates()
    sent = signed(body(), key)

    async def verify_all() -> None:
        for _ in range(3):
            assert await held.verify(sent, OURS, amazon)
        for number in range(2 * KEPT):
            url = CERTIFICATE.replace("TEST", str(number))
            other = replace(saying(ALARM, body(sent, SigningCertURL=url)), at=NOW)
            assert await held.verify(other, OURS, amazon)

    asyncio.run(verify_all())
    assert amazon.asked.count(CERTIFICATE) == 1
    assert asyncio.run(held.verify(sent, OURS, amazon))
    assert amazon.asked.count(CERTIFICATE) == 2, "it had to make room"


def test_a_host_that_does_not_answer_is_no_verdict_and_one_that_refuses_is() -> None:
    with pytest.raises(CallBusy):
        genuine(ALARM, Amazon(error=CallBusy("Amazon SNS", "503")))
    assert not genuine(ALARM, Amazon(error=CallRefused("Amazon SNS", "404")))


def test_a_secret_is_no_way_around_amazons_signature() -> None:
    ours = hook("aws-sns", "a long random text", topics=(TOPIC,))
    assert wrong_with([ours], several=False) == [
        "hooks[aws-sns].secret: Amazon signs with a key of its own; leave it out"
    ]
    sample = AWS_SNS.sample(ours, NOW)
    assert alert(AWS_SNS, sample, ours).title == "Test from incibot: nothing is wrong"
    bearing = {**sample.headers, "x-incibot-token": "a long random text"}
    assert not genuine(replace(sample, headers=bearing), Amazon(), ours)


# How a subscription is confirmed


def test_a_subscription_is_confirmed_by_an_address_that_we_make() -> None:
    amazon = Amazon()
    lured = saying(SUBSCRIPTION, body(SUBSCRIPTION, SubscribeURL="https://evil.example/"))
    asyncio.run(AWS_SNS.respond(lured, OURS, amazon))
    token = body(SUBSCRIPTION)["Token"]
    topic = TOPIC.replace(":", "%3A")
    assert amazon.asked == [
        f"https://{HOST}/?Action=ConfirmSubscription&TopicArn={topic}&Token={token}"
    ]
    assert AWS_SNS.read(SUBSCRIPTION, OURS) == []


def test_nothing_else_is_answered() -> None:
    amazon = Amazon()
    for delivery in (
        ALARM,
        saying(SUBSCRIPTION, body(SUBSCRIPTION, Type="UnsubscribeConfirmation")),
    ):
        asyncio.run(AWS_SNS.respond(delivery, OURS, amazon))
    assert amazon.asked == []
    with pytest.raises(Unreadable, match="Token is missing"):
        asyncio.run(
            AWS_SNS.respond(saying(SUBSCRIPTION, body(SUBSCRIPTION, Token="")), OURS, amazon)
        )
    with pytest.raises(CallBusy):
        asyncio.run(
            AWS_SNS.respond(SUBSCRIPTION, OURS, Amazon(error=CallBusy("Amazon SNS", "503")))
        )


def test_the_topics_say_which_hosts_may_be_called() -> None:
    topics = (TOPIC, TOPIC + "2", "arn:aws-cn:sns:cn-north-1:123456789012:alarms")
    assert replace(OURS, topics=topics).hosts == (HOST, "sns.cn-north-1.amazonaws.com.cn")
    assert hook("pagerduty").hosts == ()


def test_topics_stand_in_the_file_and_are_needed(tmp_path: Path) -> None:
    file = tmp_path / "incibot.yaml"

    def read(topics: str) -> Team:
        file.write_text(f"hooks:\n  - source: aws-sns\n    topics: {topics}\n", encoding="utf-8")
        return read_team(file, environ={})

    found = read(f"[{TOPIC}]").integrations
    assert found.hosts == {HOST}
    assert wrong_with(found.hooks, several=False) == []
    (problem,) = wrong_with(read("[]").integrations.hooks, several=False)
    assert problem.startswith("hooks[aws-sns].topics: is missing")
    for odd in (TOPIC + "/x", "arn:aws:sns:eu-west-1.evil.example/:123456789012:a", "alarms"):
        with pytest.raises(ConfigError, match=r"topics: got .* it wants the ARN of an SNS topic"):
            read(f'["{odd}"]')


# What is told


def test_each_try_of_a_message_has_one_id() -> None:
    assert AWS_SNS.id(ALARM) == "c3b84ba7-8427-5c46-a628-10b71df16624"
    assert AWS_SNS.id(replace(ALARM, body=b"?")) == ""


def test_an_alarm_fires_and_is_right_again() -> None:
    found, over = alert(AWS_SNS, ALARM, OURS), alert(AWS_SNS, OK, OURS)
    arn = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:checkout-alb-5xx"
    assert (found.state, found.key, found.title) == (State.FIRING, arn, "checkout-alb-5xx")
    assert found.at == datetime(2026, 11, 20, 14, 8, 30, 730000, tzinfo=UTC)
    assert found.details.startswith("ALB target 5xx above 100/min\nThreshold Crossed: 1 out of")
    assert (found.service, found.severity) == ("app/checkout/50dc6c495c0c9188", "ALARM")
    assert found.url == (
        "https://console.aws.amazon.com/cloudwatch/home?region=eu-west-1"
        "#alarmsV2:alarm/checkout-alb-5xx"
    )
    assert (over.state, over.key) == (State.RESOLVED, arn)


def test_the_same_alarm_by_two_topics_is_told_once() -> None:
    again = saying(ALARM, body(MessageId="another", Subject="other"))
    assert alert(AWS_SNS, again, OURS).id == alert(AWS_SNS, ALARM, OURS).id


def test_an_alarm_without_data_fires_and_says_so() -> None:
    found = alert(AWS_SNS, alarm(NewStateValue="INSUFFICIENT_DATA"), OURS)
    assert (found.state, found.title) == (State.FIRING, "checkout-alb-5xx: no data")
    with pytest.raises(Unreadable, match=r"Message\.NewStateValue is none of the states"):
        AWS_SNS.read(alarm(NewStateValue="PONDERING"), OURS)


def test_an_alarm_of_alarms_and_one_of_a_service_are_read() -> None:
    name = "checkout / all of it"
    composite = {
        "AlarmName": name,
        "AlarmArn": f"arn:aws-cn:cloudwatch:cn-north-1:1:alarm:{name}",
        "AlarmRule": 'ALARM("a") OR ALARM("b")',
        "NewStateValue": "ALARM",
        "StateChangeTime": "2026-11-20T14:08:30.730+0000",
    }
    found = alert(AWS_SNS, message(composite), OURS)
    assert found.url == (
        "https://console.amazonaws.cn/cloudwatch/home?region=cn-north-1"
        "#alarmsV2:alarm/checkout%20%2F%20all%20of%20it"
    )
    assert (found.service, found.details) == ("", "")
    dimensions = [{"Name": "ClusterName", "Value": "p"}, {"Name": "ServiceName", "Value": "cart"}]
    assert alert(AWS_SNS, alarm(Trigger={"Dimensions": dimensions}), OURS).service == "cart"
    assert alert(AWS_SNS, alarm(Trigger={"Namespace": "AWS/Lambda"}), OURS).service == "AWS/Lambda"
    bare = alarm(AlarmArn=None, StateChangeTime=None)
    assert alert(AWS_SNS, bare, OURS).key == "123456789012/checkout-alb-5xx"
    assert alert(AWS_SNS, bare, OURS).at == datetime(2026, 11, 20, 14, 8, 30, 801000, tzinfo=UTC)


RDS = {
    "Event Source": "db-instance",
    "Event Time": "2026-11-20 14:03:11.201",
    "Identifier Link": "https://console.aws.amazon.com/rds/home?region=eu-west-1#dbinstance:id=tax",
    "Source ID": "tax",
    "Event ID": "http://docs.amazonwebservices.com/AmazonRDS/latest/UserGuide/"
    "USER_Events.html#RDS-EVENT-0006",
    "Event Message": "DB instance restarted",
}


def test_an_event_of_rds_is_a_change_of_the_infrastructure() -> None:
    found = one_change(message(RDS))
    assert (found.what, found.title) == (What.INFRASTRUCTURE, "tax: DB instance restarted")
    assert found.at == datetime(2026, 11, 20, 14, 3, 11, 201000, tzinfo=UTC)
    assert (found.service, found.details) == ("tax", "db-instance\nRDS-EVENT-0006")
    assert found.url == RDS["Identifier Link"]
    backup = RDS | {"Event ID": "https://docs.aws.amazon.com/USER_Events.html#RDS-EVENT-0002"}
    assert AWS_SNS.read(message(backup), OURS) == [], "each night, and nothing has changed"


def bridged(source: str, kind: str, detail: dict[str, Any], *resources: str) -> Delivery:
    return message(
        {
            "version": "0",
            "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
            "detail-type": kind,
            "source": source,
            "account": "123456789012",
            "time": "2026-11-20T14:04:00Z",
            "region": "eu-west-1",
            "resources": list(resources),
            "detail": detail,
        }
    )


def test_eventbridge_tells_of_alarms_too() -> None:
    arn = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:checkout-alb-5xx"
    detail = {
        "alarmName": "checkout-alb-5xx",
        "state": {
            "value": "ALARM",
            "reason": "Threshold Crossed",
            "timestamp": "2026-11-20T14:08:30.730+0000",
        },
        "configuration": {
            "description": "ALB target 5xx above 100/min",
            "metrics": [{"metricStat": {"metric": {"namespace": "AWS/ApplicationELB"}}}],
        },
    }
    found = alert(
        AWS_SNS, bridged("aws.cloudwatch", "CloudWatch Alarm State Change", detail, arn), OURS
    )
    assert (found.id, found.key) == (alert(AWS_SNS, ALARM, OURS).id, arn), "it is the same"
    assert found.service == "AWS/ApplicationELB"


def test_eventbridge_tells_of_changes() -> None:
    detail: dict[str, Any] = {
        "SourceType": "DB_INSTANCE",
        "SourceIdentifier": "tax",
        "Date": "2026-11-20T14:03:11.201Z",
        "Message": "DB instance restarted",
        "EventID": "RDS-EVENT-0006",
    }
    found = one_change(bridged("aws.rds", "RDS DB Instance Event", detail))
    assert (found.what, found.title) == (What.INFRASTRUCTURE, "tax: DB instance restarted")
    service = "arn:aws:ecs:eu-west-1:123456789012:service/prod/checkout"
    detail = {"eventName": "SERVICE_DEPLOYMENT_COMPLETED", "deploymentId": "ecs-svc/1"}
    found = one_change(bridged("aws.ecs", "ECS Deployment State Change", detail, service))
    assert (found.what, found.title, found.service) == (
        What.DEPLOY,
        "Deployed checkout",
        "checkout",
    )
    begins = detail | {"eventName": "SERVICE_DEPLOYMENT_IN_PROGRESS"}
    assert AWS_SNS.read(bridged("aws.ecs", "ECS Deployment State Change", begins), OURS) == []
    detail = {"application": "checkout", "deploymentGroup": "prod", "state": "FAILURE"}
    found = one_change(
        bridged("aws.codedeploy", "CodeDeploy Deployment State-change Notification", detail)
    )
    assert (found.title, found.environment) == ("Deploy of checkout failed", "prod")
    detail = {"pipeline": "checkout-release", "state": "SUCCEEDED", "execution-id": "1"}
    found = one_change(
        bridged("aws.codepipeline", "CodePipeline Pipeline Execution State Change", detail)
    )
    assert (found.what, found.title) == (What.PIPELINE, "Ran checkout-release")
    detail["state"] = "FAILED"
    found = one_change(
        bridged("aws.codepipeline", "CodePipeline Pipeline Execution State Change", detail)
    )
    assert found.title == "Pipeline checkout-release failed"


def test_amazons_own_trouble_is_an_alert() -> None:
    detail = {
        "eventArn": "arn:aws:health:eu-west-1::event/EC2/AWS_EC2_OPERATIONAL_ISSUE/1",
        "service": "EC2",
        "eventTypeCode": "AWS_EC2_OPERATIONAL_ISSUE",
        "eventTypeCategory": "issue",
        "statusCode": "open",
        "eventDescription": [{"language": "en_US", "latestDescription": "We are looking into it"}],
    }
    found = alert(AWS_SNS, bridged("aws.health", "AWS Health Event", detail), OURS)
    assert (found.state, found.title) == (State.FIRING, "AWS Health: AWS_EC2_OPERATIONAL_ISSUE")
    assert (found.service, found.details) == ("EC2", "We are looking into it")
    over = bridged("aws.health", "AWS Health Event", detail | {"statusCode": "closed"})
    assert alert(AWS_SNS, over, OURS).state is State.RESOLVED
    planned = detail | {"eventTypeCategory": "scheduledChange"}
    assert AWS_SNS.read(bridged("aws.health", "AWS Health Event", planned), OURS) == []


def test_other_messages_are_nothing() -> None:
    for told in ("This is a message to notify you", "[1]", "", "{", {"hello": "world"}):
        assert AWS_SNS.read(message(told), OURS) == []
    assert AWS_SNS.read(bridged("aws.s3", "Object Created", {}), OURS) == []


def test_what_is_no_such_body_says_what_is_amiss() -> None:
    with pytest.raises(Unreadable, match="Type is missing"):
        AWS_SNS.read(saying(ALARM, {"AlarmName": "raw"}), OURS)
    with pytest.raises(Unreadable, match=r"Message\.AlarmName is missing"):
        AWS_SNS.read(alarm(AlarmName=None), OURS)


def test_whatever_a_body_holds_it_is_evidence_or_unreadable() -> None:
    check_reading(AWS_SNS, (ALARM, OK, SUBSCRIPTION), OURS)


def test_whatever_a_message_holds_it_is_evidence_or_unreadable() -> None:
    """The message is JSON in a text: what is in there is tried on its own."""
    told = [json.loads(body()["Message"]), RDS]
    told += [
        json.loads(body(bridged(source, kind, detail, "arn:x:y/z"))["Message"])
        for source, kind, detail in (
            (
                "aws.cloudwatch",
                "CloudWatch Alarm State Change",
                {"alarmName": "a", "state": {"value": "OK"}},
            ),
            ("aws.health", "AWS Health Event", {"eventTypeCategory": "issue", "eventArn": "a"}),
            ("aws.ecs", "ECS Deployment State Change", {"eventName": "X_FAILED"}),
        )
    ]
    inner = replace(
        AWS_SNS,
        read=lambda sent, of: (
            AWS_SNS.read(message(json.loads(sent.body)), of) if sent.body.startswith(b"{") else []
        ),
    )
    check_reading(inner, [saying(ALARM, one) for one in told], OURS)


# From the door to the row


async def test_a_subscription_that_comes_in_is_confirmed_by_a_job(tmp_path: Path) -> None:
    async with bench("sqlite://", tmp_path, integrations=Integrations(hooks=(OURS,))) as it:

        async def comes(id: str) -> ReadDelivery:
            """As the route keeps it; that it is genuine would be asked of Amazon itself."""
            number = await it.app.store.write(
                lambda tx: tx.keep_delivery(
                    source="aws-sns", hook="aws-sns", id=id, headers={}, body=SUBSCRIPTION.body
                )
            )
            assert number is not None
            return ReadDelivery(delivery=number)

        async def does(job: ReadDelivery, amazon: Amazon) -> tuple[str, str]:
            await perform(job, replace(it.app.tools, http=amazon), again=False)
            async with it.app.store.read() as tx:
                kept = await tx.delivery(job.delivery)
            return kept.state, kept.error

        amazon, job = Amazon(), await comes("one")
        with pytest.raises(CallBusy):  # and the job comes back
            await does(job, Amazon(error=CallBusy("Amazon SNS", "503")))
        assert await does(job, amazon) == ("read", "")
        assert len(amazon.asked) == 1
        refusing = Amazon(error=CallRefused("Amazon SNS", "404", "Token expired"))
        assert await does(await comes("two"), refusing) == (
            "failed",
            "Amazon SNS: 404 (Token expired)",
        )
