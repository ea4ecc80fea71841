using System.Diagnostics.CodeAnalysis;
using System.Text.Unicode;

namespace Rinha.LoadTest.Run;

public enum Operation
{
    Debit,
    Credit,
    Statement,
}

// Text: the description as a number, encoded by TextCode.
internal readonly record struct RequestPlan(Operation Operation, int ClientId, int AmountCents, long Text)
{
    public int SignedCents => Operation == Operation.Debit ? -AmountCents : AmountCents;
}

public sealed record Mix(int Debits, int Credits, int Statements)
{
    private const int WeightMax = 1_000_000;

    // The contest's peak load: 220 debits, 110 credits and 10 statements a second.
    public static readonly Mix Contest = new(22, 11, 1);

    public int Total => Debits + Credits + Statements;

    public static bool TryParse(string text, [NotNullWhen(true)] out Mix? mix)
    {
        // "original" is the mix that the original entry's load script sent.
        var parts = (text == "original" ? "32:1:1" : text).Split(':');
        mix = parts.Length == 3
            && TryReadWeight(parts[0], out var debits)
            && TryReadWeight(parts[1], out var credits)
            && TryReadWeight(parts[2], out var statements)
            && debits + credits + statements > 0
                ? new Mix(debits, credits, statements)
                : null;
        return mix is not null;
    }

    public Operation Choose(int number) => number < Debits ? Operation.Debit
        : number < Debits + Credits ? Operation.Credit
        : Operation.Statement;

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Debits}:{Credits}:{Statements}");

    private static bool TryReadWeight(string text, out int weight) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out weight) && weight <= WeightMax;
}

// An endless, seeded sequence of random requests like the official simulation's. With distinct texts each transaction
// can be identified in the ledger.
internal sealed class RequestSequence(
    Mix mix, int seed, bool distinctTexts = false, int clients = RequestSequence.Clients, int? amountCents = null)
{
    public const int Clients = 5;

    private const int AmountCentsMax = 10_000;

    private readonly Random _random = new(seed);

    // Starts at random, so that two runs against one ledger use different texts.
    private long _nextText = Random.Shared.NextInt64(TextCode.Count / 2);

    public RequestPlan Next() => new(
        mix.Choose(_random.Next(mix.Total)),
        _random.Next(clients) + 1,
        amountCents ?? _random.Next(AmountCentsMax) + 1,
        distinctTexts ? _nextText++ : _random.NextInt64(TextCode.Count));
}

// Encodes numbers as ten base-62 digits, one text per number.
internal static class TextCode
{
    public const int Length = 10;

    public const long Count = 839_299_365_868_340_224;

    private static ReadOnlySpan<byte> Digits => "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8;

    public static void Write(long number, Span<byte> text)
    {
        for (var index = Length - 1; index >= 0; index--)
        {
            (number, var digit) = Math.DivRem(number, Digits.Length);
            text[index] = Digits[(int)digit];
        }
    }

    public static bool TryRead(ReadOnlySpan<byte> text, out long number)
    {
        number = 0;
        foreach (var letter in text)
        {
            var digit = Digits.IndexOf(letter);
            if (digit < 0 || text.Length != Length)
            {
                return false;
            }

            number = (number * Digits.Length) + digit;
        }

        return text.Length == Length;
    }
}

// Durations such as 500us, 10ms, 30s, 2m, 1h; at most a day.
internal static class DurationText
{
    private static readonly (string Unit, double Seconds)[] s_units =
        [("us", 1e-6), ("ms", 1e-3), ("s", 1), ("m", 60), ("h", 3600)];

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var (unit, unitSeconds) = s_units.FirstOrDefault(row => text.EndsWith(row.Unit, StringComparison.Ordinal));
        if (unit is not null
            && double.TryParse(
                text.AsSpan(0, text.Length - unit.Length),
                NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out var number)
            && number * unitSeconds <= 86_400)
        {
            duration = TimeSpan.FromSeconds(number * unitSeconds);
        }

        return duration > TimeSpan.Zero;
    }
}

// Writes requests with the official simulation's headers, in its order and case. Each method returns the length.
internal sealed class RequestWriter(string host, string userAgent, bool keys = false, bool closes = false)
{
    private readonly byte[] _headers = Encoding.ASCII.GetBytes(
        $"user-agent: {userAgent}\r\naccept: */*\r\nhost: {host}\r\n{(closes ? "connection: close\r\n" : "")}");

    public int Write(in RequestPlan plan, Span<byte> buffer)
    {
        if (plan.Operation == Operation.Statement)
        {
            return WriteStatement(plan.ClientId, buffer);
        }

        Span<byte> text = stackalloc byte[TextCode.Length];
        TextCode.Write(plan.Text, text);
        return WriteTransaction(
            plan.ClientId, plan.AmountCents, plan.Operation, text, buffer, key: keys ? text : default);
    }

    public int WriteStatement(int clientId, Span<byte> buffer)
    {
        Utf8.TryWrite(
            buffer,
            $"{"GET /clientes/"u8}{clientId}{"/extrato HTTP/1.1\r\n"u8}{_headers.AsSpan()}{"\r\n"u8}",
            out var length);
        return length;
    }

    // The body is {"valor": 1000, "tipo": "d", "descricao": "texto"}.
    public int WriteTransaction(
        int clientId,
        int amountCents,
        Operation operation,
        ReadOnlySpan<byte> text,
        Span<byte> buffer,
        ReadOnlySpan<byte> key = default)
    {
        Span<byte> body = stackalloc byte[128];
        var kind = operation == Operation.Debit ? ", \"tipo\": \"d\""u8 : ", \"tipo\": \"c\""u8;
        Utf8.TryWrite(
            body,
            $"{"{\"valor\": "u8}{amountCents}{kind}{", \"descricao\": \""u8}{text}{"\"}"u8}",
            out var length);
        return WritePost(clientId, body[..length], buffer, key);
    }

    public int WritePost(
        int clientId, ReadOnlySpan<byte> body, Span<byte> buffer, ReadOnlySpan<byte> key = default)
    {
        // UTF-8 literals in the holes: no transcoding per request.
        var path = "/transacoes HTTP/1.1\r\ncontent-type: application/json\r\n"u8;
        var keyName = key.IsEmpty ? default : "Idempotency-Key: "u8;
        var keyEnd = key.IsEmpty ? default : "\r\n"u8;
        Utf8.TryWrite(
            buffer,
            $"{"POST /clientes/"u8}{clientId}{path}{_headers.AsSpan()}{keyName}{key}{keyEnd}"
                + $"{"content-length: "u8}{body.Length}{"\r\n\r\n"u8}{body}",
            out var length);
        return length;
    }
}
