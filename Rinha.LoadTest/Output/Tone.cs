namespace Rinha.LoadTest.Output;

/// <summary>What a figure or a sentence means to the reader; each report has a colour for it.</summary>
internal enum Tone
{
    /// <summary>Nothing in particular.</summary>
    Plain,

    /// <summary>More important than its neighbours.</summary>
    Strong,

    /// <summary>Less important than its neighbours.</summary>
    Muted,

    /// <summary>As it should be.</summary>
    Good,

    /// <summary>Worth a look.</summary>
    Warning,

    /// <summary>Not as it should be.</summary>
    Bad,
}
