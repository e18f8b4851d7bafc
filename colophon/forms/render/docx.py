"""A summary as a Word document that a lawyer can go on working in: headings, tables, check boxes that can be ticked."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from importlib.resources import files
from itertools import count
from typing import Any

import docx
from docx.document import Document
from docx.enum.section import WD_SECTION
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm
from docx.text.paragraph import Paragraph

from colophon.forms.render.printed import Annex, Columns, Printed, PrintedLine, Tone, printed
from colophon.forms.summary import Box, Boxes, BoxGroup, Content, Listing, Summary, SummaryField, TableContent, Text
from colophon.templates import LAYOUTS

#: Columns of a list of short items.
_COLUMNS = 3

#: A4, in millimetres, and the width of its text in twentieths of a point.
_PAGE_WIDTH, _PAGE_HEIGHT, _SIDE = 210, 297, 22
_TEXT_WIDTH = 9412

#: A field of more paragraphs, those in cells of tables included, may be cut by the end of a page.
_MAX_KEPT_TOGETHER = 40

#: Day of all files within the document, the first that a zip archive knows.
_ZIP_DAY = (1980, 1, 1, 0, 0, 0)

#: What XML cannot carry.
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HASH = re.compile(r"[0-9a-f]{64}")

_W14 = "http://schemas.microsoft.com/office/word/2010/wordml"


def render_docx(summary: Summary) -> bytes:
    """The summary as a Word document, dated by its record; `styles.xml` of the layouts says how it looks."""
    sheet = printed(summary)
    document = docx.Document()
    _style(document, sheet)
    _describe(document, sheet)
    _frame(document, sheet)
    _Writer(document, sheet).write()
    return _fixed(document)


class Style(StrEnum):
    """The styles by their ids in `styles.xml`."""

    TITLE = "Title"
    SUBTITLE = "Subtitle"
    HEADING = "Heading"
    PREAMBLE = "Preamble"
    FIELD = "Field"
    FIELD_NUMBER = "FieldNumber"
    FIELD_NOTE = "FieldNote"
    TEXT = "Normal"
    DETAIL = "Detail"
    GROUP = "BoxGroup"
    BOX = "Box"
    ITEM = "ListItem"
    NOTE = "Note"
    OPEN = "Open"
    REDACTED = "Redacted"
    EVIDENCE = "Evidence"
    ORIGIN = "Origin"
    DRAFT = "Draft"
    DRAFT_MARK = "DraftMark"
    TABLE = "FormTable"
    CELL = "Cell"
    HEADER_CELL = "HeaderCell"
    DENSE_CELL = "DenseCell"
    DENSE_HEADER = "DenseHeaderCell"
    HASH = "Hash"
    AFTER_TABLE = "AfterTable"
    ROOT = "Root"


_TONES = {
    Tone.PLAIN: Style.TEXT,
    Tone.ABSENT: Style.NOTE,
    Tone.OPEN: Style.OPEN,
    Tone.REDACTED: Style.REDACTED,
    Tone.EVIDENCE: Style.EVIDENCE,
    Tone.ORIGIN: Style.ORIGIN,
}


class _Writer:
    """Writes the summary into an empty document from top to bottom."""

    def __init__(self, document: Document, sheet: Printed) -> None:
        self._document, self._sheet = document, sheet
        #: the properties of the last section close the document; all else goes before them
        self._end = document.sections[-1]._sectPr  # noqa: SLF001 -- python-docx has no columns
        self._numbers = count(1)

    def write(self) -> None:
        sheet = self._sheet
        self._paragraph(Style.TITLE, sheet.summary.title)
        self._paragraph(Style.SUBTITLE, sheet.summary.subject)
        self._paragraph(Style.NOTE, f"{sheet.summary.template} · {sheet.edition} · {sheet.version}")
        if sheet.withheld_note:
            self._paragraph(Style.NOTE, sheet.withheld_note)
        if sheet.draft:
            self._paragraph(Style.DRAFT, f"{sheet.draft}. {sheet.draft_note}")
        for section in sheet.summary.sections:
            # The title is above the headings, of which the first level of the form is the second.
            self._paragraph(f"{Style.HEADING}{section.level - 1}", section.heading)
            if section.preamble:
                self._paragraph(Style.PREAMBLE, section.preamble)
            for field in section.fields:
                self._field(field)
        for annex in sheet.annexes:
            self._annex(annex)

    def _field(self, field: SummaryField) -> None:
        paragraph = self._paragraph(Style.FIELD)
        label = paragraph._p  # noqa: SLF001
        _run(paragraph, field.id, Style.FIELD_NUMBER)
        _run(paragraph, f"\u2002{field.label}")
        if field.optional:
            _run(paragraph, f" {self._sheet.phrases.optional}", Style.FIELD_NOTE)
        parts = self._sheet.parts[field.id]
        for part in parts:
            if part.label:
                self._paragraph(Style.DETAIL, part.label)
            for line in part.above:
                self._line(line)
            if part.content is not None:
                self._content(part.content, part.columns)
            for line in part.below:
                self._line(line)
        if not any(isinstance(part.content, Listing) for part in parts):
            self._keep_together(label)

    def _keep_together(self, first: Any) -> None:
        """Keeps what was written from a paragraph on together on a page where it is short."""
        written = [first, *(e for e in first.itersiblings() if e is not self._end)]
        paragraphs = [p for element in written for p in element.iter(qn("w:p"))]
        if len(paragraphs) <= _MAX_KEPT_TOGETHER:
            for paragraph in paragraphs[:-1]:
                paragraph.get_or_add_pPr().get_or_add_keepNext()

    def _line(self, line: PrintedLine) -> None:
        paragraph = self._paragraph(_TONES[line.tone])
        if line.lead:
            _run(paragraph, line.lead).bold = True
            _run(paragraph, " ")
        _run(paragraph, line.text)

    def _content(self, content: Content, columns: Columns | None) -> None:
        match content:
            case Text(paragraphs):
                for text in paragraphs:
                    self._paragraph(Style.TEXT, text)
            case Boxes(groups):
                for group in groups:
                    self._group(group)
            case TableContent(headings, rows) if rows and columns is not None:
                self._table(headings, rows, columns)
            case Listing(items) if items:
                self._columns(items)
            case TableContent() | Listing():
                self._paragraph(Style.TEXT, content.empty)

    def _group(self, group: BoxGroup) -> None:
        if group.heading:
            self._paragraph(Style.GROUP, group.heading)
        for box in group.boxes:
            self._box(box)
        if group.note:
            self._paragraph(Style.NOTE, group.note)

    def _box(self, box: Box) -> None:
        paragraph = self._paragraph(Style.BOX)
        paragraph._p.append(_check_box(box, next(self._numbers)))  # noqa: SLF001 -- python-docx has no content controls
        _run(paragraph, "\t")
        _run(paragraph, box.label).bold = box.ticked or None

    def _columns(self, items: Sequence[str]) -> None:
        """Items in columns: Word evens them out before a section that begins on the same page."""
        self._section(_COLUMNS)
        for item in items:
            self._paragraph(Style.ITEM, item)
        self._section(1)

    def _section(self, columns: int) -> None:
        """Ends the section with the last paragraph; what follows is in columns."""
        ended = self._end.clone()
        self._end.getprevious().set_sectPr(ended)
        for reference in self._end.findall(qn("w:headerReference")) + self._end.findall(qn("w:footerReference")):
            self._end.remove(reference)
        self._document.sections[-1].start_type = WD_SECTION.CONTINUOUS
        self._end.find(qn("w:cols")).set(qn("w:num"), str(columns))

    def _annex(self, annex: Annex) -> None:
        self._paragraph(f"{Style.HEADING}1", annex.heading)
        self._paragraph(Style.PREAMBLE, annex.preamble)
        self._table(annex.headings, [row.cells for row in annex.rows], annex.columns)

    def _table(self, headings: Sequence[str], rows: Sequence[Sequence[str]], columns: Columns) -> None:
        """A table whose first row is a header on every page, and whose rows stay whole."""
        widths = [_TEXT_WIDTH * share // sum(columns.shares) for share in columns.shares]
        head, body = (Style.DENSE_HEADER, Style.DENSE_CELL) if columns.dense else (Style.HEADER_CELL, Style.CELL)
        table = parse_xml(
            f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblStyle w:val="{Style.TABLE}"/>'
            f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
            '<w:tblLook w:val="0020" w:firstRow="1" w:noVBand="1" w:noHBand="1"/></w:tblPr></w:tbl>'
        )
        grid = _element("w:tblGrid")
        grid.extend(_element("w:gridCol", w=str(width)) for width in widths)
        table.append(grid)
        table.append(self._row(headings, widths, head, [_element("w:cantSplit"), _element("w:tblHeader")]))
        table.extend(self._row(row, widths, body, [_element("w:cantSplit")]) for row in rows)
        self._end.addprevious(table)
        # Two tables without a paragraph between them would become one.
        self._paragraph(Style.AFTER_TABLE)

    def _row(self, cells: Sequence[str], widths: Sequence[int], style: Style, properties: Sequence[Any]) -> Any:
        row = _element("w:tr")
        row.append(held := _element("w:trPr"))
        held.extend(properties)
        for text, width in zip(cells, widths, strict=True):
            cell = _element("w:tc")
            cell.append(about := _element("w:tcPr"))
            about.append(_element("w:tcW", w=str(width), type="dxa"))
            paragraph = self._new(style)
            _run(paragraph, text, Style.HASH if _HASH.fullmatch(text) else None)
            cell.append(paragraph._p)  # noqa: SLF001
            row.append(cell)
        return row

    def _paragraph(self, style: str, text: str = "") -> Paragraph:
        paragraph = self._new(style)
        if text:
            _run(paragraph, text)
        # Adding at the end by python-docx looks through all that is there: slow with many items.
        self._end.addprevious(paragraph._p)  # noqa: SLF001
        return paragraph

    def _new(self, style: str) -> Paragraph:
        paragraph = Paragraph(_element("w:p"), self._document._body)  # noqa: SLF001
        paragraph._p.style = style  # noqa: SLF001
        return paragraph


def _style(document: Document, sheet: Printed) -> None:
    styles = parse_xml(files("colophon").joinpath(LAYOUTS, "styles.xml").read_bytes())
    for language in styles.iter(qn("w:lang")):
        language.set(qn("w:val"), sheet.summary.language)
    document.part._styles_part._element = styles  # noqa: SLF001 -- python-docx only changes styles one by one
    for setting in document.settings.element.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            # Word of 2013 and later; below, it opens the document in a mode of its past.
            setting.set(qn("w:val"), "15")


def _describe(document: Document, sheet: Printed) -> None:
    created = datetime.fromisoformat(sheet.summary.created_at).astimezone(UTC).replace(tzinfo=None)
    properties = document.core_properties
    properties.title = _clean(f"{sheet.draft}: {sheet.summary.title}" if sheet.draft else sheet.summary.title)[:255]
    properties.subject = _clean(sheet.summary.subject)[:255]
    properties.author = properties.last_modified_by = ""
    properties.comments = _clean(f"{sheet.summary.template}; {sheet.edition}")[:255]
    properties.content_status = sheet.draft
    properties.version = sheet.version
    properties.identifier = sheet.root
    properties.language = sheet.summary.language
    properties.created = properties.modified = created


def _frame(document: Document, sheet: Printed) -> None:
    """The page, and the head and foot of every one."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(_PAGE_WIDTH), Mm(_PAGE_HEIGHT)
    section.left_margin = section.right_margin = Mm(_SIDE)
    section.top_margin, section.bottom_margin = Mm(25), Mm(24)
    section.header_distance = section.footer_distance = Mm(11)
    head = section.header.paragraphs[0]
    _run(head, f"{sheet.summary.title}\t")
    _run(head, sheet.draft, Style.DRAFT_MARK)
    _run(head, f"\t{sheet.edition}")
    foot = section.footer.paragraphs[0]
    _run(foot, f"{sheet.version}\t\t")
    for piece in re.split(r"(\{page\}|\{pages\})", sheet.phrases.page):
        if piece in {"{page}", "{pages}"}:
            foot._p.append(_counted("PAGE" if piece == "{page}" else "NUMPAGES"))  # noqa: SLF001
        else:
            _run(foot, piece)
    root = section.footer.add_paragraph()
    root._p.style = Style.ROOT  # noqa: SLF001
    _run(root, sheet.root)


