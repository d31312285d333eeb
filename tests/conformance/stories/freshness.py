"""How long a response is good, and how old it is (RFC 9111 sections 4.2 and 5, RFC 9213)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.conformance.stories.wording import FRESH, OLD, date
from tests.conformance.story import fetch, hit, reply, story

if TYPE_CHECKING:
    from tests.conformance.story import Story

DAY = 86_400


def served_again(name: str, source: str, *fields: str, status: int = 200) -> Story:
    """The second request is a hit."""
    return story(name, source, fetch(reply(*fields, status=status), says=("fwd=uri-miss", "stored")), hit())


def asked_again(name: str, source: str, *fields: str, status: int = 200) -> Story:
    """The second request goes to the origin."""
    return story(name, source, fetch(reply(*fields, status=status)), fetch(reply(FRESH, status=status)))


STORIES = (
    served_again("max-age", "RFC 9111 5.2.2.1", FRESH),
    served_again("max-age in quotes and capitals", "RFC 9111 5.2", 'Cache-Control: MAX-AGE="3600"'),
    served_again("unknown directives around it", "RFC 9111 5.2.3", 'Cache-Control: shiny="a, b", max-age=3600, dull'),
    served_again("on a line of its own", "RFC 9110 5.3", "Cache-Control: public", FRESH),
    served_again("more seconds than anybody can count", "RFC 9111 1.2.2", "Cache-Control: max-age=99999999999999999"),
    asked_again("no age at all is left", "RFC 9111 5.2.2.1", "Cache-Control: max-age=0", 'ETag: "a"'),
    asked_again("max-age in the quotes of another", "RFC 9111 5.2", 'Cache-Control: shiny="max-age=3600"'),
    asked_again("max-age with a minus", "RFC 9111 1.2.2", "Cache-Control: max-age=-3600"),
    asked_again("two max-ages that disagree", "RFC 9111 4.2.1", "Cache-Control: max-age=3600, max-age=1800"),
    served_again("s-maxage beats max-age", "RFC 9111 5.2.2.10", "Cache-Control: max-age=0, s-maxage=3600"),
    asked_again("s-maxage beats it the other way", "RFC 9111 5.2.2.10", "Cache-Control: s-maxage=0, max-age=3600"),
    served_again("a date to come", "RFC 9111 5.3", date("Expires", DAY), date("Date", 0)),
    asked_again("a date gone by", "RFC 9111 5.3", date("Expires", -DAY), date("Date", 0)),
    asked_again("the date nought", "RFC 9111 5.3", "Expires: 0"),
    asked_again("a date in another zone", "RFC 9110 5.6.7", "Expires: Thu, 18 Aug 2095 02:01:18 AEST"),
    served_again("a date in asctime's form", "RFC 9110 5.6.7", "Expires: Thu Aug 18 02:01:18 2095"),
    asked_again("max-age beats the date to come", "RFC 9111 5.3", "Cache-Control: max-age=0", date("Expires", DAY)),
    asked_again("the clock of Date counts", "RFC 9111 4.2.1", date("Expires", DAY), date("Date", 2 * DAY)),
    asked_again("older than its lifetime", "RFC 9111 4.2.3", FRESH, OLD),
    asked_again("old by its Date", "RFC 9111 4.2.3", FRESH, date("Date", -DAY)),
    served_again("dated in the future", "RFC 9111 4.2.3", FRESH, date("Date", DAY)),
    served_again("an age that is no number", "RFC 9111 5.1", FRESH, "Age: old"),
    served_again("an age with a minus", "RFC 9111 5.1", FRESH, "Age: -7200"),
    asked_again("the first of two ages counts", "RFC 9111 5.1", FRESH, "Age: 7200, 0"),
    served_again("the second of two ages does not", "RFC 9111 5.1", FRESH, "Age: 0", OLD),
    served_again("a tenth of the time unchanged", "RFC 9111 4.2.2", date("Last-Modified", -10 * DAY)),
    served_again("a tenth for a lasting redirect", "RFC 9111 4.2.2", date("Last-Modified", -DAY), status=301),
    served_again(
        "a tenth where it is public", "RFC 9111 4.2.2", date("Last-Modified", -DAY), "Cache-Control: public", status=404
    ),
    asked_again("nothing to guess for a found elsewhere", "RFC 9110 15.1", date("Last-Modified", -DAY), status=302),
    asked_again("nothing to guess by", "RFC 9111 4.2.2", "Content-Type: text/plain"),
    served_again(
        "for caches of this kind", "RFC 9213 2.1", "CDN-Cache-Control: max-age=3600", "Cache-Control: no-store"
    ),
    asked_again("not for caches of this kind", "RFC 9213 2.1", "CDN-Cache-Control: no-store", FRESH),
    asked_again("a wrong type", "RFC 9213 2.1", "CDN-Cache-Control: max-age=3600.5", FRESH),
    served_again("not a dictionary", "RFC 9213 2.1", "CDN-Cache-Control: max-age=0, &", FRESH),
    asked_again("not a dictionary but it forbids", "RFC 9213 2.1", "CDN-Cache-Control: max-age=, no-store", FRESH),
    asked_again("targeted and aged", "RFC 9213 2.1", "CDN-Cache-Control: max-age=3600", OLD),
    asked_again("targeted beats the date", "RFC 9213 2.1", "CDN-Cache-Control: max-age=0", date("Expires", DAY)),
    story(
        "age grows from what it was",
        "RFC 9111 4.2.3",
        fetch(reply(FRESH, "Age: 3000"), gives=("Age: 3000",)),
        hit(pause=0.9, gives=("Age: 3001",), says=("ttl=599",), eventually=True),
    ),
    story(
        "a second goes by",
        "RFC 9111 4.2",
        fetch(reply("Cache-Control: max-age=1")),
        fetch(reply("Cache-Control: max-age=3600"), pause=1.2),
        hit(),
    ),
    story(
        "the last second of an hour goes by",
        "RFC 9111 4.2.3",
        fetch(reply(FRESH, "Age: 3599", 'ETag: "a"')),
        fetch(reply(FRESH, status=200), pause=1.2, sent=('If-None-Match: "a"',), says=("fwd=stale",)),
        hit(),
    ),
    asked_again("s-maxage that is no number", "RFC 9111 4.2.1", "Cache-Control: s-maxage=abc, max-age=3600"),
    asked_again(
        "max-age that is none, and a date", "RFC 9111 4.2.1", "Cache-Control: max-age=abc", date("Expires", DAY)
    ),
    asked_again("a fraction of a second", "RFC 9111 1.2.2", "Cache-Control: max-age=3600.0"),
    asked_again("a blank before the value", "RFC 9111 5.2", "Cache-Control: max-age =3600"),
    asked_again("two dates to come", "RFC 9111 5.3", date("Expires", DAY), date("Expires", DAY)),
    served_again("two max-ages that agree", "RFC 9111 4.2.1", "Cache-Control: max-age=3600, max-age=3600"),
)
