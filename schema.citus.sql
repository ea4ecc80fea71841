-- The ledger of schema.postgres.sql, version 4, distributed by client over the workers of a Citus cluster. Run it once,
-- by hand, as the tables' owner, on a coordinator whose database has the extension and knows its workers
-- (citus_add_node), with the servers stopped: psql -v ON_ERROR_STOP=1 -1 -f schema.citus.sql. The tables may be empty
-- or filled; a filled one is copied. The servers find the shards when they start, and refuse more than 32.

SET LOCAL citus.shard_count = 16; -- More than workers, so that more workers can take their share later.
SET LOCAL citus.multi_shard_modify_mode = sequential; -- So that this transaction may change the function, too.
SELECT create_distributed_table('clientes', 'id', colocate_with => 'none');
SELECT create_distributed_table('transacoes', 'cliente_id', colocate_with => 'clientes');
SELECT create_distributed_table('chaves', 'cliente_id', colocate_with => 'clientes');
SELECT truncate_local_data_after_distributing_table(CAST(tabela AS regclass))
  FROM unnest(ARRAY['clientes', 'transacoes', 'chaves']) AS tabela; -- The rows that were copied.
-- esquema stays on the coordinator.

-- A batch is one call, which the coordinator hands to its worker; there the servers' search_path is unknown.
DO $$ BEGIN
  EXECUTE format('ALTER FUNCTION lancar SET search_path TO %I', current_schema());
END $$;
SELECT create_distributed_function('lancar'::regproc::oid::regprocedure, 'fragmento', 'clientes');

-- The server's own setting does not reach the workers. Say it for each role that the servers use.
ALTER ROLE CURRENT_USER SET lock_timeout = '5s';
