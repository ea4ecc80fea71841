namespace Rinha.Server.Tests.Fixtures;

// Common requests, each on its own connection.
internal static class BankExtensions
{
    // Sends a request and checks its answer against openapi.json (ApiContract).
    public static RawResponse Send(this IServer server, byte[] request)
    {
        using var connection = server.Connect();
        var response = connection.Exchange(request, head: request.AsSpan().StartsWith("HEAD "u8));
        ApiContract.Api.AssertDocumented(request, response);
        return response;
    }

    public static RawResponse Get(this IServer server, string path) => server.Send(RawRequest.Get(path));

    public static RawResponse Post(this IServer server, long id, string body, string? contentType = RawRequest.Json) =>
        server.Send(RawRequest.Post($"/clientes/{id}/transacoes", body, contentType));

    public static RawResponse Post(this IServer server, long id, long amount, char kind, string description) =>
        server.Post(id, TransactionJson(amount, kind, description));

    public static string TransactionJson(long amount, char kind, string description) =>
        $$"""{"valor": {{amount}}, "tipo": "{{kind}}", "descricao": {{JsonSerializer.Serialize(description)}}}""";

    public static JsonElement Statement(this IServer server, long id) =>
        server.Get($"/clientes/{id}/extrato").AssertOk().Json;

    public static long Balance(this JsonElement statement) =>
        statement.GetProperty("saldo").GetProperty("total").GetInt64();

    public static IReadOnlyList<string> Descriptions(this JsonElement statement) =>
        [.. statement.GetProperty("ultimas_transacoes").EnumerateArray()
            .Select(entry => entry.GetProperty("descricao").GetString()!)];

    public static void Reset(this IServer server) =>
        Assert.Equal(200, server.Send(RawRequest.Post("/reset", "")).Status);
}
