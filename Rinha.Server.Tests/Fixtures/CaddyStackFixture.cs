namespace Rinha.Server.Tests.Fixtures;

/// <summary>The same stack with Caddy before the APIs and PostgreSQL behind them.</summary>
public sealed class CaddyStackFixture() : PostgresStackFixture("caddy-postgres");
