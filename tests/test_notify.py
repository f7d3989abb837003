"""Push: written with the event, delivered by the worker to a real HTTP service with real encryption."""

from __future__ import annotations

import hashlib
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from app import assembly, notify
from app.errors import PushHost
from app.pusher import make_sender
from app.store import people, subscriptions
from app.store.database import rows
from tests.make import JANA, MIRA, make_photo, send
from tests.pushservice import HOST, PushService

KEYS = {
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
}


@pytest.fixture
def service():
    with PushService() as started:
        yield started


@pytest.fixture
def sending(store, config, service):
    return make_sender(store, replace(config, push_gateway=service.url))


def subscribed(store, config, service, person, language="de", host=HOST):
    said = service.subscribe(store.keys.vapid_public, host)
    row = {
        "id": hashlib.sha256(said["endpoint"].encode()).hexdigest(),
        "endpoint": said["endpoint"],
        "language": language,
        **said["keys"],
    }
    notify.subscribe(store, config, people.by_login(store.db, person["login"])["id"], row)
    return said["token"]


def deliver_all(store, sending, hosts=None):
    """Send what is due; without `hosts` as a worker that has just started."""
    hosts = hosts or notify.Hosts()
    while notify.deliver(store, sending, hosts):
        pass


def states(store):
    return [r["state"] for r in rows(store.db, "SELECT state FROM push_outbox ORDER BY id")]


def test_a_whole_journey_tells_each_side_what_concerns_it(client, store, config, office, service, sending):
    phone = subscribed(store, config, service, JANA)
    desk = subscribed(store, config, service, MIRA)
    submission = send(client(JANA), [make_photo()])
    deliver_all(store, sending)
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


def test_49_a_push_says_nothing_about_anyone(client, store, config, office, service, sending):
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


@pytest.mark.parametrize("after", ["5000", "Tue, 24 Nov 2026 03:23:20 GMT"])
def test_47_a_push_service_that_says_when_is_not_asked_before(client, store, config, service, sending, clock, after):
    token = subscribed(store, config, service, JANA)
    service.answers[token] = [(429, {"Retry-After": after})]
    send(client(JANA), [make_photo()])
    deliver_all(store, sending)
    clock.turn(4900)
    deliver_all(store, sending)
    assert not service.got
    clock.turn(1200)
    deliver_all(store, sending)
    assert len(service.got) == 1


def test_47_a_push_whose_time_is_over_is_dropped(client, store, config, service, sending, clock):
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
        notify.deliver(store, killed, notify.Hosts())
    assert not notify.deliver(store, sending, notify.Hosts())
    clock.turn(subscriptions.LEASE + 1)
    deliver_all(store, sending)
    assert len(service.got) == 1


def test_47_a_push_service_that_was_down_for_hours_gets_everything_when_it_is_back(
    client, store, config, service, sending, clock
):
    tokens = {subscribed(store, config, service, person) for person in (JANA, MIRA)}
    send(client(JANA), [make_photo()])
    down = [503] * 1000
    service.answers = dict.fromkeys(tokens, down)
    hosts = notify.Hosts()
    for _ in range(6 * 60):
        deliver_all(store, sending, hosts)
        clock.turn(60)
    assert not service.got and states(store) == ["waiting"]
    service.answers = {}
    for _ in range(4 * 60):
        deliver_all(store, sending, hosts)
        clock.turn(60)
    assert states(store) == ["sent"] and len(service.got) == 1


def test_47_a_host_that_is_down_is_tried_out_by_one_push_at_a_time(client, store, config, service, sending, clock):
    tokens = [subscribed(store, config, service, JANA) for _ in range(9)]
    jana = client(JANA)
    for n in range(3):
        send(jana, [make_photo(n)])
    down = [503] * 1000
    service.answers = dict.fromkeys(tokens, down)
    hosts, asked = notify.Hosts(), []
    for _ in range(60):
        before = len(down)
        deliver_all(store, sending, hosts)
        asked.append(before - len(down))
        clock.turn(60)
    assert max(asked) == 1, "27 pushes are due, one tries the host out"
    assert sum(asked) <= 9, "60, 120, 240, 480, 900 s apart and so on"
    service.answers = {}
    for _ in range(15):
        deliver_all(store, sending, hosts)
        clock.turn(60)
    assert states(store) == ["sent"] * 27, "it is back, and nobody waits the hours that it was given"


def test_46_a_host_that_refuses_our_key_is_let_be_and_the_others_get_theirs_at_once(
    client, store, config, service, sending, clock
):
    refusing = {subscribed(store, config, service, JANA, host="https://web.push.apple.com") for _ in range(3)}
    taking = {subscribed(store, config, service, JANA) for _ in range(3)}
    service.answers = {token: [403] * 1000 for token in refusing}
    hosts = notify.Hosts()
    send(client(JANA), [make_photo()])
    deliver_all(store, sending, hosts)
    assert {got.token for got in service.got} == taking
    assert sum(1000 - len(service.answers[token]) for token in refusing) == 1
    assert subscriptions.refused(store.db) == 1 and len(rows(store.db, "SELECT * FROM subscription")) == 6


