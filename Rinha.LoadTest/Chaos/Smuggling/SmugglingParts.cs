using System.Globalization;
using System.Text;

namespace Rinha.LoadTest.Chaos.Smuggling;

/// <summary>What pairs are made of: two credits of amounts that occur once each. All of it is ASCII.</summary>
/// <param name="FirstCents">The first request's amount.</param>
/// <param name="SecondCents">The second request's amount.</param>
internal sealed record SmugglingParts(int FirstCents, int SecondCents)
{
    /// <summary>The first request's line and the headers that do not frame it.</summary>
    public const string Head =
        "POST /clientes/4/transacoes HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";

    /// <summary>The first request's body.</summary>
    public string Body => Json(FirstCents);

    /// <summary>The second request, whole.</summary>
    public string Second
    {
        get
        {
            var body = Json(SecondCents);
            return "POST /clientes/5/transacoes HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                + $"{Length(body)}\r\n{body}";
        }
    }

    /// <summary>The header that frames a body.</summary>
    public static string Length(string body) =>
        string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n");

    /// <summary>A body as one chunk, with the last one behind it.</summary>
    public static string Chunk(string body) => $"{Hex(body)}\r\n{body}\r\n0\r\n\r\n";

    /// <summary>How long something is, as a chunk says it.</summary>
    public static string Hex(string body) => body.Length.ToString("x", CultureInfo.InvariantCulture);

    /// <summary>The bytes of a pair.</summary>
    public byte[] Bytes(SmugglingPair pair) => Encoding.Latin1.GetBytes(pair.Make(this));

    private static string Json(int cents) =>
        string.Create(CultureInfo.InvariantCulture, $"{{\"valor\":{cents},\"tipo\":\"c\",\"descricao\":\"pair\"}}");
}
