"""TeX, HTML and JATS of titles and abstracts → safe HTML with MathML, or plain text. Pure; done once, at ingest.

The input is hostile. The HTML holds phrasing content only (it may stand in a <p>, a heading or a link), passes
the allow-list of `papers.markup.policy` unchanged, and has no address, script, class or style attribute.
"""

from papers.markup.render import abstract_html, plain_text, title_html

__all__ = ["abstract_html", "plain_text", "title_html"]
