namespace Rinha.Server.Tests.Fixtures;

/// <summary>A running server to talk to; <c>POST /reset</c> is enabled.</summary>
public interface IBank
{
    /// <summary>Opens a connection to it.</summary>
    RawConnection Connect();

    /// <summary>Fails unless its ledger keeps the books.</summary>
    void AssertBalanced();
}
