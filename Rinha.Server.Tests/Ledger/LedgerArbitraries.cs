using FsCheck;
using FsCheck.Fluent;

namespace Rinha.Server.Tests.Ledger;

/// <summary>Posts and texts at random, the edges more often than chance would have them.</summary>
public static class LedgerArbitraries
{
    private static readonly Gen<long> s_amounts = Gen.OneOf(
        Gen.Choose(1, 10).Select(amount => (long)amount),
        Gen.Choose(1, 100_000).Select(amount => (long)amount),
        Gen.Elements<long>(80_000, 100_000, 500_000, 1_000_000, 10_000_000, Limits.AmountCentsMax));

    private static readonly Gen<Rune> s_runes = Gen.OneOf(
        Gen.Choose(0, 0x7F).Select(value => new Rune(value)),
        Gen.Choose(0x80, 0xD7FF).Select(value => new Rune(value)),
        Gen.Choose(0xE000, 0x10FFFF).Select(value => new Rune(value)),
        Gen.Elements<Rune>([.. "\0\"\\/\b\f\n\r\t\u001f\u007f\u2028\ufeff\uffff".EnumerateRunes()]));

    public static Arbitrary<Rune[]> Texts() => Arb.From(
        from length in Gen.Choose(1, Description.ScalarsMax)
        from runes in s_runes.ArrayOf(length)
        select runes);

    public static Arbitrary<LedgerStep> Steps() => Arb.From(
        from id in Gen.Frequency((9, Gen.Choose(1, 5)), (1, Gen.Elements(-1, 0, 6)))
        from kind in Gen.Elements(TransactionKind.Credit, TransactionKind.Debit, TransactionKind.Debit)
        from amount in s_amounts
        from text in Gen.Choose(0, 999)
        from instance in Gen.Choose(0, 1)
        select new LedgerStep(id, kind, amount, $"text {text}", instance));
}
