"""`auditor catalogue match`: try one request against the catalogue, and see why."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from auditor.cli import options
from auditor.errors import AuditorError

if TYPE_CHECKING:
    from auditor.catalogue.model import Catalogue
    from auditor.look import Field, Looked
    from auditor.redact import Redactor


@click.command()
@click.argument("url")
@click.option("--method", metavar="METHOD", help="Default: POST with a body, GET without one.")
@click.option(
    "--body",
    metavar="FILE",
    type=click.Path(allow_dash=True, dir_okay=False, path_type=Path),
    help="What is sent, as it would be on the wire; - is standard input.",
)
@click.option(
    "--header",
    "headers",
    metavar="NAME:VALUE",
    multiple=True,
    help="A header of the request, e.g. content-encoding:gzip. Can be repeated.",
)
@options.packs
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def match(
    url: str,
    method: str | None,
    body: Path | None,
    headers: tuple[str, ...],
    packs: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Say who gets a request, which endpoint it is, and how each field of it is understood and why.

    Nothing is sent. Values are shown redacted, as in a report.

    \b
    Examples:
      auditor catalogue match https://api.tidal.com/v1/tracks/1/playbackinfo
      auditor catalogue match https://unknown.example/events --body events.json
      auditor catalogue match https://unknown.example/e --body - --json < body.bin
    """
    from auditor.catalogue.example import to_exchange
    from auditor.catalogue.model import Example
    from auditor.look import look
    from auditor.pipeline import Pipeline
    from auditor.redact import Redactor

    address = urlsplit(url)
    if address.scheme not in {"http", "https"} or not address.hostname:
        raise click.BadParameter(
            f"{url!r} is no address; write https://host/path.", param_hint="URL"
        )
    data = _read(body) if body is not None else b""
    verb = (method or ("POST" if data else "GET")).upper()
    pairs = tuple(_header(one) for one in headers)
    catalogue = options.load(packs)
    looked = look(Pipeline(catalogue), to_exchange(Example("match", verb, url, pairs, data, ())))
    redactor = Redactor(os.urandom(32))
    answer = _answer(catalogue, looked, redactor)
    if as_json:
        options.print_json(answer)
        return
    for line in _lines(answer):
        click.echo(line)


def _read(body: Path) -> bytes:
    if str(body) == "-":
        return sys.stdin.buffer.read()
    try:
        return body.read_bytes()
    except OSError as error:
        raise AuditorError(
            f"{body} cannot be read: {error.strerror}.", "Name a file that holds the body."
        ) from error


def _header(spelled: str) -> tuple[str, str]:
    name, colon, value = spelled.partition(":")
    if not colon or not name.strip():
        raise click.BadParameter(f"{spelled!r} is no NAME:VALUE", param_hint="--header")
    return name.strip().lower(), value.strip()


def _answer(catalogue: Catalogue, looked: Looked, redactor: Redactor) -> dict[str, Any]:
    site = looked.site
    known = catalogue.receivers.get(site.receiver)
    endpoints = {
        f"{owner.id}/{one.id}": one
        for owner in catalogue.receivers.values()
        for one in owner.endpoints
    }
    name = site.endpoint if "/" in site.endpoint else f"{site.receiver}/{site.endpoint}"
    endpoint = endpoints.get(name) if site.known else None
    fields = [_field(one, redactor) for one in looked.fields]
    return {
        "receiver": {
            "id": site.receiver,
            "name": site.name,
            "role": site.role,
            "catalogued": known is not None,
        },
        "endpoint": {
            "id": name if endpoint else redactor.clean(site.endpoint),
            "name": endpoint.name if endpoint else "",
            "category": site.category,
            "status": endpoint.status if endpoint else "",
            "basis": endpoint.evidence.basis if endpoint else "",
            "source": endpoint.evidence.source if endpoint else "",
        },
        "parameters": [one for one in fields if one["context"] == "path"],
        "fields": [one for one in fields if one["context"] != "path"],
        "unread": [{"reason": reason, "path": path} for reason, path in looked.unread],
    }


def _field(one: Field, redactor: Redactor) -> dict[str, str]:
    return {
        "context": one.context,
        "path": redactor.path(one.path),
        "event": redactor.clean(one.event),
        "value": redactor.preview(one.raw, one.secret, one.category),
        "category": one.category,
        "strength": one.strength,
        "unit": one.unit,
        "why": one.why,
    }


def _lines(answer: dict[str, Any]) -> list[str]:
    receiver, endpoint = answer["receiver"], answer["endpoint"]
    who = f"{receiver['name']} ({receiver['id']}), {receiver['role']}"
    if not receiver["catalogued"]:
        who = f"{receiver['name']}: nobody has catalogued this host"
    lines = [f"Receiver  {who}"]
    if endpoint["basis"]:
        lines += [
            f"Endpoint  {endpoint['name']} ({endpoint['id']}), {endpoint['status']}",
            f"          {endpoint['basis']}: {endpoint['source']}",
        ]
    else:
        lines.append(f"Endpoint  {endpoint['id']}: not in the catalogue")
    lines.append(f"Content   mainly {endpoint['category']}")
    for title, key in (("Parameters of the address", "parameters"), ("Fields", "fields")):
        if answer[key]:
            lines += ["", title, *_field_lines(answer[key])]
    if not answer["fields"]:
        lines += ["", "No fields: nothing but the address is sent."]
    lines += [f"Not read: {one['reason']} {one['path']}".rstrip() for one in answer["unread"]]
    return lines


def _field_lines(fields: list[dict[str, str]]) -> list[str]:
    lines = []
    for one in fields:
        event = f" in {one['event']}" if one["event"] else ""
        unit = f" {one['unit']}" if one["unit"] else ""
        kind = (
            one["category"]
            if one["category"] == "other"
            else f"{one['category']}, {one['strength']}"
        )
        lines.append(f"  {one['context']}:{one['path']} = {one['value']}{unit}{event}")
        lines.append(f"    {kind}: {one['why'] or 'no rule and no word knows it'}")
    return lines
