"""The annual report: composed, looked at, issued and kept, for those who have the right to issue it."""

from __future__ import annotations

import io
import mimetypes
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Path, Query
from fastapi.responses import HTMLResponse, Response

from admin_api.console.finding import signed_in
from admin_api.console.frame import show_page
from admin_api.errors import AdminNotFound
from admin_api.figures import FIRST_YEAR, LAST_YEAR, Reported, is_shown, report_of, today_of
from admin_api.files import compose_download
from admin_api.pages import Visit
from admin_api.visits import NotAllowed, own_form, staff_visit
from casework.actions.reporting import issue_report, keep_files
from casework.annual import forms
from casework.annual.findings import Finding
from casework.annual.naming import MOST_CASES, say_finding, say_gap
from casework.annual.report import AnnualReport
from casework.issued_report import IssuedReport
from casework.papers.annual_document import compose_document
from casework.papers.annual_files import annual_files, staff_links
from casework.papers.document import Chart, Document, Grid, Heading, Paragraph
from casework.rights import Right, has_anywhere

router = APIRouter(prefix="/figures/report")
_CHART_HEADERS: Final = {
    "cache-control": "private, no-cache",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
}
_KINDS: Final = {Heading: "heading", Paragraph: "paragraph", Grid: "grid", Chart: "chart"}


def report_visit(visit: Annotated[Visit, Depends(staff_visit)]) -> Visit:
    """A visit of somebody who may issue the report; NotAllowed for everybody else."""
    if not has_anywhere(signed_in(visit), Right.ISSUE_REPORT):
        raise NotAllowed
    return visit


ReportVisit = Annotated[Visit, Depends(report_visit)]


@dataclass(frozen=True, slots=True)
class ReportWish:
    """Which report is meant."""

    year: int
    form: forms.Form

    @property
    def query(self) -> str:
        """As an address says it."""
        return urlencode({"year": self.year, "form": self.form.value})


@dataclass(frozen=True, slots=True)
class Trouble:
    """A finding in words, with the cases that it names: those that the account may follow and those that it may not."""

    said: str
    cases: tuple[tuple[str, bool], ...]
    named: int
    """How many cases it concerns; more than are listed, at times."""


def read_wish(
    visit: ReportVisit,
    year: Annotated[int | None, Query(ge=FIRST_YEAR, le=LAST_YEAR)] = None,
    form: forms.Form = forms.Form.OF_2021,
) -> ReportWish:
    """The report in the address, that of last year where none is named: it is the one that is due."""
    return ReportWish(year or today_of(visit.context).year - 1, form)


Wish = Annotated[ReportWish, Depends(read_wish)]


@router.get("")
def show_report(visit: ReportVisit, wish: Wish) -> HTMLResponse:
    """The report as the cases stand now, or what keeps it from being issued, and what was issued before."""
    return _page(visit, wish, report_of(visit.context, wish.year, wish.form))


@router.post("", dependencies=[Depends(own_form)])
def issue(
    visit: ReportVisit,
    year: Annotated[int, Form(ge=FIRST_YEAR, le=LAST_YEAR)],
    form: Annotated[forms.Form, Form()],
) -> Response:
    """Issue it: every file is kept, then the report put on record. While something is wrong nothing is issued."""
    context, wish = visit.context, ReportWish(year, form)
    reported = report_of(context, year, form)
    report = reported.report
    if report is None:
        return _page(visit, wish, reported, status=409)
    # What leaves the house has no links into the console.
    files = keep_files(annual_files(report, context.report_words), context.blobs)
    by, now = signed_in(visit).id, context.clock()
    context.store.write(lambda uow: issue_report(report, files, uow, by=by, now=now))
    return visit.go(f"/staff/figures/report?{wish.query}&done=report_issued#issued")


@router.get("/chart.svg")
def send_chart(visit: ReportVisit, wish: Wish, key: Annotated[str, Query(max_length=40)]) -> Response:
    """A chart of the report as the cases stand now; AdminNotFound."""
    report = report_of(visit.context, wish.year, wish.form).report
    for block in _document(report, visit).blocks if report else ():
        if isinstance(block, Chart) and block.key == key:
            return Response(block.svg, media_type="image/svg+xml", headers=_CHART_HEADERS)
    raise AdminNotFound(f"the report of {wish.year} has no chart {key!r}")


