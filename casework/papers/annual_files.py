"""Every file of an annual report, by name."""

from __future__ import annotations

from urllib.parse import urlencode

from casework.annual.filed import compose_filed
from casework.annual.findings import Cell
from casework.annual.forms import Form
from casework.annual.report import AnnualReport
from casework.papers.annual_document import compose_document
from casework.papers.annual_grids import LinkMaker, no_link
from casework.papers.annual_sheets import subject_of
from casework.papers.document import Chart
from casework.papers.pages import compose_page
from casework.papers.printing import print_document
from casework.papers.sheets import compose_sheets
from casework.papers.word_files import compose_word_template, fill_word_template
from casework.party import LANGUAGES, Language
from casework.wording import Wording

CASES_PAGE = "/staff/figures/cases"


def file_stem(report: AnnualReport, language: Language) -> str:
    """What the files of a report in one language begin with."""
    return f"annual-{report.year}-{language}"


def filed_name(year: int) -> str:
    """The name of the file of numbers, with which the next report is checked."""
    return f"annual-{year}.json"


def staff_links(site: str, *, year: int, form: Form) -> LinkMaker:
    """Links of each number to the page of the cases that it counts, for papers that stay in the house."""

    def link(cell: Cell) -> str:
        query = urlencode({"year": year, "form": form.value, "cell": str(cell)})
        return f"{site.rstrip('/')}{CASES_PAGE}?{query}"

    return link


def annual_files(
    report: AnnualReport, words: Wording, *, link: LinkMaker = no_link, template: bytes | None = None
) -> dict[str, bytes]:
    """HTML, DOCX, XLSX, PDF and charts in both languages, and the file of numbers.

    `template` is a DOCX template of the bureau, which then sets the Chinese one.
    """
    files = {filed_name(report.year): compose_filed(report).encode()}
    for language in LANGUAGES:
        files |= _files_in(report, words, language, link, template if language == "zh" else None)
    return files


def _files_in(
    report: AnnualReport, words: Wording, language: Language, link: LinkMaker, template: bytes | None
) -> dict[str, bytes]:
    document = compose_document(report, words, language, link=link)
    stem = file_stem(report, language)
    charts = {block.key: block.svg for block in document.blocks if isinstance(block, Chart)}
    page = compose_page(document, chart_file=lambda key: f"{stem}-{key}.svg")
    return {
        f"{stem}.html": page.encode(),
        f"{stem}.pdf": print_document(document),
        f"{stem}.xlsx": compose_sheets(document, subject=subject_of(report)),
        f"{stem}.docx": fill_word_template(template or compose_word_template(document), document),
        **{f"{stem}-{key}.svg": svg.encode() for key, svg in charts.items()},
    }
