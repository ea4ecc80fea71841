namespace Rinha.Cli.Mutants;

internal static partial class MutantTable
{
    // Not a field: the order of initialization between files is undefined.
    public static IReadOnlyList<Mutant> All => [.. s_sqlite, .. s_postgres];
}
