from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from lab_records import article_record, planner_record, point
from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright

from xlmill.lab.comparison import Comparison
from xlmill.lab.findings import Axis, Series, Sweep
from xlmill.lab.record import Record

# Debian's, and what other systems call it.
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)

# In CI a browser that is not there is a fault, not an excuse.
pytestmark = pytest.mark.skipif(CHROMIUM is None and "CI" not in os.environ, reason="no Chromium on this machine")

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

DESK, PHONE = (1280, 900), (390, 844)
VIEWS = [(size, scheme) for size in (DESK, PHONE) for scheme in ("light", "dark")]
VIEW_NAMES = [f"{'desk' if size == DESK else 'phone'}-{scheme}" for size, scheme in VIEWS]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("report") / "article.html"
    Comparison(crowded_record()).save(file)
    return file


def crowded_record() -> Record:
    """The article's record, and curves that all end at about the same place."""
    made = article_record()
    names = ("serial", "threads", "pool", "mp-pool", "mp-process", "a strategy with a long name")
    curves = [Series(name, [point(x, 1 + x * (1 + n / 500)) for x in (1, 1000)]) for n, name in enumerate(names)]
    made.sweeps.append(Sweep("count", "Crowd", Axis("tasks", "", "log"), Axis("time", "s"), curves, "All are equal."))
    return made


class Visit:
    """A report opened in a browser, and all that it asked for or complained of."""

    def __init__(self, context: BrowserContext, file: Path) -> None:
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page: Page = context.new_page()
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(file.as_uri())

    def drawing(self, name: str) -> Locator:
        """The picture as it is shown at this width."""
        return self.page.locator(f"#{name} > svg:visible")


@pytest.fixture(params=VIEWS, ids=VIEW_NAMES)
def visit(browser: Browser, report: Path, request: pytest.FixtureRequest) -> Iterator[Visit]:
    yield from _visit(browser, report, *request.param)


@pytest.fixture
def desk(browser: Browser, report: Path) -> Iterator[Visit]:
    yield from _visit(browser, report, DESK, "light")


def _visit(browser: Browser, file: Path, size: tuple[int, int], scheme: str, *, script: bool = True) -> Iterator[Visit]:
    with browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,  # type: ignore[arg-type]
        java_script_enabled=script,
        has_touch=size == PHONE,
    ) as context:
        context.set_default_timeout(10_000)
        yield Visit(context, file)


def test_it_asks_for_nothing_and_complains_of_nothing(visit: Visit, report: Path) -> None:
    for summary in visit.page.locator("summary").all():
        summary.click()
    visit.drawing("count").hover()

    assert [url for url in visit.requests if not url.startswith("data:")] == [report.as_uri()]
    assert visit.complaints == []


def test_nothing_stands_out_at_the_side(visit: Visit) -> None:
    width = visit.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")

    assert width[0] == width[1]


def test_each_picture_is_drawn_once_for_this_width(visit: Visit) -> None:
    names = visit.page.locator("figure").evaluate_all("figures => figures.map(figure => figure.id)")

    assert names == list(Comparison(crowded_record()).pictures)
    for name in names:
        assert visit.drawing(name).count() == 1


# Boxes of text are a little higher than what is seen of it.
OVERLAPS = """drawings => drawings.flatMap(drawing => {
  const frame = drawing.getBoundingClientRect();
  const texts = [...drawing.querySelectorAll("text")].map(text => [text.textContent, text.getBoundingClientRect()]);
  const outside = texts.filter(([, box]) => box.left < frame.left - 1.5 || box.right > frame.right + 1.5
    || box.bottom > frame.bottom + 4);
  const pairs = texts.flatMap((one, place) => texts.slice(place + 1).map(other => [one, other]));
  const over = pairs.filter(([[, a], [, b]]) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4);
  const found = [...outside.map(([text]) => `${text} stands out`), ...over.map(([[a], [b]]) => `${a} on ${b}`)];
  return found.map(each => `${drawing.parentElement.id}: ${each}`);
})"""


def test_no_label_stands_on_another(visit: Visit) -> None:
    assert visit.page.locator("figure > svg:visible").evaluate_all(OVERLAPS) == []


@pytest.mark.parametrize("kind", ["article", "planner"])
def test_axe_finds_no_serious_problem(browser: Browser, tmp_path: Path, kind: str) -> None:
    made = article_record() if kind == "article" else planner_record()
    Comparison(made).save(tmp_path / "report.html")
    for size, scheme in VIEWS if kind == "article" else VIEWS[-1:]:
        for visit in _visit(browser, tmp_path / "report.html", size, scheme):
            visit.page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")

            found = Axe().run(visit.page).response

            assert found["passes"]
            serious = [each for each in found["violations"] if each["impact"] in ("serious", "critical")]
            assert [(each["id"], each["nodes"][0]["html"][:200]) for each in serious] == []


def test_pointing_at_a_mark_tells_its_figures(visit: Visit) -> None:
    mark = visit.drawing("count").locator(".series.s-mp-pool .mark").nth(2)

    mark.scroll_into_view_if_needed()
    mark.hover()
    shown = visit.page.locator(".tip:visible").inner_text()

    assert shown.splitlines()[:2] == ["mp-pool", "tasks of 1 ms: 16"]
    assert "time: 19.6 ms (18.8 ms to 20.6 ms)" in shown
    visit.page.mouse.move(2, 2)
    assert visit.page.locator(".tip:visible").count() == 0