@router.get("/draft.zip")
def send_draft(visit: ReportVisit, wish: Wish) -> Response:
    """Every file of the report as the cases stand now, with links into the console; AdminNotFound while refused."""
    report = report_of(visit.context, wish.year, wish.form).report
    if report is None:
        raise AdminNotFound(f"the report of {wish.year} cannot be composed while something is wrong")
    link = staff_links(_site(visit), year=wish.year, form=wish.form)
    files = annual_files(report, visit.context.report_words, link=link)
    return compose_download(f"annual-{wish.year}-draft.zip", "application/zip", _zipped(files.items()))


@router.get("/issued/{report_id}/files.zip")
def send_all(visit: ReportVisit, report_id: Annotated[int, Path(ge=1)], *, charts: bool = False) -> Response:
    """Every file of an issued report, or its charts alone; CaseworkNotFound."""
    issued = _issued(visit, report_id)
    names = [name for name in issued.files if not charts or name.endswith(".svg")]
    files = ((name, visit.context.blobs.get(issued.files[name])) for name in names)
    ending = "charts" if charts else f"issue-{issued.id}"
    return compose_download(f"annual-{issued.year}-{ending}.zip", "application/zip", _zipped(files))


@router.get("/issued/{report_id}/{name}")
def send_file(visit: ReportVisit, report_id: Annotated[int, Path(ge=1)], name: str) -> Response:
    """One file of an issued report as it was issued; AdminNotFound, CaseworkNotFound."""
    digest = _issued(visit, report_id).files.get(name)
    if digest is None:
        raise AdminNotFound(f"the issued report {report_id} has no such file")
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return compose_download(name, kind, visit.context.blobs.get(digest))


def _page(visit: Visit, wish: ReportWish, reported: Reported, *, status: int = 200) -> HTMLResponse:
    context, today = visit.context, today_of(visit.context)
    with context.store.read() as uow:
        issued = uow.reports.of_year(wish.year)
        names = {one.id: one.display_name for one in uow.accounts.list_staff()}
        troubles = [
            _trouble(finding, visit, {one: is_shown(one, uow, context, signed_in(visit)) for one in _named(finding)})
            for finding in reported.findings
            if not finding.is_warning
        ]
    document = _document(reported.report, visit) if reported.report else None
    return show_page(
        visit,
        "console/report.html",
        room="figures",
        status=status,
        wish=wish,
        years=range(today.year, FIRST_YEAR - 1, -1),
        forms=list(forms.Form),
        document=document,
        blocks=[(_KINDS[type(block)], block) for block in document.blocks] if document else [],
        gaps=[say_gap(gap, context.report_words, visit.language) for gap in reported.report.gaps]
        if reported.report
        else [],
        troubles=troubles,
        warnings=[_said(finding, visit) for finding in reported.findings if finding.is_warning],
        issued=[(one, names.get(one.issued_by) if one.issued_by else None, _papers(one)) for one in issued],
    )


def _document(report: AnnualReport, visit: Visit) -> Document:
    link = staff_links("", year=report.year, form=report.form)
    return compose_document(report, visit.context.report_words, visit.language, link=link)


def _papers(issued: IssuedReport) -> Mapping[str, list[str]]:
    """The papers of an issued report by language; charts come as one file."""
    papers = [name for name in issued.files if not name.endswith((".svg", ".json"))]
    return {language: [name for name in papers if f"-{language}." in name] for language in ("zh", "en")}


def _named(finding: Finding) -> tuple[str, ...]:
    return finding.references[:MOST_CASES]


def _trouble(finding: Finding, visit: Visit, shown: Mapping[str, bool]) -> Trouble:
    return Trouble(_said(finding, visit), tuple(shown.items()), len(finding.references))


def _said(finding: Finding, visit: Visit) -> str:
    return say_finding(finding, visit.context.report_words, visit.language, cases=False)


def _issued(visit: Visit, report_id: int) -> IssuedReport:
    with visit.context.store.read() as uow:
        return uow.reports.get(report_id)


def _site(visit: Visit) -> str:
    return str(visit.request.app.state.site) or str(visit.request.base_url)


def _zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return buffer.getvalue()
