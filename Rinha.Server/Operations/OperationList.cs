using System.CommandLine;

namespace Rinha.Server.Operations;

/// <summary>An operator's commands, in the order of <c>--help</c>.</summary>
internal static class OperationList
{
    /// <summary>What makes each of them.</summary>
    public static readonly IReadOnlyList<Func<SettingOptions, Command>> All =
    [
        BackupOperation.Create,
        RestoreOperation.Create,
        VerifyOperation.Create,
        CheckpointOperation.Create,
        AccountsOperation.Create,
    ];
}
