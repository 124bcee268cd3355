"""A real browser that opens our pages: headless Chromium, by Selenium."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_SWITCHES = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-dev-shm-usage", "--hide-scrollbars"),
)


class Browser:
    """A browser with a page in it.

    Attributes:
        driver: Selenium's driver.
        folder: Where pages are written.
    """

    def __init__(self, driver: Any, folder: Path) -> None:
        self.driver = driver
        self.folder = folder
        self._pages = 0

    def open(self, page: str, *, width: int = 1_100, dark: bool = False) -> None:
        """Write a page to a file and open it, at a width in pixels, light or dark."""
        self._pages += 1
        file = self.folder / f"page {self._pages}.html"
        file.write_text(page, encoding="utf-8")
        self.driver.set_window_size(width, 900)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        self.driver.get_log("performance")  # what earlier pages asked for
        self.driver.get(file.as_uri())

    def run(self, script: str, *arguments: Any) -> Any:
        """Ask the page something, in JavaScript of ours; the page has none."""
        return self.driver.execute_script(script, *arguments)

    def texts(self, selector: str) -> list[str]:
        """Give what elements say, whether it is seen or folded."""
        return list(
            self.run("return [...document.querySelectorAll(arguments[0])].map(e => e.textContent)", selector)
        )

    def requested(self) -> list[str]:
        """Give the addresses that the page has asked for, its own file left out."""
        messages = [entry["message"] for entry in self.driver.get_log("performance")]
        asked = [text for text in messages if '"Network.requestWillBeSent"' in text and '"url":"' in text]
        found = [text.partition('"url":"')[2].partition('"')[0] for text in asked]
        return [url for url in found if not url.startswith(self.folder.as_uri())]

    def seen(self, selector: str) -> list[str]:
        """Give the texts of elements that are drawn with a size and inside the page's width."""
        return list(
            self.run(
                """return [...document.querySelectorAll(arguments[0])].filter(e => {
                  const box = e.getBoundingClientRect();
                  return box.width > 0 && box.height > 0 && box.left >= -1
                    && box.right <= document.documentElement.clientWidth + 1
                    && e.checkVisibility({checkOpacity: true, checkVisibilityCSS: true});
                }).map(e => e.textContent)""",
                selector,
            )
        )

    def widths(self) -> tuple[int, int]:
        """Give the width of the window and that of what is in it, in pixels."""
        root = "document.documentElement"
        return self.run(f"return {root}.clientWidth"), self.run(f"return {root}.scrollWidth")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Start a browser for the tests of a module; without one they are skipped, but not in CI."""
    path = next(filter(None, map(shutil.which, _BROWSERS)), None)
    driver_path = shutil.which("chromedriver")
    if path is None or driver_path is None:
        reason = "no browser: install chromium and chromium-driver (apt), or Chrome and chromedriver"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    webdriver = pytest.importorskip("selenium.webdriver", reason="no selenium: install the extra test")
    from selenium.webdriver.chrome.service import Service

    folder = tmp_path_factory.mktemp("pages")
    options = webdriver.ChromeOptions()
    options.binary_location = path
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    for switch in (*_SWITCHES, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(switch)
    driver = webdriver.Chrome(options=options, service=Service(driver_path))
    try:
        yield Browser(driver, folder)
    finally:
        driver.quit()
