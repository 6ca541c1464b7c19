from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incibot.core.secrets import mask

CORPUS = Path(__file__).parent / "secrets"


def lines(name: str) -> list[str]:
    """The texts of a corpus: `\\n` is a line break."""
    found = (CORPUS / name).read_text(encoding="utf-8").splitlines()
    return [one.replace("\\n", "\n") for one in found if one and not one.startswith("# ")]


MUST = [line.split("\t", 1) for line in lines("must.txt")]
MUST_NOT = lines("must_not.txt")


def test_the_corpora_are_large_enough_to_mean_something():
    assert len(MUST) >= 60
    assert len(MUST_NOT) >= 120


@pytest.mark.parametrize(("kind", "halves"), MUST)
def test_what_must_be_masked_is(kind, halves):
    text, joint = halves.replace("¦", ""), halves.index("¦")
    masked = mask(text)
    assert f"[masked: {kind}]" in masked
    assert text[joint - 2 : joint + 2] not in masked
    assert mask(masked) == masked


def test_what_must_not_be_masked_is_not():
    assert [text for text in MUST_NOT if mask(text) != text] == []


def test_a_key_that_was_cut_off_takes_no_more_with_it_than_its_paragraph():
    begin = "-----BEGIN RSA " + "PRIVATE KEY-----"
    cut = f"{begin}\nProc-Type: 4,ENCRYPTED\n\nMIIEpAIBAAKCAQEA1\nabc"
    assert mask(f"here\n{cut}\n\nand so on") == "here\n[masked: private key]\n\nand so on"


# Each is put together here, so that scanners of this repository have nothing to find.
SECRETS = {
    "Slack token": [
        "xoxb-" + "123456789012-abcdefGHIJKL",
        "xoxe.xoxb-" + "1-abcdefghijkl",
        "xoxe-" + "1-My0xLWFiY2RlZg",
        "xapp-" + "1-A0123456789-123456-abcdef",
    ],
    "Slack webhook": ["https://hooks.slack.com/" + "services/T000/B000/abcdEFGH1234"],
    "AWS key": ["AKIA" + "IOSFODNN7EXAMPLE", "ASIA" + "IOSFODNN7EXAMPLE"],
    "GitHub token": ["ghp_" + "a1B2" * 9, "ghs_" + "a1B2" * 9, "github_pat_" + "11ABC_" * 10],
    "GitLab token": ["glpat-" + "a1B2_" * 4, "glrt-" + "a1B2-" * 4],
    "JWT": ["eyJ" + "hbGciOiJIUzI1NiJ9" + ".eyJ" + "zdWIiOiIxMjM0In0" + ".abc_-123"],
    "Stripe key": ["sk_live_" + "a1b2c3d4e5f6", "rk_test_" + "a1b2c3d4e5f6"],
    "Google key": ["AIza" + "SyA-1_" * 6, "ya29." + "a0AfH6S" * 4],
    "npm token": ["npm_" + "a1B2c3" * 6],
    "PyPI token": ["pypi-" + "AgEIcHlwaS5vcmc" * 4],
    "Vault token": ["hvs." + "CAESIJ12345" * 3],
    "SendGrid key": ["SG." + "a1B2c3d4e5f6g7h8" + "." + "a1B2c3d4e5f6g7h8"],
    "API key": ["sk-" + "proj-a1B2c3d4e5f6g7h8i9"],
    "age key": ["AGE-SECRET-KEY-" + "1QQPQ9X8GF2TVDW0S3JN54KHCE6MUA7L"],
    "private key": [
        "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIE\nabc=\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN OPENSSH " + "PRIVATE KEY-----\nb3BlbnNz\nand then it was cut",
        "-----BEGIN PGP " + "PRIVATE KEY BLOCK-----\nlQ\n-----END PGP PRIVATE KEY BLOCK-----",
    ],
}


@pytest.mark.parametrize(
    ("kind", "secret"), [(kind, secret) for kind, them in SECRETS.items() for secret in them]
)
def test_a_secret_of_a_known_shape_is_masked_and_named(kind, secret):
    assert mask(f"I used {secret}") == f"I used [masked: {kind}]"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (
            "postgres://app:pa55word@db.internal:5432/shop",
            "postgres://app:[masked: password]@db.internal:5432/shop",
        ),
        ("redis://:s3cr@t@cache:6379", "redis://:[masked: password]@cache:6379"),
        (
            "see <https://u:p@host/x|the page>",
            "see <https://u:[masked: password]@host/x|the page>",
        ),
        (
            "Authorization: Bearer a1b2c3d4e5f6a7b8c9d0",
            "Authorization: Bearer [masked: credentials]",
        ),
        (
            "authorization: basic dXNlcjpwYXNzd29yZDEy==",
            "authorization: basic [masked: credentials]",
        ),
        ("password: hunter2!", "password: [masked: password]"),
        ("the password: hunter", "the password: [masked: password]"),
        ("password: hunter2, user: root", "password: [masked: password], user: root"),
        ("(passwd=abc).", "(passwd=[masked: password])."),
        ("DB_PASSWORD=abc;Server=db", "DB_PASSWORD=[masked: password];Server=db"),
        (
            '{"password": "two words", "user": "x"}',
            '{"password": "[masked: password]", "user": "x"}',
        ),
        ("client_secret: 'a1b2c3'", "client_secret: '[masked: secret]'"),
        ("X-Api-Key: a1b2c3d4", "X-Api-Key: [masked: secret]"),
        ("apiKey=letters", "apiKey=[masked: secret]"),
        ("AWS_SECRET_ACCESS_KEY = wJalrXUtnFEMI/K7", "AWS_SECRET_ACCESS_KEY = [masked: secret]"),
        ("https://x.test/?token=abc123&page=2", "https://x.test/?token=[masked: secret]&page=2"),
        (
            "<https://x.test/?token=abc123|x>",
            "<https://x.test/?token=[masked: secret]|x>",
        ),
        ("password=$ecret1", "password=[masked: password]"),
        ("token := a1b2c3d4", "token := [masked: secret]"),
    ],
)
def test_a_secret_is_masked_and_the_words_around_it_stay(said, kept):
    assert mask(said) == kept


