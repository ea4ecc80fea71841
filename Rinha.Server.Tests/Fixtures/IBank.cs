namespace Rinha.Server.Tests.Fixtures;

/// <summary>A running server to talk to; <c>POST /reset</c> is enabled.</summary>
public interface IBank
{
    /// <summary>Where its database is.</summary>
    string DatabasePath { get; }

    /// <summary>Opens a connection to it.</summary>
    RawConnection Connect();
}
