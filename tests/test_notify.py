"""Push: written with the event, delivered by the worker to a real HTTP service with real encryption."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest

from app import assembly, notify
from app.errors import PushHost
from app.pusher import make_sender
from app.store import people, subscriptions
from app.store.database import rows
from tests.make import JANA, MIRA, make_photo, send
from tests.pushservice import PushService


@pytest.fixture
def service():
    with PushService() as started:
        yield started


@pytest.fixture
def sending(store, config, service):
    return make_sender(store, replace(config, push_gateway=service.url))


def subscribed(store, config, service, person, language="de"):
    said = service.subscribe(store.keys.vapid_public)
    row = {
        "id": hashlib.sha256(said["endpoint"].encode()).hexdigest(),
        "endpoint": said["endpoint"],
        "language": language,
        **said["keys"],
    }
    notify.subscribe(store, config, people.by_login(store.db, person["login"])["id"], row)
    return said["token"]


def deliver_all(store, sending):
    while notify.deliver(store, sending):
        pass


def states(store):
    return [r["state"] for r in rows(store.db, "SELECT state FROM push_outbox ORDER BY id")]


def test_a_whole_journey_tells_each_side_what_concerns_it(client, store, config, office, service, sending):
    phone = subscribed(store, config, service, JANA)
    desk = subscribed(store, config, service, MIRA)
    submission = send(client(JANA), [make_photo()])
    assembly.assemble(store, office, submission)
    client(MIRA).put(
        f"/api/v1/desk/submissions/{submission}/decision", json={"outcome": "returned", "reason": "blurred"}
    )
    deliver_all(store, sending)
    bodies = [(got.token, got.said["notification"]["body"]) for got in service.got]
    assert bodies == [
        (phone, "Ihre Unterlagen sind angekommen."),
        (desk, "Neue Unterlagen sind bereit zur Prüfung."),
        (phone, "Bitte sehen Sie nach: Es gibt etwas zu tun."),
    ]


def test_a_push_says_nothing_about_anyone(client, store, config, office, service, sending):
    subscribed(store, config, service, MIRA)
    submission = send(client(JANA), [make_photo()], note="Geheimnis")
    assembly.assemble(store, office, submission)
    deliver_all(store, sending)
    (got,) = service.got
    said = json.dumps(got.said, ensure_ascii=False)
    for secret in ("Jana", "Özdemir", "41502", "payslip", "Lohn", "Geheimnis", "2026-0001"):
        assert secret not in said
    assert got.said["notification"]["navigate"].endswith(f"/desk/#/n/{submission}")
    assert len(said.encode()) < 1024


def test_a_push_carries_time_to_live_topic_urgency_and_our_signature(client, store, config, office, service, sending):
    subscribed(store, config, service, MIRA)
    assembly.assemble(store, office, send(client(JANA), [make_photo()]))
    deliver_all(store, sending)
    (got,) = service.got
    assert got.headers["TTL"] == str(12 * 3600)
    assert got.headers["Urgency"] == "high"
    assert len(got.headers["Topic"]) == 32 and int(got.headers["Topic"], 16)
    assert got.claims["aud"] == "https://fcm.googleapis.com" and got.claims["sub"].startswith("mailto:")


def test_the_words_are_in_the_language_of_the_device(client, store, config, service, sending):
    subscribed(store, config, service, JANA, "en")
    send(client(JANA), [make_photo()])
    deliver_all(store, sending)
    assert service.got[0].said["notification"]["body"] == "Your papers have arrived."


def test_repeating_everything_makes_one_push(client, store, config, office, service, sending):
    subscribed(store, config, service, MIRA)
    submission = send(client(JANA), [make_photo()])
    for _ in range(3):
        assembly.assemble(store, office, submission)
        deliver_all(store, sending)
    assert len(service.got) == 1


@pytest.mark.parametrize("status", [404, 410])
def test_45_a_dead_subscription_is_forgotten(client, store, config, service, sending, status):
    token = subscribed(store, config, service, JANA)
    service.answers[token] = [status]
    send(client(JANA), [make_photo()])
    deliver_all(store, sending)
    assert rows(store.db, "SELECT * FROM subscription") == []
    assert states(store) == ["dropped"]


@pytest.mark.parametrize("status", [401, 403])
def test_46_a_refused_key_is_our_fault_the_subscription_stays_and_the_alarm_rings(
    client, store, config, service, sending, clock, status
):
    token = subscribed(store, config, service, JANA)
    service.answers[token] = [status]
    send(client(JANA), [make_photo()])
    deliver_all(store, sending)
    assert len(rows(store.db, "SELECT * FROM subscription")) == 1
    assert subscriptions.refused(store.db) == 1
    clock.turn(2 * 3600)
    deliver_all(store, sending)
    assert states(store) == ["sent"] and subscriptions.refused(store.db) == 0


@pytest.mark.parametrize("status", [429, 500, 503])
def test_47_a_push_service_in_trouble_is_asked_again_later(client, store, config, service, sending, clock, status):
    token = subscribed(store, config, service, JANA)
    service.answers[token] = [status, status]
    send(client(JANA), [make_photo()])
    deliver_all(store, sending)
    assert len(service.got) == 0 and states(store) == ["waiting"]
    for _ in range(3):
        clock.turn(600)
        deliver_all(store, sending)
    assert len(service.got) == 1 and states(store) == ["sent"]


def test_retry_after_is_obeyed(client, store, config, service, sending, clock):
    token = subscribed(store, config, service, JANA)
    service.answers[token] = [(429, {"Retry-After": "5000"})]
    send(client(JANA), [make_photo()])
    deliver_all(store, sending)
    clock.turn(4900)
    deliver_all(store, sending)
    assert not service.got
    clock.turn(1200)
    deliver_all(store, sending)
    assert len(service.got) == 1


def test_a_push_whose_time_is_over_is_dropped(client, store, config, service, sending, clock):
    subscribed(store, config, service, JANA)
    send(client(JANA), [make_photo()])
    clock.turn(notify.TTL["jobseeker"] + 1)
    deliver_all(store, sending)
    assert not service.got and states(store) == ["dropped"]


def test_a_redirect_is_not_followed(client, store, config, service, sending):
    token = subscribed(store, config, service, JANA)
    service.answers[token] = [(307, {"Location": service.url + "/elsewhere"})]
    send(client(JANA), [make_photo()])
    deliver_all(store, sending)
    assert service.elsewhere == 0 and states(store) == ["waiting"]


def test_47_a_worker_killed_in_the_middle_of_a_push_repeats_it_after_its_lease(
    client, store, config, service, sending, clock
):
    subscribed(store, config, service, JANA)
    send(client(JANA), [make_photo()])

    def killed(_push):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        notify.deliver(store, killed)
    assert not notify.deliver(store, sending)
    clock.turn(subscriptions.LEASE + 1)
    deliver_all(store, sending)
    assert len(service.got) == 1


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/x", "https://fcm.googleapis.com.evil.example/x", "https://evilfcm.googleapis.com.x/",
        "https://127.0.0.1/x", "https://localhost/x", "https://[::1]/x", "https://10.0.0.1/x", "https://169.254.169.254/",
        "https://user@fcm.googleapis.com/x", "https://fcm.googleapis.com:8443/x", "https://fcm.googleapis.com\\@evil/x",
        "https://fcm.googleapis.com\n.evil/x", "ftp://fcm.googleapis.com/x", "file:///etc/passwd", "", "x",
        "https://notfcm.googleapis.com/", "https://fcm.googleapis.com:99999/x", "https://ｆcm.googleapis.com/x",
    ],
)  # fmt: skip
def test_an_endpoint_that_is_no_push_service_is_refused(client, endpoint):
    said = {"endpoint": endpoint, "keys": {"p256dh": "A" * 87, "auth": "B" * 22}}
    name = hashlib.sha256(endpoint.encode()).hexdigest()
    answer = client(JANA).put(f"/api/v1/push/subscriptions/{name}", json=said)
    assert (answer.status_code, answer.json["code"]) == (400, "push_host")


def test_known_push_services_and_their_hosts_are_allowed(config):
    for host in (
        "fcm.googleapis.com",
        "updates.push.services.mozilla.com",
        "web.push.apple.com",
        "wns2-par02p.notify.windows.com",
    ):
        assert notify.endpoint_is_allowed(f"https://{host}/some/token", config.push_hosts)


def test_a_subscription_is_renewed_under_its_hash_and_belongs_to_who_signed_in_last(client, store):
    endpoint = "https://fcm.googleapis.com/fcm/send/abc"
    name = hashlib.sha256(endpoint.encode()).hexdigest()
    said = {"endpoint": endpoint, "keys": {"p256dh": "A" * 87, "auth": "B" * 22}, "language": "en"}
    jana, mira = client(JANA), client(MIRA)
    address = f"/api/v1/push/subscriptions/{name}"
    assert [jana.put(address, json=said).status_code for _ in range(2)] == [201, 200]
    assert mira.put(address, json=said).status_code == 200
    assert len(rows(store.db, "SELECT * FROM subscription")) == 1
    jana.delete(address)
    assert len(rows(store.db, "SELECT * FROM subscription")) == 1, "it is no longer hers to delete"
    assert mira.delete(address).status_code == 204 == mira.delete(address).status_code
    assert rows(store.db, "SELECT * FROM subscription") == []


def test_another_id_than_the_endpoints_hash_is_refused(store, config):
    owner = people.by_login(store.db, JANA["login"])["id"]
    row = {
        "id": "0" * 64,
        "endpoint": "https://fcm.googleapis.com/x",
        "p256dh": "x",
        "auth": "y",
        "language": "de",
    }
    with pytest.raises(PushHost):
        notify.subscribe(store, config, owner, row)
