namespace Rinha.Server.Tests.Fixtures;

/// <summary>One operation of openapi.json.</summary>
/// <param name="Method">The method, in capitals.</param>
/// <param name="Path">The path, with <c>{id}</c> for a client's number.</param>
/// <param name="Responses">The responses by status.</param>
internal sealed record ApiOperation(string Method, string Path, JsonElement Responses)
{
    /// <summary>The path of client 1, or the path itself.</summary>
    public string Example => Path.Replace("{id}", "1", StringComparison.Ordinal);

    /// <summary>The documented statuses.</summary>
    public IEnumerable<int> Statuses => Responses.EnumerateObject()
        .Select(response => int.Parse(response.Name, System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Whether this is the path of the request; a number is one as the router sees it.</summary>
    public bool IsAt(string path)
    {
        var wanted = Path.Split('/');
        var given = path.Split('/');
        return wanted.Length == given.Length
            && wanted.Zip(given).All(pair => pair.First == "{id}" ? IsId(pair.Second) : pair.First == pair.Second);
    }

    public override string ToString() => $"{Method} {Path}";

    private static bool IsId(string text) =>
        text.Length is >= 1 and <= 18 && text[0] != '0' && text.All(char.IsAsciiDigit);
}
