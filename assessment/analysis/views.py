"""Pages of an exam's analysis."""

from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assessment.analysis import charts, findings, report, services
from assessment.marking.services import csv_bytes
from lms.core.i18n import _
from lms.core.web import current_actor, flash_success

blueprint = Blueprint("analysis", __name__, template_folder="templates", static_folder="static",
                      static_url_path="/static/analysis")
ADDRESS = "/exams/<uuid:exam_id>/analysis"


@blueprint.get(ADDRESS)
def show_exam(exam_id: UUID) -> str:
    """Summary, histogram, item map and item table of the newest analysis."""
    found = services.get_report(current_actor(), exam_id)
    sort = request.args.get("sort", "number")
    return render_template("assessment/analysis/analysis.html", report=found, sort=sort, findings=findings,
                           **(_drawn(found, sort) if found.run else {}))


@blueprint.post(ADDRESS)
def run_analysis(exam_id: UUID) -> ResponseReturnValue:
    """Have the exam analysed."""
    services.run_analysis(current_actor(), exam_id)
    flash_success(_("The analysis is on its way. It takes a few seconds."))
    return redirect(url_for("analysis.show_exam", exam_id=exam_id))


@blueprint.get(f"{ADDRESS}/items/<uuid:version_id>")
def show_item(exam_id: UUID, version_id: UUID) -> str:
    """One item: its figures, findings, options, and who chose them."""
    found, item = services.get_item_figures(current_actor(), exam_id, version_id)
    # Of statements each line is right answers, so none stands out as the key.
    drawn = [row | {"is_key": row["is_key"] and item["kind"] != "true_false"} for row in item["options"]
             if row["label"]]
    assert found.run is not None
    numbers = [each["version_id"] for each in found.items]
    place = numbers.index(item["version_id"])
    return render_template(
        "assessment/analysis/item.html", report=found, line=report.line(item), kind_name=report.kind_name,
        row_name=report.row_name, traces=charts.draw_traces(drawn, found.run.results["groups"]), charts=charts,
        previous_id=numbers[place - 1] if place else None, next_id=(numbers[place + 1:] or [None])[0])


@blueprint.get(f"{ADDRESS}/items.csv")
def export_items(exam_id: UUID) -> ResponseReturnValue:
    """The item table for a spreadsheet."""
    found = services.get_report(current_actor(), exam_id)
    return _csv("items.csv", csv_bytes(report.csv_header(), report.csv_rows(found.items)))


@blueprint.get(f"{ADDRESS}/options.csv")
def export_options(exam_id: UUID) -> ResponseReturnValue:
    """The option tables of all items for a spreadsheet."""
    found = services.get_report(current_actor(), exam_id)
    return _csv("options.csv", csv_bytes(report.options_header(), report.options_rows(found.items)))


def _drawn(found: services.Report, sort: str) -> dict[str, object]:
    assert found.run is not None
    results = found.run.results
    lines, histogram = report.lines(found.items), results["histogram"]
    tones = [line.tone for line in lines]
    return {
        "test": results["test"], "alpha_words": report.alpha_words(results["test"]["alpha"]),
        "histogram": charts.draw_histogram(histogram["edges"], histogram["counts"]),
        "item_map": charts.draw_item_map(found.items, tones, report.advice_threshold()),
        "lines": report.sort_lines(lines, sort), "kind_name": report.kind_name, "charts": charts,
        "to_see": [each for each in report.sort_lines(lines, "findings") if each.tone in report.GRAVE],
    }


def _csv(name: str, body: bytes) -> Response:
    response = Response(body, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
