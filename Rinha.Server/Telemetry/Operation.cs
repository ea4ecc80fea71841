namespace Rinha.Server.Telemetry;

/// <summary>What a request was about; the label <c>operation</c> is its name in lower case.</summary>
internal enum Operation
{
    /// <summary>A path that leads nowhere.</summary>
    Other,

    /// <summary>Posting a transaction.</summary>
    Post,

    /// <summary>Reading a statement.</summary>
    Statement,

    /// <summary>Reading the history, page by page.</summary>
    History,

    /// <summary>The health check.</summary>
    Health,

    /// <summary>Emptying the ledger.</summary>
    Reset,

    /// <summary>Reading the metrics.</summary>
    Metrics,
}
