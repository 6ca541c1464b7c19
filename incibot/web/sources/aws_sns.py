"""Amazon SNS: CloudWatch's alarms, events of RDS and what EventBridge puts into a topic."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.oid import NameOID

from incibot.config import Hook
from incibot.config.hooks import sns_host
from incibot.core.evidence import Evidence
from incibot.errors import CallRefused
from incibot.integrations.http import Http
from incibot.web.sources.aws_events import evidence
from incibot.web.sources.part import Part, document
from incibot.web.sources.reading import TEST, sample
from incibot.web.sources.source import Delivery, Source, Unreadable

SYSTEM = "Amazon SNS"
KEPT = 16  # certificates; SNS has one for each region, and changes it once in a while

_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": (
        "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type",
    ),
    "UnsubscribeConfirmation": (
        "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type",
    ),
}  # fmt: skip
_HASHES: Mapping[str, Callable[[], hashes.HashAlgorithm]] = {
    "1": hashes.SHA1,
    "2": hashes.SHA256,
}
_CERTIFICATE = r"SimpleNotificationService-[0-9A-Za-z]{1,80}\.pem"
_AMAZONS = re.compile(r"sns[.a-z0-9-]*\.amazonaws\.com\b")


class Certificates:
    """What Amazon signs with, by its address; fetched once, from the host of the topic's region."""

    def __init__(self) -> None:
        self._held: dict[str, x509.Certificate] = {}

    async def verify(self, delivery: Delivery, hook: Hook, http: Http) -> bool:
        """Whether Amazon signed it for one of the hook's topics.

        Raises:
            CallBusy: the certificate cannot be fetched just now.
        """
        try:
            told = document(delivery)
            if told.text("TopicArn") not in hook.topics:
                return False
            certificate = await self._of(told, http)
            return certificate is not None and _is_signed(told, certificate, delivery.at)
        except Unreadable:
            return False

    async def _of(self, told: Part, http: Http) -> x509.Certificate | None:
        url = told.text("SigningCertURL")
        host = f"https://{sns_host(told.text('TopicArn'))}/"
        if not re.fullmatch(re.escape(host) + _CERTIFICATE, url):
            return None
        if url not in self._held:
            try:
                answer = await http.call(SYSTEM, "GET", url)
                certificate = x509.load_pem_x509_certificate(answer.body)
            except (CallRefused, ValueError):
                return None
            if len(self._held) >= KEPT:
                self._held.clear()
            self._held[url] = certificate
        return self._held[url]


def _is_signed(told: Part, certificate: x509.Certificate, at: datetime) -> bool:
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        return False
    key, made = certificate.public_key(), _HASHES.get(told.text("SignatureVersion"))
    if not (_is_of_sns(certificate) and made and isinstance(key, RSAPublicKey)):
        return False
    signed = _canonical(told)
    if signed is None:
        return False
    try:
        key.verify(
            base64.b64decode(told.text("Signature"), validate=True), signed, PKCS1v15(), made()
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def _is_of_sns(certificate: x509.Certificate) -> bool:
    """Whether it names SNS: `sns.amazonaws.com`, or as it is called in some of the regions."""
    names = [
        str(one.value) for one in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    ]
    try:
        other = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        names += other.value.get_values_for_type(x509.DNSName)
    except x509.ExtensionNotFound:
        pass
    return any(_AMAZONS.match(name) for name in names)


def _canonical(told: Part) -> bytes | None:
    """What is signed: each field's name and value, on lines of their own, in this order."""
    names = _SIGNED.get(told.text("Type"), ())
    # As they were sent: what is read elsewhere is trimmed.
    pairs = [(name, told.values[name]) for name in names if told.values.get(name) is not None]
    if not pairs or not all(isinstance(value, str) for _, value in pairs):
        return None
    try:
        return "".join(f"{name}\n{value}\n" for name, value in pairs).encode()
    except UnicodeEncodeError:
        return None


async def _respond(delivery: Delivery, _hook: Hook, http: Http) -> None:
    """Confirms a subscription: SNS sends nothing to who has not.

    Not by the address that was sent, but by one that is made of the topic, which `verify` has found
    in the configuration, and of the token.
    """
    told = document(delivery)
    if told.text("Type") != "SubscriptionConfirmation":
        return
    topic = told.needed("TopicArn")
    asked = {"Action": "ConfirmSubscription", "TopicArn": topic, "Token": told.needed("Token")}
    await http.call(SYSTEM, "GET", f"https://{sns_host(topic)}/?{urlencode(asked)}")


def _read(delivery: Delivery, _hook: Hook) -> Sequence[Evidence]:
    sent = document(delivery)
    if sent.needed("Type") != "Notification":
        return []
    return evidence(sent)


def _id(delivery: Delivery) -> str:
    try:
        return document(delivery).text("MessageId")
    except Unreadable:
        return ""


def _sample(hook: Hook, at: datetime) -> Delivery:
    """As it would be sent, unsigned: only Amazon can sign as Amazon does."""
    alarm = {
        "AlarmName": TEST,
        "AlarmArn": "",
        "AWSAccountId": "incibot-test",
        "NewStateValue": "ALARM",
        "OldStateValue": "OK",
        "NewStateReason": "Somebody tries the way from SNS to incibot.",
        "StateChangeTime": at.isoformat(),
    }
    body = {
        "Type": "Notification",
        "MessageId": f"incibot-test-{at:%Y%m%dT%H%M%S.%f}",
        "TopicArn": hook.topics[0] if hook.topics else "",
        "Message": json.dumps(alarm),
        "Timestamp": at.isoformat(),
    }
    return sample(hook, at, body, lambda _secret, _sent: {})


def _check(hook: Hook) -> Sequence[str]:
    return ["secret: Amazon signs with a key of its own; leave it out"] if hook.secret else []


AWS_SNS = Source(
    word="aws-sns",
    title="Amazon SNS",
    verify=Certificates().verify,
    read=_read,
    id=_id,
    sample=_sample,
    proof="topics",
    check=_check,
    respond=_respond,
)
