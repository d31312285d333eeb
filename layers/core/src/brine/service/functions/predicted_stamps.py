"""Prediction of the stamps that the lookup of a whole needs, from the wholes that the process has seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from brine.domain.caching.cache_key import resource_of
from brine.domain.purging.prediction import part_templates
from brine.domain.purging.stamps import stamp_names
from brine.domain.routing.tenant import NO_TENANT

if TYPE_CHECKING:
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.purging.prediction import PartTemplate
    from brine.domain.routing.route import Routes
    from brine.service.transaction import Transaction


@dataclass(frozen=True, slots=True)
class PredictedStamps:
    """Learns from each whole which parts the wholes of its route have. Threads may share it."""

    routes: Routes
    _templates: dict[str, tuple[PartTemplate, ...]] = field(default_factory=dict)

    def learn(self, stored: StoredResponse, transaction: Transaction) -> None:
        """Learn the parts of a stored response of a function."""
        pattern = transaction.route.pattern
        if pattern is not None and stored.dependencies:
            values = pattern.raw_arguments(transaction.request.path)
            self._templates[transaction.route.name] = part_templates(stored.dependencies, values)

    def names(self, transaction: Transaction) -> tuple[str, ...]:
        """Return the names of the stamps that the stored response of this request probably needs."""
        pattern, templates = transaction.route.pattern, self._templates.get(transaction.route.name)
        if pattern is None or templates is None:
            return ()
        values = pattern.raw_arguments(transaction.request.path)
        names: list[str] = []
        for template in templates:
            route, filled = self.routes.named(template.route), template.filled(values)
            if route is not None and filled is not None:
                tenant = transaction.resource.tenant if template.has_tenant else NO_TENANT
                names += stamp_names(resource_of(route, tenant, filled[0]), filled[1])
        return tuple(dict.fromkeys(names))
