-- Audits a PostgreSQL ledger in one line of counts: history rows, distinct texts, keys of accepted transactions, and clients
-- that disagree with their history (balance, count, gapless sequence) or are or were below minus their limit.
WITH movimentos AS (
  SELECT cliente_id, seq, CASE tipo WHEN 'c' THEN valor ELSE -valor END AS valor FROM transacoes
), historia AS (
  SELECT cliente_id, count(*) AS linhas, min(seq) AS primeira, max(seq) AS ultima, sum(valor) AS soma,
    min(corrente) AS menor
  FROM (SELECT *, sum(valor) OVER (PARTITION BY cliente_id ORDER BY seq) AS corrente FROM movimentos) AS passos
  GROUP BY cliente_id
)
SELECT
  (SELECT count(*) FROM transacoes),
  (SELECT count(DISTINCT descricao) FROM transacoes),
  (SELECT count(*) FROM chaves WHERE saldo IS NOT NULL),
  (SELECT count(*) FROM clientes LEFT JOIN historia ON cliente_id = id
   WHERE saldo <> coalesce(soma, 0) OR saldo < -limite OR coalesce(menor, 0) < -limite
     OR ultima_seq <> coalesce(linhas, 0) OR coalesce(primeira, 1) <> 1 OR coalesce(ultima, 0) <> ultima_seq);
