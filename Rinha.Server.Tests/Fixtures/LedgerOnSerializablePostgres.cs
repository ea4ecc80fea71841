namespace Rinha.Server.Tests.Fixtures;

/// <summary>The same under SERIALIZABLE, as engines have it that know no other isolation.</summary>
public sealed class LedgerOnSerializablePostgres()
    : LedgerOnPostgres("-c default_transaction_isolation=serializable");
