"""Ordinary traffic: pages, news, weather, web mail, a shop, a chat. Nobody tells of anything a DJ did.

Some of its words could be mistaken for it: queues, loops of programs, transitions of pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from synthetic.playing import Set
from synthetic.recording import BEGAN
from synthetic.sending import Send, get, ms, post, post_form

_NEWS, _SHOP, _CHAT, _MAIL = (f"{name}.example" for name in ("news", "shop", "chat", "mail"))


def speak(told: Set, seed: int) -> Iterator[Send]:
    """Yield about a hundred requests at random moments."""
    dice = Random(seed)
    kinds = (_page, _picture, _order, _message, _view, _health, _weather, _mail)
    for number in range(112):
        yield kinds[number % len(kinds)](dice.uniform(2, told.seconds - 10), dice, number)


def _page(at: float, dice: Random, number: int) -> Send:
    return get(
        at, f"www.{_NEWS}", f"/2026/11/21/article-{number}", ref="start", scroll=dice.randrange(100)
    )


def _picture(at: float, dice: Random, number: int) -> Send:
    return get(at, f"img.{_NEWS}", f"/img/{dice.getrandbits(48):012x}.webp", w=640, q=75)


def _order(at: float, dice: Random, number: int) -> Send:
    item = {"sku": f"INVENTED-{dice.randrange(1000)}", "count": dice.randrange(1, 4)}
    state = {"currency": "EUR", "step": "address", "progress": dice.randrange(100)}
    return post(at, f"api.{_SHOP}", "/v2/cart/items", {"items": [item], "checkout": state})


def _message(at: float, dice: Random, number: int) -> Send:
    body = {"channel": f"c{dice.randrange(9)}", "typing": bool(number % 2), "queue_length": 2}
    return post(at, f"api.{_CHAT}", "/v1/presence", {**body, "heartbeat_ms": 30_000})


def _view(at: float, dice: Random, number: int) -> Send:
    params = {
        "page_title": "News",
        "page_transition": "fade",
        "engagement_time_msec": dice.randrange(9000),
    }
    event = {"name": "page_view", "params": params}
    value = {"client_id": "100.200", "timestamp_micros": ms(BEGAN + at) * 1000, "events": [event]}
    path = "/mp/collect?measurement_id=G-INVENTED&api_secret=INVENTED"
    return post(at, "www.google-analytics.com", path, value)


def _health(at: float, dice: Random, number: int) -> Send:
    loop = {"event_loop_delay_ms": dice.randrange(20), "loopback": True, "queue_size": 3}
    value = {"service": "web", "heap_mb": dice.randrange(90, 200), "runtime": loop}
    return post(at, f"rum.{_SHOP}", "/v1/vitals", {**value, "css_transition_ms": 200})


def _weather(at: float, dice: Random, number: int) -> Send:
    return get(
        at, "api.weather.example", "/v1/forecast", place="Exampleton", days=3, units="metric"
    )


def _mail(at: float, dice: Random, number: int) -> Send:
    values = {
        "folder": "inbox",
        "action": "mark_read",
        "ids": dice.randrange(10**6),
        "label": "work",
    }
    return post_form(at, f"app.{_MAIL}", "/sync", values)
