-- The same ledger on PostgreSQL: schema and initial rows. The server runs it in one transaction in a database without
-- these tables; `psql -1 -f schema.postgres.sql` works too. It and the request path use what other engines with
-- PostgreSQL's protocol and SQL have, too.

-- The schema version. The server converts an older one (PostgresSchema.Versions), and refuses any other unchanged.
CREATE TABLE esquema (
  versao INTEGER PRIMARY KEY
);

CREATE TABLE clientes (
  id         BIGINT PRIMARY KEY,
  limite     BIGINT NOT NULL CHECK (limite BETWEEN 0 AND 9007199254740991), -- cents
  saldo      BIGINT NOT NULL DEFAULT 0,                                     -- cents
  -- The number of the client's transactions, and the newest one's seq.
  ultima_seq BIGINT NOT NULL DEFAULT 0 CHECK (ultima_seq >= 0),
  -- The contest's one rule, enforced by the database itself, whatever program writes to it.
  CHECK (saldo >= -limite)
) WITH (fillfactor = 50); -- Room for a row's next version on its page: no new index entry.

-- The full history. seq counts 1, 2, 3 … per client without gaps; it, not the clock, is the order. Statements and
-- history pages read by the primary key.
CREATE TABLE transacoes (
  cliente_id   BIGINT NOT NULL, -- No foreign key: the server inserts under the client's row lock.
  seq          BIGINT NOT NULL CHECK (seq > 0),
  valor        BIGINT NOT NULL CHECK (valor BETWEEN 1 AND 9007199254740991),     -- cents
  tipo         TEXT   NOT NULL CHECK (tipo IN ('c', 'd')),                       -- credit, debit
  -- 1-10 characters as UTF-8. TEXT cannot hold U+0000; convert_from(descricao, 'UTF8') shows all other texts.
  descricao    BYTEA  NOT NULL CHECK (octet_length(descricao) BETWEEN 1 AND 40),
  realizada_em BIGINT NOT NULL,                                                  -- microseconds since 1970
  PRIMARY KEY (cliente_id, seq)
);

-- Idempotency keys, each client's its own: the request under each key, and its answer.
CREATE TABLE chaves (
  chave      TEXT   NOT NULL CHECK (octet_length(chave) BETWEEN 1 AND 64),
  cliente_id BIGINT NOT NULL,
  valor      BIGINT NOT NULL,                               -- cents
  tipo       TEXT   NOT NULL CHECK (tipo IN ('c', 'd')),    -- credit, debit
  descricao  BYTEA  NOT NULL,
  limite     BIGINT NOT NULL,                               -- cents, as answered
  saldo      BIGINT CHECK (saldo >= -limite),               -- cents, as answered; NULL when the answer was a refusal
  criada_em  BIGINT NOT NULL,                               -- microseconds since 1970
  -- The transaction's; NULL when the answer was a refusal, or was kept before version 2.
  seq        BIGINT CHECK (seq > 0),
  PRIMARY KEY (cliente_id, chave)
);
CREATE INDEX chaves_criada_em ON chaves (criada_em);

INSERT INTO clientes (id, limite) VALUES
  (1, 100000),
  (2, 80000),
  (3, 1000000),
  (4, 10000000),
  (5, 500000);

INSERT INTO esquema (versao) VALUES (3);
