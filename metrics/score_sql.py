"""The statements behind metrics/scores: which papers are to be scored, and an author's score from the papers' ones."""

from __future__ import annotations

# All that a score reads of a paper, and nothing else: no count, no name, and no summary of ours.
_INPUTS = """
    hash_record_extended(ROW(p.title, p.title_plain, p.abstract, EXTRACT(YEAR FROM p.publication_date)::int,
                             p.primary_category, p.categories, p.topics, p.venue), 0)
"""

# Where every paper belongs, and whether its scores were made of other inputs, or by other models, than today's.
PLACES = f"""
SELECT p.id, EXTRACT(YEAR FROM p.publication_date)::int, p.primary_category, p.categories, p.topics, p.venue,
       (n.inputs, a.inputs, n.version, a.version)
       IS DISTINCT FROM ({_INPUTS}, {_INPUTS}, %(novelty)s::text, %(ai_score)s::text)
  FROM papers_paper p
  LEFT JOIN metrics_paperscore n ON n.paper_id = p.id AND n.metric = 'novelty'
  LEFT JOIN metrics_paperscore a ON a.paper_id = p.id AND a.metric = 'ai_score'
 WHERE NOT p.is_hidden AND p.merged_into_id IS NULL
 ORDER BY p.id
"""  # noqa: S608 - made of constants

TEXTS = f"""
SELECT p.id, COALESCE(NULLIF(p.title_plain, ''), p.title), NULLIF(p.abstract, ''), {_INPUTS}
  FROM papers_paper p WHERE p.id = ANY(%(papers)s) ORDER BY p.id
"""  # noqa: S608 - made of constants

_COLUMNS = ("value", "low", "high", "basis", "reason", "provisional", "version", "evidence", "inputs")
_NEW = ", ".join(f"EXCLUDED.{name}" for name in _COLUMNS)
_OLD = ", ".join(f"metrics_paperscore.{name}" for name in _COLUMNS)
_SET = ", ".join(f"{name} = EXCLUDED.{name}" for name in _COLUMNS)

WRITE_PAPERS = f"""
WITH written AS (
    INSERT INTO metrics_paperscore (paper_id, metric, computed_at, {", ".join(_COLUMNS)})
    SELECT p.id, fresh.metric, %(now)s, {", ".join(f"fresh.{name}" for name in _COLUMNS)}
      FROM jsonb_to_recordset(%(rows)s::jsonb) AS fresh (
               paper_id bigint, metric text, value float8, low float8, high float8, basis text, reason text,
               provisional bool, version text, evidence jsonb, inputs bigint)
      JOIN papers_paper p ON p.id = fresh.paper_id
     ORDER BY p.id, fresh.metric
        ON CONFLICT (paper_id, metric) DO UPDATE SET computed_at = EXCLUDED.computed_at, {_SET}
     WHERE ({_OLD}) IS DISTINCT FROM ({_NEW})
    RETURNING paper_id
)
SELECT count(DISTINCT paper_id) FROM written
"""  # noqa: S608 - made of constants

_FRESH_AUTHORS = """
listed AS (
    SELECT DISTINCT entry.shown_author_id AS author_id, p.id AS paper_id
      FROM papers_authorship entry JOIN papers_paper p ON p.id = entry.paper_id
      JOIN papers_author author ON author.id = entry.shown_author_id AND author.merged_into_id IS NULL
     WHERE NOT p.is_hidden AND p.merged_into_id IS NULL AND p.status <> 'withdrawn'
), metric (slug, kappa, reach, version) AS (
    VALUES ('novelty', %(novelty_kappa)s::numeric, %(novelty_reach)s::numeric, %(novelty)s::text),
           ('ai_score', %(ai_score_kappa)s, %(ai_score_reach)s, %(ai_score)s)
), summed AS (
    SELECT listed.author_id, metric.slug AS metric, metric.version, count(*) AS papers, count(score.value) AS scored,
           count(score.value) FILTER (WHERE score.basis = 'title') AS title_only,
           (COALESCE(sum(score.value::numeric), 0) + kappa * %(centre)s) / (count(score.value) + kappa) AS value,
           reach / sqrt(count(score.value) + kappa) AS reach
      FROM listed CROSS JOIN metric
      LEFT JOIN metrics_paperscore score ON score.paper_id = listed.paper_id AND score.metric = metric.slug
     GROUP BY listed.author_id, metric.slug, metric.version, kappa, reach
), refused AS (
    SELECT DISTINCT COALESCE(author.merged_into_id, author.id) AS author_id, decision.field AS metric
      FROM papers_decision decision JOIN papers_author author ON author.id = decision.author_id
     WHERE decision.kind = 'opt_out' AND decision.revoked_at IS NULL
), reasoned AS (
    SELECT summed.*,
           CASE WHEN refused.author_id IS NOT NULL THEN 'withheld at the wish of the author'
                WHEN scored < %(least)s THEN 'needs ' || %(least)s || ' scored papers, ' || scored || ' known'
                ELSE '' END AS reason
      FROM summed LEFT JOIN refused USING (author_id, metric)
), fresh AS (
    SELECT author_id, metric, papers, scored, title_only, version, reason,
           CASE WHEN reason = '' THEN round(value, 4)::float8 END AS value,
           CASE WHEN reason = '' THEN round(greatest(value - reach, 0), 4)::float8 END AS low,
           CASE WHEN reason = '' THEN round(least(value + reach, 100), 4)::float8 END AS high
      FROM reasoned
)
"""

_AUTHOR_COLUMNS = ("value", "low", "high", "papers", "scored", "title_only", "reason", "version")
_AUTHOR_SET = ", ".join(f"{name} = EXCLUDED.{name}" for name in _AUTHOR_COLUMNS)
_AUTHOR_OLD = ", ".join(f"metrics_authorscore.{name}" for name in _AUTHOR_COLUMNS)
_AUTHOR_NEW = ", ".join(f"EXCLUDED.{name}" for name in _AUTHOR_COLUMNS)

# Over the papers that the author's page lists. Rows of authors without any, or merged away, go.
WRITE_AUTHORS = f"""
WITH {_FRESH_AUTHORS}, gone AS (
    DELETE FROM metrics_authorscore old WHERE NOT EXISTS (SELECT FROM listed WHERE listed.author_id = old.author_id)
    RETURNING author_id
), written AS (
    INSERT INTO metrics_authorscore (author_id, metric, computed_at, {", ".join(_AUTHOR_COLUMNS)})
    SELECT author_id, metric, %(now)s, {", ".join(_AUTHOR_COLUMNS)} FROM fresh ORDER BY author_id, metric
        ON CONFLICT (author_id, metric) DO UPDATE SET computed_at = EXCLUDED.computed_at, {_AUTHOR_SET}
     WHERE ({_AUTHOR_OLD}) IS DISTINCT FROM ({_AUTHOR_NEW})
    RETURNING author_id
)
SELECT count(DISTINCT author_id) FROM (SELECT author_id FROM gone UNION ALL SELECT author_id FROM written) AS touched
"""  # noqa: S608 - made of constants
