-- The ledger's schema and initial rows: the only DDL for SQLite.
-- The server runs it in one transaction on an empty file; `sqlite3 new.db < schema.sql` works too.

PRAGMA page_size = 2048; -- Bytes; smaller than usual, as a commit writes each changed page to the WAL.

-- Identify the file ("RINH") and its schema version. The server converts an older version (LedgerFile.Versions), and
-- refuses any other file without changing it.
PRAGMA application_id = 1380535880;
PRAGMA user_version = 6;

CREATE TABLE clientes (
  id         INTEGER PRIMARY KEY,
  limite     INTEGER NOT NULL CHECK (limite BETWEEN 0 AND 9007199254740991), -- cents
  saldo      INTEGER NOT NULL DEFAULT 0,                                     -- cents
  -- The number of the client's transactions, and the newest one's seq.
  ultima_seq INTEGER NOT NULL DEFAULT 0 CHECK (ultima_seq >= 0),
  ultima_id  INTEGER,                                                        -- the newest one's transacoes.id, or NULL
  -- A copy of the client's ten newest transactions, newest first, so that a statement reads one row and a commit
  -- changes two pages: this table's only one and the history's last. Each has 58 bytes: valor and realizada_em (8 each,
  -- big-endian), tipo (1), the length of descricao (1), descricao padded with zeros (40).
  ultimas    BLOB    NOT NULL DEFAULT x'' CHECK (length(ultimas) % 58 = 0 AND length(ultimas) <= 580),
  -- The contest's one rule, enforced by the file itself, whatever program writes to it.
  CHECK (saldo >= -limite)
) STRICT;

-- The full history, in commit order. seq counts 1, 2, 3 … per client: a gap shows a lost row. seq, not the clock, is
-- the order; the UPDATE that increments it keeps it unique, not an index. Each row names the client's previous one, so
-- that a history is read newest first without an index, which every commit would pay for.
CREATE TABLE transacoes (
  id           INTEGER PRIMARY KEY,
  cliente_id   INTEGER NOT NULL REFERENCES clientes (id),
  seq          INTEGER NOT NULL CHECK (seq > 0),
  valor        INTEGER NOT NULL CHECK (valor BETWEEN 1 AND 9007199254740991),             -- cents
  tipo         TEXT    NOT NULL CHECK (tipo IN ('c', 'd')),                               -- credit, debit
  descricao    TEXT    NOT NULL CHECK (length(CAST(descricao AS BLOB)) BETWEEN 1 AND 40), -- 1-10 characters, UTF-8
  realizada_em INTEGER NOT NULL,                                                          -- microseconds since 1970
  anterior     INTEGER CHECK (anterior < id)                                              -- previous one's id, or NULL
) STRICT;

-- Entry points into a long history: every 64th transaction of a client.
CREATE TABLE marcos (
  cliente_id   INTEGER NOT NULL REFERENCES clientes (id),
  seq          INTEGER NOT NULL CHECK (seq % 64 = 0),
  transacao_id INTEGER NOT NULL,
  PRIMARY KEY (cliente_id, seq)
) STRICT, WITHOUT ROWID;

-- Idempotency keys, each of one account: the request under it, and its answer. In commit order, so that expired ones
-- come first.
CREATE TABLE chaves (
  id         INTEGER PRIMARY KEY,
  chave      TEXT    NOT NULL CHECK (length(chave) BETWEEN 1 AND 64),
  cliente_id INTEGER NOT NULL REFERENCES clientes (id),
  valor      INTEGER NOT NULL,                                 -- cents
  tipo       TEXT    NOT NULL CHECK (tipo IN ('c', 'd')),      -- credit, debit
  descricao  TEXT    NOT NULL,
  limite     INTEGER NOT NULL,                                 -- cents, as answered
  saldo      INTEGER CHECK (saldo >= -limite),                 -- cents, as answered; NULL when the answer was a refusal
  criada_em  INTEGER NOT NULL,                                 -- microseconds since 1970
  -- The transaction's; NULL when the answer was a refusal, or was kept before version 5.
  seq        INTEGER CHECK (seq > 0)
) STRICT;

-- The key comes first: keys that grow with time then share a page, whatever their accounts. An index and not a
-- constraint of the table, so that a conversion sorts it once instead of inserting at random.
CREATE UNIQUE INDEX chave_do_cliente ON chaves (chave, cliente_id);

INSERT INTO clientes (id, limite) VALUES
  (1, 100000),
  (2, 80000),
  (3, 1000000),
  (4, 10000000),
  (5, 500000);
