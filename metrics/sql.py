"""The statements behind metrics/snapshots: every figure of many authors in one pass, by window functions.

Over the authorships that Authorship.objects.listed() gives; an author twice on a paper counts once.
tests/metrics/test_snapshots.py holds them against metrics/formulas.py and against that queryset.
"""

from __future__ import annotations

# The papers that lists show, with when their displayed count was retrieved. `hash` covers all that a figure is made of.
_PAPER = """
    SELECT p.id, p.cited_by_count AS count, p.primary_category AS category,
           EXTRACT(YEAR FROM p.publication_date)::int AS year,
           CASE WHEN p.cited_by_count IS NULL THEN 'unknown'
                WHEN p.cited_by_source = '' THEN 'unstated' ELSE p.cited_by_source END AS source,
           min(c.retrieved_at) AS counts_from, max(c.retrieved_at) AS counts_to,
           hash_record_extended(ROW(p.id, p.cited_by_count, p.cited_by_source, p.primary_category,
                                    p.publication_date, min(c.retrieved_at), max(c.retrieved_at)), 0) >> 16 AS hash
      FROM papers_paper p
      LEFT JOIN papers_citedbycount c
             ON c.paper_id = p.id AND c.source = p.cited_by_source AND p.cited_by_count IS NOT NULL
     WHERE NOT p.is_hidden AND p.merged_into_id IS NULL AND p.status <> 'withdrawn'
"""

# One order by count serves all ranks, those of the recent papers too; then one grouping each for what is shown.
_FIGURES = f"""
asked AS (
    SELECT author_id, cause FROM unnest(%(authors)s::bigint[], %(causes)s::text[]) AS asked (author_id, cause)
), entry AS MATERIALIZED (
    SELECT shown_author_id AS author_id, paper_id, count(*) AS times
      FROM papers_authorship WHERE shown_author_id = ANY(%(authors)s::bigint[]) GROUP BY shown_author_id, paper_id
), paper AS MATERIALIZED (
    {_PAPER} AND p.id IN (SELECT paper_id FROM entry) GROUP BY p.id
), ranked AS (
    SELECT entry.author_id, paper.*, paper.hash * entry.times AS inputs,
           COALESCE(year >= %(since)s, false) AS is_recent,
           row_number() OVER by_count AS rank,
           sum(count) OVER by_count AS cited,
           count(*) FILTER (WHERE year >= %(since)s) OVER by_count AS recent_rank
      FROM entry JOIN paper ON paper.id = entry.paper_id
    WINDOW by_count AS (PARTITION BY entry.author_id ORDER BY count DESC NULLS LAST ROWS UNBOUNDED PRECEDING)
), grouped AS (
    SELECT author_id, year, category, source,
           CASE GROUPING(year, category, source) WHEN 7 THEN 'whole' WHEN 3 THEN 'year'
                WHEN 5 THEN 'category' ELSE 'source' END AS kind,
           count(*) AS papers, count(count) AS counted, sum(count) AS citations,
           count(*) FILTER (WHERE count >= rank) AS h,
           count(*) FILTER (WHERE count IS NOT NULL AND cited >= rank * rank) AS g,
           count(*) FILTER (WHERE count >= 10) AS i10,
           count(*) FILTER (WHERE is_recent) AS recent_papers,
           count(count) FILTER (WHERE is_recent) AS recent_counted,
           sum(count) FILTER (WHERE is_recent) AS recent_citations,
           count(*) FILTER (WHERE is_recent AND count >= recent_rank) AS recent_h,
           min(counts_from) AS counts_from, max(counts_to) AS counts_to, sum(inputs) AS inputs
      FROM ranked
     GROUP BY GROUPING SETS ((author_id), (author_id, year), (author_id, category), (author_id, source))
), figures AS (
    SELECT author_id,
           max(papers) FILTER (WHERE kind = 'whole') AS papers,
           max(counted) FILTER (WHERE kind = 'whole') AS papers_counted,
           max(citations) FILTER (WHERE kind = 'whole') AS citations,
           max(h) FILTER (WHERE kind = 'whole' AND counted > 0) AS h_index,
           max(g) FILTER (WHERE kind = 'whole' AND counted > 0) AS g_index,
           max(i10) FILTER (WHERE kind = 'whole' AND counted > 0) AS i10_index,
           max(recent_papers) FILTER (WHERE kind = 'whole') AS recent_papers,
           max(recent_citations) FILTER (WHERE kind = 'whole') AS recent_citations,
           max(recent_h) FILTER (WHERE kind = 'whole' AND recent_counted > 0) AS recent_h_index,
           jsonb_agg(jsonb_build_object('year', year, 'papers', papers, 'counted', counted, 'citations', citations)
                     ORDER BY year NULLS LAST) FILTER (WHERE kind = 'year') AS by_year,
           jsonb_agg(jsonb_build_object('category', category, 'papers', papers)
                     ORDER BY papers DESC, category COLLATE "C")
               FILTER (WHERE kind = 'category' AND category <> '') AS by_category,
           jsonb_object_agg(source, papers) FILTER (WHERE kind = 'source') AS count_sources,
           max(counts_from) FILTER (WHERE kind = 'whole') AS counts_from,
           max(counts_to) FILTER (WHERE kind = 'whole') AS counts_to,
           max(inputs) FILTER (WHERE kind = 'whole')::bigint AS inputs
      FROM grouped GROUP BY author_id
)
"""  # noqa: S608 - made of constants

