namespace Rinha.Bench.Http;

/// <summary>What a client may send.</summary>
public enum BodyCase
{
    /// <summary>An ordinary transaction.</summary>
    Valid,

    /// <summary>JSON, but an amount with a fraction.</summary>
    InvalidField,

    /// <summary>Not JSON.</summary>
    Malformed,
}
