"""The gateway function: it answers HTTP events from the cache or from an origin, and writes a line for each answer."""

from __future__ import annotations

import os

from brine.adapters.emf.answer_log import AnswerLog
from brine.adapters.emf.lines import MetricLines
from brine.adapters.powertools.http_handler import HttpHandler
from brine.bootstrap.gateway import build_gateway

handler = HttpHandler(build_gateway(os.environ), AnswerLog(MetricLines.from_environment(os.environ)))
