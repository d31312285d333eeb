"""The documentation is complete: it covers the parts of the code, and its links lead to a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from brine.service.channels.exchange_problems import EXCHANGE_PROBLEM_TYPES
from brine.service.problems import PROBLEM_TYPES
from brine.settings import Settings
from tests.support.markdown import codes, read_page

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
PAGES = [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "layers").rglob("README.md")]


def relative_links() -> Iterator[tuple[Path, str]]:
    for page in PAGES:
        for link in read_page(page).links:
            if "://" not in link and not link.startswith("mailto:"):
                yield page, link


def test_every_link_leads_to_a_file_and_a_place_in_it() -> None:
    broken = []
    for page, link in relative_links():
        path, _, anchor = unquote(link).partition("#")
        target = page.parent / path if path else page
        if not target.exists() or (anchor and anchor not in read_page(target).anchors):
            broken.append(f"{page.relative_to(ROOT)}: {link}")
    assert broken == []


class Asked(dict[str, str]):
    """An environment that has every variable, and notes which it was asked for."""

    def get(self, key: str, default: Any = None) -> Any:
        return self.setdefault(key, default or "1")


def test_every_setting_is_documented() -> None:
    switches = ("AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
    environment = Asked(dict.fromkeys(switches, "false"))  # and so that the most variables are read
    environment |= {"BRINE_AWS_CLIENT": "lean", "BRINE_KEY_KEEP_DAYS": "30", "AWS_CONTAINER_CREDENTIALS_FULL_URI": ""}
    Settings.from_environment(environment)
    documented = [row[0] for row in read_page(DOCS / "settings.md").rows if row[0] != "Variable"]
    read_with_the_files = {"BRINE_VARIABLES"}
    assert sorted(codes(" ".join(documented))) == sorted({*environment, *read_with_the_files})


def test_every_kind_of_problem_is_documented_with_its_status_and_an_anchor() -> None:
    page = read_page(DOCS / "problems.md")
    documented = [(*codes(row[0]), row[1]) for row in page.rows if row[0] != "Type"]
    assert documented == [(kind.name, str(kind.status)) for kind in (*PROBLEM_TYPES, *EXCHANGE_PROBLEM_TYPES)]
    assert {kind.name for kind in (*PROBLEM_TYPES, *EXCHANGE_PROBLEM_TYPES)} <= page.anchors
