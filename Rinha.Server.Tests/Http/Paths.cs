namespace Rinha.Server.Tests.Http;

/// <summary>Paths that are not there; none needs escaping in a request line.</summary>
public static class Paths
{
    public static TheoryData<string> NotIntegers { get; } =
    [
        "",
        "0",
        "01",
        "007",
        "-1",
        "+1",
        "1.0",
        "1,0",
        "1e0",
        "0x1",
        "abc",
        "1a",
        "a1",
        "1_0",
        "null",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551617", // 2^64 + 1: must not wrap around to 1
        "99999999999999999999999999999999",
    ];

    /// <summary>What can stand around the name of a path without its slash, for some decoder to remove.</summary>
    public static TheoryData<string, string> OtherSpellings { get; } = new()
    {
        { "/./", "" },
        { "/x/../", "" },
        { "/x/%2e%2e/", "" },
        { "/x#/../", "" },
        { "/", "/x/.." },
        { "/", "#x" },
        { "//", "" },
        { "http://localhost/", "" },
        { "http://localhost/x/../", "" },
    };

    public static TheoryData<string> Unknown { get; } =
    [
        "/",
        "/clientes",
        "/clientes/",
        "/clientes/1",
        "/clientes/1/",
        "/clientes/1/saldo",
        "/clientes/1/Extrato",
        "/clientes/1/EXTRATO",
        "/clientes/1/extrato/",
        "/clientes/1/extrato/1",
        "/clientes/1//extrato",
        "/clientes//extrato",
        "//clientes/1/extrato",
        "/Clientes/1/extrato",
        "/cliente/1/extrato",
        "/clientes/1/transacao",
        "/clientes/1/transacoes/",
        "/clientes/1/transacoes.json",
        "/clientesextrato",
        "/healthz",
        "/health/",
        "/Health",
        "/reset/",
        "/openapi.json/",
        "/openapi.yaml",
        "/favicon.ico",
    ];
}
