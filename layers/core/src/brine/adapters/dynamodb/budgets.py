"""The ledgers of budgets in the cache table. Each budget has one item, below 1 KB.

The attribute `n_1f` has the units of requests in slot 0x1f, and `r_1f` those of refreshes among them. A reservation
is one UpdateItem that only adds to numbers, so reservations of different processes do not disturb each other.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from brine.adapters.dynamodb.items import DynamoTable, key_attributes, number, read_attributes
from brine.domain.resilience.budget_ledger import Ledger, Meter
from brine.errors import StoreUnavailable

if TYPE_CHECKING:
    from brine.adapters.dynamodb.items import Attributes
    from brine.domain.resilience.budget_ledger import MeterChange, Take
    from brine.ports.deadline import Deadline
    from brine.ports.origins import LedgerTime

BUDGET = "budget"

_PREFIX = "b#"
_UNPAUSED = "(attribute_not_exists(paused_until) OR paused_until <= :now)"
_BELOW_CAP = (
    "(attribute_not_exists(cap) OR capped_until <= :now OR attribute_not_exists(requests_total) "
    "OR requests_total < cap)"
)
_ANOTHER = "(attribute_not_exists(last_take) OR last_take <> :name)"
_REQUESTS = ("requests_total", "requests_removed", "n_")
_REFRESHES = ("refreshes_total", "refreshes_removed", "r_")


class DynamoBudgetStore(DynamoTable):
    """The BudgetStore port on the table of a DynamoItemStore."""

    def ledger(self, key: str, *, deadline: Deadline | None = None) -> Ledger | None:
        """Return the ledger of a budget, or None, with one GetItem. This is the BudgetLedgers port."""
        attributes = self._attributes(self._at(_key(key)), deadline)
        return None if attributes is None else _read(attributes)

    def take(self, key: str, take: Take, *, deadline: Deadline | None = None) -> tuple[bool, Ledger]:
        """Make a reservation with one UpdateItem. Raises StoreError.

        A refusal returns the item. If the first answer was lost, the item has this reservation's name.
        """
        expression = _Expression.of(take)
        update = self._at(
            _key(key),
            ConditionExpression=" AND ".join(expression.conditions),
            UpdateExpression=expression.update,
            ExpressionAttributeValues=expression.values,
            ReturnValues="ALL_NEW",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
        refused, answer = self._conditional("UpdateItem", update, deadline)
        attributes = refused.item if refused is not None else read_attributes("Attributes", "UpdateItem", answer)
        ledger = _read(attributes or {})
        return refused is None or ledger.last_take == take.name, ledger

    def raise_time(
        self, key: str, name: LedgerTime, time: float, *, evict_at: int, deadline: Deadline | None = None
    ) -> None:
        """Set this time with one UpdateItem. Raises StoreError."""
        update = self._at(
            _key(key),
            ConditionExpression=f"attribute_not_exists({name}) OR {name} < :time",
            UpdateExpression=f"SET {name} = :time, evict_at = :evict_at",
            ExpressionAttributeValues={":time": number(time), ":evict_at": number(evict_at)},
        )
        self._refusal("UpdateItem", update, deadline)

    def cap(self, key: str, *, total: int, until: float, evict_at: int, deadline: Deadline | None = None) -> None:
        """Set the cap with one UpdateItem. Raises StoreError."""
        values = {":total": number(total), ":until": number(until), ":evict_at": number(evict_at)}
        update = self._at(
            _key(key),
            UpdateExpression="SET cap = :total, capped_until = :until, evict_at = :evict_at",
            ExpressionAttributeValues=values,
        )
        self._api.call("UpdateItem", update, deadline)


class _Expression:
    """The parts of the UpdateItem of a reservation."""

    def __init__(self, take: Take) -> None:
        self.conditions = [_ANOTHER, _UNPAUSED, _BELOW_CAP]
        self.values: Attributes = {":name": {"S": take.name}, ":now": number(take.now)}
        self._set = ["last_take = :name", "evict_at = :evict_at"]
        self._add: list[str] = []
        self._remove: list[str] = []
        self._value("evict_at", take.evict_at)

    @classmethod
    def of(cls, take: Take) -> _Expression:
        """Return the expressions for a reservation."""
        made = cls(take)
        made._meter(take.requests, *_REQUESTS)
        if take.refreshes is not None:
            made._meter(take.refreshes, *_REFRESHES)
        if take.even is not None:
            limit = made._value("even", take.even.at_most)
            made.conditions.append(f"(attribute_not_exists(even_until) OR even_until <= {limit})")
            if take.even.added is None:
                made._set.append(f"even_until = {made._value('until', take.even.until)}")
            else:
                made._add.append(f"even_until {made._value('until', take.even.added)}")
        return made

    @property
    def update(self) -> str:
        """The update expression."""
        removed = f" REMOVE {', '.join(self._remove)}" if self._remove else ""
        return f"SET {', '.join(self._set)} ADD {', '.join(self._add)}{removed}"

    def _meter(self, change: MeterChange, total: str, removed: str, prefix: str) -> None:
        limit = self._value(f"{prefix}limit", change.at_most)
        self.conditions.append(f"(attribute_not_exists({total}) OR {total} <= {limit})")
        self._add.append(f"{total} {self._value(f'{prefix}total', change.added)}")
        for slot, added in change.slots.items():
            self._add.append(f"{prefix}{slot:x} {self._value(f'{prefix}{slot:x}', added)}")
        for slot, known in change.removed.items():
            self.conditions.append(f"{prefix}{slot:x} = {self._value(f'{prefix}{slot:x}', known)}")
            self._remove.append(f"{prefix}{slot:x}")
        if change.removed:
            self._add.append(f"{removed} {self._value(f'{prefix}removed', sum(change.removed.values()))}")

    def _value(self, name: str, value: float) -> str:
        """Add a number, and return its name in the expressions."""
        self.values[f":{name}"] = number(value)
        return f":{name}"


def _read(attributes: dict[str, Any]) -> Ledger:
    """Return the ledger of an item. Raises StoreUnavailable for an item in another form."""
    try:
        numbers = {name: value["N"] for name, value in attributes.items() if "N" in value}
        return Ledger(
            requests=_meter(numbers, *_REQUESTS),
            refreshes=_meter(numbers, *_REFRESHES),
            refresh_wanted=float(numbers.get("refresh_wanted", 0)),
            even_until=float(numbers.get("even_until", 0)),
            paused_until=float(numbers.get("paused_until", 0)),
            capped_until=float(numbers.get("capped_until", 0)),
            cap=int(numbers.get("cap", 0)),
            last_take=attributes.get("last_take", {}).get("S", ""),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise StoreUnavailable("a budget that is not ours") from error


def _meter(numbers: dict[str, str], total: str, removed: str, prefix: str) -> Meter:
    slots = {_slot(name, prefix): int(value) for name, value in numbers.items() if name.startswith(prefix)}
    return Meter(int(numbers.get(total, 0)), int(numbers.get(removed, 0)), slots)


def _slot(name: str, prefix: str) -> int:
    digits = name.removeprefix(prefix)
    return int(digits, base=16)


def _key(key: str) -> Attributes:
    return key_attributes(_PREFIX + sha256(key.encode()).hexdigest(), BUDGET)
