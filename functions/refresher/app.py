"""The refresher function: it handles messages of the refresh queue, and returns the ids of those to retry."""

from __future__ import annotations

import os

from brine.adapters.emf.answer_log import AnswerLog
from brine.adapters.emf.lines import MetricLines
from brine.adapters.powertools.refresh_handler import RefreshHandler
from brine.bootstrap.gateway import build_refresher

handler = RefreshHandler(build_refresher(os.environ), AnswerLog(MetricLines.from_environment(os.environ)))
