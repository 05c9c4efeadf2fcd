"""The student report's figures, made again and measured."""

import streamlit as st

from explorer.report.results import stored
from explorer.ui import address, layout, report, steady
from explorer.ui.report import FIRST, PAGE, VIEWS
from explorer.ui.session import visitor

layout.begin(
    "The report",
    "A student report, “Feature Visualization on VGG-16”, says what filters look for and what each "
    "regularization does. Here are its figures, made again, and its statements, measured.",
)
st.html(report.STYLE)
visitor()
complaints, _ = address.enter(PAGE, report.fill)
layout.complain(complaints)
results = stored()
if not results:
    st.warning(
        "The stored results are not here, so nothing is measured on this page; every picture can "
        "still be drawn, and `python -m explorer report -o FOLDER` measures them all."
    )
view = st.segmented_control(
    "Part of the report",
    VIEWS,
    key=f"{PAGE}:view",
    format_func=VIEWS.get,
    required=True,
    label_visibility="collapsed",
    wrap=True,
)
if view != FIRST:
    report.section(view, results)
elif results:
    st.markdown(report.count(results))
    report.all_statements(results)
if results and view in report.WITH_CLASS:
    st.caption(report.about(results))
address.write(PAGE, {"section": view})
st.caption(
    "`python -m explorer report -o FOLDER` makes it all again, as a page of its own to hand out."
)
steady.echo()
