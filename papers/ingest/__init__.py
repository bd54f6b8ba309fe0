"""Records → evidence → displayed rows: the only writer of papers, authors and what lies between them.

`store_page` is the way in for imports, `redisplay` for decisions. Both run in the caller's transaction and take one
advisory lock, so that two imports at once see each other's work whole.
"""

from papers.ingest.pages import PageResult, redisplay, store_page

__all__ = ["PageResult", "redisplay", "store_page"]
