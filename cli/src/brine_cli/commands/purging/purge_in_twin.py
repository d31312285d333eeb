"""Purges in a running twin, or lists what a purge would end there, by its admin API. It needs no SDK of AWS."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from brine_cli.desk.client import DeskClient
from brine_cli.desk.twin_choice import twin_to_purge
from brine_cli.screen.printable import printable_json
from brine_cli.waiting import waiting

if TYPE_CHECKING:
    from brine_cli.commands.purging.purge_options import PurgeOptions
    from brine_cli.desk.client import AdminClient


def purge_in_twin(options: PurgeOptions) -> None:
    """Purge, or with `dry_run` list the items. Raises CommandError."""
    purge_by(DeskClient(twin_to_purge(options.twin, os.environ)), options)


def purge_by(client: AdminClient, options: PurgeOptions) -> None:
    """Purge by an admin API, or with `dry_run` list the items. Raises CommandError."""
    members = {
        "url": options.url,
        "tag": options.tag,
        "route": options.route,
        "tenant": options.tenant,
        "everything": True if options.everything else None,
        "all_tenants": True if options.all_tenants else None,
        "soft": True if options.soft else None,
        "dry_run": True if options.dry_run else None,
    }
    with waiting("reading what is stored" if options.dry_run else "purging"):
        document = client.post("purge", members)
    if options.as_json:
        print(printable_json(document, indent=2))
    elif options.dry_run:
        _show(document)
    else:
        print(f"Purged {'softly, to be validated' if options.soft else 'hard'}: {described(options)}, at {client.url}.")
    if "note" in document:
        print(f"brine: {document['note']}", file=sys.stderr)


def described(options: PurgeOptions) -> str:
    """Return a description of the responses that the options choose."""
    of_tenant = "" if options.tenant is None else f', for the tenant "{options.tenant}"'
    if options.all_tenants:
        of_tenant = ", for all tenants"
    if options.tag is not None:
        return f'all with the tag "{options.tag}"{of_tenant}'
    if options.route is not None:
        return f"all of the route {options.route}"
    if options.url is not None:
        return f"{options.url}, in all variants{of_tenant}"
    return "everything" if options.everything else f"all that is stored{of_tenant}"


def _show(document: dict[str, Any]) -> None:
    from brine_cli.desk.amounts import size_text  # noqa: PLC0415 - a purge needs no rich
    from brine_cli.desk.listing_table import print_listing  # noqa: PLC0415 - the same

    count = document["count"]
    if document["items"]:
        print_listing(document["items"])
    at_least = "" if document["complete"] else "at least "
    items = "1 item" if count == 1 else f"{count:,} items"
    print(f"Nothing is purged. The purge would end {at_least}{items}, {size_text(document['bytes'])}.", file=sys.stderr)
