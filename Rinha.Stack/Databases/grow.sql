-- Fills a new ledger with :transactions transactions, round-robin over :accounts accounts (at least the schema's five).
-- Credits and debits of 100 cents alternate, so that no balance goes below 0. All have the same time.
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;

WITH RECURSIVE ids (id) AS (SELECT 6 UNION ALL SELECT id + 1 FROM ids WHERE id < :accounts)
INSERT INTO clientes (id, limite) SELECT id, 100000 FROM ids WHERE id <= :accounts;

WITH RECURSIVE numbers (seq) AS (
  SELECT 1 UNION ALL SELECT seq + 1 FROM numbers WHERE seq * :accounts < :transactions
)
INSERT INTO transacoes (id, cliente_id, seq, valor, tipo, descricao, realizada_em, anterior)
SELECT :accounts * (seq - 1) + id, id, seq, 100, iif(seq % 2 = 1, 'c', 'd'), 'abcdefghij', 1704067200000000,
       iif(seq > 1, :accounts * (seq - 2) + id, NULL)
FROM numbers CROSS JOIN clientes WHERE :accounts * (seq - 1) + id <= :transactions;

INSERT INTO marcos (cliente_id, seq, transacao_id) SELECT cliente_id, seq, id FROM transacoes WHERE seq % 64 = 0;

UPDATE clientes SET ultima_seq = (:transactions - id + :accounts) / :accounts;
UPDATE clientes SET saldo = ultima_seq % 2 * 100, ultima_id = nullif(:accounts * (ultima_seq - 1) + id, id - :accounts),
  ultimas = CAST(ifnull((
    WITH RECURSIVE newest (seq) AS (
      SELECT ultima_seq UNION ALL SELECT seq - 1 FROM newest WHERE seq > max(ultima_seq - 9, 1)
    )
    SELECT group_concat(
      x'0000000000000064' || x'00060DD710212000' || iif(seq % 2 = 1, 'c', 'd') || x'0A' || 'abcdefghij' || zeroblob(30), '')
    FROM newest WHERE seq > 0), '') AS BLOB);
