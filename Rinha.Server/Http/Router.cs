namespace Rinha.Server.Http;

internal enum Route
{
    Unknown,
    Transactions, // /clientes/{id}/transacoes: POST one, GET a page of the history.
    Statement, // /clientes/{id}/extrato
    Health, // /health
    Liveness, // /health/live
    Reset, // /reset
    Document, // /openapi.json
    Metrics, // /metrics
    Root, // /: OPTIONS is HAProxy's default health check.
}

// Path to route. Paths are matched exactly, in case and without a trailing slash.
internal static class Router
{
    private const string AccountPrefix = "/clientes/";

    // Finds the route of a decoded path without its query; an account id is a decimal without sign or leading zero.
    public static Route Match(string path, out long accountId)
    {
        accountId = 0;
        if (!path.StartsWith(AccountPrefix, StringComparison.Ordinal))
        {
            return path switch
            {
                "/health" => Route.Health,
                "/health/live" => Route.Liveness,
                "/reset" => Route.Reset,
                "/openapi.json" => Route.Document,
                "/metrics" => Route.Metrics,
                "/" => Route.Root,
                _ => Route.Unknown,
            };
        }

        var rest = path.AsSpan(AccountPrefix.Length);
        var digits = 0;
        while (digits < rest.Length && digits < Limits.AccountDigitsMax && char.IsAsciiDigit(rest[digits]))
        {
            accountId = (accountId * 10) + (rest[digits] - '0');
            digits++;
        }

        if (digits == 0 || rest[0] == '0')
        {
            return Route.Unknown;
        }

        return rest[digits..] switch
        {
            "/transacoes" => Route.Transactions,
            "/extrato" => Route.Statement,
            _ => Route.Unknown,
        };
    }
}
