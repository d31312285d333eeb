"""The admin function: it answers operators below /_brine/, and writes a log line of each request and of each purge."""

from __future__ import annotations

import os

from brine.adapters.powertools.admin_handler import AdminHandler
from brine.adapters.powertools.admin_log import AdminLog
from brine.adapters.powertools.gateway_explanations import GatewayExplanations
from brine.bootstrap.admin import build_admin
from brine.bootstrap.explainer import build_explainer
from brine.bootstrap.statistics import build_statistics

log = AdminLog()
handler = AdminHandler(
    build_admin(os.environ, purged=log.purged),
    log,
    explain=GatewayExplanations(build_explainer(os.environ)),
    statistics=build_statistics(os.environ),
)
