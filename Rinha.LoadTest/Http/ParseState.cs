namespace Rinha.LoadTest.Http;

/// <summary>What the bytes received so far are.</summary>
internal enum ParseState
{
    /// <summary>The beginning of an answer.</summary>
    Incomplete,

    /// <summary>A whole answer.</summary>
    Complete,

    /// <summary>Not HTTP.</summary>
    Garbage,
}