def test_the_sharper_name_wins():
    assert mask("token=ghp_" + "a1B2" * 9) == "token=[masked: GitHub token]"
    assert mask('secret: "AKIA' + 'IOSFODNN7EXAMPLE"') == 'secret: "[masked: AWS key]"'


def test_each_secret_of_a_long_paste_is_masked():
    paste = "\n".join(secret for them in SECRETS.values() for secret in them if "\n" not in secret)

    masked = mask(paste)

    assert all(line.startswith("[masked: ") for line in masked.splitlines())


@pytest.mark.parametrize(
    "ordinary",
    [
        "the password page is slow",
        "password: expired",
        "Password: reset for all users",
        "token: expired",
        "token: Expired, we refresh it",
        "secret: rotated",
        "tokens: 51200 used",
        "max_token: 4096",
        "password=$DB_PASSWORD token=${TOKEN} secret={{ vault }} password: ****",
        "token=null password=None",
        "we blame the token, not the secret",
        "std::token::kind is wrong",
        "reverted 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "rolled back checkout to 2026.11.20-2",
        "trace 6ba7b810-9dad-11d1-80b4-00c04fd430c8",
        "sha256:4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a",
        "image registry.internal:5000/app@sha256:4bf5122f344554c5",
        "http://localhost:3000/@scope/pkg and git@github.com:o/r.git",
        "https://hooks.slack.com is down",
        "task-sk-learn-a-very-long-branch-name is merged",
        "bearer authentication failures everywhere",
        "Basic authentication-for-all-services",
        "AKIA is how AWS keys begin; xoxb- is Slack's",
        "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----",
        "INC-7 at 14:05: p99 3.2s",
        "",
    ],
)
def test_ordinary_words_are_left_alone(ordinary):
    assert mask(ordinary) == ordinary


FRAGMENTS = st.sampled_from(
    [secret for them in SECRETS.values() for secret in them]
    + ["password", "token", "api_key", ":", "=", " ", '"', "'", "\n", "://", "a:b@", "Bearer ", "["]
    + ["&", ";", "hunter2", "[masked: JWT]", "-----END RSA PRIVATE KEY-----"]
)


@given(st.lists(FRAGMENTS | st.text(max_size=5), max_size=8).map("".join))
def test_masking_twice_changes_nothing(text):
    assert mask(mask(text)) == mask(text)


@given(st.text(max_size=30), st.sampled_from(SECRETS["AWS key"] + SECRETS["GitLab token"][:1]))
def test_a_secret_between_any_two_texts_never_stays(around, secret):
    assert secret not in mask(f"{around} {secret} {around}")


HOSTILE = (
    *(
        "password",
        "a:",
        "token='",
        "eyJaaaaaaaa.",
        "-----BEGIN PRIVATE KEY-----\n",
        "://a:",
        "4111 ",
    ),
    *(
        "curl -u a",
        "--token ",
        "sig=",
        "M" * 24 + ".",
        "Bearer a",
        "-----BEGIN A PRIVATE KEY-----\n\nA",
    ),
    *("xoxb-", "[masked: ", "key-0", "&sig=a", "://:", '"password": "'),
)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_text_takes_as_long_as_it_is_long(hostile):
    """Ten times the text takes some ten times as long, and not a hundred."""

    def seconds(length: int) -> float:
        text = (hostile * (length // len(hostile) + 1))[:length]
        took = []
        for _ in range(3):
            begun = time.process_time()
            mask(text)
            took.append(time.process_time() - begun)
        return min(took)

    short, long = seconds(10_000), seconds(100_000)
    assert long < max(short, 0.002) * 40


def test_a_secret_in_a_long_text_of_any_letters_is_found():
    letters = random.Random(1)  # noqa: S311 - no secret
    noise = "".join(letters.choices("abcdefXYZ0123456789 :=/.-_\n", k=20_000))
    secret = "AKIA" + "IOSFODNN7EXAMPLE"
    assert secret not in mask(f"{noise} {secret} {noise}")