def test_a_finger_gets_figures_that_stay(browser: Browser, report: Path) -> None:
    for visit in _visit(browser, report, PHONE, "light"):
        visit.drawing("predicted").locator(".mark").first.tap()

        assert visit.page.locator(".tip:visible").inner_text().startswith("serial")


def test_figures_are_told_within_the_window(visit: Visit) -> None:
    marks = visit.drawing("timeline").locator(".mark")
    for place in (0, marks.count() - 1):
        marks.nth(place).scroll_into_view_if_needed()
        marks.nth(place).hover()

        box = visit.page.locator(".tip:visible").bounding_box()

        assert box is not None
        width = visit.page.evaluate("innerWidth")
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width


def test_the_keyboard_reaches_every_figure(desk: Visit) -> None:
    drawing = desk.drawing("predicted")
    drawing.focus()

    told = []
    for _ in range(drawing.locator(".mark").count()):
        desk.page.keyboard.press("ArrowRight")
        told.append(desk.page.locator(".tip:visible").inner_text().splitlines()[0])

    assert told == ["serial", "threads", "pool"]
    desk.page.keyboard.press("Escape")
    assert desk.page.locator(".tip:visible").count() == 0


def test_a_toggle_hides_its_strategy_in_every_picture_and_no_other(visit: Visit) -> None:
    hidden, other = (visit.page.locator(f"figure > svg:visible .series.{kind}") for kind in ("s-mp-pool", "s-serial"))
    before = other.evaluate_all("all => all.filter(each => each.getClientRects().length).length")

    visit.page.get_by_role("checkbox", name="mp-pool").uncheck()

    assert hidden.count() > 3
    assert hidden.evaluate_all("all => all.every(each => getComputedStyle(each).display === 'none')")
    assert other.evaluate_all("all => all.filter(each => each.getClientRects().length).length") == before > 3
    visit.page.get_by_role("checkbox", name="mp-pool").check()
    assert hidden.evaluate_all("all => all.every(each => getComputedStyle(each).display !== 'none')")


def test_it_works_without_scripts(browser: Browser, report: Path) -> None:
    for visit in _visit(browser, report, PHONE, "light", script=False):
        visit.page.get_by_role("checkbox", name="mp-pool").uncheck()

        assert visit.page.locator("figure > svg .s-mp-pool.series:visible").count() == 0
        assert visit.drawing("count").locator(".mark title").first.text_content()
        assert visit.page.get_by_role("button", name="Save as PNG").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_are_the_systems_until_the_reader_chooses(browser: Browser, report: Path, scheme: str) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    papers = {"light": "rgb(255, 255, 255)", "dark": "rgb(21, 23, 27)"}
    for visit in _visit(browser, report, DESK, scheme):
        assert visit.page.evaluate(paper) == papers[scheme]
        for choice in ("Dark", "Light"):
            visit.page.get_by_text(choice, exact=True).click()

            assert visit.page.evaluate(paper) == papers[choice.lower()]


def test_pictures_can_be_saved(desk: Visit, tmp_path: Path) -> None:
    figure = desk.page.locator("#count")

    with desk.page.expect_download() as lines:
        figure.get_by_role("link", name="Save as SVG").click()
    with desk.page.expect_download() as pixels:
        figure.get_by_role("button", name="Save as PNG").click()

    assert lines.value.suggested_filename == "count.svg"
    assert lines.value.path().read_text("utf-8") == Comparison(article_record()).pictures["count"].svg()
    assert pixels.value.suggested_filename == "count.png"
    assert _png_width(pixels.value.path()) == 2 * 1000
    assert desk.complaints == []


def test_print_is_light_and_leaves_the_controls_out(browser: Browser, report: Path) -> None:
    for visit in _visit(browser, report, DESK, "dark"):
        visit.page.emulate_media(media="print")

        assert visit.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert not visit.page.locator(".theme").is_visible()
        assert visit.drawing("count").is_visible()


def test_a_notebook_may_hold_two_comparisons(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "notebook.html"
    shown = [Comparison(made)._repr_html_() for made in (article_record(), planner_record())]
    file.write_text("<!doctype html><html lang=en><title>Notebook</title><body>" + "".join(shown), "utf-8")
    for visit in _visit(browser, file, DESK, "light"):
        first, second = visit.page.locator(".xlmill").all()

        first.get_by_role("checkbox", name="pool", exact=True).uncheck()

        assert first.locator("svg.wide .series.s-pool:visible").count() == 0
        assert second.locator("svg.wide .series.s-pool:visible").count() > 0
        ids = visit.page.evaluate("[...document.querySelectorAll('[id]')].map(each => each.id)")
        assert len(ids) == len(set(ids))
        assert visit.complaints == []


def _png_width(file: Path) -> int:
    data = file.read_bytes()
    assert data.startswith(b"\x89PNG")
    return int.from_bytes(data[16:20], "big")
