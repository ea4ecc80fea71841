using System.Globalization;

namespace Rinha.LoadTest.Tests.Fixtures;

/// <summary>A client of the stub bank.</summary>
internal sealed class StubAccount(int id, long limitCents)
{
    private const int Listed = 10;

    public int Id => id;

    public long LimitCents => limitCents;

    public long BalanceCents { get; set; }

    /// <summary>The history, oldest first.</summary>
    public List<(long AmountCents, char Kind, string Text)> History { get; } = [];

    /// <summary>The newest transactions, as many as a statement lists, newest first.</summary>
    public IEnumerable<(long AmountCents, char Kind, string Text)> Newest => History.TakeLast(Listed).Reverse();

    /// <summary>The answer to a transaction that left this balance.</summary>
    public StubAnswer Receipt(long balanceCents) => new(
        200, string.Create(CultureInfo.InvariantCulture, $"{{\"limite\": {LimitCents}, \"saldo\": {balanceCents}}}"));

    /// <summary>A statement with this balance and these transactions.</summary>
    public StubAnswer Statement(long balanceCents, IEnumerable<(long AmountCents, char Kind, string Text)> listed)
    {
        const string at = "2024-01-17T02:34:41.217753Z";
        var entries = listed.Select(one => string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            {"valor":{{one.AmountCents}},"tipo":"{{one.Kind}}","descricao":"{{one.Text}}","realizada_em":"{{at}}"}
            """));
        var head = $$"""{"total":{{balanceCents}},"data_extrato":"{{at}}","limite":{{LimitCents}}}""";
        return new StubAnswer(200, $$"""{"saldo":{{head}},"ultimas_transacoes":[{{string.Join(',', entries)}}]}""");
    }
}