_VALUES = (
    "papers", "papers_counted", "citations", "h_index", "g_index", "i10_index", "recent_since", "recent_papers",
    "recent_citations", "recent_h_index", "by_year", "by_category", "count_sources", "counts_from", "counts_to",
    "inputs", "definition_version",
)  # fmt: skip
TRACKED = ("papers", "citations", "h_index", "g_index", "i10_index")  # the figures whose changes are kept


def _list(template: str, names: tuple[str, ...] = _VALUES) -> str:
    return ", ".join(template.format(name) for name in names)


_TRACKED_PAIRS = _list("('{0}', changed.old_{0}::float8, changed.{0}::float8)", TRACKED)
_TRACKED_ENDS = _list("('{0}', gone.{0}::float8)", TRACKED)

# Rows that would not change are not even locked. The first figures of an author are a beginning, not a change.
REFRESH = f"""
WITH {_FIGURES}, fresh AS (
    SELECT a.id AS author_id, asked.cause, COALESCE(papers, 0) AS papers, COALESCE(papers_counted, 0) AS papers_counted,
           citations, h_index, g_index, i10_index, %(since)s::smallint AS recent_since,
           COALESCE(recent_papers, 0) AS recent_papers, recent_citations, recent_h_index,
           COALESCE(by_year, '[]') AS by_year, COALESCE(by_category, '[]') AS by_category,
           COALESCE(count_sources, '{{}}') AS count_sources, counts_from, counts_to, COALESCE(inputs, 0) AS inputs,
           %(version)s::text AS definition_version
      FROM asked
      JOIN papers_author a ON a.id = asked.author_id AND a.merged_into_id IS NULL
      LEFT JOIN figures ON figures.author_id = a.id
), changed AS MATERIALIZED (
    SELECT fresh.*, {_list("old.{0} AS old_{0}", TRACKED)},
           old.author_id IS NOT NULL
           OR EXISTS (SELECT FROM metrics_metricchange past WHERE past.author_id = fresh.author_id) AS has_past
      FROM fresh LEFT JOIN metrics_authormetrics old ON old.author_id = fresh.author_id
     WHERE ({_list("fresh.{0}")}) IS DISTINCT FROM ({_list("old.{0}")})
), history AS (
    INSERT INTO metrics_metricchange (author_id, metric, old, new, cause, changed_at)
    SELECT changed.author_id, figure.metric, figure.old, figure.new, changed.cause, %(now)s
      FROM changed CROSS JOIN LATERAL (VALUES {_TRACKED_PAIRS}) AS figure (metric, old, new)
     WHERE changed.has_past AND figure.old IS DISTINCT FROM figure.new
     ORDER BY changed.author_id
), written AS (
    INSERT INTO metrics_authormetrics (author_id, first_computed_at, computed_at, {_list("{0}")})
    SELECT author_id, %(now)s, %(now)s, {_list("{0}")} FROM changed ORDER BY author_id
        ON CONFLICT (author_id) DO UPDATE
       SET computed_at = EXCLUDED.computed_at, {_list("{0} = EXCLUDED.{0}")}
    RETURNING author_id
)
SELECT count(*) FROM written
"""  # noqa: S608 - made of constants

# The author shown in their place has the papers now.
FORGET_MERGED = f"""
WITH asked AS (
    SELECT author_id, cause FROM unnest(%(authors)s::bigint[], %(causes)s::text[]) AS asked (author_id, cause)
), gone AS (
    DELETE FROM metrics_authormetrics m USING papers_author a, asked
     WHERE m.author_id = asked.author_id AND a.id = m.author_id AND a.merged_into_id IS NOT NULL
    RETURNING m.*, asked.cause
), history AS (
    INSERT INTO metrics_metricchange (author_id, metric, old, new, cause, changed_at)
    SELECT gone.author_id, figure.metric, figure.old, NULL, gone.cause, %(now)s
      FROM gone CROSS JOIN LATERAL (VALUES {_TRACKED_ENDS}) AS figure (metric, old)
     WHERE figure.old IS NOT NULL
)
SELECT count(*) FROM gone
"""  # noqa: S608 - made of constants

# Whose stored figures come from other inputs than today's: found without computing any figure.
STALE = f"""
WITH paper AS MATERIALIZED (
    {_PAPER} GROUP BY p.id
), inputs AS (
    SELECT entry.shown_author_id AS author_id, COALESCE(sum(paper.hash), 0)::bigint AS inputs
      FROM papers_authorship entry LEFT JOIN paper ON paper.id = entry.paper_id
     WHERE entry.shown_author_id IS NOT NULL
     GROUP BY entry.shown_author_id
)
SELECT author_id FROM inputs FULL JOIN metrics_authormetrics m USING (author_id)
 WHERE (COALESCE(inputs.inputs, 0), %(since)s, %(version)s)
       IS DISTINCT FROM (m.inputs, m.recent_since, m.definition_version)
 UNION
SELECT m.author_id FROM metrics_authormetrics m JOIN papers_author a ON a.id = m.author_id
 WHERE a.merged_into_id IS NOT NULL
 ORDER BY 1
"""  # noqa: S608 - made of constants

# One refresh at a time for a block of 1,024 authors: an older reading never overwrites a newer one.
LOCK = "SELECT pg_advisory_xact_lock(%(space)s, block) FROM unnest(%(blocks)s::int[]) AS block"
