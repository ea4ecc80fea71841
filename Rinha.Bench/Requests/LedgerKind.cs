namespace Rinha.Bench.Requests;

/// <summary>What stands behind the HTTP part.</summary>
public enum LedgerKind
{
    /// <summary>One that answers a constant at once: the figure is HTTP's own.</summary>
    Constant,

    /// <summary>The real one in a file.</summary>
    Sqlite,
}
