namespace Rinha.LoadTest.Chaos;

/// <summary>A row of the history, whole.</summary>
/// <param name="ClientId">Whose.</param>
/// <param name="Sequence">Its number among the client's.</param>
/// <param name="AmountCents">How much.</param>
/// <param name="Kind"><c>c</c> or <c>d</c>.</param>
/// <param name="Text">Its description.</param>
/// <param name="PostedAtUs">Microseconds since 1970.</param>
internal readonly record struct PostedRow(
    long ClientId, long Sequence, long AmountCents, string Kind, string Text, long PostedAtUs)
{
    /// <summary>What it adds to the balance.</summary>
    public long SignedCents => Kind == "d" ? -AmountCents : AmountCents;
}
