using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Rinha.LoadTest.Chaos.Texts;

/// <summary>Writes a text into a post in one of JSON's two ways, and reads texts from a statement.</summary>
internal static class TextJson
{
    /// <summary>A post of one cent with the text as its description.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="text">The description.</param>
    /// <param name="isEscaped">Whether each character is an escape; otherwise only those are that must be.</param>
    public static byte[] Post(string path, string text, bool isEscaped)
    {
        var body = new StringBuilder("{\"valor\":1,\"tipo\":\"c\",\"descricao\":\"");
        foreach (var letter in text)
        {
            if (isEscaped || letter < ' ' || letter is '"' or '\\')
            {
                body.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}");
            }
            else
            {
                body.Append(letter);
            }
        }

        var bytes = Encoding.UTF8.GetBytes(body.Append("\"}").ToString());
        return
        [
            .. Encoding.ASCII.GetBytes(string.Create(
                CultureInfo.InvariantCulture,
                $"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                + $"Content-Length: {bytes.Length}\r\n\r\n")),
            .. bytes,
        ];
    }

    /// <summary>The descriptions in a statement, newest first.</summary>
    public static IReadOnlyList<string> Descriptions(string statement)
    {
        using var document = JsonDocument.Parse(statement);
        return
        [
            .. document.RootElement.GetProperty("ultimas_transacoes").EnumerateArray()
                .Select(entry => entry.GetProperty("descricao").GetString()!),
        ];
    }
}
