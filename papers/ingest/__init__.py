"""Records → evidence → displayed rows: the only writer of papers, authors and what lies between them.

`store_page` is the way in for imports, `redisplay` for decisions. Both run in the caller's transaction and take one
advisory lock, so that two imports at once see each other's work whole. Who reads what they write, and writes rows that
refer to it, shares that lock: `lock_ingest(shared=True)`.
"""

from papers.ingest.pages import PageResult, lock_ingest, redisplay, store_page

__all__ = ["PageResult", "lock_ingest", "redisplay", "store_page"]
