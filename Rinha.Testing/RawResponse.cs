namespace Rinha.Testing;

/// <summary>One response as it came over the wire.</summary>
public sealed record RawResponse(
    string StatusLine, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body)
{
    public int Status { get; } = int.Parse(StatusLine.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture);

    public string Text => Encoding.UTF8.GetString(Body);

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>A header's value; fails when it is there twice.</summary>
    public string? Header(string name) => Headers
        .Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
        .Select(header => header.Value)
        .SingleOrDefault();

    /// <summary>Fails unless this is an error of the status, described as RFC 9457 wants it.</summary>
    public RawResponse AssertProblem(int status)
    {
        Assert.Equal(status, Status);
        Assert.Equal("application/problem+json", Header("Content-Type"));
        Assert.Equal(status, Json.GetProperty("status").GetInt32());
        Assert.NotEmpty(Json.GetProperty("title").GetString()!);
        return this;
    }

    /// <summary>Fails unless the status is one of these.</summary>
    public void AssertStatusIn(params int[] statuses) => Assert.Contains(Status, statuses);

    /// <summary>Fails unless this is a 200 with JSON.</summary>
    public RawResponse AssertOk()
    {
        Assert.True(Status == 200, $"{StatusLine}\n{Text}");
        Assert.Equal("application/json", Header("Content-Type"));
        return this;
    }
}
