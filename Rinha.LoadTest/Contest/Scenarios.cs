namespace Rinha.LoadTest.Contest;

/// <summary>The scenarios' names in the official simulation.</summary>
internal static class Scenarios
{
    /// <summary>The names, in the order of <see cref="Scenario"/>'s numbers.</summary>
    public static readonly IReadOnlyList<string> Names =
    [
        "validação concorrência transações - d",
        "validação concorrência saldo - -25",
        "validação concorrência transações - c",
        "validação concorrência saldo - 0",
        "validações",
        "validação HTTP 404",
        "débitos",
        "créditos",
        "extratos",
    ];
}
