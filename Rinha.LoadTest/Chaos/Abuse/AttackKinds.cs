using System.Text;

namespace Rinha.LoadTest.Chaos.Abuse;

/// <summary>All ways to misuse the bank that are tried.</summary>
internal static class AttackKinds
{
    private const int Slow = 400;
    private const int Many = 10_000;
    private const int ManyPerSecond = 6_000;
    private const int ManyPastNginxPerSecond = 3_000;
    private const int AskingPerSecond = 2_000; // Each asks once: a load of its own, but one that can be borne.
    private const int HeadersTimeoutMs = 10_000; // nginx.conf and Limits.cs: the same.

    private static readonly byte[] s_begun = Bytes("GET /health HTTP/1.1\r\nHost: a\r\nX: ");
    private static readonly byte[] s_whole = Bytes("GET /health HTTP/1.1\r\nHost: a\r\n\r\n");

    // As many as one call takes: the flood is not to be slowed down by its own system calls.
    private static readonly byte[] s_statements = Bytes(string.Concat(
        Enumerable.Repeat("GET /clientes/5/extrato HTTP/1.1\r\nHost: a\r\n\r\n", 1_000)));

    private static readonly byte[] s_body = Bytes(
        "POST /clientes/1/transacoes HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        + "Content-Length: 4000\r\n\r\n");

    private static readonly byte[] s_chunked = Bytes(
        "POST /clientes/1/transacoes HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        + "Transfer-Encoding: chunked\r\n\r\n");

    private static readonly byte[] s_post = Bytes(
        "POST /clientes/1/transacoes HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        + "Content-Length: 2\r\n\r\n{}");

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<AttackKind> All =
    [
        new("slow headers", bank => new HoldingAttack(bank.Front, Slow)
            { First = s_begun, Drip = "a"u8.ToArray(), CutAfterMs = HeadersTimeoutMs }),
        new("slow headers past nginx", bank => new HoldingAttack(bank.Past(bank.Apis[0]), Slow)
            { First = s_begun, Drip = "a"u8.ToArray(), CutAfterMs = HeadersTimeoutMs }),
        new("slow bodies", bank => new HoldingAttack(bank.Front, Slow) { First = s_body, Drip = " "u8.ToArray() }),
        new("slow bodies past nginx", bank => new HoldingAttack(bank.Past(bank.Apis[0]), Slow)
            { First = s_body, Drip = " "u8.ToArray(), CutAfterMs = HeadersTimeoutMs }),
        new("bodies that stop", bank => new HoldingAttack(bank.Front, Slow)
            { First = s_body, CutAfterMs = HeadersTimeoutMs }),
        new("10,000 silent connections", bank => new HoldingAttack(bank.Front, Many)
            { OpenedPerSecond = ManyPerSecond }),
        new("10,000 idle connections", bank => new HoldingAttack(bank.Front, Many)
            { OpenedPerSecond = AskingPerSecond, First = s_whole }),
        new("10,000 requests at once", bank => new HoldingAttack(bank.Front, Many)
            { OpenedPerSecond = ManyPerSecond, First = s_whole, SendsTogether = true })
            { Overloads = true },
        new("10,000 silent past nginx", bank => new HoldingAttack(bank.Past(bank.Apis[0]), Many)
            { OpenedPerSecond = ManyPastNginxPerSecond }),
        new("huge headers", bank => new FloodAttack(bank.Front, 20)
            { First = s_begun, Again = Filling(), BytesPerSecond = 8_000_000 }),
        new("huge headers past nginx", bank => new FloodAttack(bank.Past(bank.Apis[0]), 20)
            { First = s_begun, Again = Filling(), BytesPerSecond = 4_000_000 }),
        new("endless chunks", bank => new FloodAttack(bank.Front, 50) { First = s_chunked, Again = Chunk() }),
        new("endless chunks past nginx", bank => new FloodAttack(bank.Past(bank.Apis[0]), 50)
            { First = s_chunked, Again = Chunk() }),
        new("pipelining", bank => new FloodAttack(bank.Front, 8) { Again = s_whole, BytesPerSecond = 50_000 }),
        new("statements past nginx", bank => new FloodAttack(bank.Past(bank.Apis[0]), 1)
            { Again = s_statements, BytesPerSecond = int.MaxValue, TurnMs = 500 })
            { Starves = bank => bank.Apis[0], P99SecondsMax = 0.02 },
        new("pipelining without reading", bank => new FloodAttack(bank.Front, 50)
            { Again = s_post, Reads = false, OpensPerSecond = 10, BytesPerSecond = 150_000 }),
        new("the same past nginx", bank => new FloodAttack(bank.Past(bank.Apis[0]), 50)
            { Again = s_post, Reads = false, OpensPerSecond = 10, BytesPerSecond = 300_000 }),
        new("opened and closed at once", bank => new FloodAttack(bank.Front, 20)
            { ClosesAtOnce = true, OpensPerSecond = 1_000 }),
    ];

    private static byte[] Bytes(string text) => Encoding.ASCII.GetBytes(text);

    private static byte[] Filling() => Bytes(new string('a', 4_000));

    private static byte[] Chunk() => Bytes($"40\r\n{new string(' ', 64)}\r\n");
}
