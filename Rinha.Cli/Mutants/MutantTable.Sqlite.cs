namespace Rinha.Cli.Mutants;

internal static partial class MutantTable
{
    private static readonly Mutant[] s_sqlite = [];
    private static readonly Mutant[] s_other = [];
}
