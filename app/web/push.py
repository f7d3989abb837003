"""/push: our public key, and a browser's subscription."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from app import notify
from app.web import context, replies, shapes

bp = Blueprint("push", __name__, url_prefix="/api/v1/push")


@bp.get("/key")
def key() -> dict[str, str]:
    """The VAPID public key, for `pushManager.subscribe`."""
    return {"key": context.store().keys.vapid_public}


@bp.put("/subscriptions/<subscription>")
def subscribe(subscription: str) -> tuple[dict[str, Any], int]:
    """Add or renew the signed-in person's subscription; its id is the SHA-256 of the endpoint."""
    person = context.person()
    said = shapes.read(shapes.Subscription, replies.body())
    row = {
        "id": subscription,
        "endpoint": said.endpoint,
        "p256dh": said.keys.p256dh,
        "auth": said.keys.auth,
        "language": said.language,
    }
    fresh = notify.subscribe(context.store(), context.config(), person["id"], row)
    return {"id": subscription}, 201 if fresh else 200


@bp.delete("/subscriptions/<subscription>")
def unsubscribe(subscription: str) -> tuple[str, int]:
    """Forget a subscription; twice is harmless."""
    notify.unsubscribe(context.store(), context.person()["id"], subscription)
    return "", 204
