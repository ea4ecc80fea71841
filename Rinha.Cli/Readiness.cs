using Rinha.Stack.Supervision;

namespace Rinha.Cli;

/// <summary>The organiser's readiness check: a statement of account 1 is answered.</summary>
internal static class Readiness
{
    private const string Statement = "/clientes/1/extrato";

    /// <summary>Asks once.</summary>
    public static bool Answers(int port) => HealthProbe.Answers(port, Statement);
}
