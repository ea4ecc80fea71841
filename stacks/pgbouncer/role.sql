-- What the servers ask of each connection in its startup options, which PgBouncer ignores.
ALTER ROLE rinha SET lock_timeout = '5s';
ALTER ROLE rinha SET plan_cache_mode = 'force_generic_plan';
ALTER ROLE rinha SET enable_seqscan = off;
