namespace Rinha.LoadTest.Run;

/// <summary>The operations' names in reports.</summary>
internal static class Operations
{
    /// <summary>The names, in the order of <see cref="Operation"/>'s numbers.</summary>
    public static readonly IReadOnlyList<string> Names = ["débito", "crédito", "extrato"];
}
