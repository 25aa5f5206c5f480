"""How Sphinx builds the site; `docs/site/build.py` lays out what it is built of."""

import deixis

project = "Deixis"
author = "The Deixis maintainers"
copyright = "2026, the Deixis maintainers, Apache-2.0"
version = release = deixis.__version__

extensions = ["myst_parser"]
myst_heading_anchors = 4
# the pages are those of the repository, where none of these is meant
myst_disable_syntax = ["myst_line_comment", "myst_target"]
suppress_warnings = ["misc.highlighting_failure"]
exclude_patterns = ["files"]
smartquotes = False
nitpicky = False
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 72
add_module_names = False

html_theme = "furo"
html_title = f"Deixis {version}"
html_static_path = ["_static"]
html_css_files = ["style.css"]
html_copy_source = False
html_show_sphinx = False
templates_path: list[str] = []
pygments_style = "friendly"
pygments_dark_style = "github-dark"
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#8f2d12", "color-brand-content": "#8f2d12"},
    "dark_css_variables": {"color-brand-primary": "#ff9d7a", "color-brand-content": "#ff9d7a"},
}
