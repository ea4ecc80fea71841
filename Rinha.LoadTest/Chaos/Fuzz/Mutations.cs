namespace Rinha.LoadTest.Chaos.Fuzz;

/// <summary>Damages bytes as a broken client, a bad line or somebody with intent would.</summary>
internal static class Mutations
{
    private const int StepsMax = 4;

    private static readonly byte[][] s_tokens =
    [
        "\r\n"u8.ToArray(), "\n"u8.ToArray(), "\r"u8.ToArray(), "\0"u8.ToArray(), "\r\n\r\n"u8.ToArray(),
        " "u8.ToArray(), ":"u8.ToArray(), "\t"u8.ToArray(), "Content-Length: 0\r\n"u8.ToArray(),
        "Content-Length: 99\r\n"u8.ToArray(), "Transfer-Encoding: chunked\r\n"u8.ToArray(), "0\r\n\r\n"u8.ToArray(),
        "Expect: 100-continue\r\n"u8.ToArray(), "Connection: close\r\n"u8.ToArray(), "FFFFFFFFFFFFFFFF"u8.ToArray(),
        "-1"u8.ToArray(), "%00"u8.ToArray(), "%2e%2e/"u8.ToArray(), "\"}"u8.ToArray(), "\\u0000"u8.ToArray(),
        "\\ud800"u8.ToArray(), [0xEF, 0xBB, 0xBF], [0xFF], [0xC0, 0xAF],
        "Upgrade: h2c\r\nConnection: Upgrade\r\n"u8.ToArray(), "HTTP/1.0"u8.ToArray(), "HTTP/2.0"u8.ToArray(),
        "Idempotency-Key: a\r\n"u8.ToArray(), "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray(),
    ];

    /// <summary>Damages some bytes in one to a few places.</summary>
    /// <param name="random">Decides where and how.</param>
    /// <param name="bytes">What is damaged; stays as it is.</param>
    /// <param name="other">Something to take parts from.</param>
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
        switch (random.Next(10))
        {
            case 0:
            case 1:
                return Changed(bytes, at, value => (byte)(value ^ (1 << random.Next(8))));
            case 2:
                return Changed(bytes, at, _ => (byte)random.Next(256));
            case 3:
                return [.. bytes.AsSpan(0, at), .. bytes.AsSpan(at + length)];
            case 4:
                return [.. bytes.AsSpan(0, at + length), .. bytes.AsSpan(at)];
            case 5:
                var from = random.Next(other.Length + 1);
                var part = other.AsSpan(from, random.Next(other.Length - from + 1));
                return [.. bytes.AsSpan(0, at), .. part, .. bytes.AsSpan(at + length)];
            case 6:
                return bytes[..at];
            case 7:
            case 8:
                return [.. bytes.AsSpan(0, at), .. s_tokens[random.Next(s_tokens.Length)], .. bytes.AsSpan(at)];
            default:
                return [.. bytes, .. other];
        }
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
