using Rinha.LoadTest.Check;

namespace Rinha.LoadTest.Tests.Fixtures;

/// <summary>A real ledger, made from the repository's schema, changed at will, gone when disposed.</summary>
internal interface ITestLedger : IDisposable
{
    /// <summary>Where the oracle finds it.</summary>
    ILedgerPlace Place { get; }

    /// <summary>Posts a transaction as the server does.</summary>
    void Post(int clientId, long signedCents, string text);

    /// <summary>From here on the database takes balances under the limit, and a number twice.</summary>
    void DropRules();

    /// <summary>Changes it past the server.</summary>
    void Execute(string sql);
}
