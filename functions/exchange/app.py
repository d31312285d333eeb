"""The exchange function: it sends and receives messages of channels, and writes a line for each answer."""

from __future__ import annotations

import os

from brine.adapters.emf.exchange_log import ExchangeLog
from brine.adapters.emf.lines import MetricLines
from brine.adapters.powertools.exchange_handler import ExchangeHandler
from brine.bootstrap.channels import build_exchange

handler = ExchangeHandler(build_exchange(os.environ), ExchangeLog(MetricLines.from_environment(os.environ)))
