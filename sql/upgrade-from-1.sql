-- Version 2: bloat is read from pg_statistic where that may be read. What has other columns or arguments than before can't be replaced,
-- nor can what is gone stay; all but the settings is made anew by the install that follows.
DROP VIEW IF EXISTS pgtend.index_usage_analysis, pgtend.index_bloat_analysis, pgtend.table_bloat_analysis;
DROP FUNCTION IF EXISTS
  pgtend.estimate_index_bloat,
  pgtend.estimate_row_widths,
  pgtend.estimate_table_bloat,
  pgtend.grade_bloat,
  pgtend.is_stale,
  pgtend.why_unknown;
