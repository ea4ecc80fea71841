namespace Rinha.Bench.Requests;

/// <summary>Requests as bytes, with the headers that a client of the contest sends through nginx.</summary>
internal static class SampleRequests
{
    /// <summary>Adds a cent to an account's balance.</summary>
    public static byte[] Credit(int accountId) =>
        Post(accountId, """{"valor": 1, "tipo": "c", "descricao": "descricao"}""");

    /// <summary>Takes a cent from it.</summary>
    public static byte[] Debit(int accountId) =>
        Post(accountId, """{"valor": 1, "tipo": "d", "descricao": "descricao"}""");

    /// <summary>Asks for its statement.</summary>
    public static byte[] Statement(int accountId) => Encoding.ASCII.GetBytes(
        $"GET /clientes/{accountId}/extrato HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n");

    private static byte[] Post(int accountId, string body) => Encoding.ASCII.GetBytes(
        $"POST /clientes/{accountId}/transacoes HTTP/1.1\r\nHost: localhost\r\nContent-Length: {body.Length}\r\n"
        + $"Accept: application/json\r\nContent-Type: application/json\r\n\r\n{body}");
}