def _counted(instruction: str) -> Any:
    """A number that Word counts."""
    field = _element("w:fldSimple", instr=instruction)
    field.append(run := _element("w:r"))
    run.append(number := _element("w:t"))
    number.text = "1"
    return field


def _check_box(box: Box, number: int) -> Any:
    """A content control that a click ticks and clears; its tag is the code of the option."""
    state, sign = ("1", "☒") if box.ticked else ("0", "☐")
    font = "MS Gothic"
    control = parse_xml(
        f'<w:sdt {nsdecls("w")} xmlns:w14="{_W14}"><w:sdtPr><w:alias/><w:tag/><w:id w:val="{number}"/><w14:checkbox>'
        f'<w14:checked w14:val="{state}"/><w14:checkedState w14:val="2612" w14:font="{font}"/>'
        f'<w14:uncheckedState w14:val="2610" w14:font="{font}"/></w14:checkbox></w:sdtPr><w:sdtContent><w:r><w:rPr>'
        f'<w:rFonts w:ascii="{font}" w:eastAsia="{font}" w:hAnsi="{font}" w:hint="eastAsia"/></w:rPr>'
        f"<w:t>{sign}</w:t></w:r></w:sdtContent></w:sdt>"
    )
    # Word takes no more than 64 letters of either.
    control.find(f".//{qn('w:alias')}").set(qn("w:val"), _clean(box.label)[:64])
    control.find(f".//{qn('w:tag')}").set(qn("w:val"), _clean(box.option)[:64])
    return control


def _run(paragraph: Paragraph, text: str, style: Style | None = None) -> Any:
    run = paragraph.add_run(_clean(text))
    if style is not None:
        run._r.style = style  # noqa: SLF001 -- by its id, which python-docx would look up each time
    return run


def _element(name: str, **attributes: str) -> Any:
    element: Any = OxmlElement(name)
    for attribute, value in attributes.items():
        element.set(qn(f"w:{attribute}"), value)
    return element


def _clean(text: str) -> str:
    return _UNPRINTABLE.sub("\ufffd", text)


def _fixed(document: Document) -> bytes:
    """The document as an archive in which nothing depends on the moment it was written."""
    written, fixed = io.BytesIO(), io.BytesIO()
    document.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, _ZIP_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return fixed.getvalue()
