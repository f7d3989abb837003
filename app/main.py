"""create_app(config): where all parts meet. Builds, and does nothing else."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app import receipts
from app.config import Config
from app.office import current
from app.store import Store, open_store
from app.web import (
    asks,
    context,
    desk,
    devices,
    duty,
    figures,
    handover,
    messages,
    mydata,
    notices,
    openapi,
    operation,
    people,
    probes,
    proof,
    push,
    replies,
    session,
    shell,
    staff,
    submissions,
    survey,
    texts,
)

LONGEST_SESSION = timedelta(days=30)


def create_app(config: Config | None = None, store: Store | None = None) -> Flask:
    """The web application. Without arguments everything comes from the environment."""
    config = config or Config.from_env()
    store = store or open_store(config.data)
    receipts.sign_earlier(store)
    app = Flask("belegbote", static_folder=None)
    app.config.update(
        APP=config,
        STORE=store,
        OFFICE=current(config.data),
        SECRET_KEY=store.keys.cookie,
        SESSION_COOKIE_SECURE=config.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=LONGEST_SESSION,
        MAX_CONTENT_LENGTH=config.max_page_bytes,
        MAX_FORM_MEMORY_SIZE=64 * 1024,
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.session_interface = context.EntryCookies()
    context.logins.init_app(app)
    replies.set_up(app, config)
    parts = (
        session,
        submissions,
        asks,
        devices,
        desk,
        duty,
        operation,
        push,
        openapi,
        probes,
        proof,
        handover,
        figures,
        people,
        staff,
        texts,
        messages,
        notices,
        survey,
        mydata,
    )
    for blueprint in (part.bp for part in parts):
        app.register_blueprint(blueprint)
    shell.set_up(app)
    if config.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=config.proxies, x_proto=config.proxies, x_host=config.proxies
        )
    return app
