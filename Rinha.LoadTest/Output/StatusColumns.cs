using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output;

/// <summary>An operation's answers in three columns: 200, 422 and all other statuses together.</summary>
internal static class StatusColumns
{
    public static IEnumerable<string> Of(OperationReport operation)
    {
        var (posted, refused) = (Of(operation, 200), Of(operation, 422));
        var other = operation.Statuses.Values.Sum() - posted - refused;
        return [Figures.Count(posted), Figures.Count(refused), Figures.Count(other)];
    }

    private static long Of(OperationReport operation, int status) => operation.Statuses.GetValueOrDefault(status);
}
