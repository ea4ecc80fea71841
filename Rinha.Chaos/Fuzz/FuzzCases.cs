namespace Rinha.Chaos.Fuzz;

// The cases of one seed, each made from its number alone: first the known requests, then generated ones and mutations
// of both.
internal sealed class FuzzCases(int seed)
{
    private static readonly byte[][] s_known = [.. KnownRequests.All.Select(request => request.Bytes)];

    public FuzzCase Make(long number)
    {
        if (number < s_known.Length)
        {
            return new FuzzCase(s_known[(int)number], FuzzOutcome.Anything) { Number = number };
        }

        var random = new Random(HashOf(number));
        var made = RequestGrammar.Next(random) with { Number = number };
        if (random.Next(10) >= 4)
        {
            return made;
        }

        var bytes = random.Next(4) == 0 ? random.Pick(s_known) : made.Bytes;
        var other = random.Next(2) == 0 ? RequestGrammar.Next(random).Bytes : random.Pick(s_known);
        return new FuzzCase(Mutations.Mutate(random, bytes, other), FuzzOutcome.Anything) { Number = number };
    }

    // SplitMix64's step: HashCode differs between processes.
    private int HashOf(long number)
    {
        var value = (ulong)((number << 32) ^ (number >> 32) ^ seed) * 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return (int)(value >> 33);
    }
}

// Bytes to send, and what is known about the answers: AnswerCount is 0 if unknown. Number and seed reproduce the bytes.
internal sealed record FuzzCase(byte[] Bytes, FuzzOutcome Outcome, int AnswerCount = 0)
{
    public FuzzCase(string text, FuzzOutcome outcome, int answerCount = 0)
        : this(Encoding.Latin1.GetBytes(text), outcome, answerCount)
    {
    }

    public long Number { get; init; }

    // False when nginx may accept what a server refuses.
    public bool IsSameThroughNginx { get; init; } = true;
}

internal enum FuzzOutcome
{
    Anything,
    Posted, // A valid transaction: 200, or 422 because of the account's balance.
    Read,
    Invalid, // Valid HTTP with an invalid body: 422.
    Mixed, // Several requests with valid or invalid bodies: 200 or 422.
    TooLarge,
    UnsupportedType,
    NotFound,
    MethodNotAllowed, // 405, or 400 from nginx.
    Refused, // Invalid HTTP: an error, or a closed connection.
}

internal static class Mutations
{
    private const int StepsMax = 4;

    // Latin-1: one char per byte.
    private static readonly string[] s_tokens =
    [
        "\r\n", "\n", "\r", "\0", "\r\n\r\n", " ", ":", "\t", "Content-Length: 0\r\n", "Content-Length: 99\r\n",
        "Transfer-Encoding: chunked\r\n", "0\r\n\r\n", "Expect: 100-continue\r\n", "Connection: close\r\n",
        "FFFFFFFFFFFFFFFF", "-1", "%00", "%2e%2e/", "\"}", "\\u0000", "\\ud800", "\u00EF\u00BB\u00BF", "\u00FF",
        "\u00C0\u00AF", "Upgrade: h2c\r\nConnection: Upgrade\r\n", "HTTP/1.0", "HTTP/2.0", "Idempotency-Key: a\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ];

    public static byte[] Mutate(Random random, byte[] bytes, byte[] other)
    {
        for (var steps = random.Next(1, StepsMax + 1); steps > 0; steps--)
        {
            bytes = Step(random, bytes, other);
        }

        return bytes;
    }

    private static byte[] Step(Random random, byte[] bytes, byte[] other)
    {
        var at = random.Next(bytes.Length + 1);
        var length = random.Next(Math.Min(bytes.Length - at, random.Next(1, 64)) + 1);
        return random.Next(10) switch
        {
            0 or 1 => Changed(bytes, at, value => (byte)(value ^ (1 << random.Next(8)))),
            2 => Changed(bytes, at, _ => (byte)random.Next(256)),
            3 => [.. bytes.AsSpan(0, at), .. bytes.AsSpan(at + length)],
            4 => [.. bytes.AsSpan(0, at + length), .. bytes.AsSpan(at)],
            5 => [.. bytes.AsSpan(0, at), .. Part(random, other), .. bytes.AsSpan(at + length)],
            6 => bytes[..at],
            7 or 8 => [.. bytes.AsSpan(0, at), .. Encoding.Latin1.GetBytes(random.Pick(s_tokens)), .. bytes.AsSpan(at)],
            _ => [.. bytes, .. other],
        };
    }

    private static ReadOnlySpan<byte> Part(Random random, byte[] of)
    {
        var from = random.Next(of.Length + 1);
        return of.AsSpan(from, random.Next(of.Length - from + 1));
    }

    private static byte[] Changed(byte[] bytes, int at, Func<byte, byte> change)
    {
        if (at == bytes.Length)
        {
            return bytes;
        }

        var changed = (byte[])bytes.Clone();
        changed[at] = change(changed[at]);
        return changed;
    }
}
