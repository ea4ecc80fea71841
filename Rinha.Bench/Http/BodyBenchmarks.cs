using Rinha.Server.Http;
using Rinha.Server.Ledger;

namespace Rinha.Bench.Http;

/// <summary>Reads and judges the body of a transaction.</summary>
public class BodyBenchmarks
{
    private byte[] _json = [];

    /// <summary>What is sent.</summary>
    [Params(BodyCase.Valid, BodyCase.InvalidField, BodyCase.Malformed)]
    public BodyCase Body { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _json = SampleBodies.Of(Body);
        var body = TransactionBody.Parse(_json);
        switch (Body)
        {
            case BodyCase.Valid:
                Expect.That(body.Error == TransactionError.None, "the body is usable");
                Expect.That(body is { AmountCents: 1000, Kind: TransactionKind.Debit }, "it takes 1000 cents");
                Expect.SameText("descricao"u8, body.Description.AsUtf8());
                break;
            case BodyCase.InvalidField:
                Expect.That(body.Error == TransactionError.InvalidAmount, "the amount is refused");
                break;
            default:
                Expect.That(body.Error == TransactionError.Malformed, "the body is refused");
                break;
        }

        foreach (var sample in SampleBodies.All.Append(_json))
        {
            ExpectAgreement(sample);
        }
    }

    /// <summary>As the server does it: the JSON reader with a hand-made converter.</summary>
    [Benchmark(Baseline = true)]
    public long Converter() => TransactionBody.Parse(_json).AmountCents;

    /// <summary>A parser of its own for the usual form.</summary>
    [Benchmark]
    public long HandWritten() => HandWrittenBody.Parse(_json).AmountCents;

    /// <summary>Generated code for an ordinary record.</summary>
    [Benchmark]
    public long Generated() => PlainTransaction.Parse(_json).AmountCents;

    private static void ExpectAgreement(byte[] sample)
    {
        var text = System.Text.Encoding.UTF8.GetString(sample);
        var chosen = TransactionBody.Parse(sample);
        var hand = HandWrittenBody.Parse(sample);
        var plain = PlainTransaction.Parse(sample);
        Expect.That(hand.Error == chosen.Error, $"the error by hand is {chosen.Error}: {text}");
        Expect.That(
            (plain.Error == TransactionError.None) == (chosen.Error == TransactionError.None),
            $"generated code comes to the same verdict: {text}");
        if (chosen.Error == TransactionError.None)
        {
            ExpectSame(chosen, hand);
            ExpectSame(chosen, plain);
        }
    }

    private static void ExpectSame(TransactionBody one, TransactionBody other)
    {
        Expect.That(one.AmountCents == other.AmountCents && one.Kind == other.Kind, "amount and kind are the same");
        Expect.SameText(one.Description.AsUtf8(), other.Description.AsUtf8());
    }
}
