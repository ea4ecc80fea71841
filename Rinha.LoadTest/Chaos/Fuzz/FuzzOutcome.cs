namespace Rinha.LoadTest.Chaos.Fuzz;

/// <summary>What is known about the answer before it is there.</summary>
internal enum FuzzOutcome
{
    /// <summary>Nothing but what holds for every answer.</summary>
    Anything,

    /// <summary>A transaction by the rules: 200, or 422 because of the account's balance.</summary>
    Posted,

    /// <summary>Something that exists is read: 200.</summary>
    Read,

    /// <summary>Good HTTP with a body that is no transaction: 422.</summary>
    Unusable,

    /// <summary>Several requests, each good or with an unusable body: 200 or 422.</summary>
    Mixed,

    /// <summary>A body that is too large: 413.</summary>
    TooLarge,

    /// <summary>A body of another media type: 415.</summary>
    OtherType,

    /// <summary>Nobody and nothing is there: 404.</summary>
    Nowhere,

    /// <summary>Another method than the path has: 405; nginx refuses some by itself: 400.</summary>
    OtherMethod,

    /// <summary>Not HTTP, whatever one does: an error, or the connection is just closed.</summary>
    Refused,
}
