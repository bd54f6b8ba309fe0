"""Who has published with whom: one set-based function that recomputes the pairs of the authors it is given."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

MAX_AUTHORS = 100  # a paper of more authors makes no pairs, and the pages say so

# The same authors on the same papers as Paper.objects.listed(); an author twice on a paper counts once.
_PAIRS = """
WITH own AS (
    SELECT DISTINCT a.shown_author_id AS author_id, a.paper_id,
           EXTRACT(YEAR FROM p.publication_date)::smallint AS year
      FROM papers_authorship a
      JOIN papers_paper p ON p.id = a.paper_id
      JOIN papers_author me ON me.id = a.shown_author_id AND NOT me.is_hidden
     WHERE a.shown_author_id = ANY(%(authors)s)
       AND NOT p.is_hidden AND p.merged_into_id IS NULL AND p.status <> 'withdrawn'
       AND (SELECT count(*) FROM papers_authorship n WHERE n.paper_id = p.id) <= %(most)s
       AND COALESCE(p.author_count, 0) <= %(most)s
), pairs AS (
    SELECT own.author_id, other.shown_author_id AS coauthor_id,
           count(DISTINCT own.paper_id) AS papers, min(own.year) AS first_year, max(own.year) AS last_year
      FROM own
      JOIN papers_authorship other ON other.paper_id = own.paper_id
      JOIN papers_author them ON them.id = other.shown_author_id AND NOT them.is_hidden
     WHERE other.shown_author_id <> own.author_id
     GROUP BY own.author_id, other.shown_author_id
), both_ways AS (
    SELECT author_id, coauthor_id, papers, first_year, last_year FROM pairs
     UNION
    SELECT coauthor_id, author_id, papers, first_year, last_year FROM pairs
), gone AS (
    DELETE FROM papers_coauthorship c
     WHERE (c.author_id = ANY(%(authors)s) OR c.coauthor_id = ANY(%(authors)s))
       AND NOT EXISTS (SELECT FROM both_ways b WHERE b.author_id = c.author_id AND b.coauthor_id = c.coauthor_id)
)
INSERT INTO papers_coauthorship AS c (author_id, coauthor_id, papers, first_year, last_year)
SELECT author_id, coauthor_id, papers, first_year, last_year FROM both_ways
    ON CONFLICT (author_id, coauthor_id) DO UPDATE
   SET papers = EXCLUDED.papers, first_year = EXCLUDED.first_year, last_year = EXCLUDED.last_year
 WHERE (c.papers, c.first_year, c.last_year)
       IS DISTINCT FROM (EXCLUDED.papers, EXCLUDED.first_year, EXCLUDED.last_year)
"""


def recompute_coauthorships(author_ids: Collection[int]) -> None:
    """Bring every pair in which one of the authors takes part up to date, in the caller's transaction."""
    if author_ids:
        with connection.cursor() as cursor:
            cursor.execute(_PAIRS, {"authors": sorted(author_ids), "most": MAX_AUTHORS})