def test_46_after_the_key_is_mended_everything_goes_with_the_next_start(client, store, config, service, sending, clock):
    token = subscribed(store, config, service, JANA)
    service.answers[token] = [403] * 20
    send(client(JANA), [make_photo()])
    hosts = notify.Hosts()
    for _ in range(40 * 60):  # no one notices for a day and a half
        deliver_all(store, sending, hosts)
        clock.turn(60)
    assert states(store) == ["waiting"]
    service.answers = {}
    notify.hurry(store)
    deliver_all(store, sending)
    assert states(store) == ["sent"] and subscriptions.refused(store.db) == 0


def test_47_a_host_that_is_slow_holds_up_no_other(client, store, config, service, sending):
    """The slow one does not answer before all others have theirs: if they waited for it, this would never end."""
    slow = subscribed(store, config, service, JANA, host="https://web.push.apple.com")
    for _ in range(3):
        subscribed(store, config, service, JANA)
    send(client(JANA), [make_photo()])
    hosts, all_others = notify.Hosts(), threading.Event()
    first = notify.take(store, hosts)

    def waits(push):
        assert all_others.wait(60)
        return sending(push)

    with ThreadPoolExecutor() as threads:
        done = threads.submit(lambda: (notify.give(store, waits, first, hosts), store.close()))
        deliver_all(store, sending, hosts)
        assert slow not in {got.token for got in service.got} and len(service.got) == 3
        all_others.set()
        done.result(60)
    assert states(store) == ["sent"] * 4


def test_47_of_two_news_of_one_submission_a_phone_that_was_off_sees_the_newer(
    client, store, config, office, service, sending
):
    phone = subscribed(store, config, service, JANA)
    subscribed(store, config, service, MIRA)
    submission = send(client(JANA), [make_photo()])
    other = send(client(JANA), [make_photo(2)])
    assembly.assemble(store, office, submission)
    client(MIRA).put(f"/api/v1/desk/submissions/{submission}/decision", json={"outcome": "accepted"})
    deliver_all(store, sending)
    told = [got.said["notification"] for got in service.got if got.token == phone]
    assert [(one["navigate"][-36:], one["body"]) for one in told] == [
        (other, "Ihre Unterlagen sind angekommen."),
        (submission, "Es gibt Neues zu Ihren Unterlagen."),
    ]
    assert states(store).count("dropped") == 1


def test_47_a_push_that_was_cut_off_is_not_repeated_after_newer_news(
    client, store, config, office, service, sending, clock
):
    subscribed(store, config, service, JANA)
    submission = send(client(JANA), [make_photo()])

    def killed(push):
        sending(push)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        notify.deliver(store, killed, notify.Hosts())
    assembly.assemble(store, office, submission)
    client(MIRA).put(f"/api/v1/desk/submissions/{submission}/decision", json={"outcome": "accepted"})
    clock.turn(subscriptions.LEASE + 1)
    deliver_all(store, sending)
    assert len(service.got) == 2 and states(store) == ["dropped", "sent"]
    assert len({got.headers["Topic"] for got in service.got}) == 1, "a phone that was off sees one"


def test_45_a_subscription_that_no_browser_renewed_for_sixty_days_is_forgotten(
    client, store, config, service, sending, clock
):
    subscribed(store, config, service, JANA)
    clock.turn(59 * 86400)
    kept = subscribed(store, config, service, JANA)
    clock.turn(2 * 86400)
    send(client(JANA), [make_photo()])
    deliver_all(store, sending)
    assert [got.token for got in service.got] == [kept]
    assert len(rows(store.db, "SELECT * FROM subscription")) == 1


@pytest.mark.parametrize(
    "keys",
    [
        KEYS | {"p256dh": "A" * 87},
        KEYS | {"p256dh": KEYS["p256dh"][:-1] + "8"},
        KEYS | {"p256dh": KEYS["p256dh"][:-4]},
        KEYS | {"auth": KEYS["auth"][:-2] + "=="},
        KEYS | {"auth": "B" * 21},
        KEYS | {"auth": "B" * 24},
    ],
)
def test_51_keys_that_nothing_can_be_encrypted_for_are_refused(client, store, keys):
    endpoint = "https://fcm.googleapis.com/fcm/send/abc"
    address = f"/api/v1/push/subscriptions/{hashlib.sha256(endpoint.encode()).hexdigest()}"
    jana = client(JANA)
    answer = jana.put(address, json={"endpoint": endpoint, "keys": keys})
    assert (answer.status_code, answer.json["code"]) == (400, "bad_request")
    assert rows(store.db, "SELECT * FROM subscription") == []
    assert jana.put(address, json={"endpoint": endpoint, "keys": KEYS}).status_code == 201


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com?x", "http://fcm.googleapis.com/x", "https://fcm.googleapis.com.evil.example/x", "https://evilfcm.googleapis.com.x/",
        "https://127.0.0.1/x", "https://localhost/x", "https://[::1]/x", "https://10.0.0.1/x", "https://169.254.169.254/",
        "https://user@fcm.googleapis.com/x", "https://fcm.googleapis.com:8443/x", "https://fcm.googleapis.com\\@evil/x",
        "https://fcm.googleapis.com\n.evil/x", "ftp://fcm.googleapis.com/x", "file:///etc/passwd", "", "x",
        "https://notfcm.googleapis.com/", "https://fcm.googleapis.com:99999/x", "https://ｆcm.googleapis.com/x",
    ],
)  # fmt: skip
def test_51_an_endpoint_that_is_no_push_service_is_refused(client, endpoint):
    said = {"endpoint": endpoint, "keys": KEYS}
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
    said = {"endpoint": endpoint, "keys": KEYS, "language": "en"}
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
