"""Request lists as auditors send them, odd ones too, written by two libraries."""

from __future__ import annotations

import datetime as dt

import openpyxl
import xlsxwriter
from openpyxl.styles import Font, PatternFill

HEADER = ("Ref #", "Control(s)", "Request Description", "Type", "Due Date", "Client owner", "Notes")


def plain_list(path, rows, header=HEADER, title="PBC"):
    """A sheet with a header and rows, nothing else."""
    book = openpyxl.Workbook()
    book.active.title = title
    for row in (header, *rows):
        book.active.append(row)
    book.save(path)
    return path


def odd_list(path):
    """Titles above the header, merged cells, a hidden sheet and row, numbers, days in all forms."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "PBC list"
    sheet.append(["Request list of Example LLP"])
    sheet.merge_cells("A1:G1")
    sheet.append([None])
    sheet.append(["Reference: engagement 7", None, "Request evidence by portal"])
    sheet.append(HEADER)
    sheet.append(["A. Access", None, None])
    sheet.append([14.0, "CC6.1; CC6.2", "All IAM users", "Population", dt.date(2026, 12, 15)])
    sheet.append([7, "CC6.3", "Access policy", "Document", 46371, "Ann"])
    sheet["A7"].number_format = "000"
    sheet.append([])
    sheet.append(["R-3", None, "Buckets,", "populaton", "15/12/2026", None, "red"])
    sheet.append([None, None, "with their encryption"])
    sheet.merge_cells("A9:A10")
    sheet.append(["R-4", None, "Trails", None, "03/04/2026"])
    sheet.append(["R-4", None, "=B6", None, "when done"])
    sheet.append([None, None, "Who left?"])
    sheet.append(["R-5", None, "Root account MFA", "Sample", "1st Mar 2026"])
    sheet.row_dimensions[14].hidden = True
    sheet["A2000"].fill = PatternFill("solid", fgColor="FFFF00")
    sheet["C6"].font = Font(bold=True)
    old = book.create_sheet("Last year")
    old.append(["Ref", "Request"])
    old.append(["X-1", "not asked for any more"])
    old.sheet_state = "hidden"
    book.save(path)
    return path


def rich_list(path):
    """A chart, a comment, a format, a validation, a formula with its value, two sheets."""
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Requests & more")
    bold = book.add_format({"bold": True, "bg_color": "#DDEEFF", "border": 1, "text_wrap": True})
    sheet.set_column("C:C", 50)
    for column, text in enumerate(("ID", "Control", "Request")):
        sheet.write(0, column, text, bold)
    for row, name in enumerate(("RFI-014", "RFI-015"), 1):
        sheet.write(row, 0, name, bold)
        sheet.write(row, 1, "CC6.1")
        sheet.write_formula(row, 2, f'="IAM users "&{row}', bold, f"IAM users {row}")
    sheet.write_comment("A2", "first")
    sheet.data_validation("B2:B9", {"validate": "list", "source": ["CC6.1", "CC6.2"]})
    sheet.conditional_format("A2:C3", {"type": "text", "criteria": "containing", "value": "x"})
    sheet.autofilter("A1:C3")
    other = book.add_worksheet("Figures")
    other.write_column("A1", [1, 2, 3])
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=Figures!$A$1:$A$3"})
    other.insert_chart("C1", chart)
    book.close()
    return path
