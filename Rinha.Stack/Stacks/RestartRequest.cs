namespace Rinha.Stack.Stacks;

/// <summary>
/// How <c>restart</c> and the supervisor speak to each other: the request is an empty file, the answers are lines of
/// another, the last of which is <see cref="Finished"/> or begins with <see cref="Failed"/>.
/// </summary>
public sealed class RestartRequest(DataDirectory data)
{
    public const string Finished = "finished";
    public const string Failed = "failed: ";

    private readonly string _request = data.RunFile("restart");
    private readonly string _answers = data.RunFile("restart.log");

    public void Send()
    {
        File.WriteAllText(_answers, "");
        File.WriteAllText(_request, "");
    }

    /// <summary>Takes the request back; whether there was one.</summary>
    public bool TryTake()
    {
        var isThere = File.Exists(_request);
        File.Delete(_request);
        return isThere;
    }

    public void Answer(string text) => File.AppendAllText(_answers, text + "\n");

    /// <summary>The answers so far, whole lines only.</summary>
    public IReadOnlyList<string> Answers() => File.ReadAllText(_answers).Split('\n')[..^1];
}
