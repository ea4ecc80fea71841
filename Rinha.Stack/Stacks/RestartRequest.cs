namespace Rinha.Stack.Stacks;

/// <summary>
/// The protocol between <c>restart</c> and the supervisor: an empty file is the request, the lines of another are the
/// answers. The last line is <see cref="Finished"/> or starts with <see cref="Failed"/>.
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

    /// <summary>Removes the request; returns whether there was one.</summary>
    public bool TryTake()
    {
        var exists = File.Exists(_request);
        File.Delete(_request);
        return exists;
    }

    public void Answer(string text) => File.AppendAllText(_answers, text + "\n");

    /// <summary>The complete answer lines so far.</summary>
    public IReadOnlyList<string> Answers() => File.ReadAllText(_answers).Split('\n')[..^1];
}
