namespace Rinha.Server.Http;

/// <summary>What a path asks for.</summary>
internal enum Route
{
    /// <summary>Nothing that is here.</summary>
    Unknown,

    /// <summary><c>/clientes/{id}/transacoes</c>: POST one, GET a page of the history.</summary>
    Transactions,

    /// <summary><c>/clientes/{id}/extrato</c></summary>
    Statement,

    /// <summary><c>/health</c></summary>
    Health,

    /// <summary><c>/health/live</c></summary>
    Liveness,

    /// <summary><c>/reset</c></summary>
    Reset,

    /// <summary><c>/openapi.json</c></summary>
    Document,

    /// <summary><c>/metrics</c></summary>
    Metrics,
}
