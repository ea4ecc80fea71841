namespace Rinha.Stack.Stacks;

/// <summary>
/// How <c>restart</c> and the supervisor speak to each other: the request is an empty file, the answers are lines of
/// another, the last of which is <see cref="Finished"/> or begins with <see cref="Failed"/>.
/// </summary>
public sealed class RestartRequest(DataDirectory data)
{
    /// <summary>The file that is the request.</summary>
    public const string FileName = "restart";

    /// <summary>The last answer when both servers were replaced.</summary>
    public const string Finished = "finished";

    /// <summary>The beginning of the last answer when not.</summary>
    public const string Failed = "failed: ";

    private readonly string _request = data.RunFile(FileName);
    private readonly string _answers = data.RunFile("restart.log");

    /// <summary>Makes the request.</summary>
    public void Send()
    {
        File.WriteAllText(_answers, "");
        File.WriteAllText(_request, "");
    }

    /// <summary>Takes the request back; whether there was one.</summary>
    public bool TryTake()
    {
        if (!File.Exists(_request))
        {
            return false;
        }

        File.Delete(_request);
        return true;
    }

    /// <summary>Gives an answer.</summary>
    public void Answer(string text) => File.AppendAllText(_answers, text + "\n");

    /// <summary>The answers so far, whole lines only.</summary>
    public IReadOnlyList<string> Answers() => File.ReadAllText(_answers).Split('\n')[..^1];
}
